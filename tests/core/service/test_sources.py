"""A file of images that changes: each label stays on its image, whatever happens to the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.arrays import UNLABELLED, PixelArray
from core.config import ProjectConfig
from core.data.catalogue import Catalogue, order_of
from core.data.fingerprint import image_name
from core.engine.engine import Engine
from core.errors import ChangingDatasetError, OtherImagesError, OutdatedViewError
from core.service.conversation import describe, respond
from core.service.labelling import Service
from core.service.log import Standing
from core.service.sources import Sources
from core.service.view import View
from core.session.events import Classes, DataNoted, Given, Served
from core.storage import MemoryStore, Project
from tests.core.builders import TickingClock, answered, label, numbered, served

N_IMAGES = 40
NAMES = ("cat", "dog")
CHANCE = np.random.default_rng(0)
IMAGES: PixelArray = CHANCE.integers(0, 256, (N_IMAGES, 4, 6), dtype=np.uint8)
OTHERS: PixelArray = CHANCE.integers(0, 256, (N_IMAGES, 4, 6), dtype=np.uint8)
CONFIG = ProjectConfig(dataset="pets.npz", n_samples=N_IMAGES, kernel="knn", batch_size=5)


class Pets:
    """A folder with one file, and a service on it that may be started anew."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "pets.npz"
        self.store = MemoryStore()
        self._time = 0
        self.put(IMAGES)
        self.start()

    def start(self) -> None:
        self.service = Service(
            self.store,
            clock=TickingClock(),
            new_id=numbered(f"id{self._time}"),
            catalogue=Catalogue(self.path.parent),
        )

    def put(self, images: PixelArray, names: Sequence[str] = NAMES) -> None:
        """Replace the file."""
        self._time += 1
        beside = self.path.with_suffix(".new")
        with beside.open("wb") as file:
            # Of the truth nothing is known, and the classes have no order.
            np.savez(file, images=images, class_names=np.array(names))
        beside.replace(self.path)

    def project(self, config: ProjectConfig = CONFIG) -> str:
        return self.service.create_project(f"Pets {self._time}", config).project_id

    def view(self, project: str) -> View:
        return self.service.view(project)

    def batch(self, project: str) -> Served:
        batch = self.service.batch(project)
        assert batch is not None
        return batch

    def label(self, project: str, rounds: int = 2) -> dict[bytes, str]:
        """Label what is asked; what was said of each image, by its pixels."""
        said: dict[bytes, str] = {}
        for _ in range(rounds):
            batch = self.batch(project)
            answers = [label(item, NAMES[item % 2]) for item in batch.items]
            view = self.view(project)
            places = view.engine.positions(batch.items)
            for place, answer in zip(places, answers, strict=True):
                assert answer.label is not None
                said[view.dataset.images[place].tobytes()] = answer.label
            self.service.submit(project, batch.batch_id, answers)
        return said


@pytest.fixture
def pets(tmp_path: Path) -> Pets:
    return Pets(tmp_path)


def as_labelled(view: View) -> dict[bytes, str]:
    """What the model is told of each image, by its pixels."""
    array = view.engine.labels_array(view.labels)
    return {
        view.dataset.pixels[place].tobytes(): view.dataset.class_names[array[place]]
        for place in np.flatnonzero(array != UNLABELLED)
    }


def of(said: dict[bytes, str], images: PixelArray) -> dict[bytes, str]:
    """What was said of these images."""
    there = {image.tobytes() for image in images}
    return {image: name for image, name in said.items() if image in there}


CHANGES = {
    "the same": IMAGES,
    "shifted by one": np.roll(IMAGES, 1, axis=0),
    "shuffled": IMAGES[np.random.default_rng(1).permutation(N_IMAGES)],
    "fewer": IMAGES[5:],
    "more": np.concatenate([OTHERS[:7], IMAGES, OTHERS[7:9]]),
    "half of them, and others": np.concatenate([OTHERS[:20], IMAGES[::2]]),
}
TWICE = np.repeat(IMAGES, 2, axis=0)


@pytest.mark.parametrize("restarted", [False, True], ids=["while it runs", "after a restart"])
@pytest.mark.parametrize("name", CHANGES)
def test_each_label_stays_on_its_image(pets: Pets, name: str, restarted: bool):
    project = pets.project()
    said = pets.label(project)
    n_labels = len(pets.view(project).labels)
    pets.put(CHANGES[name])
    if restarted:
        pets.start()
    view = pets.view(project)
    assert as_labelled(view) == of(said, CHANGES[name])
    assert len(view.labels) == n_labels, "labels of images that are gone are kept"
    assert len(view.state.gone) == n_labels - len(of(said, CHANGES[name]))
    # And all goes on: what is asked next was not labelled before.
    more = pets.label(project)
    assert more.keys().isdisjoint(said)
    assert as_labelled(pets.view(project)) == of(said, CHANGES[name]) | more


@pytest.mark.parametrize("name", CHANGES)
def test_the_old_file_back_in_its_place_is_as_if_nothing_had_been(pets: Pets, name: str):
    project = pets.project()
    said = pets.label(project)
    pets.put(CHANGES[name])
    said |= pets.label(project, rounds=1)
    pets.put(IMAGES)
    view = pets.view(project)
    assert as_labelled(view) == of(said, IMAGES)
    assert view.state.gone == {
        item for item in view.labels if view.state.images.names[item] in _names(OTHERS)
    }


def _names(images: PixelArray) -> set[str]:
    return {image_name(image) for image in images}


def test_of_images_that_look_the_same_each_has_its_own_label(pets: Pets):
    project = pets.project()
    said = pets.label(project)
    before = dict(pets.view(project).labels)
    pets.put(TWICE)
    view = pets.view(project)
    # Only one of two twins was labelled, and still is.
    assert as_labelled(view) == said
    assert view.dataset.n_items == N_IMAGES, "as many take part as before"
    pets.label(project, rounds=4)
    assert dict(pets.view(project).labels).items() >= before.items()
    pets.put(IMAGES)
    view = pets.view(project)
    assert {item: view.labels[item] for item in before} == before
    assert len(view.engine.present(before)) == len(before), "the first twin is the first item"


def test_a_choice_of_images_is_kept_when_there_are_more(pets: Pets):
    config = CONFIG.model_copy(update={"n_samples": 25, "shuffle_seed": 3})
    project = pets.project(config)
    said = pets.label(project)
    pets.put(CHANGES["more"])
    view = pets.view(project)
    assert view.dataset.n_items == 25
    assert as_labelled(view) == said


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_label_ever_moves_to_another_image(tmp_path_factory: pytest.TempPathFactory, data):
    pets = Pets(tmp_path_factory.mktemp("pets"))
    project = pets.project()
    said = pets.label(project, rounds=1)
    pool = {image.tobytes(): image for image in (*IMAGES, *OTHERS)}
    for _ in range(3):
        # Some of those that were labelled are in it, so that it may be the same set still.
        drawn = st.lists(st.sampled_from(sorted(pool)), min_size=12, max_size=60, unique=True)
        labelled = st.lists(st.sampled_from(sorted(said)), min_size=5, max_size=9)
        chosen = {*data.draw(drawn), *data.draw(labelled)}
        now = np.stack([pool[image] for image in data.draw(st.permutations(sorted(chosen)))])
        pets.put(now)
        try:
            view = pets.view(project)
        except OtherImagesError:
            assert len(of(said, now)) < len(said)
            continue
        found = as_labelled(view)
        assert found.items() <= said.items()
        assert found.keys() == of(said, now).keys()
        said |= pets.label(project, rounds=1)


def test_the_same_bytes_in_another_shape_are_other_images(pets: Pets):
    project = pets.project()
    pets.label(project)
    pets.put(IMAGES.reshape(N_IMAGES, 6, 4))
    with pytest.raises(OtherImagesError) as refused:
        pets.view(project)
    assert "“Pets 1” was labelled on" in str(refused.value)
    assert "in pets.npz now" in str(refused.value)
    assert "40 images of 6 × 4 pixels" in str(refused.value)
    assert "40 images of 4 × 6 pixels" in str(refused.value)


def test_another_set_is_refused_and_an_answer_on_its_way_is_stored(pets: Pets):
    project, other = (
        pets.project(),
        pets.service.create_project("Digits", ProjectConfig(n_samples=20)),
    )
    pets.label(project)
    batch = pets.batch(project)
    pets.put(OTHERS)
    for _ in range(2):
        with pytest.raises(OtherImagesError, match="Put the old file back"):
            pets.view(project)
    message = {
        "v": 1,
        "id": "m",
        "kind": "submit",
        "project": project,
        "batch_id": batch.batch_id,
        "answers": [{"item": batch.items[0], "kind": "label", "label": "cat", "ms": 1}],
    }
    assert respond(pets.service, message).outcome == "done"
    assert pets.view(other.project_id).dataset.n_items == 20, "other projects go on"
    pets.put(IMAGES)
    assert pets.view(project).labels[batch.items[0]] == "cat"
    # Of a project on which nothing was said, any set is the one.
    fresh = pets.project()
    pets.put(OTHERS)
    assert pets.view(fresh).dataset.pixels.tobytes() == OTHERS.tobytes()


def test_images_that_are_gone_are_not_asked_about_or_shown(pets: Pets):
    project = pets.project()
    pets.label(project)
    waiting = pets.batch(project)
    first = pets.view(project).engine.positions(waiting.items)[0]
    pets.put(np.delete(IMAGES, first, axis=0))
    view = pets.view(project)
    assert view.state.gone == {waiting.items[0]}
    asked = pets.batch(project)
    assert waiting.items[0] not in asked.items
    shown = describe(pets.view(project), asked, [])
    assert [item.id for item in shown.items] == list(asked.items)
    # An answer that was under way to it is taken, and waits for the image to come back.
    pets.service.submit(project, waiting.batch_id, [label(waiting.items[0], "dog")])
    assert pets.view(project).labels[waiting.items[0]] == "dog"


@pytest.mark.parametrize("others", ["nobody else", "another server"])
def test_no_batch_is_shown_on_a_view_from_before_the_file_changed(pets: Pets, others: str):
    project = pets.project()
    pets.label(project, rounds=1)
    before = pets.view(project)
    if others == "another server":
        service = pets.service
        pets.start()
    else:
        service = pets.service
    pets.put(CHANGES["shifted by one"])
    # Somebody looks at it, and has a batch.
    there = pets.batch(project)
    with pytest.raises(OutdatedViewError):
        service.serve(before)
    now = service.view(project)
    again = service.serve(now)
    assert again == there
    said = {
        now.dataset.images[place].tobytes(): "dog" for place in now.engine.positions(again.items)
    }
    service.submit(project, again.batch_id, [label(item, "dog") for item in again.items])
    pets.start()
    assert said.items() <= as_labelled(pets.view(project)).items()


def test_a_batch_that_is_being_chosen_while_the_file_changes_is_not_stored(
    pets: Pets, monkeypatch: pytest.MonkeyPatch
):
    project = pets.project()
    pets.label(project, rounds=1)
    before = pets.view(project)
    service, head = pets.service, pets.store.head(project)

    def choose_while_it_changes(*_: object) -> Served:
        pets.start()
        pets.put(CHANGES["shifted by one"])
        pets.view(project)
        return served("late", [1, 2])

    monkeypatch.setattr(service, "_choose", choose_while_it_changes)
    with pytest.raises(OutdatedViewError):
        service.serve(before)
    kinds = [type(record.event) for record in pets.store.events(project, head)]
    assert DataNoted in kinds
    assert Served not in kinds


class Restored(MemoryStore):
    """A store whose log can be made an earlier one again, as a backup does."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    @property
    def generation(self) -> int:
        return self.times

    def cut(self, project: str, head: int) -> None:
        del self._logs[project][head:]
        self.times += 1


def test_after_a_restore_images_are_numbered_by_the_log_there_is(pets: Pets):
    pets.store = store = Restored()
    pets.start()
    project = pets.project()
    said = pets.label(project, rounds=1)
    head, labelled = store.head(project), pets.view(project).labels
    lost = pets.batch(project)
    pets.put(CHANGES["shuffled"])
    pets.view(project)
    n_lost = store.head(project)
    store.cut(project, head)
    # Another batch was asked in its place, and the same file is noted under the same number.
    others = [item for item in range(N_IMAGES) if item not in {*labelled, *lost.items}][-5:]
    names = {item: image_name(IMAGES[item]) for item in others}
    batch = served("other", others).model_copy(update={"images": names})
    store.append(project, head, [batch], TickingClock()())
    pets.view(project)
    assert store.head(project) == n_lost
    answers = [label(item, "cat") for item in others]
    pets.service.submit(project, "other", answers)
    said |= {IMAGES[item].tobytes(): "cat" for item in others}
    assert as_labelled(pets.view(project)) == said
    pets.start()
    assert as_labelled(pets.view(project)) == said


def without(images: PixelArray, items: Sequence[int]) -> PixelArray:
    return np.delete(images, items, axis=0)


@pytest.mark.parametrize("refit", ["round", "label"])
@pytest.mark.parametrize("gone", ["beside", "reopened"])
def test_what_is_undone_and_put_back_is_shown_without_the_images_that_are_gone(
    pets: Pets, gone: str, refit: str
):
    project = pets.project(CONFIG.model_copy(update={"refit": refit}))
    first = pets.batch(project)
    pets.service.submit(project, first.batch_id, [label(item, "cat") for item in first.items])
    second = pets.batch(project)
    last = pets.service.view(project).state.last
    assert last is not None
    pets.service.undo(project, last.batch_id, last.answer.item)
    if gone == "beside":
        pets.batch(project)
        leaving: tuple[int, ...] = first.items[:2]
    else:
        leaving = second.items[:2]
    pets.put(without(IMAGES, leaving))
    pets.view(project)
    if gone == "reopened":
        pets.service.redo(project, last.batch_id, last.answer.item)
    batch = pets.batch(project)
    page = describe(pets.view(project), batch, [])
    assert [item.id for item in page.items] == list(batch.items)
    seen = {*(item.id for item in page.items), *(item.id for item in page.beside)}
    assert seen
    assert seen.isdisjoint(leaving)


@pytest.mark.parametrize("images", [CHANGES["more"], IMAGES[:30]], ids=["more", "fewer"])
def test_an_old_project_on_shuffled_images_keeps_its_own_when_there_are_others(
    pets: Pets, images: PixelArray
):
    config = CONFIG.model_copy(update={"n_samples": 20, "shuffle_seed": 3})
    # Images were not named then, so the file's rows are all there is to go by.
    rows = order_of(config, N_IMAGES)[:3].tolist()
    old = Project("old", "Old", config, TickingClock()())
    pets.store.create(
        old, [Classes(names=NAMES), served("a", rows), answered("a", label(rows[0], "dog"))]
    )
    pets.put(images)
    view = pets.view("old")
    there = [row for row in rows if row < len(images)]
    assert view.state.gone == set(rows) - set(there)
    assert len(view.engine.positions(there)) == len(there)
    told = {images[rows[0]].tobytes(): "dog"} if rows[0] in there else {}
    assert as_labelled(view) == told
    assert view.n_learned == len(told)
    pets.put(images[::-1])
    assert as_labelled(pets.view("old")) == told


def test_a_file_that_never_stays_the_same_is_told_of(pets: Pets, monkeypatch: pytest.MonkeyPatch):
    project = pets.project()
    pets.label(project, rounds=1)
    noted = Sources._noted

    def note_too_late(sources: Sources, standing: Standing, engine: Engine) -> Standing:
        found = noted(sources, standing, engine)
        pets.put(np.roll(IMAGES, pets.store.head(project), axis=0))
        return replace(found)

    monkeypatch.setattr(Sources, "_noted", note_too_late)
    with pytest.raises(
        ChangingDatasetError, match=r"pets\.npz is being written by another program"
    ):
        pets.view(project)


def test_a_project_from_before_images_were_named_is_safe_from_the_first_look_on(pets: Pets):
    said = {3: "cat", 8: "dog"}
    old = Project("old", "Old", CONFIG, TickingClock()())
    pets.store.create(
        old,
        [
            Given(labels={3: "cat"}),
            Classes(names=NAMES),
            served("a", [8, 9]),
            answered("a", label(8, "dog")),
        ],
    )
    first = pets.view("old")
    (noted,) = (r.event for r in pets.store.events("old") if isinstance(r.event, DataNoted))
    assert noted.images.keys() == {3, 8, 9}
    assert as_labelled(first) == {IMAGES[item].tobytes(): name for item, name in said.items()}
    pets.put(CHANGES["shuffled"])
    assert as_labelled(pets.view("old")) == as_labelled(first)


def test_what_a_set_holds_is_noted_once(pets: Pets):
    project = pets.project()
    pets.label(project)
    for _ in range(2):
        pets.start()
        pets.view(project)
    pets.path.touch()
    pets.view(project)
    noted = [r.event for r in pets.store.events(project) if isinstance(r.event, DataNoted)]
    assert len(noted) == 1


# ---- classes


def test_a_class_that_is_renamed_in_the_file_is_mapped_by_a_person(pets: Pets):
    pets.put(IMAGES, ("cat", "dgo"))
    project = pets.project()
    batch = pets.batch(project)
    pets.service.submit(
        project,
        batch.batch_id,
        [
            label(item, name)
            for item, name in zip(batch.items, ("dgo", "cat", "dgo", "cat", "dgo"), strict=True)
        ],
    )
    pets.put(IMAGES, ("cat", "dog"))
    pets.batch(project)
    view = pets.view(project)
    assert view.class_names == ("cat", "dog")
    assert view.state.lost == {"dgo": 3}
    assert sorted(as_labelled(view).values()) == ["cat", "cat"], "no label is taken for another"
    assert pets.service.map_class(project, "dgo", "dog")
    assert not pets.service.map_class(project, "dgo", "dog"), "said before"
    view = pets.view(project)
    assert view.state.lost == {}
    assert sorted(as_labelled(view).values()) == ["cat", "cat", "dog", "dog", "dog"]
    # A page that was open all the time sends the old name still.
    late = pets.batch(project)
    pets.service.submit(project, late.batch_id, [label(late.items[0], "dgo")])
    assert pets.view(project).labels[late.items[0]] == "dog"


def test_a_class_that_is_gone_may_stay_a_class_of_its_own(pets: Pets):
    project = pets.project()
    said = pets.label(project)
    pets.put(IMAGES, ("cat",))
    pets.batch(project)
    assert pets.view(project).class_names == ("cat",)
    assert pets.service.map_class(project, "dog", "dog")
    view = pets.view(project)
    assert view.class_names == ("cat", "dog")
    assert as_labelled(view) == said
    pets.label(project, rounds=1)
    pets.put(IMAGES, ("cat", "dog"))
    pets.batch(project)
    assert pets.view(project).dataset.class_names == ("cat", "dog")
