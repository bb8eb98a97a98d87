"""One comparison at a time, in the background; what came to its end is kept."""

from __future__ import annotations

import threading

import pytest

from core.config import ProjectConfig
from core.data.catalogue import Catalogue
from core.errors import (
    ComparisonNotKeptError,
    ComparisonUnderWayError,
    InvalidConfigError,
    LabelspreadError,
)
from core.jobs.progress import CancelledError, Progress
from core.simulation.comparisons import Comparison, Comparisons, builder, title_of
from core.simulation.kept import LONGEST_TITLE, ComparisonStore
from core.simulation.run import Learner
from core.simulation.strategies import BY_KEY, PRESETS
from tests.core.learners import Gates, builds, plan, strategy


@pytest.fixture
def store(tmp_path) -> ComparisonStore:
    return ComparisonStore(tmp_path / "comparisons")


def wait_for_round(comparison: Comparison, runs: int, points: int) -> None:
    for _ in range(3_000):
        outcome = comparison.outcome
        if outcome and len(outcome.curves) == runs and len(outcome.curves[-1].points) == points:
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came that far")


def test_a_comparison_is_computed_and_kept(store):
    all_of_them = Comparisons(store, lambda _: builds())
    begun = all_of_them.start(plan(seeds=2, budget=20), "Shapes")
    kept = begun.wait(30)
    assert begun.done
    assert begun.outcome == kept.outcome
    assert [curve.seed for curve in kept.outcome.curves] == [0, 1]
    assert kept.title == begun.title == "Shapes: One"
    assert all_of_them.under_way is None
    assert all_of_them.latest is begun
    assert [entry.id for entry in all_of_them.entries()] == [kept.id]
    assert all_of_them.load(kept.id) == kept
    all_of_them.rename(kept.id, "Other")
    assert all_of_them.load(kept.id).title == "Other"
    all_of_them.delete(kept.id)
    assert all_of_them.entries() == ()


def test_what_there_is_can_be_seen_while_it_goes_on(store):
    gates = Gates()
    all_of_them = Comparisons(store, gates)
    begun = all_of_them.start(plan(strategy("One"), strategy("Two"), seeds=2, budget=30), "Shapes")
    assert begun.step.seconds_left is None
    gates.open(4)
    wait_for_round(begun, runs=2, points=1)
    so_far = begun.outcome
    assert so_far is not None
    assert [curve.finished for curve in so_far.curves] == [True, False]
    assert not begun.ends_within(0)
    with pytest.raises(TimeoutError):
        begun.wait(0)
    gates.open()
    assert len(begun.wait(30).outcome.curves) == 4


def test_it_tells_how_far_it_is_and_how_long_it_takes(store):
    gates = Gates()
    begun = Comparisons(store, gates).start(plan(seeds=2, budget=20), "Shapes")
    gates.open(3)
    wait_for_round(begun, runs=2, points=1)
    for _ in range(3_000):
        if begun.step.share == 0.75:
            break
        threading.Event().wait(0.01)
    step = begun.step
    assert (step.stage, step.share) == ("One, run 2 of 2", 0.75)
    assert step.seconds_left is not None
    assert step.seconds_left > 0
    gates.open()
    begun.wait(30)


def test_only_one_is_computed_at_a_time(store):
    gates = Gates()
    all_of_them = Comparisons(store, gates)
    begun = all_of_them.start(plan(budget=20), "Shapes")
    assert all_of_them.under_way is begun
    with pytest.raises(ComparisonUnderWayError, match="“Shapes: One” is being computed"):
        all_of_them.start(plan(budget=20), "Others")
    gates.open()
    begun.wait(30)
    all_of_them.start(plan(budget=20), "Others").wait(30)
    assert len(all_of_them.entries()) == 2


def test_of_a_cancelled_one_the_finished_runs_are_kept(store):
    gates = Gates()
    all_of_them = Comparisons(store, gates)
    begun = all_of_them.start(plan(strategy("One"), strategy("Two"), seeds=5, budget=20), "Shapes")
    gates.open(7)
    wait_for_round(begun, runs=4, points=1)
    begun.cancel()
    gates.open()
    kept = begun.wait(30)
    assert kept.outcome.cancelled
    assert [(c.strategy, c.seed) for c in kept.outcome.curves] == [
        ("One", 0),
        ("Two", 0),
        ("One", 1),
    ]
    assert begun.outcome == kept.outcome
    assert all_of_them.entries()[0].cancelled


def test_nothing_is_kept_of_one_that_is_cancelled_in_its_first_run(store):
    gates = Gates()
    all_of_them = Comparisons(store, gates)
    begun = all_of_them.start(plan(budget=20), "Shapes")
    begun.cancel()
    gates.open()
    with pytest.raises(CancelledError):
        begun.wait(30)
    assert all_of_them.entries() == ()
    assert all_of_them.under_way is None


def test_what_stops_it_is_said_and_the_next_one_can_begin(store, caplog):
    def fails(error: Exception):
        def build(_config: ProjectConfig, _progress: Progress) -> Learner:
            raise error

        return lambda _: build

    known = Comparisons(store, fails(InvalidConfigError("No truth.")))
    with pytest.raises(InvalidConfigError, match="No truth"):
        known.start(plan(budget=20), "Shapes").wait(30)
    unknown = Comparisons(store, fails(ZeroDivisionError("oh")))
    with pytest.raises(LabelspreadError, match="The comparison failed"):
        unknown.start(plan(budget=20), "Shapes").wait(30)
    assert "ZeroDivisionError" in caplog.text
    assert unknown.under_way is None


def test_what_cannot_be_kept_can_still_be_seen(tmp_path):
    (tmp_path / "file").write_text("in the way")
    begun = Comparisons(ComparisonStore(tmp_path / "file"), lambda _: builds()).start(
        plan(budget=20), "Shapes"
    )
    with pytest.raises(ComparisonNotKeptError):
        begun.wait(30)
    assert begun.outcome is not None
    assert begun.outcome.curves[0].finished


@pytest.mark.parametrize(
    ("names", "title"),
    [
        (["Best known"], "Digits: Best known"),
        (["Best known", "Random"], "Digits: Best known, Random"),
        (["x" * 25, "y" * 25, "z"], f"Digits: {'x' * 25} and 2 more"),
        (["x" * 40, "y" * 40], f"Digits: {'x' * 40} and 1 more"),
    ],
)
def test_a_title_says_on_what_and_of_what(names, title):
    assert title_of(plan(*(strategy(name) for name in names)), "Digits") == title


def test_a_title_is_never_too_long():
    assert len(title_of(plan(), "x" * 300)) == LONGEST_TITLE


# ---- with engines


@pytest.mark.parametrize("sizes", ["as_they_are", "last_largest"])
def test_the_presets_can_be_compared_on_digits(store, sizes):
    made = plan(
        *(preset.strategy("digits", 300) for preset in PRESETS),
        n_samples=300,
        seeds=1,
        budget=20,
        sizes=sizes,
    )
    kept = Comparisons(store, builder(Catalogue())).start(made, "Digits").wait(100)
    assert len(kept.outcome.curves) == len(PRESETS)
    assert kept.outcome.n_items == (300 if sizes == "as_they_are" else 78)
    assert all(curve.points[-1].accuracy > 0.4 for curve in kept.outcome.curves)


def test_runs_of_engines_repeat(store):
    made = plan(
        BY_KEY["random"].strategy("digits", 200),
        BY_KEY["best"].strategy("digits", 200),
        n_samples=200,
        seeds=2,
        budget=20,
        noise=0.1,
    )
    both = Comparisons(store, builder(Catalogue()))
    first, second = (both.start(made, "Digits").wait(100).outcome for _ in range(2))
    assert first == second
    assert first.curves[0].points != first.curves[2].points, "another seed, another run"


def test_classic_takes_neighbours_where_its_kernel_does_not_fit():
    classic = BY_KEY["classic"]
    assert classic.strategy("digits", 500).config.kernel == "rbf"
    assert classic.strategy("shoes.npz", 500).config.kernel == "knn"


@pytest.mark.parametrize("key", ["best", "classic"])
def test_a_preset_that_does_not_work_on_so_few_images_says_so(key):
    with pytest.raises(InvalidConfigError, match="does not work on 1 image"):
        BY_KEY[key].strategy("shoes.npz", 1)
