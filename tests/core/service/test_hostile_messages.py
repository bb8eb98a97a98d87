"""Whatever a browser sends, a project is as it was, or as a message makes it that is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.people.persons import Person
from core.service.conversation import Receipt, respond
from core.service.labelling import Service
from core.service.protocol import VERSION, parse_message
from core.session.events import Served
from core.session.fold import fold
from core.session.formats import read_event, write_event
from core.session.sound import fault
from core.session.state import State
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered
from tests.core.service.people import ANNA, BEN, CLEO, STRANGER, as_, shared_project
from tests.hostile import gone_wrong, values

LONGEST = 400
PEOPLE = (ANNA, BEN, CLEO, STRANGER)


@dataclass(frozen=True)
class Room:
    """A project in which something was said."""

    store: MemoryStore
    service: Service
    project: str

    def events(self) -> list[Any]:
        """All of its log."""
        return [record.event for record in self.store.read(self.project).events]

    def right(self) -> list[dict[str, Any]]:
        """A message of each kind, to the letter, about what there is."""
        state = self.service.standing(self.project).state
        said = [event for event in self.events() if isinstance(event, Served)]
        old, now = said[0], said[-1]
        first, item = old.items[0], now.items[0]
        given = {"item": item, "kind": "label", "label": "3", "ms": 9, "named": 0, "hidden": None}
        numbering = state.images.numbering
        grid = {"numbering": numbering, "named": 0}
        told: list[dict[str, Any]] = [
            {"kind": "submit", "batch_id": now.batch_id, "answers": [given]},
            {"kind": "undo", "batch_id": old.batch_id, "item": first},
            {"kind": "redo", "batch_id": old.batch_id, "item": first},
            {"kind": "correct", "batch_id": old.batch_id, "answer": given | {"item": first}},
            {"kind": "take_back", "batch_id": old.batch_id, "item": first},
            {"kind": "take_back_batch", "batch_id": old.batch_id},
            {"kind": "judge", "batch_id": "judged", "answer": given},
            {"kind": "keep", "item": first, "beside": None, "label": "3", "against": "8"}
            | {"score": 1.5},
            {"kind": "unkeep", "item": first, "beside": None},
            {"kind": "sync"},
            {"kind": "check", "batch_id": "grid", "name": "3", "answers": [given]}
            | {"items": [{"item": item, "probability": 0.5}]}
            | grid,
            {"kind": "correct_many", "batch_id": "grid", **grid}
            | {"answers": [{"batch_id": old.batch_id, "answer": given | {"item": first}}]},
        ]
        return [{"v": VERSION, "id": "m", "project": self.project} | one for one in told]


@pytest.fixture(scope="module")
def room() -> Room:
    store = MemoryStore()
    service = Service(store, clock=TickingClock(), new_id=numbered("id"))
    project = shared_project(service)
    for person in (ANNA, CLEO):
        batch = service.batch(project, desk=person.person_id)
        assert batch is not None
        answers = [label(item) for item in batch.items[:2]]
        as_(service, person).submit(project, batch.batch_id, answers)
    assert service.batch(project, desk="open") is not None
    return Room(store, service, project)


def plain(receipt: Receipt) -> bool:
    """Whether a receipt is a short sentence; nothing that was sent stands in it but a name."""
    unquoted = re.sub("“[^”]*”", "", receipt.text, flags=re.DOTALL)
    return len(receipt.text) <= LONGEST and not re.search(r"[<>\x00-\x1f\ud800-\udfff]", unquoted)


def check(room: Room, person: Person, raw: Any) -> None:
    """Send it, and see that what is stored is what it may be."""
    before = room.events()
    receipt = respond(as_(room.service, person), raw, "somebody else")
    assert receipt.outcome in {"done", "refused"}, receipt
    assert plain(receipt), receipt
    assert receipt.shown().model_dump_json(), "it can be sent"
    after = room.events()
    assert after[: len(before)] == before, "what was said stays"
    new = after[len(before) :]
    if receipt.outcome == "refused":
        assert new == []
    if new:
        parse_message(raw)
        assert person is not STRANGER
        assert {event.by for event in new} == {person.person_id}
        assert not any(map(fault, new))
        # As another process reads it, to the letter; the fold refuses whatever is not legal.
        again = [read_event(write_event(event)) for event in after]
        assert again == after
        assert fold(State(), again).labels == room.service.standing(room.project).state.labels


def test_each_kind_of_message_is_understood(room: Room) -> None:
    for message in room.right():
        parse_message(message)


@settings(max_examples=300)
@given(data=st.data(), person=st.sampled_from(PEOPLE))
def test_a_message_gone_wrong_is_done_as_it_says_or_refused(
    room: Room, data: st.DataObject, person: Person
) -> None:
    right = data.draw(st.sampled_from(room.right()))
    check(room, person, data.draw(gone_wrong(right)))


@settings(max_examples=100)
@given(raw=values, person=st.sampled_from(PEOPLE))
def test_anything_else_is_refused(room: Room, raw: Any, person: Person) -> None:
    before = room.events()
    check(room, person, raw)
    assert room.events() == before
