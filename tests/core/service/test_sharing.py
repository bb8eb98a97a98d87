"""Several people on one project: each has images of their own, while there are enough."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.config import DIGITS, ProjectConfig, recommended
from core.people.leases import IDLE
from core.service import log
from core.service.conversation import summary
from core.service.labelling import Service
from core.session.events import Answered, Served, Undone
from core.storage import MemoryStore, Store, open_store
from core.storage.base import PAGE, Reading
from tests.core.builders import TickingClock, label, numbered

TEN = ProjectConfig(n_samples=10, batch_size=5)
MANY = ProjectConfig(n_samples=200, batch_size=5)
AS_YOU_GO = ProjectConfig(n_samples=200, batch_size=5, refit="label")


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(clock: Clock) -> Service:
    return new_service(MemoryStore(clock))


def new_service(store: Store, name: str = "id") -> Service:
    return Service(store, clock=TickingClock(), new_id=numbered(name))


def project_of(service: Service, config: ProjectConfig) -> str:
    return service.create_project("Shared", config).project_id


def on_desk(service: Service, project: str, desk: str) -> Served:
    batch = service.batch(project, desk=desk)
    assert batch is not None
    return batch


def answer(service: Service, project: str, batch: Served, n: int | None = None) -> None:
    service.submit(project, batch.batch_id, [label(item) for item in batch.items[:n]])


@pytest.mark.parametrize("config", [MANY, AS_YOU_GO], ids=["rounds", "as you go"])
def test_two_desks_never_have_the_same_image_and_each_keeps_its_own(
    service: Service, config: ProjectConfig
):
    project = project_of(service, config)
    for _ in range(6):
        ann, bob = on_desk(service, project, "ann"), on_desk(service, project, "bob")
        assert set(ann.items).isdisjoint(bob.items)
        assert on_desk(service, project, "ann") == ann
        assert on_desk(service, project, "bob") == bob
        answer(service, project, ann, 1)
        assert on_desk(service, project, "bob") == bob, "an answer of Ann is not Bob's business"
        answer(service, project, bob, 1)


def test_as_you_go_the_image_that_a_desk_looks_at_next_stays_whatever_others_answer(
    service: Service,
):
    project = project_of(service, AS_YOU_GO)
    ann = on_desk(service, project, "ann")
    bob = on_desk(service, project, "bob")
    for _ in range(4):
        answer(service, project, ann, 1)
        answer(service, project, bob, 1)
        next_bob, next_ann = on_desk(service, project, "bob"), on_desk(service, project, "ann")
        assert next_ann.items[:2] == ann.items[1:3]
        assert next_bob.items[:2] == bob.items[1:3]
        ann, bob = next_ann, next_bob


def test_ten_desks_that_ask_at_the_same_time_get_ten_batches(service: Service):
    project = project_of(service, MANY)
    together = threading.Barrier(10)

    def ask(desk: int) -> tuple[int, ...]:
        together.wait(30)
        return on_desk(service, project, str(desk)).items

    with ThreadPoolExecutor(10) as threads:
        found = [item for items in threads.map(ask, range(10)) for item in items]
    assert len(set(found)) == len(found) == 50


def test_ten_tabs_of_one_desk_that_ask_at_the_same_time_get_one_batch(service: Service):
    project = project_of(service, MANY)
    together = threading.Barrier(10)

    def ask(_: int) -> str:
        together.wait(30)
        return on_desk(service, project, "ann").batch_id

    with ThreadPoolExecutor(10) as threads:
        assert len(set(threads.map(ask, range(10)))) == 1
    assert len(service.view(project).state.batches) == 1


def test_when_all_that_is_left_is_on_other_desks_it_stays_there(service: Service):
    project = project_of(service, TEN)
    ann, bob = on_desk(service, project, "ann"), on_desk(service, project, "bob")
    answer(service, project, ann)
    assert service.batch(project, desk="ann") is None
    assert service.with_others(service.view(project), desk="ann") == 5
    assert service.with_others(service.view(project), desk="bob") == 0
    assert on_desk(service, project, "bob") == bob
    answer(service, project, bob, 2)
    assert service.batch(project, desk="ann") is None
    assert service.with_others(service.view(project), desk="ann") == 3
    left = on_desk(service, project, "bob")
    assert set(left.items) == set(bob.items[2:])
    answer(service, project, left)
    for desk in ("ann", "bob"):
        assert service.batch(project, desk=desk) is None
        assert service.with_others(service.view(project), desk=desk) == 0


def test_what_somebody_leaves_is_there_for_others_at_once(service: Service):
    project = project_of(service, TEN)
    ann, bob = on_desk(service, project, "ann"), on_desk(service, project, "bob")
    answer(service, project, ann)
    assert service.batch(project, desk="ann") is None
    service.leave(project, desk="bob")
    assert on_desk(service, project, "ann") == bob
    assert service.batch(project, desk="bob") is None, "it is on another desk now"


def test_an_answer_to_a_part_that_nobody_came_back_from_leaves_nothing_out(
    service: Service, clock: Clock
):
    project = project_of(service, TEN)
    ann, bob = on_desk(service, project, "ann"), on_desk(service, project, "bob")
    # Bob's tab is closed with his answer on its way.
    answer(service, project, bob, 2)
    answer(service, project, ann)
    assert service.batch(project, desk="ann") is None
    clock.wait(IDLE)
    assert set(on_desk(service, project, "ann").items) == set(bob.items[2:])


def test_who_sits_there_without_a_word_keeps_what_is_on_the_desk(service: Service, clock: Clock):
    project = project_of(service, TEN)
    bob = on_desk(service, project, "bob")
    for _ in range(3):
        clock.wait(IDLE - 1)
        assert service.stay(project, desk="bob")
        assert set(on_desk(service, project, "ann").items).isdisjoint(bob.items)
    clock.wait(IDLE)
    assert not service.stay(project, desk="bob")


def test_what_a_desk_has_left_is_offered_to_others_after_a_while(service: Service, clock: Clock):
    project = project_of(service, MANY)
    bob = on_desk(service, project, "bob")
    clock.now += IDLE - 1
    ann = on_desk(service, project, "ann")
    assert ann != bob
    clock.now += 1
    # Ann has not finished: hers stays. Somebody new gets what Bob has left.
    assert on_desk(service, project, "ann") == ann
    assert on_desk(service, project, "eve") == bob
    # And Bob, when he is back, gets something else.
    assert on_desk(service, project, "bob") not in (ann, bob)


def test_who_comes_back_late_finds_what_was_there_unless_others_have_gone_on(
    service: Service, clock: Clock
):
    project = project_of(service, MANY)
    bob = on_desk(service, project, "bob")
    clock.now += 100 * IDLE
    assert on_desk(service, project, "bob") == bob
    for _ in range(2):
        answer(service, project, on_desk(service, project, "ann"))
    clock.now += 100 * IDLE
    assert on_desk(service, project, "bob") != bob, "the model has learned more since"


@pytest.mark.parametrize("config", [MANY, AS_YOU_GO], ids=["rounds", "as you go"])
def test_after_a_restart_each_desk_has_what_it_had(clock: Clock, config: ProjectConfig):
    store = MemoryStore(clock)
    service = new_service(store, "before")
    project = project_of(service, config)
    batches = [on_desk(service, project, desk) for desk in ("ann", "bob")]
    service = new_service(store, "after")
    assert [on_desk(service, project, desk) for desk in ("ann", "bob")] == batches
    answer(service, project, batches[0], 1)
    service = new_service(store, "again")
    if config is AS_YOU_GO:
        assert on_desk(service, project, "ann").items[:2] == batches[0].items[1:3]
    assert on_desk(service, project, "bob") == batches[1]


def test_an_undo_takes_nothing_from_other_desks(service: Service):
    project = project_of(service, MANY)
    ann, bob = on_desk(service, project, "ann"), on_desk(service, project, "bob")
    answer(service, project, ann)
    after = on_desk(service, project, "ann")
    service.undo(project, ann.batch_id, ann.items[-1], desk="ann")
    assert on_desk(service, project, "bob") == bob
    assert summary(service.view(project), bob).startswith("Round 1: ")
    again = on_desk(service, project, "ann")
    assert again.items == ann.items[-1:]
    assert summary(service.view(project), again) == "Undone. Round 1 is open again."
    service.redo(project, ann.batch_id, ann.items[-1])
    assert on_desk(service, project, "ann") == after
    assert on_desk(service, project, "bob") == bob


def test_an_undone_image_is_on_one_desk_only(service: Service):
    project = project_of(service, MANY)
    ann, bob = on_desk(service, project, "ann"), on_desk(service, project, "bob")
    answer(service, project, ann)
    answer(service, project, bob)
    service.undo(project, bob.batch_id, bob.items[-1], desk="bob")
    assert on_desk(service, project, "bob").items == bob.items[-1:]
    assert bob.items[-1] not in on_desk(service, project, "ann").items


class Watched(MemoryStore):
    """A store that says what was asked of it, and what others do just before something is added."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.calls: list[str] = []
        self.n_read = 0
        self.before: list[Callable[[], object]] = []

    def read(self, project_id, after=0, limit=PAGE) -> Reading:
        reading = super().read(project_id, after, limit)
        self.calls.append("read")
        self.n_read += reading.n_events
        return reading

    def append(self, project_id, expected_seq, events, at, *, generation=None, takings=()):
        if self.before:
            self.before.pop()()
        self.calls.append("append")
        super().append(project_id, expected_seq, events, at, generation=generation, takings=takings)

    def leases(self, project_id):
        self.calls.append("leases")
        return super().leases(project_id)

    def renew(self, project_id, desk, seconds):
        self.calls.append("renew")
        return super().renew(project_id, desk, seconds)


def test_an_answer_takes_one_call_of_the_store_and_the_next_batch_three(clock: Clock):
    store = Watched(clock)
    service = new_service(store)
    project = project_of(service, MANY)
    batch = on_desk(service, project, "ann")
    for work, calls in (
        (lambda: answer(service, project, batch), ["append"]),
        (lambda: on_desk(service, project, "ann"), ["read", "leases", "append"]),
        (lambda: on_desk(service, project, "ann"), ["read", "leases"]),
        (lambda: clock.wait(60), []),
        (lambda: on_desk(service, project, "ann"), ["read", "leases", "renew"]),
        (lambda: on_desk(service, project, "ann"), ["read", "leases"]),
    ):
        store.calls.clear()
        work()
        assert store.calls == calls


def test_a_conflict_reads_what_is_new_and_no_more(clock: Clock):
    """Two processes in turn, each of which knows nothing of the other's last answer."""
    store = Watched(clock)
    left, right = new_service(store, "left"), new_service(store, "right")
    project = project_of(left, MANY)
    n_made = store.head(project)
    desks = [(left, "ann"), (right, "bob")]
    for _ in range(5):
        for service, desk in desks:
            answer(service, project, on_desk(service, project, desk))
    n_events = store.head(project)
    # Each event was read by the process that has not written it, and by no other; but for those
    # that made the project.
    assert store.n_read <= n_events + n_made


def test_what_is_answered_elsewhere_while_it_is_chosen_is_not_served(clock: Clock):
    store = Watched(clock)
    slow, fast = new_service(store, "slow"), new_service(store, "fast")
    project = project_of(slow, MANY)
    first = on_desk(fast, project, "bob")
    answer(fast, project, first)
    # Both choose the same one at the same state of the log; the other process was quicker.
    store.before.append(lambda: answer(fast, project, on_desk(fast, project, "bob")))
    batch = on_desk(slow, project, "ann")
    labels = slow.view(project).labels
    assert len(labels) == 10
    assert set(batch.items).isdisjoint(labels)


def test_what_was_chosen_is_kept_if_others_have_only_said_something_else(clock: Clock):
    store = Watched(clock)
    slow, fast = new_service(store, "slow"), new_service(store, "fast")
    project = project_of(fast, MANY)
    first = on_desk(fast, project, "bob")
    answer(fast, project, first)
    store.before.append(lambda: fast.correct(project, first.batch_id, label(first.items[0], "7")))
    assert on_desk(slow, project, "ann").batch_id == "slow-1", "chosen once"
    assert slow.view(project).labels[first.items[0]] == "7"


def test_nothing_is_decided_on_a_standing_that_is_not_the_stores(database_url):
    """An answer that another process has undone since is refused by what the store says."""
    stores = open_store(database_url), open_store(database_url)
    left, right = (new_service(store, name) for store, name in zip(stores, "lr", strict=True))
    project = project_of(left, MANY)
    batch = on_desk(left, project, "")
    answer(left, project, batch, 1)
    assert right.undo(project, batch.batch_id, batch.items[0])
    assert not left.undo(project, batch.batch_id, batch.items[0]), "it was undone before"
    kinds = [type(record.event) for record in stores[0].events(project)]
    assert kinds.count(Undone) == kinds.count(Answered) == 1
    for store in stores:
        store.close()


@pytest.mark.parametrize("page", [1, 2, 3, 1_000])
def test_a_log_is_read_page_by_page_and_comes_to_the_same(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, page: int
):
    store = Watched(clock)
    service = new_service(store)
    project = project_of(service, MANY)
    for _ in range(3):
        answer(service, project, on_desk(service, project, "ann"))
    monkeypatch.setattr(log, "PAGE", page)
    store.calls.clear()
    again = new_service(store, "again")
    assert again.view(project).state == service.view(project).state
    n_events = store.head(project)
    # The last page may be full: only the next one shows that there is no more.
    assert store.calls.count("read") == n_events // page + 1 + 1


class Swapped(MemoryStore):
    """A store that is replaced by another one while its log is read."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.number = 0
        self.swap_after = -1

    @property
    def generation(self) -> int:
        return self.number

    def read(self, project_id, after=0, limit=PAGE) -> Reading:
        reading = super().read(project_id, after, limit)
        self.swap_after -= 1
        if self.swap_after == 0:
            self.number += 1
            log_of = self._logs[project_id]
            del log_of[4:]
        return reading


def test_a_store_that_is_replaced_while_it_is_read_is_read_anew(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    store = Swapped(clock)
    service = new_service(store)
    project = project_of(service, MANY)
    first = on_desk(service, project, "ann")
    for _ in range(3):
        answer(service, project, on_desk(service, project, "ann"))
    monkeypatch.setattr(log, "PAGE", 2)
    store.swap_after = 2
    state = new_service(store, "again").view(project).state
    # What is left of the log: the settings, what the set holds, the classes and the first batch.
    assert (state.seq, state.n_answers) == (4, 0)
    assert state.open_batch == first


def test_what_was_chosen_ahead_is_for_whoever_comes_first(service: Service):
    project = project_of(service, recommended(dataset=DIGITS, n_samples=200))
    service.warm_up(project)
    head = service.view(project).state.seq
    first = on_desk(service, project, "ann")
    assert service.view(project).state.seq == head, "nothing else was chosen"
    assert set(first.reasons) == {"opening"}
    assert "chosen to cover the whole set" in summary(service.view(project), first)
    other = on_desk(service, project, "bob")
    assert set(other.items).isdisjoint(first.items)


def test_what_another_server_puts_on_a_desk_meanwhile_stays_there(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    stores = open_store(database_url), open_store(database_url)
    one, other = (new_service(store, name) for store, name in zip(stores, "lr", strict=True))
    project = project_of(one, recommended(dataset=DIGITS, n_samples=200))
    view, desks = other.view(project), other._leases.now(project)
    put = one.batch(project, desk="ann")
    assert put is not None
    # As it stood when a message that was sent to both came to the other one.
    looks = [desks]
    now = other._leases.now
    monkeypatch.setattr(other._leases, "now", lambda p: looks.pop() if looks else now(p))
    found = other.serve(view, desk="ann")
    assert found is not None
    assert found.batch_id == put.batch_id
    assert len(other.view(project).state.batches) == 1
    for service in (one, other):
        service.close()


def test_two_servers_never_give_one_image_to_two_desks(database_url: str):
    """Twenty desks answer all there is, on whichever server; the log says who was shown what."""
    stores = open_store(database_url), open_store(database_url)
    services = [new_service(store, name) for store, name in zip(stores, "lr", strict=True)]
    quick = ProjectConfig(kernel="knn", opening="random", query="random", batch_size=10)
    project = project_of(services[0], quick)
    n_desks = 20
    asked: list[list[int]] = [[] for _ in range(n_desks)]

    def work(desk: int) -> None:
        step = 0
        while True:
            service = services[(desk + step) % 2]
            batch = service.batch(project, desk=str(desk))
            step += 1
            if batch is None:
                return
            asked[desk] += batch.items
            service = services[(desk + step) % 2]
            service.submit(project, batch.batch_id, [label(item) for item in batch.items])

    with ThreadPoolExecutor(n_desks) as threads:
        list(threads.map(work, range(n_desks)))
    shown = [item for items in asked for item in items]
    assert len(shown) == len(set(shown)) == 1_797
    events = [record.event for record in stores[0].events(project)]
    served = [item for event in events if isinstance(event, Served) for item in event.items]
    assert sorted(served) == sorted(shown)
    assert sum(isinstance(event, Answered) for event in events) == 180
    for store in stores:
        store.close()


@pytest.mark.parametrize("config", [MANY, AS_YOU_GO], ids=["rounds", "as you go"])
def test_who_is_led_to_another_server_finds_the_same_on_the_desk(database_url: str, config):
    stores = open_store(database_url), open_store(database_url)
    left, right = (new_service(store, name) for store, name in zip(stores, "lr", strict=True))
    project = project_of(left, config)
    ann, bob = on_desk(left, project, "ann"), on_desk(right, project, "bob")
    assert set(ann.items).isdisjoint(bob.items)
    assert on_desk(right, project, "ann") == ann
    answer(right, project, ann, 1)
    left.undo(project, ann.batch_id, ann.items[0], desk="ann")
    assert on_desk(left, project, "bob") == bob
    assert ann.items[0] in on_desk(right, project, "ann").items
    for store in stores:
        store.close()
