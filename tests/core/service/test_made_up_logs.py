"""Logs that came about by nobody's labelling: refused in words, or every page goes on as ever."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config import ProjectConfig
from core.errors import InvalidDatasetError, InvalidProjectFileError, LabelspreadError
from core.export.log import EVENTS, PROJECT, Head, ProjectTold, SetTold, write_log
from core.export.log_file import LogFile
from core.service.conversation import describe
from core.service.grid import GridWish
from core.service.labelling import Service
from core.service.told import lines
from core.session.events import (
    Answered,
    Branched,
    ChecksAsked,
    ClassAdded,
    Classes,
    ClassesRenamed,
    Corrected,
    DataNoted,
    Decided,
    Draw,
    Event,
    Given,
    Invited,
    KeepTakenBack,
    KnownSet,
    LabelKept,
    Renamed,
    RoleGiven,
    Served,
    SettingsNoted,
)
from core.session.formats import write_event
from core.storage import MemoryStore
from core.storage.base import Recorded
from tests.core.builders import NOON, TickingClock, label, numbered, skip
from tests.hostile import gone_wrong

CONFIG = ProjectConfig(n_samples=24, batch_size=4, overlap=2)
HUGE = 2**53 - 1

Line = tuple[datetime, str]
"""When an event was written, and the event as JSON."""


def new_service(prefix: str = "id") -> Service:
    return Service(MemoryStore(), clock=TickingClock(), new_id=numbered(prefix))


def written() -> list[Line]:
    """A log with something of many kinds, as this app writes it."""
    service = new_service()
    project = service.create_project("Some", CONFIG, classes=["other"]).project_id
    for person in ("ann", "bob"):
        for name in "34":
            batch = service.batch(project, desk=person, by=person)
            assert batch is not None
            answers = [label(item, name) for item in batch.items[1:]]
            service.submit(project, batch.batch_id, [skip(batch.items[0]), *answers], by=person)
        assert batch is not None
        service.undo(project, batch.batch_id, batch.items[-1], by=person)
        service.correct(project, batch.batch_id, label(batch.items[1], "other"), by=person)
    service.set_known(project, {1: "1", 2: "2"})
    service.set_target(project, 0.9)
    service.batch(project, desk="ann", by="ann")
    log = [_line(record) for record in service._store.events(project)]
    service.close()
    return log


def _line(record: Recorded) -> Line:
    return record.at, write_event(record.event)


LOG = written()


def file_of(path: Path, log: Iterable[Line]) -> Path:
    """A project's file that holds such a log."""
    told = [
        f'{{"seq":{seq},"at":"{at.isoformat()}","event":{event}}}\n'
        for seq, (at, event) in enumerate(log, 1)
    ]
    head = Head(
        program="somebody",
        exported_at=NOON,
        project=ProjectTold(
            id="some", name="Some", created_at=NOON, settings=CONFIG.model_dump(mode="json")
        ),
        n_events=len(told),
        set=SetTold(key="digits", name="Digits"),
    )
    with ZipFile(path, "w") as archive:
        archive.writestr(PROJECT, head.model_dump_json())
        archive.writestr(EVENTS, "".join(told))
    return path


def brought(service: Service, path: Path) -> str:
    with LogFile(path) as file:
        return service.bring_back(file).project.project_id


def look_at_all(service: Service, project: str) -> None:
    """What pages ask for; whatever is in the way of one of them is said in words."""
    view = service.view(project)
    batch = service.serve(view)
    view = service.view(project)
    assert describe(view, batch, []).model_dump_json()
    if batch is not None:
        assert set(batch.items) <= {*view.dataset.rows.tolist()}
    asked: list[Callable[[], object]] = [
        lambda: (view.rounds, view.report_all, view.label_check, view.seconds_per_answer),
        lambda: service.judged(view),
        lambda: (service.timed(view).timing, service.timed(view).anchoring),
        lambda: service.people(view).pairs,
        lambda: service.past(project).rounds,
        lambda: lines(view.state.landmarks, "digits"),
        lambda: service.answers(project),
        lambda: service.labelled(view),
        lambda: service.marks(view),
        lambda: service.grid(view, GridWish(view.class_names[0])),
        lambda: service.branch(project, view.state.round, "Branch"),
    ]
    for ask in asked:
        with suppress(LabelspreadError):
            ask()


def odd(items: tuple[int, ...] = (5, 6), **others: Any) -> Served:
    n_items = len(items)
    told: dict[str, Any] = {
        "batch_id": "odd",
        "round": 1,
        "items": items,
        "predicted": (None,) * n_items,
    }
    return Served(**(told | {"confidence": (0.0,) * n_items} | others))


def noted(**others: Any) -> DataNoted:
    told: dict[str, Any] = {"name": "digits", "fingerprint": "f" * 32, "n_items": 1_797}
    told |= {"height": 8, "width": 8}
    return DataNoted(**(told | others))


LIES: dict[str, tuple[Event, str]] = {
    "known class": (KnownSet(labels={1: "ghost"}), "names a class “ghost” that there never was"),
    "known image": (KnownSet(labels={5_000: "3"}), "is about an image 5,000, and there is none"),
    "known number": (KnownSet(labels={HUGE: "3"}), "is about an image 9,007,199,254,740,991"),
    "given image": (Given(labels={-1: "3"}), "is about an image -1"),
    "served image": (odd((5_000, 6)), "is about an image 5,000, and there is none"),
    "undrawable": (odd(undrawable=(HUGE,)), "is about an image"),
    "votes": (odd(votes={5: 10**15}), "lets 1,000,000,000,000,000 people answer an image"),
    "votes elsewhere": (odd(votes={7: 2}), "speaks of images that it does not show"),
    "round": (odd(round=HUGE), "is of round 9,007,199,254,740,991, and the last one was 4"),
    "no round": (odd(round=0), "is of a round 0"),
    "many": (odd(tuple(range(1_100))), "has 1,100 images"),
    "none": (odd(()), "has 0 images"),
    "twice": (odd((5, 5)), "shows an image twice"),
    "long id": (odd(batch_id="x" * 10**6), "names a batch by 1,000,000 letters"),
    "no id": (odd(batch_id=""), "leaves a batch without a name"),
    "again": (odd(again=("nowhere",)), "shows images again of a batch that never was"),
    "predicted": (odd(predicted=("ghost", None)), "names a class “ghost”"),
    "sure": (odd(confidence=(1e308, 0.5)), "is more than sure, or less than unsure"),
    "drawn": (
        odd(reasons=("random", "query"), draws={5: Draw((HUGE,), (1.0,), 0)}),
        "drawn as none can be",
    ),
    "drawn from": (
        odd(reasons=("random", "query"), draws={5: Draw((10**6,), (1.0,), 0)}),
        "from more than there are",
    ),
    "answers": (Answered(batch_id="odd", answers=(label(5, "x" * 300),)), "by 300 letters"),
    "time": (Answered(batch_id="odd", answers=(label(5, "3", HUGE + 1),)), "took"),
    "corrected": (Corrected(batch_id="odd", answer=label(5, "ghost")), "names a class “ghost”"),
    "decided": (Decided(answer=skip(5)), "decides nothing"),
    "kept": (LabelKept(item=5, label="3", against="ghost", score=1.0), "names a class “ghost”"),
    "beside": (KeepTakenBack(item=5, beside=5), "puts an image beside itself"),
    "classes": (Classes(names=("a", "a")), "names a class twice"),
    "many classes": (Classes(names=tuple(map(str, range(10_001)))), "has 10,001 classes"),
    "class": (ClassAdded(name="x" * 300), "names a class by 300 letters"),
    "renamed class": (ClassesRenamed(names={"3": ""}), "leaves a class without a name"),
    "images": (noted(n_items=2**52), "counts 4,503,599,627,370,496 images"),
    "sizes": (noted(height=2**52), "images of 8 × 4,503,599,627,370,496 pixels"),
    "set": (noted(name="x" * 10**5), "names a set of images by 100,000 letters"),
    "gone": (noted(gone=(HUGE,)), "is about an image"),
    "image": (noted(images={1: "Z" * 32}), "calls an image what none is called"),
    "settings": (SettingsNoted(settings={"batch_size": 10**300}), "too large a number"),
    "project": (Renamed(name="x" * 300), "names the project by 300 letters"),
    "branch": (Branched(project="p", name="P", round=9), "takes over a round 9, and there are 4"),
    "person": (RoleGiven(person="x" * 300, name="", role="owner"), "names a person by 300"),
    "invited": (
        Invited(invitation="i", role="owner", until=NOON + timedelta(days=10**6)),
        "is of a time that makes no sense",
    ),
    "nobody": (ChecksAsked(number=1, by=""), "of nobody, or of an endless name"),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_this_app_would_not_have_written_is_refused_with_the_reason(
    tmp_path: Path, lie: str
) -> None:
    event, reason = LIES[lie]
    service = new_service()
    path = file_of(tmp_path / "a.zip", [*LOG, (NOON, write_event(event))])
    with pytest.raises(InvalidProjectFileError) as refused:
        brought(service, path)
    assert f"Event {len(LOG) + 1} ({event.event}) " in refused.value.problem
    assert reason in refused.value.problem
    assert len(refused.value.problem) < 300
    assert service.projects() == ()


@pytest.mark.parametrize("year", [1, 1960, 2200, 9999])
def test_what_was_at_no_time_is_refused(tmp_path: Path, year: int) -> None:
    at = NOON.replace(year=year, month=6, day=1)
    path = file_of(tmp_path / "a.zip", [*LOG, (at, write_event(ChecksAsked(number=1)))])
    with pytest.raises(InvalidProjectFileError, match="a time that makes no sense"):
        brought(new_service(), path)


def test_half_a_letter_in_an_old_event_is_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path / "a.zip", [(NOON, '{"event":"class_added","name":"\\ud800"}')])
    with pytest.raises(InvalidProjectFileError, match="event 1 that cannot be read"):
        brought(new_service(), path)


def test_more_people_and_class_changes_than_any_project_has_are_refused(tmp_path: Path) -> None:
    endless: dict[str, list[Event]] = {
        "people": [RoleGiven(person=f"p{n}", name="", role="owner") for n in range(10_001)],
        "classes": [
            ClassesRenamed(names={"3": "x"} if n % 2 == 0 else {"x": "3"}) for n in range(10_001)
        ],
    }
    for what, events in endless.items():
        log = [*LOG[:3], *((NOON, write_event(event)) for event in events)]
        with (
            LogFile(file_of(tmp_path / "a.zip", log)) as file,
            pytest.raises(InvalidProjectFileError, match=f"more {what} than any"),
        ):
            [*file.records()]


def test_what_does_not_fit_is_refused_with_the_reason(tmp_path: Path) -> None:
    first = next(event for _, event in LOG if '"served"' in event)
    path = file_of(tmp_path / "a.zip", [*LOG, (NOON, first)])
    with pytest.raises(InvalidProjectFileError, match=r"those before it\. Batch .* was served"):
        brought(new_service(), path)


def test_images_that_take_no_part_are_asked_of_nobody_and_harm_no_page(tmp_path: Path) -> None:
    # The set has them; the project is on 24 of its images.
    batch = odd((1_500, 1_501))
    events: list[Event] = [
        batch,
        Answered(batch_id="odd", answers=(label(1_500, "3"),)),
        KnownSet(labels={1_600: "3"}),
        odd((1_502, 3), batch_id="open"),
    ]
    service = new_service("here")
    project = brought(
        service, file_of(tmp_path / "a.zip", [*LOG, *((NOON, write_event(e)) for e in events)])
    )
    look_at_all(service, project)
    service.undo(project, "odd", 1_500)
    for _ in range(3):
        asked = service.batch(project)
        assert asked is not None
        service.submit(project, asked.batch_id, [label(item) for item in asked.items])
    with pytest.raises(InvalidDatasetError):
        service.view(project).engine.positions([1_500])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_log_with_an_event_gone_wrong_is_refused_in_words_or_does_as_well(
    data: st.DataObject,
) -> None:
    place = data.draw(st.integers(0, len(LOG) - 1))
    wrong = data.draw(gone_wrong(json.loads(LOG[place][1])))
    log = [*LOG]
    log[place] = log[place][0], json.dumps(wrong)
    service = new_service("here")
    with TemporaryDirectory() as folder:
        path = file_of(Path(folder) / "a.zip", log)
        refused: LabelspreadError | None = None
        try:
            project = brought(service, path)
        except LabelspreadError as error:
            refused = error
        if refused is not None:
            assert refused.problem.endswith(".")
            assert service.projects() == ()
            return
        look_at_all(service, project)
        # What was let in goes out, and in again.
        with path.open("wb") as file:
            write_log(service.log_pack(project), file)
        assert brought(new_service("there"), path)
    service.close()
