"""The use cases, from the outside: what a page sees when one or several people work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from core.arrays import UNLABELLED
from core.config import ProjectConfig, recommended
from core.data.catalogue import Catalogue
from core.errors import (
    IllegalEventError,
    InvalidDatasetError,
    InvalidNameError,
    OvertakenError,
    UnknownBatchError,
    UnknownClassError,
    UnknownProjectError,
)
from core.service.labelling import Service
from core.service.project_names import LONGEST_NAME
from core.service.view import View
from core.session.events import Answer, Answered, Served
from core.session.state import SKIP_REST, State
from core.storage import MemoryStore, Store, open_store
from tests.core.builders import TickingClock, bad, label, numbered, skip, unsure, wait_until

DIGITS = load_digits()
SMALL = ProjectConfig(n_samples=60, batch_size=5)


def new_service(store: Store | None = None, name: str = "id") -> Service:
    return Service(store or MemoryStore(), clock=TickingClock(), new_id=numbered(name))


@pytest.fixture
def service() -> Service:
    return new_service()


@pytest.fixture
def servers(database_url: str) -> Iterator[tuple[Service, Service]]:
    """Two servers beside one database, as behind a load balancer."""
    stores = open_store(database_url), open_store(database_url)
    yield new_service(stores[0], "left"), new_service(stores[1], "right")
    for store in stores:
        store.close()


def small_project(service: Service, name: str = "Small", config: ProjectConfig = SMALL) -> str:
    return service.create_project(name, config).project_id


def true_label(item: int) -> Answer:
    return label(item, str(DIGITS.target[item]))


def open_batch(service: Service, project_id: str) -> Served:
    batch = service.batch(project_id)
    assert batch is not None
    return batch


def answer_batch(
    service: Service, project_id: str, say: Callable[[int], Answer] = true_label
) -> Served:
    batch = open_batch(service, project_id)
    service.submit(project_id, batch.batch_id, [say(item) for item in batch.items])
    return batch


def state_of(service: Service, project_id: str) -> State:
    return service.view(project_id).state


# -- projects --


def test_the_project_that_comes_with_the_app_is_made_once():
    store = MemoryStore()
    service = new_service(store)
    service.ensure_default_project()
    service.ensure_default_project()
    new_service(store).ensure_default_project()
    (project,) = service.projects()
    assert (project.name, project.config) == ("Digits", recommended())


def test_the_project_that_comes_with_the_app_does_not_come_back_once_deleted(service):
    service.ensure_default_project()
    service.delete_project(service.projects()[0].project_id)
    service.ensure_default_project()
    assert service.projects() == ()


def test_servers_that_start_at_once_make_the_first_project_once(servers):
    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(servers[i % 2].ensure_default_project) for i in range(8)]:
            done.result()
    assert len(servers[0].projects()) == 1


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ({"class_names": ["a", "a"]}, "Two classes"),
        ({"class_names": ["a", "b"], "features": np.full((30, 2), np.nan)}, "not all numbers"),
        ({"labels": np.zeros(29)}, "labels of the shape"),
    ],
)
def test_a_set_that_is_refused_leaves_no_project_behind(tmp_path, broken, text):
    store = MemoryStore()
    service = Service(store, catalogue=Catalogue(tmp_path))
    config = ProjectConfig(dataset="set.npz", n_samples=30, kernel="knn")
    images = np.random.default_rng(0).integers(0, 256, (30, 4, 4)).astype(np.uint8)
    np.savez(tmp_path / "set.npz", images=images, **broken)
    with pytest.raises(InvalidDatasetError, match=text):
        service.create_project("Mine", config)
    assert store.projects() == ()
    np.savez(tmp_path / "set.npz", images=images, class_names=["a", "b"])
    assert service.create_project("Mine", config).name == "Mine", "its name is free"


def test_of_the_first_items_those_are_given_whose_class_is_known(tmp_path):
    service = Service(MemoryStore(), catalogue=Catalogue(tmp_path))
    images = np.random.default_rng(0).integers(0, 256, (30, 4, 4)).astype(np.uint8)
    np.savez(tmp_path / "set.npz", images=images, labels=["b", "", "a"] + [""] * 27)
    config = ProjectConfig(dataset="set.npz", n_samples=30, kernel="knn", n_given=5)
    made = service.create_project("Mine", config)
    view = service.view(made.project_id)
    assert dict(view.state.labels) == {0: "b", 2: "a"}
    assert view.report_all is not None
    assert (view.report_all.n_items, view.dataset.n_items) == (2, 30)


def test_a_project_that_was_made_is_listed_and_can_be_opened(service):
    made = service.create_project("  My   digits ", SMALL)
    assert made.name == "My digits"
    assert service.projects() == (made,)
    view = service.view(made.project_id)
    assert (view.project, view.dataset.n_items) == (made, 60)
    assert (view.state.n_answers, view.state.newest) == (0, None)


def test_projects_are_listed_oldest_first(service):
    for name in ("Zebra", "Ant", "Mole"):
        small_project(service, name)
    assert [p.name for p in service.projects()] == ["Zebra", "Ant", "Mole"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "A project needs a name"),
        (" \t\n ", "A project needs a name"),
        ("x" * (LONGEST_NAME + 1), f"at most {LONGEST_NAME} characters"),
        ("bell\a", r"cannot be seen \(U\+0007\)"),
        ("Taken", "There is already a project called “Taken”"),
        ("tAKEN", "There is already a project called “Taken”. .*capital letters do not count"),
        (" tAKEN ", "already"),
    ],
)
def test_a_name_that_will_not_do_is_refused_with_its_reason(service, name, text):
    small_project(service, "Taken")
    project_id = small_project(service, "Other")
    attempts: tuple[Callable[[], object], ...] = (
        lambda: service.create_project(name, SMALL),
        lambda: service.rename_project(project_id, name),
    )
    for attempt in attempts:
        with pytest.raises(InvalidNameError, match=text):
            attempt()
    assert [p.name for p in service.projects()] == ["Taken", "Other"]


def test_the_longest_name_is_taken(service):
    assert service.create_project("x" * LONGEST_NAME, SMALL).name == "x" * LONGEST_NAME


def test_a_project_can_be_renamed_and_may_change_only_its_capitals(service):
    project_id = small_project(service, "digits")
    service.rename_project(project_id, "Digits")
    assert service.view(project_id).project.name == "Digits"


def test_a_deleted_project_cannot_be_opened_or_answered_until_it_is_restored(service):
    project_id = small_project(service)
    batch = answer_batch(service, project_id)
    before = state_of(service, project_id)
    service.delete_project(project_id)
    assert service.projects() == ()
    assert [p.project_id for p in service.deleted_projects()] == [project_id]
    attempts: tuple[Callable[[], object], ...] = (
        lambda: service.view(project_id),
        lambda: service.batch(project_id),
        lambda: service.submit(project_id, batch.batch_id, [label(batch.items[0])]),
        lambda: service.undo(project_id, batch.batch_id, batch.items[-1]),
    )
    for attempt in attempts:
        with pytest.raises(UnknownProjectError):
            attempt()
    service.restore_project(project_id)
    assert service.deleted_projects() == ()
    assert state_of(service, project_id) == before


def test_the_name_of_a_deleted_project_is_free(service):
    service.delete_project(small_project(service, "Digits"))
    assert service.create_project("Digits", SMALL).name == "Digits"


def test_a_project_restored_beside_one_of_its_name_gets_a_name_of_its_own(service):
    first = small_project(service, "Digits")
    service.delete_project(first)
    small_project(service, "digits")
    small_project(service, "Digits (2)")
    service.restore_project(first)
    assert service.view(first).project.name == "Digits (3)"


def test_a_project_restored_twice_keeps_its_name(service):
    project_id = small_project(service, "Digits")
    service.delete_project(project_id)
    service.restore_project(project_id)
    service.restore_project(project_id)
    assert [p.name for p in service.projects()] == ["Digits"]


@pytest.mark.parametrize("use", ["view", "batch", "delete_project", "restore_project"])
def test_a_project_that_never_was_is_said_to_be_unknown(service, use):
    with pytest.raises(UnknownProjectError):
        getattr(service, use)("nowhere")


def test_given_labels_are_the_truth_of_the_first_items(service):
    config = ProjectConfig(n_samples=60, shuffle_seed=0, n_given=12)
    order = np.arange(1797)
    np.random.RandomState(0).shuffle(order)
    project_id = small_project(service, config=config)
    view = service.view(project_id)
    assert view.state.given == {int(i): str(DIGITS.target[i]) for i in order[:12]}
    assert view.state.settled == set(view.state.given)
    assert view.label_check is not None
    assert view.label_check.n_labels == 0, "no person gave them"
    assert not set(open_batch(service, project_id).items) & set(view.state.given)


# -- batches --


def test_the_same_batch_is_shown_until_it_is_answered(service):
    project_id = small_project(service)
    first = open_batch(service, project_id)
    assert open_batch(service, project_id) == first
    assert len(set(first.items)) == 5
    service.submit(project_id, first.batch_id, [true_label(first.items[0])])
    second = open_batch(service, project_id)
    assert second.batch_id != first.batch_id
    assert first.items[0] not in second.items
    assert (first.round, second.round) == (1, 2)


def test_before_the_first_label_a_batch_predicts_nothing(service):
    batch = open_batch(service, small_project(service))
    assert batch.predicted == (None,) * 5
    assert batch.confidence == (0.0,) * 5


def test_a_batch_remembers_what_the_model_said_before_the_answers(service):
    project_id = small_project(service)
    answer_batch(service, project_id)
    batch = open_batch(service, project_id)
    beliefs = service.view(project_id).beliefs
    for item, predicted, confidence in zip(
        batch.items, batch.predicted, batch.confidence, strict=True
    ):
        (position,) = service.view(project_id).engine.positions([item])
        assert predicted == str(beliefs.model_class[position])
        assert confidence == pytest.approx(beliefs.confidence[position], abs=1e-6)


def test_no_item_is_asked_about_twice_and_all_are_asked_about(service):
    project_id = small_project(service, config=ProjectConfig(n_samples=23, batch_size=5))
    seen: list[int] = []
    while service.batch(project_id) is not None:
        seen += answer_batch(service, project_id).items
    assert sorted(seen) == list(range(23))
    assert service.batch(project_id) is None
    view = service.view(project_id)
    assert view.report_all is not None
    assert view.report_all.accuracy == 1
    assert view.report_unlabelled is not None
    assert view.report_unlabelled.n_items == 0


def test_items_called_unsure_or_bad_are_not_asked_about_again(service):
    project_id = small_project(service, config=ProjectConfig(n_samples=8, batch_size=4))
    answer_batch(service, project_id, unsure)
    answer_batch(service, project_id, bad)
    assert service.batch(project_id) is None
    assert service.view(project_id).labels == {}


def test_skipped_items_rest_while_there_are_others(service):
    project_id = small_project(service)
    skipped = answer_batch(service, project_id, skip)
    for _ in range(SKIP_REST):
        assert not set(open_batch(service, project_id).items) & set(skipped.items)
        answer_batch(service, project_id)
    assert not state_of(service, project_id).resting


def test_skipped_items_come_back_when_nothing_else_is_left(service):
    project_id = small_project(service, config=ProjectConfig(n_samples=8, batch_size=4))
    skipped = answer_batch(service, project_id, skip)
    answer_batch(service, project_id)
    again = open_batch(service, project_id)
    assert set(again.items) == set(skipped.items)
    answer_batch(service, project_id)
    assert service.batch(project_id) is None


# -- answers --


def test_answers_sent_twice_are_stored_once(service):
    project_id = small_project(service)
    batch = open_batch(service, project_id)
    answers = [true_label(item) for item in batch.items]
    assert service.submit(project_id, batch.batch_id, answers).stored == 5
    before = state_of(service, project_id)
    again = service.submit(project_id, batch.batch_id, answers)
    assert (again.stored, again.kept) == (0, ())
    assert state_of(service, project_id) == before


@pytest.mark.parametrize(
    ("batch_id", "name", "error"),
    [
        ("nowhere", "3", UnknownBatchError),
        (None, "ten", UnknownClassError),
    ],
)
def test_answers_that_do_not_fit_are_refused_and_nothing_is_stored(service, batch_id, name, error):
    project_id = small_project(service)
    batch = open_batch(service, project_id)
    before = state_of(service, project_id)
    answers = [true_label(batch.items[0]), label(batch.items[1], name)]
    with pytest.raises(error):
        service.submit(project_id, batch_id or batch.batch_id, answers)
    assert state_of(service, project_id) == before


def test_a_view_stays_as_it_was_while_others_go_on(service):
    project_id = small_project(service)
    view = service.view(project_id)
    answer_batch(service, project_id)
    assert view.state.n_answers == 0
    assert view.labels == {}
    assert len(service.view(project_id).labels) == 5


def test_labels_that_differ_from_the_truth_are_found(service):
    project_id = small_project(service)
    batch = open_batch(service, project_id)
    wrong = batch.items[2]
    other = str((DIGITS.target[wrong] + 1) % 10)
    answers = [label(i, other) if i == wrong else true_label(i) for i in batch.items]
    service.submit(project_id, batch.batch_id, answers)
    check = service.view(project_id).label_check
    assert check is not None
    assert (check.n_labels, check.differing) == (5, (wrong,))


@pytest.mark.parametrize("kernel", ["rbf", "knn"])
def test_accuracy_is_what_scikit_learn_reaches_with_the_same_labels(service, kernel):
    config = ProjectConfig(n_samples=300, kernel=kernel, batch_size=8)
    project_id = small_project(service, config=config)
    for _ in range(4):
        answer_batch(service, project_id)
        view = service.view(project_id)
        y = np.full(300, UNLABELLED)
        for item, name in view.state.labels.items():
            y[item] = int(name)
        model = LabelSpreading(
            kernel=kernel, gamma=0.25, n_neighbors=7, alpha=0.2, max_iter=20, tol=1e-3
        ).fit(DIGITS.data[:300], y)
        reached = model.label_distributions_.any(axis=1)
        predicted = np.where(reached, model.transduction_, UNLABELLED)
        right = np.where(y == UNLABELLED, predicted, y) == DIGITS.target[:300]
        assert view.report_all is not None
        assert view.report_unlabelled is not None
        assert view.report_all.accuracy == pytest.approx(right.mean(), abs=1e-12)
        assert view.report_unlabelled.accuracy == pytest.approx(right[y == -1].mean(), abs=1e-12)
        assert view.rounds[-1].accuracy == pytest.approx(right.mean(), abs=1e-12)


# -- undo --


def test_an_undo_takes_back_the_last_answer_once(service):
    project_id = small_project(service)
    batch = answer_batch(service, project_id)
    assert service.undo(project_id, batch.batch_id, batch.items[-1]) is True
    assert service.undo(project_id, batch.batch_id, batch.items[-1]) is False
    with pytest.raises(OvertakenError):
        service.undo(project_id, batch.batch_id, batch.items[0])
    assert len(state_of(service, project_id).labels) == 4


def test_an_undo_of_what_was_never_said_is_refused(service):
    project_id = small_project(service)
    batch = open_batch(service, project_id)
    with pytest.raises(IllegalEventError):
        service.undo(project_id, batch.batch_id, batch.items[0])


def test_an_undone_item_is_shown_again_at_once_in_its_round(service):
    project_id = small_project(service)
    answer_batch(service, project_id)
    second = answer_batch(service, project_id)
    open_batch(service, project_id)
    for item in reversed(second.items[-2:]):
        service.undo(project_id, second.batch_id, item)
    again = open_batch(service, project_id)
    assert (again.round, again.items) == (2, second.items[-2:])


def test_everything_can_be_undone_down_to_what_was_given(service):
    project_id = small_project(service, config=ProjectConfig(n_samples=60, n_given=4))
    for say in (true_label, skip, true_label, bad):
        answer_batch(service, project_id, say)
    while (last := state_of(service, project_id).last) is not None:
        assert service.undo(project_id, last.batch_id, last.answer.item)
    view = service.view(project_id)
    assert view.state.labels == view.state.given
    assert [record.round for record in view.rounds] == [0]


def test_after_undo_and_another_answer_all_is_as_if_it_had_been_said_at_once():
    """Compared with a project in which the mistake was never made."""
    hasty, careful = new_service(), new_service()
    hasty_id, careful_id = small_project(hasty), small_project(careful)
    for service, project_id in ((hasty, hasty_id), (careful, careful_id)):
        answer_batch(service, project_id)

    batch = open_batch(hasty, hasty_id)
    for item in batch.items:
        wrong = str((DIGITS.target[item] + 3) % 10)
        hasty.submit(hasty_id, batch.batch_id, [label(item, wrong)])
    for item in reversed(batch.items):
        assert hasty.undo(hasty_id, batch.batch_id, item)
    assert curve(hasty.view(hasty_id)) == curve(careful.view(careful_id))

    for _ in range(2):
        answer_batch(hasty, hasty_id)
        answer_batch(careful, careful_id)
    one, other = hasty.view(hasty_id), careful.view(careful_id)
    assert one.labels == other.labels
    assert curve(one) == curve(other)
    np.testing.assert_allclose(
        one.beliefs.probabilities, other.beliefs.probabilities, rtol=0, atol=1e-12
    )


def curve(view: View) -> list[tuple[object, ...]]:
    return [(r.round, r.n_labels, r.labelled, r.accuracy, r.change) for r in view.rounds]


# -- as you go --

AS_YOU_GO = ProjectConfig(n_samples=60, batch_size=5, refit="label")


def answer_first(service: Service, project_id: str, say: Callable[[int], Answer] = true_label):
    batch = open_batch(service, project_id)
    service.submit(project_id, batch.batch_id, [say(batch.items[0])])
    return batch


def test_as_you_go_each_answer_brings_a_batch_that_begins_with_what_is_about_to_be_seen(service):
    project_id = small_project(service, config=AS_YOU_GO)
    first = answer_first(service, project_id)
    second = open_batch(service, project_id)
    assert second.batch_id != first.batch_id
    assert second.items[:2] == first.items[1:3]
    assert len(set(second.items)) == 5
    assert not {*second.items[2:]} & {*first.items[:1], *second.items[:2]}
    assert second.reasons[:2] == first.reasons[1:3]
    assert all(second.predicted), "the model has been fitted with the first answer"


def test_as_you_go_the_twin_of_the_image_on_screen_is_not_asked_about_next(tmp_path):
    """Every image is there twice."""
    digits = DIGITS.images[:40].astype(np.float64) / 16
    twins = np.concatenate([digits, digits])
    np.savez(tmp_path / "twins.npz", images=twins, labels=np.tile(DIGITS.target[:40], 2))
    service = Service(MemoryStore(), catalogue=Catalogue(tmp_path))
    config = recommended(
        dataset="twins.npz", n_samples=80, n_neighbors=3, refit="label", random_share=0.0
    )
    project_id = service.create_project("Twins", config).project_id

    def say(item: int) -> Answer:
        return label(item, str(DIGITS.target[item % 40]))

    asked = [answer_first(service, project_id, say).items[0] % 40 for _ in range(25)]
    assert len(set(asked[:10])) == 10
    assert not any(asked[i] in asked[i - 2 : i] for i in range(2, 25))


def test_as_you_go_a_round_is_as_many_answers_as_a_batch_has_images(service):
    project_id = small_project(service, config=AS_YOU_GO)
    told = [answer_first(service, project_id).round for _ in range(12)]
    assert told == [1] * 5 + [2] * 5 + [3] * 2
    records = service.view(project_id).rounds
    assert [(r.round, r.labelled, r.n_labels) for r in records] == [
        (1, 5, 5),
        (2, 5, 10),
        (3, 2, 12),
    ]


def test_as_you_go_all_items_are_asked_about_once_and_skipped_ones_twice(service):
    project_id = small_project(
        service, config=ProjectConfig(n_samples=23, batch_size=4, refit="label")
    )
    skipped = answer_first(service, project_id, skip).items[0]
    seen = []
    while service.batch(project_id) is not None:
        seen.append(answer_first(service, project_id).items[0])
    assert sorted(seen) == list(range(23))
    assert seen.index(skipped) >= 4 * (SKIP_REST - 1)


def test_as_you_go_skipped_items_come_back_when_nothing_else_is_left(service):
    project_id = small_project(
        service, config=ProjectConfig(n_samples=3, batch_size=4, refit="label")
    )
    for _ in range(3):
        answer_first(service, project_id, skip)
    assert len(open_batch(service, project_id).items) == 3


def test_as_you_go_everything_can_be_undone_and_comes_back_in_order(service):
    project_id = small_project(service, config=AS_YOU_GO)
    order = [answer_first(service, project_id).items[0] for _ in range(12)]
    for left in reversed(range(12)):
        last = state_of(service, project_id).last
        assert last is not None
        service.undo(project_id, last.batch_id, last.answer.item)
        batch = open_batch(service, project_id)
        assert batch.items == (*order[left : left + 5], *batch.items[12 - left :])
        assert batch.round == left // 5 + 1
    assert [answer_first(service, project_id).items[0] for _ in range(12)] == order
    assert [r.labelled for r in service.view(project_id).rounds] == [5, 5, 2]


def test_as_you_go_late_answers_are_kept_and_nothing_is_asked_twice(service):
    """A person types ahead: the first batch is answered while newer ones are served."""
    project_id = small_project(service, config=AS_YOU_GO)
    first = answer_first(service, project_id)
    second = open_batch(service, project_id)
    service.submit(project_id, first.batch_id, [true_label(item) for item in first.items[1:]])
    third = open_batch(service, project_id)
    assert not set(third.items) & set(first.items)
    waiting = tuple(item for item in second.items if item not in first.items)[:2]
    assert waiting
    assert third.items[: len(waiting)] == waiting
    assert third.round == 2
    again = service.submit(project_id, second.batch_id, [true_label(second.items[0])])
    assert (again.stored, again.kept) == (0, ())


# -- several people --


def test_two_servers_show_the_same_open_batch(servers):
    left, right = servers
    project_id = small_project(left)
    assert open_batch(left, project_id) == open_batch(right, project_id)


def test_answers_that_reach_both_servers_are_stored_once(servers):
    left, right = servers
    project_id = small_project(left)
    batch = open_batch(left, project_id)
    answers = [true_label(item) for item in batch.items]
    assert left.submit(project_id, batch.batch_id, answers).stored == 5
    again = right.submit(project_id, batch.batch_id, answers)
    assert (again.stored, again.kept) == (0, ())
    assert state_of(left, project_id) == state_of(right, project_id)


def test_the_second_of_two_different_answers_is_told_that_the_first_stands(servers):
    left, right = servers
    project_id = small_project(left)
    batch = open_batch(left, project_id)
    item, other = batch.items[:2]
    left.submit(project_id, batch.batch_id, [label(item, "1")])
    late = right.submit(project_id, batch.batch_id, [label(item, "7"), label(other, "2")])
    assert (late.stored, late.kept) == (1, (item,))
    for server in servers:
        assert state_of(server, project_id).labels == {item: "1", other: "2"}


def test_an_undo_on_one_server_is_seen_on_the_other(servers):
    left, right = servers
    project_id = small_project(left)
    batch = answer_batch(left, project_id)
    assert right.undo(project_id, batch.batch_id, batch.items[-1]) is True
    assert left.undo(project_id, batch.batch_id, batch.items[-1]) is False
    assert open_batch(left, project_id).items == batch.items[-1:]


def test_what_two_servers_know_survives_both(tmp_path):
    url = f"sqlite:///{tmp_path / 'labels.db'}"
    store = open_store(url)
    first = new_service(store)
    project_id = small_project(first)
    answer_batch(first, project_id)
    before = state_of(first, project_id)
    store.close()
    store = open_store(url)
    assert state_of(new_service(store), project_id) == before
    store.close()


def test_people_who_work_at_the_same_time_lose_and_double_nothing(servers):
    """Eight tabs on two servers answer whatever is open, each with a class of its own."""
    project_id = small_project(servers[0], config=ProjectConfig(n_samples=60, batch_size=4))
    open_batch(servers[0], project_id)

    def work(tab: int) -> dict[int, str]:
        stored: dict[int, str] = {}
        service = servers[tab % 2]
        for _ in range(4):
            batch = service.batch(project_id)
            if batch is None:
                break
            answers = [label(item, str(tab)) for item in batch.items]
            submission = service.submit(project_id, batch.batch_id, answers)
            if submission.event is not None:
                stored |= {a.item: str(a.label) for a in submission.event.answers}
        return stored

    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(work, range(8)))
    labels = state_of(servers[0], project_id).labels
    assert sum(map(len, told)) == len(labels), "no item was stored for two people"
    assert labels == {item: name for stored in told for item, name in stored.items()}
    assert state_of(servers[1], project_id).labels == labels


def test_as_you_go_people_who_work_at_the_same_time_lose_and_double_nothing(servers):
    project_id = small_project(
        servers[0], config=ProjectConfig(n_samples=40, batch_size=4, refit="label")
    )

    def work(tab: int) -> list[int]:
        service, stored = servers[tab % 2], []
        for _ in range(6):
            batch = service.batch(project_id)
            assert batch is not None
            answers = [label(item, str(tab)) for item in batch.items[tab % 3 :][:1]]
            submission = service.submit(project_id, batch.batch_id, answers)
            stored += [a.item for a in submission.event.answers] if submission.event else []
        return stored

    with ThreadPoolExecutor(4) as threads:
        told = [item for stored in threads.map(work, range(4)) for item in stored]
    assert sorted(told) == sorted(state_of(servers[0], project_id).labels)
    assert state_of(servers[0], project_id) == state_of(servers[1], project_id)


def test_a_decision_is_taken_anew_when_another_writer_was_first():
    """The other writer answers at the moment in between, as late as can be."""

    class Overtaken(MemoryStore):
        overtake: Callable[[], None] | None = None

        def append(self, project_id, expected_seq, events, at, *, generation=None, takings=()):
            if self.overtake is not None:
                overtake, self.overtake = self.overtake, None
                overtake()
            super().append(
                project_id, expected_seq, events, at, generation=generation, takings=takings
            )

    store = Overtaken()
    slow, fast = new_service(store, "slow"), new_service(store, "fast")
    project_id = small_project(slow)
    batch = open_batch(slow, project_id)
    item, other = batch.items[:2]
    store.overtake = lambda: fast_answer(fast, project_id, batch, item)
    submission = slow.submit(project_id, batch.batch_id, [label(item, "2"), label(other, "2")])
    assert submission.event == Answered(batch_id=batch.batch_id, answers=(label(other, "2"),))
    assert submission.kept == (item,)
    assert state_of(slow, project_id).labels == {item: "1", other: "2"}


def fast_answer(service: Service, project_id: str, batch: Served, item: int) -> None:
    service.submit(project_id, batch.batch_id, [label(item, "1")])


def _has(caplog: pytest.LogCaptureFixture, n_records: int) -> bool:
    return len(caplog.records) == n_records


def test_what_goes_wrong_while_solving_ahead_is_in_the_log_with_the_project_and_harms_nobody(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    project = small_project(service, "Small digits")

    def fail(*_: object) -> None:
        raise MemoryError("no room for columns")

    monkeypatch.setattr(service.view(project).engine, "prepare", fail)
    for number in (1, 2):
        batch = service.batch(project)
        assert batch is not None
        service.submit(project, batch.batch_id, [label(item) for item in batch.items])
        wait_until(partial(_has, caplog, number))
    for record in caplog.records:
        assert record.levelname == "ERROR"
        assert "'Small digits'" in record.message
        assert project in record.message
    assert "no room for columns" in caplog.text


def test_what_is_solved_ahead_is_left_without_a_word_when_the_service_is_closed(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    begun, closed, asked = threading.Event(), threading.Event(), list[bool]()
    solving: list[threading.Thread] = []

    def stopped(_items: object, still_wanted: Callable[[], bool]) -> None:
        solving.append(threading.current_thread())
        asked.append(still_wanted())
        begun.set()
        closed.wait(10)
        asked.append(still_wanted())
        raise RuntimeError("cannot schedule new futures after shutdown")

    project = small_project(service, "Small digits")
    monkeypatch.setattr(service.view(project).engine, "prepare", stopped)
    service.batch(project)
    assert begun.wait(10)
    service.close()
    closed.set()
    solving[0].join(10)
    assert asked == [True, False]
    assert not caplog.records


def test_what_is_labelled_on_one_server_is_news_on_the_other(servers: tuple[Service, Service]):
    left, right = servers
    project = left.create_project("Shared", ProjectConfig(n_samples=30)).project_id
    before = right.last_news(project)
    batch = left.batch(project, desk="ann")
    assert batch is not None
    assert right.last_news(project) == before, "to be asked is no news"
    left.submit(project, batch.batch_id, [label(item) for item in batch.items])
    assert right.last_news(project) == left.last_news(project) > before
    assert right.standing(project).state.n_answers == len(batch.items)
