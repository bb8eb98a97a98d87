"""`make bench-labels`: active learners beside ours, photographs, and what is written of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.sparse import csr_array
from scipy.special import softmax
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import normalize

from core.arrays import Float32Array, IntArray
from core.config import recommended
from core.data.dataset import Dataset
from core.data.digits import load_digits
from core.graph.similarity import build_graph
from core.session.labels import Labels
from tests.benchmarks import embedding_peers, label_report, labels, photographs
from tests.benchmarks.embedding_peers import (
    LinearProbe,
    OnEmbeddings,
    UHerding,
    calibration_error,
    logistic_regression,
)
from tests.benchmarks.label_peers import Measured, Peer, shuffled
from tests.benchmarks.label_report import ALL_FIGURES_SECTION, BEST, RANDOM, TRIED_SECTION
from tests.benchmarks.label_runs import Row
from tests.benchmarks.label_service import as_you_go
from tests.benchmarks.middle_layers import MIDDLE, Looking
from tests.benchmarks.photo_report import ALONE, photo_section
from tests.benchmarks.photo_sets import (
    FASHION,
    NAMES,
    PHOTOGRAPHS_10,
    PHOTOGRAPHS_ALL,
    TEN,
    Home,
    bring_in_all,
    folders_of,
    lay_out,
    look_at_all,
)
from tests.benchmarks.photo_tried import (
    AS_IT_COMES,
    ENDS,
    FITTED,
    End,
    components,
    engine_on,
    graph_as_given,
    look_at_all_middles,
    tried_runs,
    whitened,
)
from tests.benchmarks.report_file import section, write_section
from tests.benchmarks.tried_report import tried_section

N_ITEMS, N_CLASSES = 60, 3
UHERDING = UHerding.name


@pytest.fixture(scope="module")
def items() -> tuple[Float32Array, IntArray]:
    """Points of length 1, and their classes."""
    points, truth = make_blobs(N_ITEMS, 8, centers=N_CLASSES, cluster_std=2.0, random_state=1)
    return normalize(points).astype(np.float32), truth.astype(np.int64)


def measured(peer: Peer, points: Float32Array, truth: IntArray, batch: int) -> list[Measured]:
    return peer.run(points, truth, N_CLASSES, budget=12, batch_size=batch, seed=3, at=(7, 12))


@pytest.mark.parametrize("peer", [UHerding(), LinearProbe()], ids=["UHerding", "random"])
def test_each_learns_from_so_many_labels_and_is_the_same_for_the_same_seed(
    peer: Peer, items: tuple[Float32Array, IntArray]
) -> None:
    found = measured(peer, *items, batch=5)
    assert [m.labels for m in found] == [7, 12]
    assert found[-1].accuracy > 0.9
    assert found[-1].classes_found == N_CLASSES
    assert measured(peer, *items, batch=5) == found


def test_of_many_items_it_chooses_among_some(
    items: tuple[Float32Array, IntArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding_peers, "CHOSEN_AMONG", 20)
    points, truth = items
    learner = UHerding()._begin(points, N_CLASSES, 5)
    known: set[int] = set()
    for _ in range(2):
        batch = learner.ask(6)
        learner.tell(batch, truth[batch])
        known |= set(batch.tolist())
    assert len(known) == 12
    assert known <= set(shuffled(N_ITEMS, 5)[:20].tolist())
    assert len(learner.believed()) == N_ITEMS


@pytest.mark.parametrize("peer", [UHerding(), LinearProbe()], ids=["UHerding", "random"])
def test_one_at_a_time_begins_with_a_single_class(
    peer: Peer, items: tuple[Float32Array, IntArray]
) -> None:
    assert measured(peer, *items, batch=1)[-1].accuracy > 0.9


def test_a_linear_probe_is_scikit_learns_logistic_regression(
    items: tuple[Float32Array, IntArray],
) -> None:
    points, truth = items
    probe = LinearProbe()._begin(points, N_CLASSES, 0)
    known = probe.ask(12)
    probe.tell(known, truth[known])
    model = LogisticRegression(C=100, max_iter=1_000).fit(points[known], truth[known])
    np.testing.assert_array_equal(probe.believed(), model.predict(points))
    two = known[truth[known] != 0]
    other = LinearProbe()._begin(points, N_CLASSES, 0)
    other.tell(two, truth[two])
    np.testing.assert_array_equal(
        other.believed(), logistic_regression().fit(points[two], truth[two]).predict(points)
    )


def test_uherding_begins_as_maxherding(items: tuple[Float32Array, IntArray]) -> None:
    points, _ = items
    similar = rbf_kernel(points, gamma=1.0)
    expected = greedy(similar, np.ones(N_ITEMS), [], 4)
    assert UHerding()._begin(points, N_CLASSES, 0).ask(4).tolist() == expected


def test_uherding_covers_what_the_classifier_is_unsure_of(
    items: tuple[Float32Array, IntArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    points, truth = items
    herding = UHerding()._begin(points, N_CLASSES, 0)
    monkeypatch.setattr(type(herding), "_temperature", lambda *_: 2.0)
    known = np.arange(10)
    herding.tell(known, truth[known])
    model = logistic_regression().fit(points[known], truth[known])
    shares = np.sort(softmax(model.decision_function(points) / 2, axis=1))
    unsure = 1 - (shares[:, -1] - shares[:, -2])
    apart = np.linalg.norm(points[known, np.newaxis] - points[known], axis=2)
    radius = apart[~np.eye(10, dtype=bool)].min()
    expected = greedy(rbf_kernel(points, gamma=1 / radius**2), unsure, known.tolist(), 5)
    assert herding.ask(5).tolist() == expected


def greedy(similar, unsure, known: list[int], size: int) -> list[int]:
    """One item after the other, each by the whole sum with it."""
    chosen: list[int] = []
    for _ in range(size):
        totals = {
            i: (unsure * similar[[*known, *chosen, i]].max(axis=0)).sum()
            for i in range(len(similar))
            if i not in {*known, *chosen}
        }
        chosen.append(max(totals, key=totals.__getitem__))
    return chosen


def test_the_calibration_error_is_how_far_confidence_is_from_accuracy() -> None:
    # Two that are 90 % sure, of which one is right, and one that is 60 % sure, and right.
    shares = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4]])
    found = calibration_error(shares, np.array([0, 0, 0]))
    assert found == pytest.approx((abs(1 - 1.8) + abs(1 - 0.6)) / 3)


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Red and blue pictures of many shades in two folders, and some that are nobody's."""
    home = tmp_path_factory.mktemp("stamps")
    for channel, folder in ((0, "animals/birds"), (2, "town/roadsigns")):
        (home / folder).mkdir(parents=True)
        for number in range(20):
            colour = [10, 10, 10]
            colour[channel] = 100 + 7 * number
            Image.new("RGB", (8, 8), tuple(colour)).save(home / folder / f"{number:02}.png")
    Image.new("RGB", (8, 8)).save(home / "animals" / "birds" / "00_mirror.png")
    (home / "food").mkdir()
    for number in range(30):
        Image.new("RGB", (8, 8)).save(home / "food" / f"{number}_flip.png")
    return home


def test_folders_of_many_pictures_are_taken_and_none_that_was_turned_round(
    stamps: Path, tmp_path: Path
) -> None:
    found = folders_of(stamps, PHOTOGRAPHS_ALL)
    assert found == ["animals/birds", "town/roadsigns"]
    assert folders_of(stamps, PHOTOGRAPHS_10) == list(TEN)
    for _ in range(2):
        lay_out(stamps, found, tmp_path / "laid out")
    assert sorted(p.name for p in (tmp_path / "laid out").iterdir()) == [
        "animals birds",
        "town roadsigns",
    ]
    assert len([*(tmp_path / "laid out").rglob("*.png")]) == 40


def test_photographs_are_brought_in_drawn_and_labelled_by_all(
    stamps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = bring_in_all(tmp_path, stamps, None, [PHOTOGRAPHS_ALL, *FASHION])
    assert [*keys] == [PHOTOGRAPHS_ALL]
    key = keys[PHOTOGRAPHS_ALL]
    home = Home(tmp_path)
    first, again, other = (home.draw(key, PHOTOGRAPHS_ALL, seed) for seed in (0, 0, 1))
    assert first.dataset.n_items == 36
    assert first.dataset.class_names == ("animals birds", "town roadsigns")
    np.testing.assert_array_equal(first.dataset.rows, again.dataset.rows)
    assert set(first.dataset.rows.tolist()) != set(other.dataset.rows.tolist())
    np.testing.assert_array_equal(first.dataset.truth, first.dataset.rows >= 20)

    look_at_all(tmp_path, keys, [0])
    monkeypatch.setattr(photographs, "active_learners", list)
    (run,) = photographs.photo_runs(tmp_path, keys, [0])
    rows = run()
    assert {(row.strategy, row.batch) for row in rows} >= {
        (name, batch) for name in (BEST, RANDOM, LinearProbe.name) for batch in (1, 10)
    }
    assert {row.set for row in rows} == {PHOTOGRAPHS_ALL}
    assert {row.features for row in rows if row.strategy == BEST} == {first.config.features}
    assert all(row.measured.accuracy > 0.9 for row in rows)


def made_up(name: str, strategy: str, accuracies: tuple[float, ...]) -> Iterator[Row]:
    """The same at each number of labels, a little better in each run."""
    for seed, accuracy in enumerate(accuracies):
        for n_labels in (10, 20, 50, 100):
            known = Measured(n_labels, accuracy, accuracy, 10)
            yield Row(name, strategy, 10, seed, known, "embeddings")


def test_the_section_compares_with_the_best_of_the_active_learners() -> None:
    typiclust = OnEmbeddings("TypiClust").name
    photos = [
        *made_up(PHOTOGRAPHS_10, BEST, (0.80, 0.81, 0.82)),
        *made_up(PHOTOGRAPHS_10, RANDOM, (0.70, 0.71, 0.72)),
        *made_up(PHOTOGRAPHS_10, UHERDING, (0.85, 0.86, 0.865)),
        *made_up(PHOTOGRAPHS_10, typiclust, (0.60, 0.99, 0.61)),
        # Not one of the five.
        *made_up(PHOTOGRAPHS_10, LinearProbe.name, (0.99, 0.99, 0.99)),
    ]
    text = photo_section([*photos, *made_up("digits, 330", BEST, (1.0, 1.0, 1.0))])
    assert f"**Not measured: {'; '.join(NAMES[1:])}.**" in text
    assert "| photographs, 10 folders | 10 at a time | 10 | 78 | 81.0 ± 2.5 | met |" in text
    assert "| photographs, 10 folders | 10 at a time | 20 | 82 | 81.0 ± 2.5 | **not met** |" in text
    assert f"| 20 | {UHERDING} | 85.8 ± 1.9 | -4.8 ± 0.7 | **worse** |" in text
    assert "of 3 comparisons 3 are significantly worse, and the mean of all is -4.8" in text
    assert "Runs: 3. Labelspread compares by embeddings." in text
    assert "none is worse; the smallest mean difference is +10.0 points." in text
    assert "digits" not in text
    assert ALONE not in text.split("###", 1)[1]


def test_where_the_app_compares_otherwise_embeddings_alone_are_compared_too() -> None:
    rows = [
        *made_up(FASHION[0], BEST, (0.80, 0.82)),
        *made_up(FASHION[0], ALONE, (0.70, 0.71)),
        *made_up(FASHION[0], UHERDING, (0.75, 0.79)),
    ]
    text = photo_section(rows)
    assert f"| {FASHION[0]} | **Labelspread** | 20 | {UHERDING} " in text
    assert "of 3 comparisons 0 are significantly worse, and the mean of all is +4.0" in text
    assert "and the mean of all is -6.5" in text


def test_a_section_keeps_its_place_and_all_others_as_they_are(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n## One\n\n1\n\n## Three\n\n3\n", encoding="utf-8")
    write_section("Two", "### 2\n\ntwo\n", page, before="Three")
    write_section("Four", "4", page, before="Nowhere")
    whole = "# Page\n\n## One\n\n1\n\n## Two\n\n### 2\n\ntwo\n\n## Three\n\n3\n\n## Four\n\n4\n"
    assert page.read_text(encoding="utf-8") == whole
    for name in ("One", "Two", "Four"):
        write_section(name, section(name, page), page, before="Three")
    assert page.read_text(encoding="utf-8") == whole


def test_a_set_in_memory_is_labelled_as_you_go_through_the_service() -> None:
    some = load_digits(n_samples=60, shuffle_seed=2)
    digits = replace(some, rows=np.arange(60))
    found = [*as_you_go(digits, recommended(dataset="set.npz", n_samples=60), 0, 4)]
    assert [m.labels for m in found] == [1, 2, 3, 4]
    assert found[-1].accuracy > found[0].accuracy


def test_everything_is_tried_on_photographs_by_one_look_at_them(
    stamps: Path, tmp_path: Path
) -> None:
    keys = bring_in_all(tmp_path, stamps, None, [PHOTOGRAPHS_ALL])
    look_at_all_middles(tmp_path, keys, [0])
    home = Home(tmp_path)
    drawn = home.draw(keys[PHOTOGRAPHS_ALL], PHOTOGRAPHS_ALL, 0)
    looked = Looking(tmp_path).at(drawn)
    assert [middle.shape for middle in looked.middle] == [(36, n) for n in MIDDLE.values()]
    np.testing.assert_allclose(looked.embeddings, home.embeddings(drawn), atol=1e-3)
    assert np.linalg.norm(looked.last, axis=1).min() > 1.5

    (run,) = tried_runs(tmp_path, keys, range(1))
    rows = run()
    assert {row.strategy for row in rows} == {*(fitted.name for fitted in FITTED), *ENDS}
    assert {row.measured.labels for row in rows} == {10}
    best = [row.measured.accuracy for row in rows if row.strategy in {AS_IT_COMES, *ENDS}]
    assert min(best) > 0.9


def test_a_graph_of_all_features_is_that_of_the_app_where_they_are_few(
    items: tuple[Float32Array, IntArray],
) -> None:
    points, _ = items
    expected = build_graph(points, "symmetric_knn", gamma=1.0, n_neighbors=10)
    found = graph_as_given(points, 10)
    assert abs(csr_array(found.matrix) - csr_array(expected.matrix)).max() < 1e-6
    assert found.root_degrees is not None
    assert expected.root_degrees is not None
    np.testing.assert_allclose(found.root_degrees, expected.root_degrees, rtol=1e-6)
    np.testing.assert_allclose(whitened(points).std(axis=0), 1.0, rtol=1e-4)
    variances = components(points, 3).var(axis=0)
    assert variances.shape == (3,)
    assert (np.diff(variances) < 0).all()


def test_models_at_the_end_learn_from_the_same_labels(
    items: tuple[Float32Array, IntArray],
) -> None:
    points, truth = items
    dataset = Dataset(
        title="blobs",
        rows=np.arange(N_ITEMS),
        images=np.zeros((N_ITEMS, 1, 1), np.uint8),
        features=points,
        class_names=("a", "b", "c"),
        truth=truth,
        question="",
    )
    config = recommended(dataset="set.npz", n_samples=N_ITEMS, features="embeddings")
    engine = engine_on(dataset, points, config)

    def end(n_labels: int) -> End:
        given = Labels()
        for item in range(n_labels):
            given = given.with_label(item, dataset.class_names[truth[item]])
        return End(dataset, points, config, given, engine.believe(given))

    many = end(15)
    assert all(many.measured(model(many)).accuracy > 0.9 for model in ENDS.values())
    model = logistic_regression().fit(points[:15], truth[:15])
    np.testing.assert_allclose(many.on_given, model.predict_proba(points))
    # One label says nothing of what sets classes apart.
    one = end(1)
    reached = one.beliefs.reached
    assert all((model(one)[reached] == truth[0]).all() for model in ENDS.values())
    found = one.measured(np.full(N_ITEMS, (truth[0] + 1) % N_CLASSES))
    assert (found.labels, found.classes_found) == (1, 1)


def test_what_is_better_on_all_sets_is_told_from_what_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metric, regression, *_ = ENDS
    shapes = "pixels and edges"
    tried = [
        row
        for name in (PHOTOGRAPHS_10, FASHION[0])
        for strategy, accuracies in (
            (AS_IT_COMES, (0.80, 0.81, 0.82)),
            (metric, (0.81, 0.825, 0.83)),
            (regression, (0.83, 0.78, 0.81)),
            (shapes, (0.70, 0.72, 0.73) if name == FASHION[0] else (0.90, 0.91, 0.92)),
        )
        for row in made_up(name, strategy, accuracies)
    ]
    text = tried_section(tried)
    told = text.replace("\n", " ")
    assert f"**Not measured: {PHOTOGRAPHS_ALL}.**" in text
    assert f"| {metric} | " + " | ".join(["82.2 ± 2.6; **+1.2 ± 0.7**"] * 4) + " |" in text
    assert f"| {metric} | 6 (6) | 0 (0) | +1.2 | **holds on all sets** |" in text
    assert f"| {shapes} | 3 (3) | 3 (3) | +0.3 |  |" in text
    assert f"is to be taken: {metric}." in told
    assert f"not better everywhere, and so not taken: {regression}." in told
    assert f"Worse beyond chance somewhere, and so not taken: {shapes}." in told
    assert f"- {regression}: ahead nowhere; behind nowhere." in text
    ahead = f"on *{PHOTOGRAPHS_10}* at 10, 20, 50 and 100, on *{FASHION[0]}* at"
    assert f"- {metric}: ahead {ahead} 10, 20, 50 and 100; behind nowhere." in text
    nothing = tried_section([row for row in tried if row.strategy != metric])
    assert "is to be taken: nothing of this." in nothing.replace("\n", " ")

    # A run of everything else keeps the section.
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n## {ALL_FIGURES_SECTION}\n\nold\n", encoding="utf-8")
    monkeypatch.setattr(labels, "REPORT", page)
    # The peers themselves need not be there.
    monkeypatch.setattr(label_report, "PACKAGES", ("numpy",))
    for rows, options in ((tried, ["--tried"]), ([*made_up("wine", BEST, (0.9, 0.8))], [])):
        (tmp_path / "rows.json").write_text(json.dumps([*map(asdict, rows)]), encoding="utf-8")
        monkeypatch.setattr("sys.argv", ["labels", "--kept", "rows.json", *options])
        labels.main()
        assert section(TRIED_SECTION, page) == text.strip()
    whole = page.read_text(encoding="utf-8")
    assert whole.index(f"## {TRIED_SECTION}") < whole.index(f"## {ALL_FIGURES_SECTION}")
    assert "### wine" in whole
