"""What a message of the browser leads to, and what the label page is told to show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from core.config import ProjectConfig, recommended
from core.errors import StoreBusyError
from core.people.leases import Taking
from core.people.persons import mark_of
from core.service.conversation import WHY, Receipt, describe, respond, said, summary
from core.service.labelling import Service
from core.service.protocol import VERSION
from core.session.events import LOCAL, Event, Served
from core.session.ledger import Placed
from core.storage import MemoryStore
from tests.core.builders import TickingClock, bad, label, numbered, skip, unsure


class Unwilling(MemoryStore):
    """A store that cannot be written to while it is told so."""

    def __init__(self) -> None:
        super().__init__()
        self.is_busy = False

    def append(
        self,
        project_id: str,
        expected_seq: int,
        events: Sequence[Event],
        at: datetime,
        *,
        generation: int | None = None,
        takings: Sequence[Taking] = (),
    ) -> None:
        if self.is_busy:
            raise StoreBusyError("labels.db")
        super().append(project_id, expected_seq, events, at, generation=generation, takings=takings)


@pytest.fixture
def store() -> Unwilling:
    return Unwilling()


@pytest.fixture
def service(store: Unwilling) -> Service:
    return Service(store, clock=TickingClock(), new_id=numbered("id"))


@pytest.fixture
def project(service: Service) -> str:
    config = ProjectConfig(n_samples=60, batch_size=3)
    return service.create_project("Some digits", config).project_id


def open_batch(service: Service, project: str) -> Served:
    batch = service.batch(project)
    assert batch is not None
    return batch


def submit(project: str, batch: Served, *answers: Any, sender: str = "m1") -> dict[str, Any]:
    return {
        "v": VERSION,
        "id": sender,
        "kind": "submit",
        "project": project,
        "batch_id": batch.batch_id,
        "answers": [
            {"item": a.item, "kind": a.kind.value, "label": a.label, "ms": a.milliseconds}
            for a in answers
        ],
    }


def undo(project: str, batch: Served, item: int, sender: str = "m2") -> dict[str, Any]:
    return {
        "v": VERSION,
        "id": sender,
        "kind": "undo",
        "project": project,
        "batch_id": batch.batch_id,
        "item": item,
    }


def shown(service: Service, project: str, *receipts: Receipt) -> dict[str, Any]:
    return describe(service.view(project), service.batch(project), receipts).model_dump(mode="json")


def labels(service: Service, project: str) -> dict[int, str]:
    return dict(service.view(project).state.labels)


def told(service: Service, project: str) -> str:
    return summary(service.view(project), service.batch(project))


# ---- messages


def test_answers_are_stored_and_acknowledged_by_name(service, project):
    batch = open_batch(service, project)
    receipt = respond(service, submit(project, batch, label(batch.items[0], "4", 812)))
    assert receipt == Receipt("m1", "done")
    assert labels(service, project) == {batch.items[0]: "4"}
    assert service.view(project).state.placed[0].answer.milliseconds == 812


def test_what_was_written_on_somebody_elses_page_is_not_stored_as_ones_own(service, project):
    batch = service.batch(project)
    assert batch is not None
    raw = submit(project, batch, label(batch.items[0]))
    refused = respond(service, raw | {"whose": mark_of("anna")}, "ben")
    assert refused == Receipt(
        raw["id"], "failed", "Somebody else is signed in by now in this browser."
    )
    assert not service.view(project).labels
    for by in ("anna", LOCAL):
        assert respond(service, raw | {"whose": mark_of("anna")}, by).outcome == "done"
    (placed,) = service.answers(project).answers
    assert placed.by == "anna"


def test_the_same_message_again_changes_nothing_and_is_acknowledged_again(service, project):
    batch = open_batch(service, project)
    message = submit(project, batch, *(label(item, "4") for item in batch.items))
    first = respond(service, message)
    log = service.view(project).state.seq
    assert respond(service, message) == first
    assert service.view(project).state.seq == log


def test_an_answer_that_comes_second_is_told_and_not_stored(service, project):
    batch = open_batch(service, project)
    one, two, _ = batch.items
    respond(service, submit(project, batch, label(one, "1"), label(two, "1")))
    receipt = respond(service, submit(project, batch, label(one, "2"), sender="m2"))
    assert receipt == Receipt(
        "m2", "done", "1 image had been answered differently before; that answer stands."
    )
    receipt = respond(service, submit(project, batch, label(one, "2"), skip(two), sender="m3"))
    assert receipt.text == "2 images had been answered differently before; those answers stand."
    assert labels(service, project) == {one: "1", two: "1"}


def test_an_undo_is_done_once_whatever_is_sent_again(service, project):
    batch = open_batch(service, project)
    one, two, _ = batch.items
    respond(service, submit(project, batch, label(one, "1"), label(two, "2")))
    assert respond(service, undo(project, batch, two)) == Receipt("m2", "done")
    assert respond(service, undo(project, batch, two)) == Receipt("m2", "done")
    assert labels(service, project) == {one: "1"}


def test_an_undo_is_refused_when_another_answer_has_come_since(service, project):
    batch = open_batch(service, project)
    one, two, _ = batch.items
    respond(service, submit(project, batch, label(one, "1")))
    respond(service, submit(project, batch, label(two, "2"), sender="m3"))
    receipt = respond(service, undo(project, batch, one))
    assert (receipt.message_id, receipt.outcome) == ("m2", "refused")
    assert "Another answer has come in since" in receipt.text
    assert labels(service, project) == {one: "1", two: "2"}


def test_a_question_how_things_stand_changes_nothing(service, project):
    before = open_batch(service, project)
    message = {"v": VERSION, "id": "m1", "kind": "sync", "project": project}
    assert respond(service, message) == Receipt("m1", "done")
    assert open_batch(service, project) == before


def test_a_message_that_makes_no_sense_is_refused_by_name(service, project):
    batch = open_batch(service, project)
    receipt = respond(service, submit(project, batch, label(10**6, "1")))
    assert (receipt.message_id, receipt.outcome) == ("m1", "refused")
    assert "was not in its batch" in receipt.text
    assert respond(service, submit("nothing", batch, label(1, "1"))).outcome == "refused"
    assert labels(service, project) == {}


@pytest.mark.parametrize("raw", [None, "text", 3, [], {}, {"id": ["m1"]}, {"id": {}}])
def test_a_message_without_a_name_is_refused(service, raw):
    receipt = respond(service, raw)
    assert (receipt.message_id, receipt.outcome) == (None, "refused")


def test_a_message_that_cannot_be_stored_now_has_failed_and_may_come_again(service, store, project):
    batch = open_batch(service, project)
    message = submit(project, batch, label(batch.items[0], "4"))
    store.is_busy = True
    receipt = respond(service, message)
    assert (receipt.message_id, receipt.outcome) == ("m1", "failed")
    assert "locked by another program" in receipt.text
    assert labels(service, project) == {}
    store.is_busy = False
    assert respond(service, message) == Receipt("m1", "done")
    assert labels(service, project) == {batch.items[0]: "4"}


def test_answers_to_a_deleted_project_are_refused_and_taken_when_it_is_back(service, project):
    batch = open_batch(service, project)
    message = submit(project, batch, label(batch.items[0], "4"))
    service.delete_project(project)
    assert respond(service, message).outcome == "refused"
    service.restore_project(project)
    assert respond(service, message).outcome == "done"


# ---- what is shown


def test_what_is_shown_is_plain_json(service, project):
    batch = open_batch(service, project)
    respond(service, submit(project, batch, label(batch.items[0], "4")))
    data = shown(service, project, Receipt("m1", "done", "Stored."))
    assert json.loads(json.dumps(data)) == data
    assert data["v"] == VERSION
    assert data["receipts"] == [{"id": "m1", "outcome": "done", "text": "Stored."}]


def test_the_open_batch_is_shown_with_pictures_and_no_belief_at_first(service, project):
    batch = open_batch(service, project)
    data = shown(service, project)
    assert (data["batch_id"], data["round"]) == (batch.batch_id, 1)
    assert [item["id"] for item in data["items"]] == list(batch.items)
    for item in data["items"]:
        assert item["smooth"].startswith("data:image/png;base64,")
        assert item["pixels"].startswith("data:image/png;base64,")
        assert item["beliefs"] == []


def test_at_most_five_beliefs_are_shown_the_strongest_first(service, project):
    for number in range(4):
        batch = open_batch(service, project)
        answers = [label(item, str((number + i) % 10)) for i, item in enumerate(batch.items)]
        respond(service, submit(project, batch, *answers, sender=f"m{number}"))
    shares = [
        [belief["probability"] for belief in item["beliefs"]]
        for item in shown(service, project)["items"]
    ]
    assert any(len(one) == 5 for one in shares)
    for one in shares:
        assert len(one) <= 5
        assert one == sorted(one, reverse=True)
        assert all(0 <= share <= 1 for share in one)


def test_each_class_is_shown_with_its_key_and_no_colour(service, project):
    classes = shown(service, project)["classes"]
    no_mark = {"is_chosen": False, "colour": None}
    assert classes == [{"name": name, "key": name} | no_mark for name in "0123456789"]


def test_classes_beyond_the_keys_there_are_have_none(service, project):
    for number in range(30):
        service.add_class(project, f"class {number}")
    keys = [each["key"] for each in shown(service, project)["classes"]]
    assert keys[:10] == list("0123456789")
    assert keys[-1] is None


def test_the_last_answer_is_named_for_the_undo(service, project):
    batch = open_batch(service, project)
    respond(service, submit(project, batch, label(batch.items[0], "4"), skip(batch.items[1])))
    expected = {"batch_id": batch.batch_id, "item": batch.items[1], "said": "skipped"}
    assert shown(service, project)["last"] == expected
    assert shown(service, project)["saved"] == 2


def test_when_all_is_answered_there_is_no_batch(service):
    project = service.create_project("Two", ProjectConfig(n_samples=2, batch_size=2)).project_id
    batch = open_batch(service, project)
    respond(service, submit(project, batch, *(label(item, "4") for item in batch.items)))
    data = shown(service, project)
    assert (data["batch_id"], data["items"], data["round"]) == (None, [], 1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(label(1, "8"), "8"), (skip(1), "skipped"), (unsure(1), "unsure"), (bad(1), "bad image")],
)
def test_an_answer_is_said_in_words(answer, words):
    assert said(Placed(answer, "b", 1)) == words


# ---- the line on what a round changed


def test_the_line_says_what_a_round_changed(service, project):
    assert "knows nothing yet" in told(service, project)
    batch = open_batch(service, project)
    respond(service, submit(project, batch, *(label(item, "4") for item in batch.items)))
    assert told(service, project).startswith("Round 1: 3 labels added, 3 in all, ")
    batch = open_batch(service, project)
    respond(service, submit(project, batch, label(batch.items[0], "1"), sender="m2"))
    line = told(service, project)
    assert line.startswith("Round 2: 1 label added, 4 in all, ")
    assert "points" in line


def test_the_line_says_that_an_undo_opened_a_round_again(service, project):
    batch = open_batch(service, project)
    respond(service, submit(project, batch, *(label(item, "4") for item in batch.items)))
    respond(service, undo(project, batch, batch.items[-1]))
    assert told(service, project).startswith("Undone. Round 1 is open again")


def test_the_line_counts_labels_that_came_with_the_project(service):
    config = ProjectConfig(n_samples=60, n_given=12)
    project = service.create_project("With labels", config).project_id
    assert told(service, project) == "12 labels came with the project."


# ---- as you go


@pytest.fixture
def quick(service: Service) -> str:
    config = ProjectConfig(n_samples=60, batch_size=3, refit="label")
    return service.create_project("As you go", config).project_id


def test_a_project_says_whether_it_learns_as_you_go_and_how_far_its_round_is(
    service, project, quick
):
    for number in range(4):
        data = shown(service, quick)
        assert (data["as_you_go"], data["round_size"]) == (True, 3)
        assert (data["round"], data["answered"]) == (number // 3 + 1, number % 3)
        batch = open_batch(service, quick)
        respond(service, submit(quick, batch, label(batch.items[0], "4"), sender=f"m{number}"))
    batch = open_batch(service, project)
    assert (shown(service, project)["as_you_go"], shown(service, project)["answered"]) == (False, 0)
    respond(service, submit(project, batch, label(batch.items[0], "4")))
    assert (shown(service, project)["round"], shown(service, project)["answered"]) == (2, 0)


def test_the_line_says_what_a_round_under_way_has_brought_so_far(service, quick):
    for number in range(4):
        batch = open_batch(service, quick)
        respond(
            service, submit(quick, batch, label(batch.items[0], str(number)), sender=str(number))
        )
    line = told(service, quick)
    assert line.startswith("Round 2: 1 label added, 4 in all, ")
    assert line.endswith(" points.")


def test_as_you_go_an_undo_leaves_the_line_to_what_stands(service, quick):
    for number in range(2):
        batch = open_batch(service, quick)
        respond(service, submit(quick, batch, label(batch.items[0], "4"), sender=str(number)))
    respond(service, undo(quick, batch, batch.items[0]))
    assert shown(service, quick)["answered"] == 1
    assert told(service, quick).startswith("Round 1: 1 label added, 1 in all, ")


def test_each_image_says_why_it_is_asked_about(service):
    config = recommended(n_samples=200, batch_size=5)
    project = service.create_project("Asked", config).project_id
    assert {item["why"] for item in shown(service, project)["items"]} == {WHY["opening"]}
    for _ in range(2):
        batch = open_batch(service, project)
        answers = [label(item, "3") for item in batch.items]
        service.submit(project, batch.batch_id, answers)
    batch = open_batch(service, project)
    shown_why = [item["why"] for item in shown(service, project)["items"]]
    assert shown_why == [WHY[reason] for reason in batch.reasons]
    assert set(batch.reasons) <= {"query", "random"}
