"""Engines are built once, in the background where that takes long, and shared."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.config import ProjectConfig
from core.data.catalogue import Catalogue
from core.engine import building, registry
from core.engine.accuracies import Notes
from core.engine.building import build_engine
from core.engine.caches import Caches
from core.engine.engine import Engine
from core.engine.registry import Build, Engines
from core.errors import InvalidDatasetError
from core.graph.kept import GraphStore
from core.jobs.progress import CancelledError, Progress, silent
from core.service.labelling import Service
from core.service.view import View
from core.session.events import Answer, AnswerKind
from core.session.labels import Labels
from core.storage import MemoryStore
from tests.core.builders import wait_until

SMALL = ProjectConfig(n_samples=60)
WEIGHTED = ProjectConfig(n_samples=300, kernel="symmetric_knn", mode="fixed_point", alpha=0.99)


def plain(config: ProjectConfig, progress: Progress) -> Engine:
    return build_engine(config, Catalogue(), progress=progress)


def of_any(build: Callable[[ProjectConfig, Progress], Engine]) -> Engines:
    """Engines of which nobody asks on what edition of its data set each is."""
    return Engines(lambda config, _, progress, __: build(config, progress))


class SlowBuild:
    """A build that goes on when it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.calls = 0

    def __call__(self, config: ProjectConfig, progress: Progress) -> Engine:
        self.calls += 1
        for step in range(1_000):
            progress("Finding neighbours", step / 1_000)
            if self.go_on.wait(0.01):
                return plain(config, progress)
        raise AssertionError("nobody let it go on")


def test_projects_that_differ_only_in_what_they_show_share_an_engine():
    shared = of_any(plain)
    first = shared.get(SMALL)
    same = {"n_given": 7, "batch_size": 3, "refit": "label"}
    assert shared.get(SMALL.model_copy(update=same)) is first
    assert shared.get(SMALL.model_copy(update={"alpha": 0.3})) is not first
    assert shared.get(SMALL) is first


def test_many_who_ask_at_once_wait_for_one_build():
    build = SlowBuild()
    shared = of_any(build)
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(shared.get, SMALL) for _ in range(6)]
        wait_until(lambda: build.calls > 0)
        assert shared.ready(SMALL) is None
        build.go_on.set()
        found = {id(future.result()) for future in waiting}
    assert len(found) == build.calls == 1
    assert shared.ready(SMALL) is shared.get(SMALL)


def test_a_build_tells_how_far_it_is_and_when_it_will_be_done():
    build = SlowBuild()
    begun = of_any(build).start(SMALL)
    wait_until(lambda: begun.step.share > 0.15)
    assert begun.step.stage == "Finding neighbours"
    assert begun.step.seconds_left is not None
    assert begun.step.seconds_left > 0
    assert not begun.done
    with pytest.raises(TimeoutError):
        begun.wait(0.01)
    build.go_on.set()
    assert begun.wait(10).dataset.n_items == 60
    assert begun.done


def test_a_cancelled_build_raises_and_the_next_one_begins_anew():
    build = SlowBuild()
    shared = of_any(build)
    begun = shared.start(SMALL)
    begun.cancel()
    wait_until(lambda: begun.done)
    with pytest.raises(CancelledError):
        shared.ready(SMALL)
    build.go_on.set()
    assert shared.get(SMALL).dataset.n_items == 60
    assert build.calls == 2


def test_a_build_that_fails_says_why_and_is_tried_again():
    def fail(_config: ProjectConfig, _progress: Progress) -> Engine:
        raise InvalidDatasetError("Gone.")

    shared = of_any(fail)
    for _ in range(2):
        with pytest.raises(InvalidDatasetError, match="Gone"):
            shared.get(SMALL)


def test_only_the_engines_used_last_are_kept(monkeypatch):
    monkeypatch.setattr(registry, "_KEPT", 2)
    shared = of_any(plain)
    configs = [SMALL.model_copy(update={"alpha": alpha}) for alpha in (0.1, 0.2, 0.3)]
    for config in configs:
        shared.get(config)
    assert [shared.ready(config) is not None for config in configs] == [False, True, True]
    monkeypatch.setattr(registry, "_KEPT_ITEMS", 100)
    shared.get(configs[0])
    assert [shared.ready(config) is not None for config in configs] == [True, False, False]


class Quick:
    """Builds at once, and counts; the engines differ in what they are called by only."""

    def __init__(self) -> None:
        self.built: list[weakref.ref[Engine]] = []
        self._pattern = plain(SMALL, silent)

    def __call__(self, config: ProjectConfig, _progress: Progress) -> Engine:
        engine = self._pattern.like(config)
        self.built.append(weakref.ref(engine))
        return engine

    @property
    def alive(self) -> int:
        return sum(one() is not None for one in self.built)


def some_configs(number: int) -> list[ProjectConfig]:
    return [SMALL.model_copy(update={"alpha": (i + 1) / (number + 1)}) for i in range(number)]


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_all_who_are_first_at_the_same_time_get_one_build():
    configs, n_callers = some_configs(60), 8
    build = Quick()
    shared = of_any(build)
    barrier = threading.Barrier(n_callers)

    def ask(number: int) -> list[Engine]:
        found = []
        for config in configs:
            barrier.wait(30)
            # All ways of asking, each next to each other one.
            if number % 4 == 1:
                shared.start(config)
            elif number % 4 == 2:
                shared.ready(config)
            found.append(shared.get(config))
        return found

    with ThreadPoolExecutor(n_callers) as pool:
        found = list(pool.map(ask, range(n_callers)))
    assert len(build.built) == len(configs)
    for engines in zip(*found, strict=True):
        assert len({id(engine) for engine in engines}) == 1


def test_a_start_once_the_engine_is_there_builds_nothing():
    build = Quick()
    shared = of_any(build)
    engine = shared.get(SMALL)
    begun = shared.start(SMALL)
    assert begun.done
    assert begun.wait() is engine
    assert len(build.built) == 1


@pytest.mark.usefixtures("no_garbage_collection")
def test_engines_that_nobody_came_back_for_are_no_more_than_the_others(monkeypatch):
    monkeypatch.setattr(registry, "_KEPT", 3)
    build = Quick()
    shared = of_any(build)
    for config in some_configs(7):
        shared.start(config)
    wait_until(lambda: len(build.built) == 7 and build.alive <= 3)
    assert sum(shared.ready(config) is not None for config in some_configs(7)) == 3


def test_an_engine_that_took_long_is_there_for_the_one_who_waits_however_many_came_meanwhile(
    monkeypatch,
):
    monkeypatch.setattr(registry, "_KEPT", 2)
    slow, quick = SlowBuild(), Quick()
    shared = of_any(lambda config, told: (slow if config.alpha == 0.5 else quick)(config, told))
    late = SMALL.model_copy(update={"alpha": 0.5})
    begun = shared.start(late)
    for config in some_configs(4):
        shared.get(config)
    slow.go_on.set()
    begun.wait(30)
    assert shared.ready(late) is begun.wait()
    assert slow.calls == 1


@pytest.mark.usefixtures("no_garbage_collection")
@pytest.mark.parametrize("config", [SMALL, WEIGHTED], ids=["dense", "sparse"])
def test_an_engine_let_go_of_is_gone_at_once_with_the_last_view_of_it(config, monkeypatch):
    monkeypatch.setattr(registry, "_KEPT", 1)
    service = Service(MemoryStore())
    project = service.create_project("First", config).project_id
    other = service.create_project("Second", SMALL.model_copy(update={"alpha": 0.4})).project_id
    batch = service.batch(project)
    assert batch is not None
    service.submit(
        project,
        batch.batch_id,
        [Answer(item=item, kind=AnswerKind.LABEL, label="3") for item in batch.items],
    )
    service.batch(project)
    view = service.view(project)
    assert view.report_all is not None
    assert view.rounds
    engine = weakref.ref(view.engine)
    service.view(other)
    assert engine() is not None, "the view holds it"
    del view
    # A thread that has just solved ahead may hold it for a moment.
    wait_until(lambda: engine() is None)
    service.close()


# ---- what is kept on disk


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for graphs and notes, where 300 items are many."""
    monkeypatch.setattr(building, "SMALL", 100)
    monkeypatch.setattr(registry, "SMALL", 100)
    return tmp_path


def stages(config: ProjectConfig, folder: Path) -> list[str]:
    told: list[str] = []
    build_engine(
        config,
        Catalogue(),
        caches=Caches(GraphStore(folder / "graphs")),
        progress=lambda stage, _: told.append(stage),
    )
    return list(dict.fromkeys(told))


def test_a_graph_is_built_once_and_then_read(folder):
    assert "Finding neighbours" in stages(WEIGHTED, folder)
    assert stages(WEIGHTED, folder) == ["Reading images", "Getting ready"]
    other = WEIGHTED.model_copy(update={"n_neighbors": 5})
    assert "Finding neighbours" in stages(other, folder)


def test_a_damaged_graph_is_built_anew(folder):
    stages(WEIGHTED, folder)
    (file,) = (folder / "graphs").iterdir()
    file.write_bytes(b"nonsense")
    assert "Finding neighbours" in stages(WEIGHTED, folder)
    assert stages(WEIGHTED, folder) == ["Reading images", "Getting ready"]


def test_a_graph_read_from_the_disk_leads_to_the_same_beliefs(folder):
    def beliefs() -> np.ndarray:
        built = build_engine(WEIGHTED, Catalogue(), caches=Caches(GraphStore(folder / "graphs")))
        labels = Labels({i: str(load_digits().target[i]) for i in range(20)})
        return np.asarray(built.believe(labels).probabilities)

    np.testing.assert_array_equal(beliefs(), beliefs())


def test_accuracies_are_noted_and_not_measured_again(folder, monkeypatch):
    labels = Labels({i: str(load_digits().target[i]) for i in range(20)})
    caches = [Caches(notes=Notes(folder / "notes.txt")) for _ in range(2)]
    measured = build_engine(WEIGHTED, Catalogue(), caches=caches[0]).accuracy(labels)
    again = build_engine(WEIGHTED, Catalogue(), caches=caches[1])
    monkeypatch.setattr(again, "believe", None)
    assert again.accuracy(labels) == measured


def test_a_large_project_says_how_far_its_graph_has_come_and_a_small_one_is_just_there(folder):
    service = Service(MemoryStore(), caches=Caches(GraphStore(folder / "graphs")))
    small = service.create_project("Small", SMALL).project_id
    large = service.create_project("Large", WEIGHTED).project_id
    assert isinstance(service.look(small), View)
    assert service.known_accuracy(large) is None
    build = service.look(large)
    assert isinstance(build, Build)
    build.wait(30)
    assert isinstance(service.look(large), View)
    assert service.known_accuracy(large) == 0
    assert service.n_labels(large) == 0
    assert service.view(large).dataset.n_items == 300
