"""What people have done, how far they agree, and how often they are right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from core.config import recommended
from core.data.catalogue import Catalogue
from core.errors import UnknownClassError
from core.quality.proportions import Counted
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered

MISTAKES = {"ann": 10_001, "bob": 5, "cy": 2}
"""Each person errs on every so many images."""


@pytest.fixture
def service(tmp_path: Path) -> Service:
    images = np.random.default_rng(0).random((40, 8, 8))
    np.savez(tmp_path / "unnamed.npz", images=images, class_names=["a", "b"])
    return Service(
        MemoryStore(), clock=TickingClock(), new_id=numbered("id"), catalogue=Catalogue(tmp_path)
    )


def said_by(person: str, item: int, true: str) -> str:
    # No two people make the same mistake.
    return str((int(true) + MISTAKES[person]) % 10) if item % MISTAKES[person] == 0 else true


def taught(service: Service, rounds: int = 8, n_known: int = 0) -> str:
    config = recommended(n_samples=60, overlap=3, truth="majority", batch_size=5)
    project = service.create_project("Shared", config).project_id
    view = service.view(project)
    assert view.dataset.truth is not None
    if n_known:
        assert service.ask_known(view, n_known)
        assert not service.ask_known(service.view(project), n_known)
    for _ in range(rounds):
        for milliseconds, person in enumerate(MISTAKES, start=1):
            batch = service.batch(project, desk=person, by=person)
            if batch is None:
                continue
            rows = view.engine.positions(batch.items)
            answers = [
                label(
                    item, said_by(person, item, str(view.dataset.truth[row])), 1_000 * milliseconds
                )
                for item, row in zip(batch.items, rows, strict=True)
            ]
            service.submit(project, batch.batch_id, answers, by=person)
    return project


def test_each_has_their_answers_their_time_and_how_often_they_say_what_is_taken_for_true(service):
    project = taught(service)
    view = service.view(project)
    told = service.people(view)
    assert {one.person for one in told.persons} == {*MISTAKES}
    by_id = {one.person: one for one in told.persons}
    for person, one in by_id.items():
        mine = [placed for placed in view.state.placed if placed.by == person]
        assert (one.answers, one.labels) == (len(mine), len(mine))
        agreed = [
            placed.answer.label == view.labels[placed.answer.item]
            for placed in mine
            if len(view.state.votes.polls[placed.answer.item].votes) > 1
            and placed.answer.item in view.labels
        ]
        assert one.agreed == Counted(sum(agreed), len(agreed))
    assert [by_id[person].seconds for person in MISTAKES] == [1.0, 2.0, 3.0]
    assert by_id["ann"].agreed.share > by_id["bob"].agreed.share > by_id["cy"].agreed.share
    assert told.n_shared > told.n_split > 0


def test_agreement_by_pair_is_cohens_kappa_of_what_both_have_said(service):
    view = service.view(taught(service))
    told = service.people(view)
    assert {(one, other) for one, other, _ in told.pairs} == {
        ("ann", "bob"),
        ("ann", "cy"),
        ("bob", "cy"),
    }
    for one, other, kappa in told.pairs:
        votes = [poll.votes for poll in view.state.votes.polls.values()]
        pairs = [
            {vote.by: vote.answer.label for vote in each}
            for each in votes
            if {one, other} <= {vote.by for vote in each}
        ]
        assert kappa.n_items == len(pairs)
        expected = cohen_kappa_score([p[one] for p in pairs], [p[other] for p in pairs])
        assert kappa.value == pytest.approx(expected)
    assert told.alpha.n_items == told.fleiss.n_items == told.n_shared
    assert {name for name, _ in told.classes} <= {*"0123456789"}


def test_known_answers_are_asked_blind_and_count_how_often_each_is_right(service):
    project = taught(service, rounds=12, n_known=12)
    view = service.view(project)
    told = service.people(view)
    assert told.n_known == 12
    truth = view.dataset.truth
    assert truth is not None
    for one in told.persons:
        asked = [p.answer for p in view.state.placed if p.by == one.person]
        known = [answer for answer in asked if answer.item in view.state.votes.known]
        right = [
            answer.label == str(truth[view.engine.positions([answer.item])[0]]) for answer in known
        ]
        assert one.right == Counted(sum(right), len(right))
    assert sum(one.right.n for one in told.persons) > 5
    # Whatever was answered, they teach what is true.
    for item in view.state.votes.known:
        assert view.labels[item] == str(truth[view.engine.positions([item])[0]])
    assert service.ask_known(view, 0)
    assert service.people(service.view(project)).n_known == 0


def test_without_a_truth_what_was_decided_or_agreed_on_is_known(service):
    config = recommended(dataset="unnamed.npz", n_samples=40, overlap=2, batch_size=4)
    project = service.create_project("Unnamed", config).project_id
    assert not service.ask_known(service.view(project), 5)
    for person in ("ann", "bob"):
        batch = service.batch(project, desk=person, by=person)
        assert batch is not None
        names = ["a", "a", "a", "b" if person == "ann" else "a"]
        answers = [label(item, name) for item, name in zip(sorted(batch.items), names, strict=True)]
        service.submit(project, batch.batch_id, answers, by=person)
    items = sorted(batch.items)
    service.decide(project, Answer(items[0], AnswerKind.BAD), by="rev")
    assert service.ask_known(service.view(project), 5)
    state = service.view(project).state
    assert {item: poll.known for item, poll in state.votes.polls.items() if poll.known} == {
        items[1]: "a",
        items[2]: "a",
    }
    with pytest.raises(UnknownClassError):
        service.set_known(project, {1: "frog"})


def test_before_anybody_has_answered_nothing_is_said(service):
    told = service.people(service.view(taught(service, rounds=0)))
    assert told.persons == ()
    assert (told.alpha.value, told.pairs, told.classes) == (None, (), ())
