"""Several people on the same images: each is asked once, sees nothing of others, and is heard."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from core.config import ProjectConfig, make_config, recommended
from core.errors import IllegalEventError
from core.export.rows import Choice
from core.querying.hiding import by_lot
from core.service.conversation import describe
from core.service.labelling import Service
from core.service.review_page import describe_review, lists_for
from core.service.reviewing import review
from core.session.class_list import Meaning
from core.session.events import Answer, AnswerKind, Served
from core.storage import MemoryStore, open_store
from tests.core.builders import TickingClock, label, numbered, skip

PEOPLE = ("ann", "bob", "cy")


@pytest.fixture
def service() -> Service:
    return Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"))


def made(service: Service, **more: Any) -> str:
    config = recommended(**{"n_samples": 60, "batch_size": 5, "overlap": 2} | more)
    return service.create_project(service.free_name("Shared"), config).project_id


def asked(service: Service, project: str, by: str) -> Served:
    batch = service.batch(project, desk=by, by=by)
    assert batch is not None
    return batch


def answer(service: Service, project: str, batch: Served, by: str, name: str | None = None) -> None:
    """Answer all of a batch, as what it shows or as this class."""
    answers = [label(item, name or str(item % 10), 700) for item in batch.items]
    assert service.submit(project, batch.batch_id, answers, by=by).kept == ()


def page(service: Service, project: str, by: str) -> dict[str, Any]:
    view = service.view(project)
    shown = describe(view, service.serve(view, desk=by, by=by), (), by)
    return json.loads(shown.model_dump_json())  # type: ignore[no-any-return]


def test_what_one_has_answered_the_next_one_is_asked_and_then_nobody_else(service):
    project = made(service)
    ann = asked(service, project, "ann")
    assert ann.votes == dict.fromkeys(ann.items, 2)
    answer(service, project, ann, "ann")
    bob = asked(service, project, "bob")
    assert {*bob.items} == {*ann.items}
    assert {*bob.reasons} == {"vote"}
    assert {*bob.predicted} == {None}
    assert {*bob.confidence} == {0.0}
    assert (bob.votes, bob.by) == ({}, "bob")
    # Others are not asked what is before somebody already, nor anybody twice.
    cy = asked(service, project, "cy")
    assert {*cy.items}.isdisjoint(bob.items)
    answer(service, project, bob, "bob")
    assert {*asked(service, project, "ann").items}.isdisjoint(bob.items)


@pytest.mark.parametrize("refit", ["round", "label"])
def test_all_is_answered_by_as_many_as_were_asked_for_and_nobody_is_asked_twice(service, refit):
    project = made(service, n_samples=24, overlap=3, overlap_share=0.5, refit=refit)
    wanted = {*by_lot(project, range(24), 0.5, purpose=b"vote")}
    given: dict[int, list[str]] = {}
    for turn in range(300):
        by = PEOPLE[turn % 3]
        batch = service.batch(project, desk=by, by=by)
        if batch is None:
            continue
        item = next(i for i in batch.items if by not in given.get(i, ()))
        items = batch.items if refit == "round" else (item,)
        answers = [label(one, str(one % 10)) for one in items]
        service.submit(project, batch.batch_id, answers, by=by)
        for one in items:
            given.setdefault(one, []).append(by)
    assert all(len(people) == len({*people}) for people in given.values())
    assert {item for item, people in given.items() if len(people) == 3} == wanted
    assert {len(people) for people in given.values()} == {1, 3}
    assert len(given) == 24
    state = service.view(project).state
    assert len(state.labels) == 24
    assert state.n_answers == 3 * len(wanted) + 24 - len(wanted)


def test_nothing_of_what_others_said_is_sent(service):
    project = made(service)
    for _ in range(2):
        answer(service, project, asked(service, project, "ann"), "ann")
    shown = page(service, project, "bob")
    assert {item["why"] for item in shown["items"]} == {"Several people answer this one."}
    assert all(item["beliefs"] == [] for item in shown["items"])
    assert all(item["hidden"] and item["blind"] for item in shown["items"])
    assert shown["last"] is None
    assert any(item["beliefs"] for item in page(service, project, "ann")["items"])


def test_an_image_on_two_screens_is_a_vote_of_each(service):
    """As it may be after a lease has ended."""
    project = made(service, n_samples=5)
    ann = asked(service, project, "ann")
    service.leave(project, desk="ann")
    bob = asked(service, project, "bob")
    assert ann.batch_id == bob.batch_id
    answer(service, project, ann, "ann")
    answer(service, project, bob, "bob", "3")
    state = service.view(project).state
    assert all(len(poll.votes) == 2 for poll in state.votes.polls.values())
    assert service.batch(project, desk="ann", by="ann") is None


def test_where_people_disagree_nothing_is_learned_until_a_reviewer_has_decided(service):
    project = made(service, truth="majority")
    ann = asked(service, project, "ann")
    answer(service, project, ann, "ann", "3")
    answer(service, project, asked(service, project, "bob"), "bob", "8")
    view = service.view(project)
    assert {*view.state.votes.in_dispute()} == {*ann.items}
    assert len(view.labels) == view.n_learned == 0
    first, *_ = view.state.votes.in_dispute()
    assert service.decide(project, label(first, "8"), by="rev")
    assert not service.decide(project, label(first, "8"), by="rev")
    assert dict(service.view(project).labels) == {first: "8"}
    assert service.take_back_decision(project, first, by="rev")
    assert not service.take_back_decision(project, first, by="rev")
    assert not service.view(project).labels
    with pytest.raises(IllegalEventError):
        service.decide(project, label(59, "8"))


def test_what_is_likely_is_taken_for_true_where_people_disagree(service):
    """Ann and Bob agree all along, Cy guesses: so what Cy says against them hardly counts."""
    project = made(service, n_samples=120, overlap=2, batch_size=10)
    guess = random.Random(3).choices(range(10), k=120)
    for _ in range(30):
        for by in PEOPLE:
            batch = service.batch(project, desk=by, by=by)
            if batch is not None:
                names = [str(guess[i] if by == "cy" else i % 10) for i in batch.items]
                answers = [label(i, name) for i, name in zip(batch.items, names, strict=True)]
                service.submit(project, batch.batch_id, answers, by=by)
    believed, counted = service.view(project).state, service.standing(project).state
    assert len(counted.votes.disputed) > len(believed.votes.disputed)
    settled = counted.votes.disputed.keys() - believed.votes.disputed.keys()
    assert {believed.labels[item] for item in settled} <= {*"0123456789"}
    right = [believed.labels[item] == str(item % 10) for item in settled]
    assert sum(right) > 0.8 * len(right)
    assert len(believed.settled) == len(counted.settled) == 120
    # Whoever looks again, in whichever process, sees the same.
    assert service.view(project).state.labels == believed.labels


def test_a_reviewers_change_of_a_shared_label_is_a_decision(service):
    project = made(service)
    ann = asked(service, project, "ann")
    answer(service, project, ann, "ann", "3")
    numbering = service.view(project).state.images.numbering
    item = ann.items[0]
    changed = [(ann.batch_id, label(item, "8"))]
    assert service.correct_many(project, numbering, changed, by="rev") == 1
    poll = service.view(project).state.poll(item)
    assert poll is not None
    assert poll.outcome == Meaning(AnswerKind.LABEL, "8")
    assert [vote.answer.label for vote in poll.votes] == ["3"]


def test_one_answer_is_enough_as_ever_where_nothing_else_was_asked_for(service):
    project = made(service, overlap=1)
    batch = asked(service, project, "ann")
    assert "votes" not in batch.model_dump()
    answer(service, project, batch, "ann")
    assert not service.view(project).state.votes.polls
    assert {*asked(service, project, "bob").items}.isdisjoint(batch.items)


def test_settings_without_overlap_are_stored_as_before():
    plain = ProjectConfig()
    assert {"overlap", "overlap_share", "truth"}.isdisjoint(plain.model_dump())
    shared = make_config({"overlap": 3, "overlap_share": 0.25})
    assert shared.model_dump() | {} == plain.model_dump() | {
        "overlap": 3,
        "overlap_share": 0.25,
        "truth": "dawid_skene",
    }
    assert make_config(shared.model_dump()) == shared


def test_votes_are_there_after_a_restart(tmp_path):
    url = f"sqlite:///{tmp_path / 'labelspread.db'}"
    service = Service(open_store(url), clock=TickingClock(), new_id=numbered("id"))
    project = made(service)
    answer(service, project, asked(service, project, "ann"), "ann", "3")
    answer(service, project, asked(service, project, "bob"), "bob", "8")
    before = service.standing(project).state.votes
    service.close()
    again = Service(open_store(url), clock=TickingClock(), new_id=numbered("other"))
    after = again.standing(project).state.votes
    assert (after.digest, after.in_dispute()) == (before.digest, before.in_dispute())
    assert dict(after.polls) == dict(before.polls)
    again.close()


def test_an_export_says_what_each_has_said_and_who_decided(service):
    project = made(service, n_samples=20, truth="majority")
    ann = asked(service, project, "ann")
    answer(service, project, ann, "ann", "3")
    bob = asked(service, project, "bob")
    said = [label(bob.items[0], "3"), *(label(item, "8") for item in bob.items[1:])]
    service.submit(project, bob.batch_id, said, by="bob")
    decided, disputed = bob.items[1], bob.items[2]
    service.decide(project, label(decided, "8"), by="rev")
    rows = {
        row.number: row
        for some in service.labelled(service.view(project)).some(Choice())
        for row in some.rows
    }
    agreed = rows[bob.items[0]]
    assert (agreed.human_label, agreed.source, agreed.decided_by) == ("3", "human", None)
    assert json.loads(agreed.votes or "") == {"ann": "3", "bob": "3"}
    row = rows[decided]
    assert (row.label, row.source, row.decided_by) == ("8", "human", "rev")
    row = rows[disputed]
    assert (row.human_label, row.decided_by) == (None, None)
    assert row.source in {"model", None}
    assert json.loads(row.votes or "") == {"ann": "3", "bob": "8"}
    assert {rows[item].votes for item in rows if item not in bob.items} == {None}


def test_disputed_images_are_a_list_to_review_with_what_each_has_said(service):
    project = made(service, truth="majority")
    ann = asked(service, project, "ann")
    answer(service, project, ann, "ann", "3")
    answer(service, project, asked(service, project, "bob"), "bob", "8")
    view = service.view(project)
    lists = lists_for(view)
    assert lists[0] == "disputed"
    listed = review(view, "disputed")
    assert {case.items[0] for case in listed.cases} == {*ann.items}
    page = describe_review(view, "disputed", listed, {}, (), list_id="l", lists=lists)
    first = page.cases[0]
    assert [(vote.name, vote.said.label) for vote in first.votes] == [("ann", "3"), ("bob", "8")]
    assert first.missing == 0
    item = first.items[0].id
    assert service.judge(project, "r1", label(item, "8"), by="rev")
    assert service.view(project).labels[item] == "8"
    shown = describe_review(
        service.view(project), "disputed", listed, {}, (), list_id="l", lists=lists
    )
    assert shown.cases[0].items[0].now.label == "8"
    # As the page takes it back.
    assert service.judge(project, "r2", skip(item), by="rev")
    assert item not in service.view(project).labels
    calm = made(service, overlap=1)
    assert lists_for(service.view(calm)) == ("contradicted", "aside", "near")
    other = service.view(made(service))
    nothing = describe_review(other, "disputed", review(other, "disputed"), {}, (), list_id="m")
    assert nothing.nothing == "People agree on all images that several of them have answered."


def test_beside_what_is_undone_stand_ones_own_answers_and_not_those_of_others(service):
    project = made(service)
    ann = asked(service, project, "ann")
    answer(service, project, ann, "ann", "3")
    answer(service, project, asked(service, project, "bob"), "bob", "8")
    asked(service, project, "bob")
    last = service.view(project).state.last_of("ann")
    assert service.undo(project, last.batch_id, last.answer.item, by="ann", desk="ann")
    beside = page(service, project, "ann")["beside"]
    assert {one["id"] for one in beside} == {*ann.items} - {last.answer.item}
    assert {one["answer"]["said"] for one in beside} == {"3"}


def test_other_lists_tell_nothing_of_what_each_has_said(service):
    project = made(service)
    answer(service, project, asked(service, project, "ann"), "ann", "3")
    item = asked(service, project, "bob").items[0]
    service.decide(project, Answer(item, AnswerKind.BAD), by="rev")
    view = service.view(project)
    page = describe_review(view, "aside", review(view, "aside"), {}, (), list_id="l")
    assert [case.votes for case in page.cases] == [()]


def test_answers_can_be_listed_of_one_person_alone(service):
    project = made(service)
    ann = asked(service, project, "ann")
    answer(service, project, ann, "ann", "3")
    answer(service, project, asked(service, project, "bob"), "bob", "8")
    mine = service.answers(project, None, 0, 3, "ann")
    assert (mine.total, len(mine.answers)) == (5, 3)
    assert {placed.by for placed in mine.answers} == {"ann"}
    assert service.answers(project, "8", 0, 9, "ann").total == 0
    assert service.answers(project, "8", 0, 9, "bob").total == 5
    assert service.answers(project).total == 10
