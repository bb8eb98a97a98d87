"""A project in a file, brought back elsewhere: the same state, and never half of one."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image
from sklearn.datasets import load_digits

from core.bootstrap import open_service
from core.config import ProjectConfig
from core.data.incoming import Source, read_source
from core.data.readers.found import Limits
from core.errors import (
    EventTooNewError,
    InvalidDatasetError,
    InvalidNameError,
    InvalidProjectFileError,
    LabelspreadError,
    StoreFullError,
)
from core.export.log import EVENTS, PROJECT, write_log
from core.export.log_file import LogFile, is_log
from core.jobs.progress import CancelledError
from core.service.labelling import Service
from core.session.events import VERSION, Event, Served
from core.session.fold import fold_records
from core.session.state import State
from core.storage import MemoryStore, SqlStore, open_store
from core.storage.base import Project, Recorded
from tests.core.builders import NOON, TickingClock, given, label, numbered, project, skip
from tests.core.session.test_fold import ITEMS, Slow, events, made
from tests.core.storage.old import OLD, copy_of

BUNCH = load_digits()
FEW = ProjectConfig(n_samples=40, kernel="knn", n_neighbors=3, batch_size=4)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Service]:
    with closing(open_service(tmp_path / "here")) as service:
        yield service


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Service]:
    with closing(open_service(tmp_path / "there")) as service:
        yield service


def labelled(service: Service, config: ProjectConfig = FEW, name: str = "Few") -> str:
    """A project with two rounds, an undo and a skip in it."""
    made = service.create_project(name, config).project_id
    for answer in (label, skip):
        batch = service.batch(made)
        assert batch is not None
        name = service.view(made).class_names[0]
        answers = [label(item, name) for item in batch.items[1:]]
        first = answer(batch.items[0])
        answers.insert(0, first if first.label is None else replace(first, label=name))
        service.submit(made, batch.batch_id, answers)
        last = batch.batch_id, batch.items[-1]
    service.undo(made, *last)
    return made


def file_of(service: Service, project_id: str, path: Path, *, with_set: bool = False) -> Path:
    with path.open("wb") as file:
        write_log(service.log_pack(project_id, with_set=with_set), file)
    return path


def log_of(service: Service, project_id: str) -> tuple[Recorded, ...]:
    return service._store.events(project_id)


def digits_file(folder: Path, name: str = "mine.npz", n_items: int = 60) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    images = np.round(BUNCH.images[:n_items] * 15).astype(np.uint8)
    np.savez(path, images=images, labels=BUNCH.target[:n_items])
    return path


def photos(folder: Path) -> Path:
    """Noise in colour as files, in a folder for each class; one of them larger than a screen."""
    random = np.random.default_rng(0)
    for number in range(12):
        side = 900 if number == 3 else 30 + number
        values = random.integers(0, 256, size=(side, 40, 3), dtype=np.uint8)
        (folder / "ab"[number % 2]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(values).save(folder / "ab"[number % 2] / f"{number}.png")
    return folder


def brought_in(home: Path, title: str = "My digits", *, path: Path | None = None) -> str:
    """The key of a set that was brought in."""
    with closing(open_service(home)) as service:
        path = path or digits_file(home / "raw")
        assert service._catalogue.sets is not None
        return read_source(service._catalogue.sets, Source(path, title), Limits()).keep(title)


# ---- the way there and back


def test_a_project_comes_back_as_it_was(here, there, tmp_path):
    made = labelled(here)
    batch = here.batch(made)
    assert batch is not None
    path = file_of(here, made, tmp_path / "few.zip")
    assert is_log(path)
    with LogFile(path) as file:
        brought = there.bring_back(file)
    assert (brought.is_new, brought.missing) == (True, "")
    assert brought.project == here.project(made)
    assert log_of(there, made) == log_of(here, made)
    before, after = here.view(made), there.view(made)
    assert after.state == before.state
    np.testing.assert_array_equal(after.beliefs.probabilities, before.beliefs.probabilities)
    # The batch that a browser has on screen still takes its answers.
    assert there.submit(made, batch.batch_id, [label(batch.items[0])]).stored == 1


@settings(max_examples=60, deadline=None)
@hypothesis_given(
    start=st.dictionaries(ITEMS, st.sampled_from("01"), max_size=2),
    drawn=st.lists(events, max_size=25),
    seconds=st.lists(st.integers(0, 10**9), min_size=26, max_size=26),
)
def test_whatever_happened_comes_back(start, drawn, seconds):
    slow, log, last = Slow(), list[Event](), 0
    for one in [given(start), *drawn] if start else drawn:
        event = made(slow, one)
        if isinstance(event, Served):
            # Round follows round.
            event = event.model_copy(update={"round": min(event.round, last + 1)})
            last = max(last, event.round)
        if event is not None and slow.add(event):
            log.append(event)
    records = [
        Recorded(seq, NOON + timedelta(microseconds=1_001 * second), event)
        for seq, (event, second) in enumerate(zip(log, seconds, strict=False), 1)
    ]
    here, there = MemoryStore(), open_store("sqlite://")
    here.bring(project(), records)
    with io.BytesIO() as file, closing(there):
        write_log(Service(here).log_pack("p"), file)
        with on_disk(file.getvalue()) as place, LogFile(place) as opened:
            Service(there).bring_back(opened)
        assert there.events("p") == tuple(records)
        assert fold_records(State(), there.events("p")) == fold_records(State(), records)


@contextmanager
def on_disk(content: bytes) -> Iterator[Path]:
    """Bytes as a file for as long as they are needed."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.zip"
        path.write_bytes(content)
        yield path


@pytest.mark.parametrize("name", OLD)
def test_old_logs_come_back_too(name, tmp_path):
    with closing(Service(open_store(f"sqlite:///{copy_of(name, tmp_path)}"))) as old:
        there = Service(MemoryStore())
        for one in old.projects():
            path = file_of(old, one.project_id, tmp_path / "old.zip")
            with LogFile(path) as file:
                assert there.bring_back(file).project.config == one.config
            mine, theirs = (log_of(service, one.project_id) for service in (old, there))
            assert theirs[: len(mine)] == mine
            # What is added is that nobody else has a role here, or is asked anything.
            state = fold_records(State(), mine)
            if not state.members and (state.room is None or state.room.phase == "ended"):
                assert theirs == mine
            assert (*there.members(one.project_id), *there.invitations(one.project_id)) == ()
            assert fold_records(State(), theirs).placed == state.placed


def test_what_is_here_already_stays_as_it_is(here, tmp_path):
    made = labelled(here)
    path = file_of(here, made, tmp_path / "few.zip")
    batch = here.batch(made)
    assert batch is not None
    here.submit(made, batch.batch_id, [label(batch.items[0])])
    before = log_of(here, made), here.projects()
    for is_deleted in (False, True):
        if is_deleted:
            here.delete_project(made)
            before = log_of(here, made), here.projects()
        with LogFile(path) as file:
            brought = here.bring_back(file)
        assert not brought.is_new
        assert "is here already, with all that is in the file" in brought.told
        assert ("deleted" in brought.told) is is_deleted
        assert (log_of(here, made), here.projects()) == before


def test_one_that_went_on_otherwise_gets_an_id_and_a_name_of_its_own(here, there, tmp_path):
    made = labelled(here)
    with LogFile(file_of(here, made, tmp_path / "few.zip")) as file:
        there.bring_back(file)
    for service, kind in ((here, "1"), (there, "2")):
        batch = service.batch(made)
        assert batch is not None
        service.submit(made, batch.batch_id, [label(batch.items[0], kind)])
    before = log_of(there, made)
    with LogFile(file_of(here, made, tmp_path / "few.zip")) as file:
        brought = there.bring_back(file)
    assert brought.project.name == "Few (2)"
    assert brought.project.project_id != made
    assert log_of(there, made) == before
    assert log_of(there, brought.project.project_id) == log_of(here, made)


def test_a_name_that_is_taken_gets_a_number_and_one_that_is_asked_for_is_refused(
    here, there, tmp_path
):
    made = labelled(here)
    there.create_project("few", FEW)
    path = file_of(here, made, tmp_path / "few.zip")
    with LogFile(path) as file, pytest.raises(InvalidNameError):
        there.bring_back(file, name="FEW")
    with LogFile(path) as file:
        assert there.bring_back(file).project.name == "Few (2)"


# ---- images


def with_features(folder: Path) -> Path:
    """Sixteen bits deep, so what came is no small image; features beside."""
    folder.mkdir()
    images, features = BUNCH.images[:30] * 4_000, np.random.default_rng(0).normal(size=(30, 5))
    labels = BUNCH.target[:30]
    np.savez(folder / "deep.npz", images=images.astype(np.uint16), features=features, labels=labels)
    return folder / "deep.npz"


@pytest.mark.parametrize("make", [digits_file, photos, with_features])
def test_a_set_that_was_brought_in_goes_along_and_is_the_same(make, tmp_path):
    key = brought_in(tmp_path / "a", path=make(tmp_path / "raw"))
    config = ProjectConfig(dataset=key, n_samples=12, kernel="knn", batch_size=4)
    with closing(open_service(tmp_path / "a")) as here:
        made = labelled(here, config)
        path = file_of(here, made, tmp_path / "few.zip", with_set=True)
        with closing(open_service(tmp_path / "b")) as there, LogFile(path) as file:
            brought = there.bring_back(file)
            assert brought.missing == ""
            assert brought.project.config == config
            mine, theirs = here.view(made), there.view(made)
            np.testing.assert_array_equal(mine.dataset.pixels, theirs.dataset.pixels)
            np.testing.assert_array_equal(mine.dataset.features, theirs.dataset.features)
            np.testing.assert_array_equal(mine.dataset.truth, theirs.dataset.truth)
            assert theirs.state == mine.state
            sets = [service._catalogue.sets for service in (here, there)]
            one, other = (s.open(key) for s in sets if s is not None)
            assert other.head.fingerprint == one.head.fingerprint
            for name in sorted(p.name for p in one.folder.iterdir() if p.name != "set.json"):
                assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()


def test_a_file_in_the_data_folder_goes_along_and_takes_nobodys_place(tmp_path):
    digits_file(tmp_path / "a" / "datasets")
    digits_file(tmp_path / "b" / "datasets", n_items=50)
    other = (tmp_path / "b" / "datasets" / "mine.npz").read_bytes()
    config = ProjectConfig(dataset="mine.npz", n_samples=50, kernel="knn", batch_size=4)
    with closing(open_service(tmp_path / "a")) as here:
        made = labelled(here, config)
        path = file_of(here, made, tmp_path / "few.zip", with_set=True)
        state = here.view(made).state
    with closing(open_service(tmp_path / "b")) as there, LogFile(path) as file:
        brought = there.bring_back(file)
        assert brought.project.config == config.model_copy(update={"dataset": "mine (2).npz"})
        assert (tmp_path / "b" / "datasets" / "mine.npz").read_bytes() == other
        assert there.view(made).state == state


@pytest.mark.parametrize("is_file", [True, False])
def test_images_are_found_by_their_content_where_they_have_another_name(tmp_path, is_file):
    if is_file:
        digits_file(tmp_path / "a" / "datasets")
        digits_file(tmp_path / "b" / "datasets", "other.npz")
        keys = ["mine.npz", "other.npz"]
    else:
        keys = [brought_in(tmp_path / "a"), brought_in(tmp_path / "b", "Others")]
    config = ProjectConfig(dataset=keys[0], n_samples=50, kernel="knn", batch_size=4)
    with closing(open_service(tmp_path / "a")) as here:
        made = labelled(here, config)
        path = file_of(here, made, tmp_path / "few.zip")
        state = here.view(made).state
    with closing(open_service(tmp_path / "b")) as there, LogFile(path) as file:
        brought = there.bring_back(file)
        assert (brought.project.config.dataset, brought.missing) == (keys[1], "")
        assert there.view(made).state == state


@pytest.mark.parametrize("is_file", [True, False])
def test_without_its_images_a_project_comes_back_and_says_what_it_needs(tmp_path, is_file):
    if is_file:
        digits_file(tmp_path / "a" / "datasets")
        key = "mine.npz"
    else:
        key = brought_in(tmp_path / "a")
    config = ProjectConfig(dataset=key, n_samples=60, kernel="knn", batch_size=4)
    with closing(open_service(tmp_path / "a")) as here:
        made = labelled(here, config)
        state = here.view(made).state
        path = file_of(here, made, tmp_path / "few.zip")
    with closing(open_service(tmp_path / "b")) as there:
        with LogFile(path) as file:
            brought = there.bring_back(file)
        if is_file:
            assert "Put the file mine.npz into the folder" in brought.told
        else:
            assert "“My digits” (60 images). Bring them in" in brought.told
            assert "with the name “my-digits”" in brought.told
        assert there.n_labels(made) == len(state.labels)
        assert there.problem(made)
    if is_file:
        digits_file(tmp_path / "b" / "datasets")
    else:
        assert brought_in(tmp_path / "b", "my-digits") == key
    with closing(open_service(tmp_path / "b")) as there:
        assert there.view(made).state == state


@pytest.mark.parametrize("make", [digits_file, photos, with_features])
def test_images_that_are_not_the_projects_own_are_refused_and_leave_nothing(make, tmp_path):
    key = brought_in(tmp_path / "a", path=make(tmp_path / "raw"))
    config = ProjectConfig(dataset=key, n_samples=12, kernel="knn", batch_size=4)
    with closing(open_service(tmp_path / "a")) as here:
        path = file_of(here, labelled(here, config), tmp_path / "few.zip", with_set=True)
    members = contents_of(path)
    head = json.loads(members["set/set.json"])
    # A small size is made of the originals, and no part of what they are called by.
    made_of_it = {"set/screens.arrow"}
    if head["originals"] != "pixels":
        made_of_it.add("set/pixels.bin")
    names = {name for name in members if name.startswith("set/")} - {"set/set.json"} - made_of_it
    assert len(names) >= 3
    for name in sorted(names):
        # In the middle: at the ends Arrow says what follows.
        at = len(members[name]) // 2
        changed = members[name][:at] + bytes([members[name][at] ^ 0xFF]) + members[name][at + 1 :]
        other = zip_of(tmp_path / "changed.zip", members | {name: changed})
        with closing(open_service(tmp_path / "b")) as there, LogFile(other) as file:
            with pytest.raises(InvalidDatasetError):
                there.bring_back(file)
            assert [p.name for p in there.projects()] == ["Digits"]
            assert there._catalogue.sets is not None
            assert there._catalogue.sets.listed() == ()
            assert [*(tmp_path / "b" / "sets").glob("*.unfinished")] == []


@pytest.mark.parametrize("dtype", ["|O", "|V8", "|S4"])
def test_what_is_no_plain_array_is_never_looked_at(tmp_path, dtype):
    key = brought_in(tmp_path / "a")
    config = ProjectConfig(dataset=key, n_samples=60, kernel="knn", batch_size=4)
    with closing(open_service(tmp_path / "a")) as here:
        path = file_of(here, labelled(here, config), tmp_path / "few.zip", with_set=True)
    members = contents_of(path)
    head = json.loads(members["set/set.json"])
    head["pixels"] = {"dtype": dtype, "shape": [60, 8]}
    members["set/set.json"] = json.dumps(head).encode()
    with (
        closing(open_service(tmp_path / "b")) as there,
        LogFile(zip_of(tmp_path / "o.zip", members)) as file,
        pytest.raises(InvalidDatasetError, match="no plain values"),
    ):
        there.bring_back(file)


def test_a_file_that_is_not_the_projects_own_is_refused_and_leaves_nothing(tmp_path):
    digits_file(tmp_path / "a" / "datasets")
    config = ProjectConfig(dataset="mine.npz", n_samples=50, kernel="knn", batch_size=4)
    with closing(open_service(tmp_path / "a")) as here:
        path = file_of(here, labelled(here, config), tmp_path / "few.zip", with_set=True)
    other = digits_file(tmp_path, n_items=55).read_bytes()
    path = zip_of(tmp_path / "o.zip", contents_of(path) | {"set/mine.npz": other})
    with closing(open_service(tmp_path / "b")) as there, LogFile(path) as file:
        with pytest.raises(InvalidDatasetError, match="not those that the project was labelled on"):
            there.bring_back(file)
        assert [*(tmp_path / "b" / "datasets").iterdir()] == []


# ---- all or nothing


def test_cancelled_or_without_room_there_is_nothing_of_it(here, there, tmp_path, monkeypatch):
    path = file_of(here, labelled(here), tmp_path / "few.zip")

    def cancelled(stage: str, _share: float) -> None:
        if stage == "Storing answers":
            raise CancelledError

    with LogFile(path) as file, pytest.raises(CancelledError):
        there.bring_back(file, progress=cancelled)

    def full(*_: object) -> None:
        raise StoreFullError("here")

    monkeypatch.setattr(SqlStore, "bring", full)
    with LogFile(path) as file, pytest.raises(StoreFullError):
        there.bring_back(file)
    assert [p.name for p in there.projects()] == ["Digits"]


def test_writing_can_be_cancelled(here):
    made = labelled(here)

    def records() -> Iterator[Recorded]:
        yield from (Recorded(seq, NOON, log_of(here, made)[0].event) for seq in range(1, 2_001))

    def cancelled(_stage: str, _share: float) -> None:
        raise CancelledError

    pack = replace(here.log_pack(made), records=records, progress=cancelled)
    with pytest.raises(CancelledError):
        write_log(pack, io.BytesIO())


# ---- what is no such file


def contents_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def head_with(**changed: object) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        told = json.loads(members[PROJECT])
        for name, value in changed.items():
            *path, last = name.split("__")
            inner = told
            for part in path:
                inner = inner[part]
            inner[last] = value
        members[PROJECT] = json.dumps(told).encode()

    return change


def lines_with(change: Callable[[list[bytes]], None]) -> Callable[[dict[str, bytes]], None]:
    def changed(members: dict[str, bytes]) -> None:
        lines = members[EVENTS].splitlines(keepends=True)
        change(lines)
        members[EVENTS] = b"".join(lines)

    return changed


def put(index: int, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(lines: list[bytes]) -> None:
        assert old in lines[index]
        lines[index] = lines[index].replace(old, new)

    return lines_with(change)


BAD: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "no project.json": (lambda m: m.pop(PROJECT), "holds no project: project.json is not in it"),
    "no events": (lambda m: m.pop(EVENTS), "holds no project: events.jsonl is not in it"),
    "no JSON": (lambda m: m.update({PROJECT: b"{"}), "has a project.json that cannot be read"),
    "a list": (lambda m: m.update({PROJECT: b"[]"}), "has a project.json that cannot be read"),
    "deep": (lambda m: m.update({PROJECT: b"[" * 10**5}), "project.json that cannot be read"),
    "newer": (head_with(format=2), "was written by a newer Labelspread (format 2)"),
    "no format": (head_with(format="x"), "project.json that makes no sense (format"),
    "more told": (head_with(mood="good"), "project.json that makes no sense (mood"),
    "odd id": (head_with(project__id="../x"), "project.json that makes no sense (project id"),
    "newer settings": (
        head_with(project__settings={"dataset": "digits", "magic": 1}),
        "made by a newer Labelspread, with settings unknown here: magic",
    ),
    "bad settings": (head_with(project__settings={"alpha": 2}), "Its settings are damaged (alpha"),
    "two sets": (head_with(set__key="other"), "names two sets of images"),
    "too few": (head_with(n_events=99), "is cut off: it holds"),
    "too many": (head_with(n_events=3), "holds more than the 3 events it speaks of"),
    "no set": (head_with(set__carried="set"), "does not hold the images that it speaks of"),
    "no npz": (head_with(set__carried="npz"), "does not hold the images that it speaks of"),
    "a set": (lambda m: m.update({"set/x": b""}), "does not hold the images that it speaks of"),
    "strange": (lambda m: m.update({"x.txt": b""}), "holds x.txt, which is no part of a project"),
    "leads out": (lambda m: m.update({"../x": b""}), "Its path leads out of the ZIP file."),
    "gap": (put(2, b'"seq":3', b'"seq":4'), "has event 4 where event 3 should be"),
    "no number": (put(2, b'"seq":3', b'"seq":true'), "has a line 3 that is no event"),
    "no time": (put(2, b'"at":"', b'"at":"x'), "has a line 3 that is no event"),
    "no zone": (put(2, b"+00:00", b""), "has a line 3 that is no event"),
    "no event": (put(2, b'"event":{', b'"evt":{'), "has a line 3 that is no event"),
    "odd event": (put(3, b'"batch_id"', b'"batch"'), "has an event 4 that cannot be read"),
    "no line": (lines_with(lambda lines: lines.insert(2, b"\xff\n")), "line 3 that is no event"),
    "does not fold": (
        lines_with(lambda lines: lines.__setitem__(4, lines[3].replace(b'"seq":4', b'"seq":5'))),
        "Event 5 in the file bad.zip does not fit those before it",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_stored(case, here, there, tmp_path):
    change, sentence = BAD[case]
    members = contents_of(file_of(here, labelled(here), tmp_path / "few.zip"))
    change(members)
    path = zip_of(tmp_path / "bad.zip", members)
    with pytest.raises(InvalidProjectFileError) as raised, LogFile(path) as file:
        there.bring_back(file)
    assert sentence in str(raised.value)
    assert raised.value.remedy
    assert [p.name for p in there.projects()] == ["Digits"]


def test_events_of_a_newer_version_are_said_to_be(here, there, tmp_path):
    members = contents_of(file_of(here, labelled(here), tmp_path / "few.zip"))
    put(2, b'"v":%d' % VERSION, b'"v":%d' % (VERSION + 1))(members)
    with (
        LogFile(zip_of(tmp_path / "new.zip", members)) as file,
        pytest.raises(EventTooNewError, match="newer version of Labelspread"),
    ):
        there.bring_back(file)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_a_zip_file_claims_is_compared_with_what_is_there(here, tmp_path):
    path = file_of(here, labelled(here), tmp_path / "few.zip")
    whole = path.read_bytes()
    path.write_bytes(b"no ZIP file")
    with pytest.raises(InvalidProjectFileError, match="is no ZIP file"), LogFile(path):
        pass
    with pytest.raises(InvalidProjectFileError, match="There is no file"):
        LogFile(tmp_path / "missing.zip")
    # A second member of a name that is there already.
    path.write_bytes(whole)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(EVENTS, b"")
    with pytest.raises(InvalidProjectFileError, match=r"holds events\.jsonl twice"):
        LogFile(path)
    # More than can be made of so few bytes.
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        size = archive.getinfo(EVENTS).file_size
    claims = whole.replace(size.to_bytes(4, "little"), (2**31).to_bytes(4, "little"))
    assert claims != whole
    path.write_bytes(claims)
    with pytest.raises(InvalidProjectFileError, match="claims to be larger than it can be"):
        LogFile(path)
    path.write_bytes(whole)
    with pytest.raises(InvalidProjectFileError, match="LABELSPREAD_IMPORT_MB"):
        LogFile(path, Limits(n_bytes=100))


def test_a_line_that_unpacks_without_end_is_not_read_to_its_end(here, tmp_path, monkeypatch):
    monkeypatch.setattr("core.export.log_file._LONGEST_LINE", 10_000)
    members = contents_of(file_of(here, labelled(here), tmp_path / "few.zip"))
    members[EVENTS] = b" " * 10**7
    with (
        LogFile(zip_of(tmp_path / "bomb.zip", members)) as file,
        pytest.raises(InvalidProjectFileError, match="longer than any event"),
    ):
        [*file.records()]


@settings(max_examples=60, deadline=None)
@hypothesis_given(data=st.data())
def test_a_damaged_file_is_brought_back_as_it_was_or_refused_in_words(data):
    here = Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"))
    made = here.create_project("Few", FEW).project_id
    batch = here.batch(made)
    assert batch is not None
    here.submit(made, batch.batch_id, [label(item) for item in batch.items])
    file = io.BytesIO()
    write_log(here.log_pack(made), file)
    content = bytearray(file.getvalue())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    there = Service(MemoryStore())
    with on_disk(bytes(content[: data.draw(st.integers(1, len(content)))])) as place:
        refused: LabelspreadError | None = None
        try:
            with LogFile(place) as opened:
                there.bring_back(opened)
        except LabelspreadError as error:
            refused = error
    if refused is None:
        assert log_of(there, made) == log_of(here, made)
    else:
        assert refused.problem.endswith(".")
        assert there._store.projects() == ()


def test_the_project_of_a_store_is_of_any_name(here, there, tmp_path):
    made = labelled(here)
    here._store.rename(made, "a\u202eb" * 60)
    with LogFile(file_of(here, made, tmp_path / "few.zip")) as file:
        brought = there.bring_back(file)
    assert isinstance(brought.project, Project)
    assert brought.project.name == ("ab" * 60)[:80]
