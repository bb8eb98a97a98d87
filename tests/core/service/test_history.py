"""The past of a project: settings of each round, two rounds side by side, and branches."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.semi_supervised import LabelSpreading

from core.config import ProjectConfig, recommended
from core.errors import InvalidNameError, InvalidNetworkError, UnknownRoundError
from core.jobs.work import Work
from core.service import comparing
from core.service.changes import Changed, Compared, Move
from core.service.history import answered_in, branch_name
from core.service.labelling import Service
from core.service.past import settings_of
from core.session.class_rules import Merge, Wanted
from core.session.events import Answer, AnswerKind, Branched, Event, SettingsNoted, Undone
from core.session.fold import fold_records
from core.session.state import State
from core.storage import MemoryStore, open_store
from core.storage.base import Recorded
from tests.core.builders import (
    NOON,
    TickingClock,
    answered,
    given,
    label,
    numbered,
    project,
    served,
)
from tests.core.session.test_fold import ITEMS, PEOPLE, Slow, events, made
from tests.core.storage.old import copy_of

DIGITS = load_digits()
FEW = recommended(n_samples=200)


@pytest.fixture
def service() -> Service:
    return Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"))


def answer_rounds(service: Service, project_id: str, n_rounds: int) -> None:
    for _ in range(n_rounds):
        batch = service.batch(project_id)
        assert batch is not None
        answers = [label(i, str(DIGITS.target[i]), 1000 + i) for i in batch.items]
        service.submit(project_id, batch.batch_id, answers)


def compared(service: Service, project_id: str, before: int, after: int) -> Compared:
    found = service.compare_rounds(service.view(project_id), before, after)
    return found.wait(30) if isinstance(found, Work) else found


def merge(service: Service, project_id: str, name: str, to: str) -> None:
    classes = service.view(project_id).state.class_list
    wanted = [
        Wanted(one, one, end=Merge(to) if one == name else None) for one in classes.names or ()
    ]
    service.change_classes(project_id, wanted, since=classes.seq)


# -- settings


def test_each_round_has_the_settings_that_were_in_force_when_it_ended(service: Service):
    made = service.create_project("Few", FEW)
    answer_rounds(service, made.project_id, 2)
    service.compare_by(made.project_id, "plain")
    answer_rounds(service, made.project_id, 1)
    past = service.past(made.project_id)
    changed = FEW.model_copy(update={"features": "plain"})
    assert [one.settings for one in past.rounds] == [FEW, FEW, changed]
    (line,) = past.story
    assert line.told == "Settings changed: compared by: pixels and edges → pixels."
    assert line.round == 2
    assert service.view(made.project_id).state.landmarks[-1].event == SettingsNoted(
        settings=changed.to_note()
    )


def test_a_change_of_settings_that_was_not_noted_is_noted_when_the_project_is_next_opened(
    service: Service,
):
    made = service.create_project("Few", FEW)
    changed = FEW.model_copy(update={"batch_size": 7})
    service._store.configure(made.project_id, changed)
    answer_rounds(service, made.project_id, 1)
    head = service._store.head(made.project_id)
    standing = service.view(made.project_id).standing
    assert settings_of(standing, 1) == changed
    assert service._store.head(made.project_id) == head, "once"


def test_rounds_of_a_log_from_before_settings_were_noted_have_none(tmp_path: Path):
    store = open_store(f"sqlite:///{copy_of('0007', tmp_path)}")
    service = Service(store)
    before = service.past("digits")
    assert {one.settings for one in before.rounds} == {None}
    view = service.view("digits")
    told = compared(service, "digits", 1, view.state.round).model
    assert told == ("Which settings they had was not noted then: both are shown with those of now.")
    made = service.branch("digits", 1, "Branch")
    assert made.config == view.project.config
    answer_rounds(service, made.project_id, 1)
    assert [one.settings for one in service.past(made.project_id).rounds] == [None, made.config]
    service.close()


def test_what_happened_besides_answers_is_told_the_newest_first(service: Service):
    config = FEW.model_copy(update={"n_given": 3})
    made = service.create_project("Few", config, classes=["cat", "dog"])
    answer_rounds(service, made.project_id, 1)
    merge(service, made.project_id, "7", "1")
    service.restore_class(made.project_id, "7")
    service.ask_checks(made.project_id, 20)
    service.set_target(made.project_id, 0.97)
    told = [(line.round, line.told) for line in service.past(made.project_id).story]
    assert told == [
        (1, "Target set to 97 % right."),
        (1, "20 checks asked for: questions drawn at random."),
        (1, "“7” was brought back."),
        (1, "“7” became part of “1”."),
        (0, "Classes added: “cat”, “dog”."),
        (0, "Began with 3 labels."),
    ]


# -- two rounds


def test_two_rounds_differ_as_scikit_learn_says(service: Service):
    made = service.create_project("Classic", ProjectConfig(n_samples=300))
    answer_rounds(service, made.project_id, 4)
    view, truth = service.view(made.project_id), DIGITS.target[:300]
    predicted, given_then = {}, {}
    for number in (1, 4):
        items = {
            one.answer.item: int(one.answer.label or -1)
            for one in view.state.placed
            if one.round <= number
        }
        y = np.full(300, -1)
        y[[*items]] = [*items.values()]
        fitted = LabelSpreading(kernel="rbf", gamma=0.25, max_iter=20).fit(DIGITS.data[:300], y)
        predicted[number] = np.where(y >= 0, y, fitted.transduction_)
        given_then[number] = items
    found = compared(service, made.project_id, 1, 4)
    for side in (found.before, found.after):
        assert side.report is not None
        np.testing.assert_array_equal(
            side.report.confusion[:, :10], confusion_matrix(truth, predicted[side.round])
        )
        np.testing.assert_allclose(
            side.report.accuracy, accuracy_score(truth, predicted[side.round])
        )
        assert side.n_labels == len(given_then[side.round])
    is_open = ~np.isin(np.arange(300), [*given_then[4]])
    expected = np.flatnonzero((predicted[1] != predicted[4]) & is_open)
    assert sorted(found.changed.items.tolist()) == expected.tolist()
    pairs = Counter(zip(predicted[1][expected], predicted[4][expected], strict=True))
    assert {(m.before, m.after): m.n_images for m in found.changed.moves} == pairs
    now_right = predicted[4][expected] == truth[expected]
    was_right = predicted[1][expected] == truth[expected]
    assert (found.righted, found.spoiled) == (int(now_right.sum()), int(was_right.sum()))
    between = given_then[4].keys() - given_then[1].keys()
    assert found.labels.added == Counter(str(given_then[4][item]) for item in between)
    assert found.labels.n_unforeseen == sum(predicted[1][i] != given_then[4][i] for i in between)
    assert found.model == "Settings were the same in both, and are so now."


def test_a_round_is_shown_with_the_settings_it_had_and_today_s_names_of_classes(
    service: Service, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(comparing, "_FEW_ITEMS", 0)
    made = service.create_project("Few", FEW)
    answer_rounds(service, made.project_id, 2)
    then = service.view(made.project_id)
    accuracy = then.rounds[-1].accuracy
    service.compare_by(made.project_id, "plain")
    answer_rounds(service, made.project_id, 1)
    first = compared(service, made.project_id, 2, 3)
    assert first.before.report is not None
    assert first.before.report.accuracy == accuracy
    assert first.model.startswith("Each is shown with the settings it had. Compared by: pixels and")
    merge(service, made.project_id, "7", "1")
    second = compared(service, made.project_id, 2, 3)
    assert "7" not in second.labels.added
    assert second.before.audit is None, "names meant something else then"
    with pytest.raises(UnknownRoundError):
        service.compare_rounds(service.view(made.project_id), 2, 9)


def test_where_the_models_of_then_cannot_be_had_those_of_now_are_taken_and_it_is_said(
    service: Service, monkeypatch: pytest.MonkeyPatch
):
    def gone(*_: object) -> None:
        raise InvalidNetworkError("The network of then is not here.")

    made = service.create_project("Few", FEW)
    answer_rounds(service, made.project_id, 1)
    service.compare_by(made.project_id, "plain")
    answer_rounds(service, made.project_id, 1)
    monkeypatch.setattr(service._sources, "otherwise", gone)
    found = compared(service, made.project_id, 1, 2)
    assert found.model == (
        "Both are shown with the settings of now. The network of then is not here."
    )


def test_of_very_many_rounds_any_can_be_looked_at(service: Service):
    config = FEW.model_copy(update={"batch_size": 1})
    made = service.create_project("Many", config)
    log: list[Event] = []
    for number in range(1, 301):
        log += [served(f"b{number}", [number % 200 + 200 * (number // 200)], number)]
        log += [answered(f"b{number}", label(log[-1].items[0], "3"))]  # type: ignore[union-attr]
    service._store.append(
        made.project_id, service._store.head(made.project_id), log, TickingClock()()
    )
    past = service.past(made.project_id)
    assert past.selection.is_thinned
    assert 37 not in past.selection.numbers
    assert past.has(37)
    assert past.one(37).record.n_labels == 37
    assert past.one(37).settings == config
    with pytest.raises(UnknownRoundError):
        past.one(301)


def test_pictures_show_some_of_each_pair_of_classes():
    before = np.array([1] * 9 + [2])
    changed = Changed(np.arange(10), before, before + 5)
    assert changed.examples(5) == (0, 1, 2, 9, 3)
    assert changed.moves == (Move(1, 6, 9), Move(2, 7, 1))
    assert changed.of(Move(2, 7, 1)).items.tolist() == [9]


def test_the_images_of_a_round_are_those_that_were_answered_in_it(service: Service):
    made = service.create_project("Few", FEW)
    answer_rounds(service, made.project_id, 2)
    view = service.view(made.project_id)
    chosen = answered_in(view, 2)
    answered = {one.answer.item for one in view.state.placed if one.round == 2}
    assert set(chosen.items.tolist()) == answered
    assert chosen.said == "answered in round 2"


# -- branches


@settings(max_examples=60, deadline=None)
@hypothesis_given(
    start=st.dictionaries(ITEMS, st.sampled_from("01"), max_size=2),
    drawn=st.lists(events, max_size=25),
)
def test_a_branch_is_the_project_as_it_was_when_the_round_ended(start, drawn):
    slow, log = Slow(), list[Event]()
    for one in [given(start), *drawn] if start else drawn:
        event = made(slow, one)
        if event is not None and slow.add(event):
            log.append(event)
    records = [Recorded(n, NOON + timedelta(seconds=n), one) for n, one in enumerate(log, 1)]
    store = MemoryStore()
    store.bring(project(), records)
    service = Service(store, new_id=numbered("branch"))
    for number, (_, digest, end) in slow.ends.items():
        branch = service.branch("p", number, f"Branch {number}")
        copied = store.events(branch.project_id)
        assert copied[:end] == tuple(records[:end])
        assert copied[end].event == Branched(project="p", name="Some digits", round=number)
        state = fold_records(State(), copied)
        then = Slow()
        assert all(then.add(event) for event in log[:end])
        assert state.labels.digest == digest
        assert state.labels == then.labels()
        assert {n: (s.n_labels, s.digest, s.ended_by) for n, s in state.rounds.items()} == then.ends
        assert state.open_batches == (), "what was on a screen is asked anew"
        for person in PEOPLE:
            # Undo goes on from where it was.
            last, found = then.last(person), state.last_of(person)
            assert (found.answer if found else None) == (last.answer if last else None)
            if last is not None:
                item = last.answer.item
                service.undo(branch.project_id, last.batch_id, item, by=person)
                undone = store.events(branch.project_id)[-1].event
                assert isinstance(undone, Undone)
                assert undone.item == item
    assert store.events("p") == tuple(records), "nothing of it has changed"


def test_a_branch_has_the_settings_of_its_round_and_goes_on_by_itself(service: Service):
    made = service.create_project("Few", FEW)
    answer_rounds(service, made.project_id, 2)
    merge(service, made.project_id, "7", "1")
    service.compare_by(made.project_id, "plain")
    answer_rounds(service, made.project_id, 1)
    log = service._store.events(made.project_id)
    view = service.view(made.project_id)
    branch = service.branch(made.project_id, 2, "  Another   way ")
    assert (branch.name, branch.config) == ("Another way", FEW)
    state = service.view(branch.project_id).state
    assert (state.round, len(state.labels)) == (2, view.state.rounds[2].n_labels)
    assert "7" not in (state.classes or ())
    assert service.origin(branch.project_id) == Branched(
        project=made.project_id, name="Few", round=2
    )
    assert service.past(branch.project_id).story[0].told == "Branched from “Few”, after round 2."
    answer_rounds(service, branch.project_id, 1)
    assert service.view(branch.project_id).state.round == 3
    assert service._store.events(made.project_id) == log
    assert service.judged(service.view(branch.project_id)) is not None


def test_a_branch_needs_a_round_and_a_name_of_its_own(service: Service):
    made = service.create_project("Few", FEW)
    answer_rounds(service, made.project_id, 1)
    for number in (0, 2, -1):
        with pytest.raises(UnknownRoundError):
            service.branch(made.project_id, number, "New")
    for name in ("few", "", "x" * 81):
        with pytest.raises(InvalidNameError):
            service.branch(made.project_id, 1, name)
    assert [one.name for one in service.projects()] == ["Few"]
    assert branch_name(project(name="x" * 80), 12) == f"{'x' * 70}, round 12"


def test_what_was_on_a_screen_when_it_was_branched_takes_no_answer_twice(service: Service):
    made = service.create_project("Go", FEW.model_copy(update={"refit": "label", "batch_size": 3}))
    for _ in range(4):
        batch = service.batch(made.project_id)
        assert batch is not None
        item = batch.items[0]
        answer = Answer(item, AnswerKind.LABEL, str(DIGITS.target[item]))
        service.submit(made.project_id, batch.batch_id, [answer])
    branch = service.branch(made.project_id, 2, "Branch")
    state = service.view(branch.project_id).state
    assert state.open_batches == ()
    batch = service.batch(branch.project_id)
    assert batch is not None
    assert set(batch.items).isdisjoint(state.labels)
    assert batch.round == 2, "it has two answers to come"
