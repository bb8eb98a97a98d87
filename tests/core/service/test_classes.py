"""Classes that people name, and labels that came with the data: what becomes of both."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.config import ProjectConfig, make_config
from core.data.classes import MOST_CLASSES
from core.errors import (
    IllegalEventError,
    InvalidConfigError,
    InvalidDatasetError,
    UnknownClassError,
)
from core.service.class_table import (
    LABELS,
    NAME,
    carried,
    class_rows,
    endings,
    n_changed,
    wanted_classes,
)
from core.service.classes import ListedClass, listed_classes
from core.service.conversation import describe
from core.service.labelling import Service
from core.session.class_list import Mark
from core.session.class_rules import Merge, Wanted
from core.session.events import AnswerKind, ClassAdded, Classes, Event, Given
from core.session.fold import fold
from core.session.state import State
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered

CONFIG = ProjectConfig(n_samples=60, batch_size=3, kernel="knn", n_neighbors=3)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def service(store: MemoryStore) -> Service:
    return Service(store, clock=TickingClock(), new_id=numbered("id"))


def test_a_class_that_was_added_can_be_labelled_and_learned_and_stays(service, store):
    project = service.create_project("Digits", CONFIG).project_id
    batch = service.batch(project)
    assert batch is not None
    with pytest.raises(UnknownClassError):
        service.submit(project, batch.batch_id, [label(batch.items[0], "blot")])
    assert service.add_class(project, " blot ")
    assert not service.add_class(project, "blot"), "there already"
    service.submit(project, batch.batch_id, [label(batch.items[0], "blot")])
    view = service.view(project)
    assert view.class_names == (*"0123456789", "blot")
    assert view.beliefs.probabilities.shape == (60, 11)
    assert view.n_learned == 1
    page = describe(view, service.batch(project), ())
    assert page.classes[-1].name == "blot"
    again = Service(store, clock=TickingClock(), new_id=numbered("other"))
    assert again.view(project).class_names == view.class_names
    assert dict(again.view(project).labels.items()) == {batch.items[0]: "blot"}


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "x" * 201])
def test_a_class_needs_a_name_that_can_be_read(service, name):
    project = service.create_project("Digits", CONFIG).project_id
    with pytest.raises(InvalidDatasetError):
        service.add_class(project, name)
    assert service.view(project).class_names == tuple("0123456789")


def test_a_project_starts_with_classes_of_its_own_besides_those_of_the_data(service):
    project = service.create_project("Digits", CONFIG, classes=["blot", "3", ""]).project_id
    assert service.view(project).class_names == (*"0123456789", "blot")
    with pytest.raises(InvalidDatasetError, match="Two classes"):
        service.create_project("Twice", CONFIG, classes=["a", "a"])


def test_labels_that_came_along_are_given_or_ignored_or_the_truth(service):
    truth = {item: str(digit) for item, digit in enumerate(load_digits().target[:60])}
    configs = {
        kind: CONFIG.model_copy(update={"known_labels": kind})
        for kind in ("truth", "given", "ignored")
    }
    views = {
        kind: service.view(service.create_project(kind, config).project_id)
        for kind, config in configs.items()
    }
    assert {kind: dict(view.labels.items()) for kind, view in views.items()} == {
        "truth": {},
        "given": truth,
        "ignored": {},
    }
    assert views["truth"].dataset.n_known == 60
    assert views["given"].dataset.n_known == views["ignored"].dataset.n_known == 0
    assert {view.dataset.n_classes for view in views.values()} == {10}


def test_some_true_labels_can_be_given_only_where_there_is_a_truth():
    with pytest.raises(InvalidConfigError, match="none is the truth"):
        make_config({"n_given": 3, "known_labels": "ignored"})
    assert make_config({"n_given": 3, "known_labels": "truth"}).n_given == 3


def test_a_class_can_be_added_once_and_brings_back_labels_that_named_it():
    events: list[Event] = [
        Classes(names=("a", "b")),
        Given(labels={1: "a", 2: "b"}),
        Classes(names=("b",)),
        ClassAdded(name="a"),
    ]
    state = fold(State(), events)
    assert (state.classes, state.class_list.own, state.lost) == (("b", "a"), ("a",), {})
    with pytest.raises(IllegalEventError, match="already"):
        fold(state, [ClassAdded(name="b")])


# ---- changed by a person


def wanted(service: Service, project: str, **changes: Wanted) -> list[Wanted]:
    """All classes of a project as they are, but for these, by name."""
    listed = listed_classes(service.view(project).state)
    return [changes.get(f"_{one.name}", Wanted(one.name, one.name, one.mark)) for one in listed]


def change(service: Service, project: str, rows: list[Wanted]) -> bool:
    since = service.view(project).state.class_list.seq
    return service.change_classes(project, rows, since=since)


def answer_truly(service: Service, project: str, rounds: int = 3) -> None:
    digits = load_digits().target
    for _ in range(rounds):
        batch = service.batch(project)
        assert batch is not None
        answers = [label(item, str(digits[item])) for item in batch.items]
        service.submit(project, batch.batch_id, answers)


def test_a_renamed_class_keeps_its_labels_its_truth_and_what_was_learned(service):
    project = service.create_project("Digits", CONFIG).project_id
    answer_truly(service, project)
    before = service.view(project)
    assert change(service, project, wanted(service, project, _3=Wanted("3", " three ")))
    assert not change(service, project, wanted(service, project)), "so already"
    view = service.view(project)
    assert view.class_names == (*tuple("012"), "three", *tuple("456789"))
    assert view.dataset.question == "Which class is this?"
    np.testing.assert_array_equal(view.dataset.truth, before.dataset.truth)
    np.testing.assert_array_equal(view.beliefs.probabilities, before.beliefs.probabilities)
    assert view.report_all == before.report_all or view.report_all.accuracy == (
        before.report_all.accuracy
    )
    assert sorted(view.labels.values()) == sorted(
        "three" if name == "3" else name for name in before.labels.values()
    )
    assert [one.accuracy for one in view.rounds] == [one.accuracy for one in before.rounds]


def test_merged_classes_are_one_in_labels_truth_and_figures(service):
    project = service.create_project("Digits", CONFIG).project_id
    answer_truly(service, project, rounds=8)
    before = service.view(project)
    change(service, project, wanted(service, project, _9=Wanted("9", "9", end=Merge("4"))))
    view = service.view(project)
    assert view.class_names == tuple("012345678")
    digits = load_digits().target[view.dataset.rows]
    np.testing.assert_array_equal(view.dataset.truth, np.where(digits == 9, 4, digits))
    assert view.labels == {i: "4" if n == "9" else n for i, n in before.labels.items()}
    # What is spread is linear: the sum of what both were.
    summed = before.beliefs.probabilities[:, :9].copy()
    summed[:, 4] += before.beliefs.probabilities[:, 9]
    reached = view.beliefs.probabilities.any(axis=1)
    np.testing.assert_allclose(view.beliefs.probabilities[reached], summed[reached], atol=1e-9)
    assert service.restore_class(project, "9")
    assert not service.restore_class(project, "9"), "there again"
    back = service.view(project)
    assert back.class_names == tuple("0123456789")
    assert back.labels == before.labels
    np.testing.assert_array_equal(back.dataset.truth, before.dataset.truth)


def test_of_a_removed_class_nobody_knows_the_truth_and_its_images_are_asked_about_again(service):
    project = service.create_project("Digits", CONFIG).project_id
    answer_truly(service, project, rounds=6)
    before = service.view(project)
    items = {item for item, name in before.labels.items() if name == "0"}
    assert items
    change(service, project, wanted(service, project, _0=Wanted("0", "0", end=AnswerKind.SKIP)))
    view = service.view(project)
    assert set(view.labels) == set(before.labels) - items
    digits = load_digits().target[view.dataset.rows]
    np.testing.assert_array_equal(view.dataset.truth, digits - 1)
    report = view.report_all
    assert report is not None
    assert report.n_items == np.count_nonzero(digits)
    assert not items & set(view.state.settled)
    # A label that names it still, from a page that was open all the time, is a skip.
    batch = service.batch(project)
    late = batch.items[0]
    service.submit(project, batch.batch_id, [label(late, "0")])
    assert service.view(project).state.answer_to(late).answer.kind is AnswerKind.SKIP
    service.restore_class(project, "0")
    assert dict(service.view(project).labels.items()) == dict(before.labels.items())


def test_what_a_page_says_is_meant_by_the_names_it_knew(service):
    project = service.create_project("Digits", CONFIG).project_id
    batch = service.batch(project)
    first, second, third = batch.items
    before = service.view(project).state.class_list.seq
    swapped = wanted(service, project, _3=Wanted("3", "8"), _8=Wanted("8", "3"))
    change(service, project, swapped)
    since = service.view(project).state.class_list.seq
    assert since > before
    service.submit(
        project,
        batch.batch_id,
        [label(first, "3"), label(second, "3"), label(third, "3")],
        since={first: before, second: since},
    )
    labels = service.view(project).labels
    assert (labels[first], labels[second], labels[third]) == ("8", "3", "3")


def test_classes_are_ordered_and_marked_for_everybody(service, store):
    project = service.create_project("Digits", CONFIG).project_id
    rows = wanted(service, project, _7=Wanted("7", "7", Mark("x", "teal")))
    change(service, project, [*rows[5:], *rows[:5]])
    other = Service(store, clock=TickingClock(), new_id=numbered("other"))
    page = describe(other.view(project), other.batch(project), ())
    assert [one.name for one in page.classes] == list("5678901234")
    assert [(one.key, one.colour) for one in page.classes if one.name == "7"] == [("x", "teal")]
    digits = load_digits().target[:60]
    names = np.array(other.view(project).class_names)
    np.testing.assert_array_equal(
        names[other.view(project).dataset.truth], np.array([str(d) for d in digits])
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"_3": Wanted("3", "8")}, "Two classes"),
        ({"_3": Wanted("3", "")}, "no name"),
        ({"_3": Wanted("3", "3", end=Merge("3"))}, "cannot be merged into itself"),
        ({"_3": Wanted("3", "a\u202eb")}, "cannot be seen"),
        (
            {"_3": Wanted("3", "3", Mark("q")), "_4": Wanted("4", "4", Mark("q"))},
            "the same key, Q",
        ),
        (
            {"_3": Wanted("3", "3", end=Merge("4")), "_4": Wanted("4", "4", end=Merge("3"))},
            "cannot both be part of the other",
        ),
        (
            {f"_{d}": Wanted(d, d, end=AnswerKind.SKIP) for d in "012345678"},
            "At least two classes",
        ),
    ],
)
def test_classes_that_cannot_be_are_refused_whole(service, changes, says):
    project = service.create_project("Digits", CONFIG).project_id
    before = service.view(project).state
    with pytest.raises((IllegalEventError, InvalidDatasetError), match=says):
        change(service, project, wanted(service, project, **changes))
    assert service.view(project).state == before


def test_classes_that_others_have_changed_meanwhile_are_looked_at_again(service):
    project = service.create_project("Digits", CONFIG).project_id
    rows = wanted(service, project)
    service.add_class(project, "blot")
    with pytest.raises(IllegalEventError, match="meanwhile"):
        change(service, project, [rows[0]._replace(new_name="nought"), *rows[1:]])


def test_classes_merged_in_a_row_are_all_in_the_last(service):
    project = service.create_project("Digits", CONFIG).project_id
    answer_truly(service, project, rounds=8)
    before = service.view(project).labels
    chain = {"_1": Wanted("1", "1", end=Merge("7")), "_7": Wanted("7", "7", end=Merge("9"))}
    change(service, project, wanted(service, project, **chain))
    assert service.view(project).labels == {
        item: "9" if name in "17" else name for item, name in before.items()
    }


def test_a_class_that_came_back_while_another_took_its_name_is_refused(service):
    project = service.create_project("Digits", CONFIG).project_id
    change(service, project, wanted(service, project, _9=Wanted("9", "9", end=Merge("4"))))
    service.add_class(project, "9")
    with pytest.raises(IllegalEventError, match="Another class is called “9”"):
        service.restore_class(project, "9")


def test_a_table_drawn_anew_has_what_was_typed_and_labels_as_they_are_now():
    before = [{NAME: "a", LABELS: 0, "Key": ""}, {NAME: "b", LABELS: 6, "Key": ""}]
    typed = {"a": {**before[0], NAME: "alpha", "Key": "Q"}, "b": before[1]}
    stored = [{NAME: "b", LABELS: 2, "Key": ""}, {NAME: "a", LABELS: 4, "Key": ""}]
    stored.append({NAME: "new", LABELS: 1, "Key": ""})
    assert carried(typed, stored) == [
        {NAME: "b", LABELS: 2, "Key": ""},
        {NAME: "alpha", LABELS: 4, "Key": "Q"},
        {NAME: "new", LABELS: 1, "Key": ""},
    ]


def test_an_edited_table_says_what_is_wanted():
    listed = [ListedClass(name, Mark(), 0) for name in ("cat", "dog", "owl")]
    rows = class_rows(listed)
    assert n_changed(rows, rows) == 0
    edited = [dict(row) for row in rows]
    edited[2] |= {"Place": 1, "Key": "O", "Colour": "red"}
    edited[0] |= {"Class": "kitten", "Merge or remove": None}
    edited[1] |= {"Merge or remove": "Merge into owl", "Labels": 5}
    assert n_changed(rows, edited) == 3
    assert wanted_classes(["cat", "dog", "owl"], edited) == (
        Wanted("owl", "owl", Mark("o", "red")),
        Wanted("cat", "kitten"),
        Wanted("dog", "dog", end=Merge("owl")),
    )
    edited[0] |= {"Place": 3, "Key": "é"}
    with pytest.raises(IllegalEventError, match="“é” cannot be the key of “cat”"):
        wanted_classes(["cat", "dog", "owl"], edited)
    edited[0] |= {"Key": " "}
    assert [one.name for one in wanted_classes(["cat", "dog", "owl"], edited)] == [
        "owl",
        "dog",
        "cat",
    ]
    assert endings(["cat"]) == [
        "Remove: ask again",
        "Remove: unsure",
        "Remove: bad image",
        "Merge into cat",
    ]
    edited[1] |= {"Merge or remove": "Remove: bad image"}
    assert wanted_classes(["cat", "dog", "owl"], edited)[1].end is AnswerKind.BAD


def test_after_a_swap_and_another_order_truth_and_curve_are_what_they_were(service, store):
    project = service.create_project("Digits", CONFIG).project_id
    answer_truly(service, project, rounds=6)
    before = service.view(project)
    accuracies = [one.accuracy for one in before.rounds]
    change(service, project, wanted(service, project, _3=Wanted("3", "8"), _8=Wanted("8", "3")))
    rows = wanted(service, project)
    change(service, project, sorted(rows, key=lambda row: row.name))
    view = service.view(project)
    assert view.class_names == tuple("0123456789")
    swapped = {"3": "8", "8": "3"}
    digits = [str(d) for d in load_digits().target[view.dataset.rows]]
    names = [view.class_names[i] for i in view.dataset.truth]
    assert names == [swapped.get(name, name) for name in digits]
    assert view.report_all.accuracy == before.report_all.accuracy
    assert [one.accuracy for one in view.rounds] == pytest.approx(accuracies)
    again = Service(store, clock=TickingClock(), new_id=numbered("other"))
    assert [one.accuracy for one in again.view(project).rounds] == pytest.approx(accuracies)


def test_a_class_added_under_a_name_that_was_removed_is_another_class(service):
    project = service.create_project("Digits", CONFIG).project_id
    answer_truly(service, project, rounds=6)
    nines = {item for item, name in service.view(project).labels.items() if name == "9"}
    change(service, project, wanted(service, project, _9=Wanted("9", "9", end=AnswerKind.BAD)))
    service.add_class(project, "9")
    view = service.view(project)
    digits = load_digits().target[view.dataset.rows]
    np.testing.assert_array_equal(view.dataset.truth, np.where(digits == 9, -1, digits))
    batch = service.batch(project)
    service.submit(project, batch.batch_id, [label(batch.items[0], "9")])
    change(service, project, wanted(service, project, _9=Wanted("9", "9", end=AnswerKind.BAD)))
    service.restore_class(project, "9")
    labels = service.view(project).labels
    assert {item for item, name in labels.items() if name == "9"} == {*nines, batch.items[0]}


def test_a_dialog_that_was_open_while_names_were_swapped_is_refused(service):
    project = service.create_project("Digits", CONFIG).project_id
    since = service.view(project).state.class_list.seq
    rows = wanted(service, project, _8=Wanted("8", "8", end=AnswerKind.BAD))
    change(service, project, wanted(service, project, _3=Wanted("3", "8"), _8=Wanted("8", "3")))
    before = service.view(project).state
    with pytest.raises(IllegalEventError, match="meanwhile"):
        service.change_classes(project, rows, since=since)
    assert service.view(project).state == before


def test_a_late_answer_means_the_class_that_came_back_and_not_one_that_bore_its_name(service):
    project = service.create_project("Digits", CONFIG).project_id
    batch = service.batch(project)
    since = service.view(project).state.class_list.seq
    change(service, project, wanted(service, project, _3=Wanted("3", "3", end=Merge("2"))))
    change(service, project, wanted(service, project, _2=Wanted("2", "3")))
    change(service, project, wanted(service, project, _3=Wanted("3", "e")))
    service.restore_class(project, "3")
    item = batch.items[0]
    service.submit(project, batch.batch_id, [label(item, "3")], since={item: since})
    assert service.view(project).labels[item] == "3"


def test_neither_too_many_classes_nor_two_that_look_alike_can_be_added(service):
    project = service.create_project("Digits", CONFIG).project_id
    service.add_class(project, "caf\u00e9")
    with pytest.raises(InvalidDatasetError, match="Two classes"):
        service.add_class(project, "cafe\u0301")
    for number in range(MOST_CLASSES - 11):
        service.add_class(project, f"class {number}")
    with pytest.raises(InvalidDatasetError, match="1,001 classes"):
        service.add_class(project, "one more")
