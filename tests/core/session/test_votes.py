"""What several people say of the same items, and what follows from it."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given as given_some
from hypothesis import settings
from hypothesis import strategies as st

from core.errors import IllegalEventError, NothingToRedoError, UnknownClassError
from core.session import rules
from core.session.class_list import Meaning
from core.session.events import (
    Answer,
    Answered,
    AnswerKind,
    Classes,
    ClassesRenamed,
    ClassMerged,
    ClassRemoved,
    ClassRestored,
    Corrected,
    Decided,
    DecisionTakenBack,
    Event,
    KnownSet,
    Redone,
    Served,
    TakenBack,
    Undone,
)
from core.session.fold import fold
from core.session.formats import read_event, write_event
from core.session.sound import fault
from core.session.state import State
from tests.core.builders import bad, given, label, served, skip, state_of, unsure

NAMES = ("3", "8", "9")
CLASSES = Classes(names=NAMES)


def shared(batch_id: str, items: list[int], wanted: int = 3, by: str = "local") -> Served:
    """A batch whose items several people are to answer."""
    event = served(batch_id, items)
    return event.model_copy(update={"votes": dict.fromkeys(items, wanted), "by": by})


def said(batch_id: str, by: str, *answers: Answer) -> Answered:
    return Answered(batch_id=batch_id, answers=answers, by=by)


def voted(*names: str, wanted: int = 3) -> State:
    """Item 1, as people called ann, bob, cy and so on have answered it."""
    events: list[Event] = [CLASSES]
    people = zip(("ann", "bob", "cy", "dee", "eve"), names, strict=False)
    for number, (person, name) in enumerate(people):
        batch = shared("b0", [1], wanted) if number == 0 else served(f"b{number}", [1])
        answers = {"unsure": unsure(1), "bad": bad(1), "skip": skip(1)}
        events += [batch, said(f"b{number}", person, answers.get(name, label(1, name)))]
    return state_of(*events)


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        (("3",), "3"),
        (("3", "3"), "3"),
        (("3", "8"), None),
        (("3", "8", "3"), "3"),
        (("3", "8", "9"), None),
        (("3", "8", "9", "9"), "9"),
        (("skip", "8", "skip"), "8"),
        (("bad", "8", "bad"), AnswerKind.BAD),
        (("unsure", "unsure", "8"), AnswerKind.UNSURE),
    ],
)
def test_most_votes_are_the_label_and_a_tie_or_too_few_that_disagree_are_a_dispute(names, outcome):
    state = voted(*names)
    assert state.labels.get(1) == (outcome if isinstance(outcome, str) else None) or isinstance(
        outcome, AnswerKind
    )
    assert state.set_aside.get(1) == (outcome if isinstance(outcome, AnswerKind) else None)
    assert state.votes.in_dispute() == ((1,) if outcome is None else ())
    assert 1 in state.settled
    assert len(state.settled) == 1


@pytest.mark.parametrize("names", [("3", "8", "3"), ("3", "8", "9", "9"), ("bad", "3", "3")])
def test_the_order_in_which_people_answer_does_not_matter(names):
    outcomes = {voted(*order).labels.digest for order in permutations(names)}
    assert len(outcomes) == 1


def test_a_shared_item_is_open_for_whoever_has_not_answered_it_until_enough_have():
    state = voted("3", "3")
    assert state.is_done_by(1, "ann")
    assert not state.is_done_by(1, "cy")
    assert state.votes.due("cy", 5) == (1,)
    assert state.votes.due("ann", 5) == ()
    assert state.votes.due("cy", 5, taken={1}) == ()
    state = voted("3", "3", "8")
    assert state.is_done_by(1, "dee")
    assert state.votes.due("dee", 5) == ()


def test_items_that_were_answered_first_are_due_first():
    events: list[Event] = [shared("a", [5, 2, 9, 4], 2)]
    events += [said("a", "ann", label(9), label(5), label(4), label(2))]
    state = state_of(*events)
    assert state.votes.due("bob", 3) == (9, 5, 4)
    state = fold(state, [served("b", [5]), said("b", "bob", label(5))])
    assert state.votes.due("bob", 3) == (9, 4, 2)
    assert state.votes.due("cy", 3) == (9, 4, 2)


def test_where_one_answer_is_wanted_the_first_one_stands_as_ever():
    state = state_of(served("a", [1]), served("b", [1]), said("a", "ann", label(1, "3")))
    submission = rules.submit(state, "b", [label(1, "8")], NAMES, by="bob")
    assert (submission.events, submission.kept) == ((), (1,))
    assert state.poll(1) is None


def test_a_vote_on_what_is_settled_is_kept():
    state = fold(voted("3", "8", "3"), [served("late", [1])])
    submission = rules.submit(state, "late", [label(1, "8")], NAMES, by="dee")
    state = fold(state, submission.events)
    poll = state.poll(1)
    assert poll is not None
    assert [one.answer.label for one in poll.votes] == ["3", "8", "3", "8"]
    assert state.votes.in_dispute() == (1,)


def test_nobody_votes_twice():
    state = fold(voted("3"), [served("again", [1])])
    submission = rules.submit(state, "again", [label(1, "8")], NAMES, by="ann")
    assert (submission.events, submission.kept) == ((), (1,))
    assert rules.submit(state, "again", [label(1, "3")], NAMES, by="ann").kept == ()


def test_two_people_can_answer_an_item_in_the_same_batch_and_both_are_heard():
    state = state_of(CLASSES, shared("a", [1, 2]))
    state = fold(state, rules.submit(state, "a", [label(1, "3")], NAMES, by="ann").events)
    message = [label(1, "8"), label(2, "9")]
    submission = rules.submit(state, "a", message, NAMES, by="bob")
    assert (submission.stored, submission.kept) == (2, ())
    state = fold(state, submission.events)
    poll = state.poll(1)
    assert poll is not None
    assert {one.by: one.answer.label for one in poll.votes} == {"ann": "3", "bob": "8"}
    # Sent again, nothing is new; and what was undone does not come back by a late duplicate.
    assert rules.submit(state, "a", message, NAMES, by="bob") == rules.Submission(None, 0, ())
    mine = poll.vote_of("bob")
    assert mine is not None
    state = fold(state, [Undone(batch_id=mine.batch_id, item=1, by="bob")])
    assert rules.submit(state, "a", message, NAMES, by="bob").events == ()
    assert state.labels[1] == "3"


def test_undo_takes_back_ones_own_vote_and_the_item_comes_back_to_nobody_else():
    state = voted("3", "8", wanted=2)
    assert rules.undo(state, "b0", 1, by="ann") == Undone(batch_id="b0", item=1, by="ann")
    state = fold(state, [Undone(batch_id="b0", item=1, by="ann")])
    assert state.labels[1] == "8"
    assert state.reopened_batch(5, by="ann") == (1, (1,))
    assert state.reopened_batch(5, by="bob") is None
    assert state.upcoming("b0", "ann") == (1,)
    assert state.upcoming("b0", "bob") == ()
    redone = fold(state, [Redone(batch_id="b0", item=1, by="ann")])
    assert redone.votes.in_dispute() == (1,)
    state = fold(state, [served("c", [1]), said("c", "ann", label(1, "8"))])
    assert state.reopened == {}
    with pytest.raises(NothingToRedoError):
        rules.redo(state, "b0", 1, by="ann")


def test_a_batch_on_anothers_screen_stays_until_there_are_enough_votes():
    state = state_of(shared("a", [1, 2], 2), served("b", [1, 3]), served("c", [1, 4]))
    state = fold(state, [said("a", "ann", label(1), label(2))])
    assert [batch.batch_id for batch in state.open_batches] == ["b", "c"]
    state = fold(state, [said("b", "bob", label(1))])
    assert state.open_batches == ()


def test_what_a_reviewer_decides_wins_over_votes_and_can_be_taken_back():
    state = voted("3", "8", "9")
    decided = rules.decide(state, label(1, "8"), NAMES, by="rev")
    assert decided == Decided(answer=label(1, "8"), by="rev")
    state = fold(state, [decided])
    assert state.labels[1] == "8"
    assert state.votes.in_dispute() == ()
    assert rules.decide(state, label(1, "8"), NAMES, by="rev") is None
    # Later votes change nothing of it.
    state = fold(state, [served("late", [1]), said("late", "dee", label(1, "9"))])
    assert state.labels[1] == "8"
    aside = fold(state, [Decided(answer=bad(1))])
    assert (dict(aside.labels), aside.set_aside[1]) == ({}, AnswerKind.BAD)
    back = fold(state, [DecisionTakenBack(item=1)])
    assert back.labels[1] == "9"
    assert rules.take_back_decision(back, 1) is None


def test_only_what_people_have_answered_can_be_decided():
    state = state_of(CLASSES, served("a", [1]), said("a", "ann", label(1)), shared("b", [2]))
    for answer in (label(1, "8"), label(2, "8")):
        with pytest.raises(IllegalEventError):
            rules.decide(state, answer, NAMES)
    with pytest.raises(UnknownClassError):
        rules.decide(voted("3", "8"), label(1, "frog"), NAMES)
    with pytest.raises(IllegalEventError):
        rules.decide(voted("3", "8"), skip(1), NAMES)
    for event in (Decided(answer=label(1)), Decided(answer=skip(2)), DecisionTakenBack(item=2)):
        with pytest.raises(IllegalEventError):
            fold(state, [event])


def test_an_item_in_dispute_that_lacks_votes_comes_behind_those_that_have_them_all():
    events: list[Event] = [shared("a", [1, 2]), shared("b", [1, 2]), shared("c", [2])]
    events += [said("a", "ann", label(1, "3"), label(2, "3"))]
    events += [said("b", "bob", label(1, "8"), label(2, "8")), said("c", "cy", label(2, "9"))]
    assert state_of(*events).votes.in_dispute() == (2, 1)


def test_a_reviewed_label_of_a_shared_item_is_a_decision_and_nobodys_vote_is_changed():
    state = voted("3", "8", "3")
    events = rules.judge(state, served("g", [1]), label(1, "8"), NAMES, by="rev")
    assert events == (Decided(answer=label(1, "8"), by="rev"),)
    state = fold(state, events)
    poll = state.poll(1)
    assert poll is not None
    assert [one.answer.label for one in poll.votes] == ["3", "8", "3"]
    assert rules.judge(state, served("g", [1]), skip(1), NAMES) == (DecisionTakenBack(item=1),)
    assert rules.judge(voted("3"), served("g", [1]), skip(1), NAMES) == ()


def test_votes_and_decisions_follow_their_classes():
    state = fold(voted("3", "8", "9"), [ClassesRenamed(names={"3": "8", "8": "3"})])
    poll = state.poll(1)
    assert poll is not None
    assert [one.answer.label for one in poll.votes] == ["8", "3", "9"]
    merged = fold(state, [ClassMerged(name="8", to="3")])
    assert merged.labels[1] == "3"
    assert merged.votes.in_dispute() == ()
    back = fold(merged, [ClassRestored(name="8")])
    assert back.votes.in_dispute() == (1,)
    decided = fold(state, [Decided(answer=label(1, "9"))])
    removed = fold(decided, [ClassRemoved(name="9", becomes=AnswerKind.SKIP)])
    assert removed.votes.in_dispute() == (1,)
    again = fold(removed, [ClassRestored(name="9")])
    assert again.labels[1] == "9"
    unsure_now = fold(decided, [ClassRemoved(name="9", becomes=AnswerKind.UNSURE)])
    assert unsure_now.set_aside[1] is AnswerKind.UNSURE
    renamed = fold(decided, [ClassesRenamed(names={"9": "nine"})])
    assert renamed.labels[1] == "nine"
    # Decided anew after the class had ended, it does not come back with the class.
    other = fold(unsure_now, [Decided(answer=label(1, "3")), ClassRestored(name="9")])
    assert other.labels[1] == "3"


def test_a_vote_outweighs_a_label_that_came_with_the_project():
    state = state_of(given({1: "9"}), shared("a", [1], 2), said("a", "ann", label(1, "3")))
    assert state.labels[1] == "3"
    state = fold(state, [TakenBack(batch_id="a", item=1)])
    assert state.labels[1] == "9"


def test_known_answers_stand_whatever_people_say_and_are_asked_of_everybody():
    state = fold(voted("3"), [KnownSet(labels={1: "8", 2: "9"})])
    assert dict(state.labels) == {1: "8", 2: "9"}
    assert not state.is_done_by(1, "bob")
    assert state.is_done_by(1, "ann")
    assert state.votes.due("bob", 5) == ()
    state = fold(state, [served("k", [1, 2]), said("k", "bob", label(1, "3"), label(2, "3"))])
    assert dict(state.labels) == {1: "8", 2: "9"}
    renamed = fold(state, [ClassesRenamed(names={"8": "eight"})])
    assert renamed.labels[1] == "eight"
    removed = fold(state, [ClassRemoved(name="8", becomes=AnswerKind.BAD)])
    assert 1 not in removed.votes.known
    assert removed.labels[1] == "3"
    ended = fold(state, [KnownSet(labels={})])
    assert dict(ended.labels) == {1: "3", 2: "3"}
    assert not ended.votes.known


PEOPLE = ("ann", "bob", "cy")


@st.composite
def histories(draw: st.DrawFn) -> tuple[Event, ...]:
    """What three people do with six items, of which some are shared; all of it legal."""
    state, events = State(), []
    wanted = {1: 2, 2: 3, 3: 1, 4: 3}

    def happen(event: Event) -> None:
        nonlocal state
        state = fold(state, [event])
        events.append(event)

    happen(CLASSES)
    for number in range(draw(st.integers(1, 25))):
        person = draw(st.sampled_from(PEOPLE))
        what = draw(st.sampled_from("aaaaucbtdDk"))
        item = draw(st.integers(1, 6))
        kind = draw(st.sampled_from([*NAMES, "skip", "bad"]))
        answer = {"skip": skip(item), "bad": bad(item)}.get(kind, label(item, kind))
        poll = state.poll(item)
        last, undone = state.last_of(person), state.last_undone(person)
        placed = state.answer_to(item)
        if what == "a":
            batch = f"b{number}"
            votes = {item: wanted[item]} if item in wanted else {}
            happen(served(batch, [item]).model_copy(update={"votes": votes, "by": person}))
            for event in rules.submit(state, batch, [answer], NAMES, by=person).events:
                happen(event)
        elif what == "u" and last is not None:
            happen(Undone(batch_id=last.batch_id, item=last.answer.item, by=person))
        elif what == "t" and undone is not None:
            name = undone.batch_id, undone.answer.item
            redone = Redone(batch_id=name[0], item=name[1], by=person)
            if not rules._is_answered_by(state, name[1], person):
                happen(redone)
        elif what == "c" and placed is not None:
            happen(Corrected(batch_id=placed.batch_id, answer=answer, by=person))
        elif what == "b" and placed is not None:
            happen(TakenBack(batch_id=placed.batch_id, item=item, by=person))
        elif what == "d" and poll is not None and kind != "skip":
            happen(Decided(answer=answer, by=person))
        elif what == "D" and poll is not None and poll.decision is not None:
            happen(DecisionTakenBack(item=item, by=person))
        elif what == "k" and kind in NAMES:
            happen(KnownSet(labels={item: kind} if draw(st.booleans()) else {}))
    return tuple(events)


def _plainly(events: tuple[Event, ...], state: State) -> dict[int, Meaning | None]:
    """What is true of each shared item, from the list of all answers in force."""
    wanted = {item: n for e in events if isinstance(e, Served) for item, n in e.votes.items()}
    known: dict[int, str] = {}
    decided: dict[int, Meaning] = {}
    for event in events:
        if isinstance(event, KnownSet):
            known = event.labels
            wanted = dict.fromkeys(event.labels, 1) | wanted
        elif isinstance(event, Decided):
            decided[event.answer.item] = Meaning(event.answer.kind, event.answer.label)
        elif isinstance(event, DecisionTakenBack):
            del decided[event.item]
    found: dict[int, Meaning | None] = {}
    for item, number in wanted.items():
        votes = {
            p.by: Meaning(p.answer.kind, p.answer.label)
            for p in state.placed
            if p.answer.item == item
        }
        counts = Counter(said for said in votes.values() if said.kind is not AnswerKind.SKIP)
        best = [said for said, n in counts.items() if n == max(counts.values())]
        if item in decided:
            found[item] = decided[item]
        elif item in known:
            found[item] = Meaning(AnswerKind.LABEL, known[item])
        elif len(counts) == 1 or (len(best) == 1 and counts.total() >= number):
            found[item] = best[0]
        else:
            found[item] = None
    return found


@settings(deadline=None, max_examples=150)
@given_some(histories())
def test_whatever_happened_polls_are_what_a_plain_count_of_all_answers_gives(events):
    state = fold(State(), events)
    true = _plainly(events, state)
    assert {*state.votes.polls} == {*true}
    for item, said in true.items():
        poll = state.votes.polls[item]
        assert poll.outcome == said
        assert state.labels.get(item) == (said.label if said else None)
        assert (item in state.votes.disputed) == (said is None and bool(poll.votes))
        for person in PEOPLE:
            due = item in state.votes.due(person, 100)
            waits = bool(poll.votes) and poll.known is None and not poll.is_done_by(person)
            assert due == waits
    assert len(state.settled) == len({*state.settled})
    assert state.tallies.n_answers == state.n_answers


@settings(deadline=None, max_examples=100)
@given_some(histories(), st.integers(1, 4))
def test_it_does_not_matter_in_how_many_pieces_a_log_is_folded(events, size):
    whole, state = fold(State(), events), State()
    for start in range(0, len(events), size):
        state = fold(state, events[start : start + size])
    assert dict(state.votes.polls.items()) == dict(whole.votes.polls.items())
    assert state.votes.digest == whole.votes.digest
    assert state.votes.in_dispute() == whole.votes.in_dispute()
    assert state.labels == whole.labels
    for person in PEOPLE:
        assert state.votes.due(person, 3) == whole.votes.due(person, 3)


@settings(deadline=None, max_examples=100)
@given_some(histories(), st.sampled_from(PEOPLE))
def test_an_undo_and_its_redo_leave_votes_as_they_were(events, person):
    before = fold(State(), events)
    last = before.last_of(person)
    if last is None:
        return
    name = {"batch_id": last.batch_id, "item": last.answer.item, "by": person}
    undone = fold(before, [Undone.model_validate(name)])
    if not rules._is_answered_by(undone, last.answer.item, person):
        after = fold(undone, [Redone.model_validate(name)])
        assert after.votes.digest == before.votes.digest
        assert after.labels == before.labels


def test_one_more_vote_costs_the_same_after_ten_thousand():
    """What there is of shared items shares what did not change: no copy of all of it a vote."""
    items = [*range(10_000)]
    state = state_of(shared("a", items, 2), said("a", "ann", *(label(i, "3") for i in items)))
    assert state.votes.due("bob", 3) == (0, 1, 2)
    for number in range(50):
        batch = served(f"b{number}", [number])
        state = fold(state, [batch, said(f"b{number}", "bob", label(number, "8"))])
    assert len(state.votes.disputed) == 50
    assert state.votes.due("bob", 2) == (50, 51)
    polls = state.votes.polls
    later = fold(state, [served("x", [60]), said("x", "bob", label(60, "8"))]).votes.polls
    assert later._base is polls._base


@pytest.mark.parametrize(
    ("event", "is_fine"),
    [
        (shared("a", [1, 2], 3), True),
        (served("a", [1]).model_copy(update={"votes": {2: 3}}), False),
        (Decided(answer=label(1)), True),
        (Decided(answer=skip(1)), False),
        (Decided(answer=label(-1)), False),
        (DecisionTakenBack(item=1), True),
        (DecisionTakenBack(item=-1), False),
        (KnownSet(labels={1: "3"}), True),
        (KnownSet(labels={1: ""}), False),
        (KnownSet(labels={-1: "3"}), False),
    ],
)
def test_events_from_elsewhere_are_looked_at(event, is_fine):
    assert (not fault(event)) == is_fine
    assert read_event(write_event(event)) == event
