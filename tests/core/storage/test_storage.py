"""One suite for every store: the contract of :mod:`core.storage.base`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from core.config import ProjectConfig
from core.errors import LeasedError, SequenceConflictError, UnknownProjectError
from core.people.leases import IDLE, KEPT, LONGEST, Taking
from core.session.events import Event
from core.storage import MemoryStore, Project, Recorded, SqlStore, Store, open_store
from core.storage.base import PAGE
from tests.core.builders import NOON, answered, bad, given, label, project, served, undone

EVENTS: tuple[Event, ...] = (
    given({40: "4"}),
    served("a", [1, 2]),
    answered("a", label(1, "3", 700), bad(2)),
    undone("a", 2),
)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'labels.db'}" if request.param == "sqlite" else ""


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url) if url else MemoryStore()
    yield opened
    opened.close()


@pytest.fixture
def both(store: Store, url: str) -> Iterator[tuple[Store, Store]]:
    """The store as two programs see it; memory is seen by one program only."""
    if isinstance(store, SqlStore):
        second = open_store(url)
        yield store, second
        second.close()
    else:
        yield store, store


def log(store: Store, project_id: str = "p", after: int = 0) -> list[tuple[int, Event]]:
    return [(record.seq, record.event) for record in store.events(project_id, after)]


def test_a_new_store_is_there_and_empty(store):
    store.ping()
    assert store.projects() == ()


def test_a_project_is_read_as_it_was_made(store):
    config = ProjectConfig(n_samples=30, alpha=0.1 + 0.2, kernel="knn", shuffle_seed=2**32 - 1)
    made = Project("p", "Ziffern – “1”", config, NOON)
    assert store.create(made, []) is True
    assert store.project("p") == made
    assert store.projects() == (made,)
    assert store.events("p") == ()


def test_a_project_starts_with_its_first_events(store):
    store.create(project(), EVENTS)
    assert log(store) == list(enumerate(EVENTS, 1))
    assert {record.at for record in store.events("p")} == {NOON}


def test_an_id_that_is_taken_is_not_made_again(store):
    store.create(project(name="First"), EVENTS[:1])
    assert store.create(project(name="Second"), EVENTS) is False
    assert store.project("p").name == "First"
    assert log(store) == [(1, EVENTS[0])]


def records(n_events: int = 4) -> list[Recorded]:
    """Each at a time of its own."""
    log = (EVENTS * (n_events // len(EVENTS) + 1))[:n_events]
    return [
        Recorded(seq, NOON + timedelta(microseconds=seq * 1_234_567), event)
        for seq, event in enumerate(log, 1)
    ]


@pytest.mark.parametrize("n_events", [0, 4, PAGE + 7])
def test_a_whole_log_is_brought_with_its_times(store, n_events):
    log = records(n_events)
    assert store.bring(project(), iter(log)) is True
    assert store.project("p") == project()
    assert store.events("p") == tuple(log)
    assert store.head("p") == n_events
    store.append("p", n_events, EVENTS[1:2], NOON)
    assert store.head("p") == n_events + 1


def test_a_log_is_not_brought_over_one_that_is_there(store):
    store.create(project(name="First"), EVENTS[:1])
    assert store.bring(project(name="Second"), records()) is False
    assert store.project("p").name == "First"
    assert log(store) == [(1, EVENTS[0])]


def test_of_a_log_that_cannot_be_brought_to_its_end_nothing_is_there(store):
    def broken() -> Iterator[Recorded]:
        yield from records()
        raise ValueError("it is cut off")

    with pytest.raises(ValueError, match="cut off"):
        store.bring(project(), broken())
    assert store.projects() == ()


def test_projects_come_oldest_first(store):
    for project_id, minute in (("b", 5), ("a", 9), ("c", 1)):
        store.create(project(project_id, minute=minute), [])
    assert [p.project_id for p in store.projects()] == ["c", "b", "a"]


def test_projects_of_one_age_come_by_name(store):
    for name in ("Zebra", "Ant", "Mole"):
        store.create(project(name, name), [])
    assert [p.name for p in store.projects()] == ["Ant", "Mole", "Zebra"]


def test_a_project_can_have_another_name(store):
    store.create(project(), EVENTS)
    store.rename("p", "Other")
    assert store.project("p") == project(name="Other")
    assert len(store.events("p")) == len(EVENTS)


def test_a_project_can_have_other_settings(store):
    store.create(project(), EVENTS)
    changed = project().config.model_copy(update={"features": "both"})
    store.configure("p", changed)
    assert store.project("p") == replace(project(), config=changed)
    assert len(store.events("p")) == len(EVENTS)


def test_a_deleted_project_keeps_everything_and_can_be_restored(store):
    store.create(project(), EVENTS)
    later = NOON + timedelta(hours=1)
    store.delete("p", later)
    assert store.project("p").deleted_at == later
    assert [p.deleted_at for p in store.projects()] == [later]
    assert len(store.events("p")) == len(EVENTS)
    store.restore("p")
    assert store.project("p") == project()
    store.append("p", len(EVENTS), [served("b", [3])], NOON)
    assert len(store.events("p")) == len(EVENTS) + 1


def test_nothing_is_appended_to_a_deleted_project(store):
    store.create(project(), EVENTS)
    store.delete("p", NOON)
    with pytest.raises(UnknownProjectError):
        store.append("p", len(EVENTS), [served("b", [3])], NOON)
    assert len(store.events("p")) == len(EVENTS)


UNKNOWN: dict[str, Callable[[Store], object]] = {
    "project": lambda store: store.project("q"),
    "rename": lambda store: store.rename("q", "Name"),
    "configure": lambda store: store.configure("q", project().config),
    "delete": lambda store: store.delete("q", NOON),
    "restore": lambda store: store.restore("q"),
    "read": lambda store: store.read("q"),
    "events": lambda store: store.events("q"),
    "head": lambda store: store.head("q"),
    "events after": lambda store: store.events("q", 3),
    "append": lambda store: store.append("q", 0, EVENTS, NOON),
}


@pytest.mark.parametrize("odd", ["p\0", "\ud800", "p\n", "", "x" * 1000])
def test_an_id_that_no_project_can_have_is_unknown_too(store, odd):
    for work in (store.project, store.read, store.events, store.head, store.restore):
        with pytest.raises(UnknownProjectError):
            work(odd)
    with pytest.raises(UnknownProjectError):
        store.append(odd, 0, EVENTS, NOON)


@pytest.mark.parametrize("call", UNKNOWN)
def test_a_project_that_does_not_exist_is_said_to_be_unknown(store, call):
    store.create(project(), EVENTS)
    with pytest.raises(UnknownProjectError) as caught:
        UNKNOWN[call](store)
    assert caught.value.project_id == "q"
    assert store.projects() == (project(),)


def test_events_are_numbered_from_one_without_gaps(store):
    store.create(project(), [])
    store.append("p", 0, EVENTS[:1], NOON)
    store.append("p", 1, EVENTS[1:3], NOON)
    store.append("p", 3, EVENTS[3:], NOON)
    assert log(store) == list(enumerate(EVENTS, 1))


@pytest.mark.parametrize("after", [0, 1, 3, 4, 99])
def test_only_the_events_after_a_number_are_read_if_one_is_named(store, after):
    store.create(project(), EVENTS)
    assert log(store, after=after) == list(enumerate(EVENTS, 1))[after:]


@pytest.mark.parametrize("after", [0, 2, 4, 9])
@pytest.mark.parametrize("limit", [1, 2, 4, 9])
def test_a_project_and_a_page_of_its_log_are_read_at_once(store, after, limit):
    made = project()
    store.create(made, EVENTS)
    store.delete("p", NOON)
    reading = store.read("p", after, limit)
    assert reading.project == replace(made, deleted_at=NOON)
    wanted = store.events("p")[after : after + limit]
    assert (reading.n_events, reading.last) == (len(wanted), wanted[-1].seq if wanted else 0)
    assert tuple(reading.events) == wanted


def test_an_event_keeps_the_time_it_was_written_in_utc(store):
    store.create(project(), EVENTS[:1])
    abroad = (NOON + timedelta(minutes=7)).astimezone(timezone(timedelta(hours=5, minutes=30)))
    store.append("p", 1, EVENTS[1:2], abroad)
    at = store.events("p", after=1)[0].at
    assert at == NOON + timedelta(minutes=7)


@pytest.mark.parametrize("expected_seq", [-1, 0, 3, 5, 100])
@pytest.mark.parametrize("events", [EVENTS[1:3], ()], ids=["two events", "no events"])
def test_a_writer_who_is_wrong_about_the_log_s_end_writes_nothing(store, expected_seq, events):
    store.create(project(), EVENTS)
    with pytest.raises(SequenceConflictError) as caught:
        store.append("p", expected_seq, events, NOON)
    assert (caught.value.project_id, caught.value.expected_seq) == ("p", expected_seq)
    assert log(store) == list(enumerate(EVENTS, 1))


@pytest.mark.parametrize("n_events", [1, 2, 40])
def test_events_are_appended_all_or_none_however_many(store, n_events):
    store.create(project(), [])
    events = [served(f"{number}", [number]) for number in range(n_events)]
    store.append("p", 0, events, NOON)
    assert log(store) == list(enumerate(events, 1))
    assert store.head("p") == n_events
    with pytest.raises(SequenceConflictError):
        store.append("p", n_events - 1, events, NOON)
    assert store.head("p") == n_events


def test_what_was_decided_on_another_store_is_not_appended(store):
    store.create(project(), EVENTS[:1])
    store.append("p", 1, EVENTS[1:2], NOON, generation=store.generation)
    with pytest.raises(SequenceConflictError):
        store.append("p", 2, EVENTS[2:3], NOON, generation=store.generation + 1)
    assert store.head("p") == 2


def test_logs_of_different_projects_do_not_mix(store):
    store.create(project("p"), EVENTS[:1])
    store.create(project("q"), EVENTS[:2])
    store.append("p", 1, [served("only p", [9])], NOON)
    assert [seq for seq, _ in log(store, "p")] == [1, 2]
    assert log(store, "q") == list(enumerate(EVENTS[:2], 1))


def taking(desk: str, batch: str, *items: int, seconds: float = IDLE) -> list[Taking]:
    return [Taking(desk, batch, items, seconds=seconds)]


def on_desks(store: Store, project_id: str = "p") -> dict[tuple[int, int], str]:
    """Who has which item and slot now."""
    found = [lease for lease in store.leases(project_id) if lease.is_live]
    return {(lease.item, lease.slot): f"{lease.desk} {lease.batch_id}" for lease in found}


def test_a_batch_comes_to_a_desk_with_its_event(both):
    one, other = both
    one.create(project(), [])
    one.append("p", 0, [served("a", [3, 1])], NOON, takings=taking("ann", "a", 3, 1))
    assert on_desks(other) == {(1, 0): "ann a", (3, 0): "ann a"}
    assert all(IDLE - 60 < lease.left <= IDLE for lease in other.leases("p"))
    assert other.head("p") == 1


def test_of_what_several_take_at_once_all_comes_to_them_or_nothing(store):
    store.create(project(), [])
    store.append("p", 0, [], NOON, takings=taking("ann", "a", 1))
    wanted = [*taking("eve", "c", 5), *taking("bob", "b", 1, 2)]
    with pytest.raises(LeasedError) as caught:
        store.append("p", 0, EVENTS, NOON, takings=wanted)
    assert caught.value.desk == "bob"
    assert (store.head("p"), on_desks(store)) == (0, {(1, 0): "ann a"})
    store.append("p", 0, EVENTS, NOON, takings=[*taking("eve", "c", 5), *taking("bob", "b", 2)])
    assert on_desks(store) == {(1, 0): "ann a", (2, 0): "bob b", (5, 0): "eve c"}


@pytest.mark.parametrize("n_events", [0, 1, 40])
def test_what_is_on_another_desk_is_not_taken_and_nothing_is_written(both, n_events):
    one, other = both
    one.create(project(), [])
    one.append("p", 0, [], NOON, takings=taking("ann", "a", 1, 2))
    one.append("p", 0, [], NOON, takings=taking("bob", "b", 7))
    events = [served(f"{number}", [3]) for number in range(n_events)]
    with pytest.raises(LeasedError):
        other.append("p", 0, events, NOON, takings=taking("bob", "c", 0, 2, 3))
    assert other.head("p") == 0
    assert on_desks(other) == {(1, 0): "ann a", (2, 0): "ann a", (7, 0): "bob b"}


def test_who_is_wrong_about_the_log_s_end_takes_nothing(store):
    store.create(project(), EVENTS)
    for events in ((), EVENTS[:1]):
        with pytest.raises(SequenceConflictError):
            store.append("p", 2, events, NOON, takings=taking("ann", "a", 1))
    with pytest.raises(UnknownProjectError):
        store.append("q", 0, [], NOON, takings=taking("ann", "a", 1))
    assert store.leases("p") == ()


def test_what_comes_to_a_desk_takes_the_place_of_what_was_there_in_that_project(store):
    for name in ("p", "q"):
        store.create(project(name), [])
        store.append(name, 0, [], NOON, takings=taking("ann", "a", 1, 2))
    store.append("p", 0, [], NOON, takings=taking("ann", "b", 2, 3))
    assert on_desks(store) == {(2, 0): "ann b", (3, 0): "ann b"}
    assert on_desks(store, "q") == {(1, 0): "ann a", (2, 0): "ann a"}


@pytest.mark.parametrize("seconds", [0.0, -5.0, LONGEST + 60], ids=["now", "before", "in days"])
def test_what_has_ended_may_be_taken_and_so_may_what_ends_too_late(both, seconds):
    one, other = both
    one.create(project(), [])
    one.append("p", 0, [], NOON, takings=taking("ann", "a", 1, 2, seconds=seconds))
    assert on_desks(other) == {}
    assert not one.renew("p", "ann", IDLE), "it is too late"
    other.append("p", 0, [], NOON, takings=taking("bob", "b", 2, 3))
    assert on_desks(one) == {(2, 0): "bob b", (3, 0): "bob b"}


def test_it_is_known_what_a_desk_had_last_but_not_for_ever(store):
    store.create(project(), [])
    for desk, seconds in (("ann", 0.0), ("eve", -2 * KEPT)):
        item = ord(desk[0])
        store.append("p", 0, [], NOON, takings=taking(desk, "a", item, seconds=seconds))
    store.append("p", 0, [], NOON, takings=taking("bob", "b", 1))
    assert {lease.desk for lease in store.leases("p")} == {"ann", "bob"}


def test_a_desk_is_renewed_or_left_without_the_others(both):
    one, other = both
    for name in ("p", "q"):
        one.create(project(name), [])
        one.append(name, 0, [], NOON, takings=taking("ann", "a", 1, 2, seconds=30))
    one.append("p", 0, [], NOON, takings=taking("bob", "b", 3, seconds=30))
    assert other.renew("p", "ann", 300)
    long = {lease.item for lease in one.leases("p") if lease.left > 60}
    assert long == {1, 2}
    one.release("p", "ann")
    assert on_desks(other) == {(3, 0): "bob b"}
    assert len(on_desks(other, "q")) == 2
    assert not other.renew("p", "ann", 300)
    assert not other.renew("nowhere", "ann", 300)
    assert other.leases("nowhere") == ()


def test_a_batch_that_has_come_since_another_was_chosen_stays(both):
    one, other = both
    one.create(project(), [])
    chosen = Taking("ann", "b", (4,), before="")
    one.append("p", 0, [], NOON, takings=[Taking("ann", "a", (1,), before="")])
    with pytest.raises(LeasedError) as caught:
        other.append("p", 0, EVENTS, NOON, takings=[chosen])
    assert caught.value.desk == "ann"
    assert (other.head("p"), on_desks(one)) == (0, {(1, 0): "ann a"})
    other.append("p", 0, [], NOON, takings=[replace(chosen, before="a")])
    assert on_desks(one) == {(4, 0): "ann b"}
    other.append("p", 0, [], NOON, takings=[replace(chosen, items=(5,), before="a")])
    one.release("p", "ann")
    one.append("p", 0, [], NOON, takings=[Taking("ann", "c", (6,), before="")])
    assert on_desks(one) == {(6, 0): "ann c"}, "what was there has ended"


def test_an_item_may_be_on_as_many_desks_as_it_has_slots(store):
    store.create(project(), [])
    for slot, desk in enumerate(("ann", "bob")):
        chosen = Taking(desk, "a", (1, 2), (slot, slot))
        store.append("p", 0, [], NOON, takings=[chosen])
    assert on_desks(store)[1, 1] == "bob a"
    with pytest.raises(LeasedError):
        store.append("p", 0, [], NOON, takings=[Taking("eve", "a", (2,), (1,))])
    store.append("p", 0, [], NOON, takings=[Taking("eve", "a", (2,), (2,))])
    assert len(on_desks(store)) == 5


def test_of_many_who_want_the_same_items_one_has_them(both):
    both[0].create(project(), [])

    def want(desk: int) -> int:
        chosen = [(desk + number) % 12 for number in range(4)]
        try:
            both[desk % 2].append("p", 0, [], NOON, takings=taking(str(desk), "a", *chosen))
        except LeasedError:
            return 0
        return 4

    with ThreadPoolExecutor(12) as threads:
        n_taken = sum(threads.map(want, range(12)))
    leases = both[0].leases("p")
    assert n_taken == len(leases) == len({lease.item for lease in leases})
    assert n_taken >= 4


def test_what_one_program_wrote_another_reads_at_once(both):
    one, other = both
    one.create(project(), EVENTS[:1])
    assert log(other) == [(1, EVENTS[0])]
    other.append("p", 1, EVENTS[1:2], NOON)
    assert log(one) == list(enumerate(EVENTS[:2], 1))
    one.rename("p", "Other")
    assert other.project("p").name == "Other"


def test_of_two_programs_that_append_after_the_same_event_one_is_told_to_read_on(both):
    one, other = both
    one.create(project(), EVENTS[:1])
    one.append("p", 1, EVENTS[1:2], NOON)
    with pytest.raises(SequenceConflictError):
        other.append("p", 1, EVENTS[1:3], NOON)
    assert len(log(one)) == 2


def test_many_writers_at_once_make_one_log_without_gap_or_loss(both):
    both[0].create(project(), [])

    def write(writer: int) -> None:
        store = both[writer % 2]
        for number in range(12):
            event = served(f"{writer}-{number}", [number])
            while True:
                try:
                    store.append("p", len(store.events("p")), [event], NOON)
                    break
                except SequenceConflictError:
                    continue

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    records = both[0].events("p")
    assert [record.seq for record in records] == list(range(1, 97))
    written = [record.event.batch_id for record in records]
    assert sorted(written) == sorted(f"{w}-{n}" for w in range(8) for n in range(12))
    for writer in range(8):
        own = [batch for batch in written if batch.startswith(f"{writer}-")]
        assert own == [f"{writer}-{n}" for n in range(12)]


def test_of_many_who_make_the_same_project_one_succeeds(both):
    with ThreadPoolExecutor(8) as threads:
        made = list(
            threads.map(lambda i: both[i % 2].create(project(name=str(i)), EVENTS[:1]), range(8))
        )
    assert made.count(True) == 1
    assert both[0].project("p").name == str(made.index(True))
    assert len(log(both[0])) == 1
