"""Rooms: people on phones answer, nobody waits for the model, nothing is lost or counted twice."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.config import recommended
from core.errors import (
    InvalidConfigError,
    InvalidNameError,
    NotAllowedError,
    NotInRoomError,
    RoomFullError,
    StoreFullError,
    UnknownProjectError,
    UnknownRoomError,
)
from core.service import rooms
from core.service.labelling import Service
from core.service.room_answers import PhoneAnswer
from core.service.room_keeping import project_of
from core.session.events import Answer
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered, unsure, wait_until
from tests.core.service.people import ANNA, BEN, CLEO, STRANGER, as_, shared_project


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def service(store):
    service = Service(store, clock=TickingClock(), new_id=numbered("id"))
    yield service
    service.close()


def opened(service: Service, overlap: int = 3, **more) -> tuple[str, str]:
    """A room on sixty digits: its project and its code."""
    config = recommended(n_samples=60, batch_size=5, **more)
    source = service.create_project("Digits", config).project_id
    project = service.open_room(source, overlap)
    room = service.room(project.project_id)
    assert room is not None
    return project.project_id, room.code


class Phone:
    """Somebody in a room, who answers what is on the phone."""

    def __init__(self, service: Service, code: str, name: str = "Mia") -> None:
        self.service, self.code = service, code
        self.token, self.guest = service.join_room(code, name)
        self.queue: list[tuple[int, str]] = []
        self.given: dict[int, Answer] = {}

    def fetch(self) -> int:
        """Ask for more until there is some; how many images there are."""

        def has_some() -> bool:
            found = self.service.in_room(self.code, self.token, [item for item, _ in self.queue])
            self.queue += [(one.item, one.batch_id) for one in found.handed]
            return bool(self.queue) or found.is_done

        wait_until(has_some)
        return len(self.queue)

    def answer(self, name: str | None = None) -> PhoneAnswer:
        item, batch_id = self.queue.pop(0)
        said = PhoneAnswer(batch_id, label(item, name or str(item % 10)))
        self.given[item] = said.answer
        return said

    def send(self, *said: PhoneAnswer) -> tuple[str, ...]:
        return self.service.answer_in_room(self.code, self.token, said)


def test_a_room_is_a_project_of_its_own_without_labels_and_with_the_classes_of_the_other(service):
    source = service.create_project("Digits", recommended(n_samples=60, n_given=4)).project_id
    service.add_class(source, "blot")
    project = service.open_room(source, 2)
    state = service.standing(project.project_id).state
    assert (len(state.labels), state.classes[-1]) == (0, "blot")
    assert project.name == f"Digits, room {state.room.code}"
    assert (project.config.overlap, project.config.refit) == (2, "label")
    assert len(service.standing(source).state.labels) == 4
    # Twice is two rooms.
    assert service.open_room(source).project_id != project.project_id


@pytest.mark.parametrize("overlap", [0, 6])
def test_an_image_is_put_before_up_to_five_people(service, overlap):
    with pytest.raises(InvalidConfigError, match="up to 5 people"):
        opened(service, overlap)


def test_who_comes_in_is_asked_and_what_they_say_is_the_projects_label(service):
    project, code = opened(service, overlap=1)
    phone = Phone(service, code)
    assert phone.guest.person == "room:1"
    assert phone.fetch() == 6
    said = phone.answer("7")
    assert phone.send(said) == ("stored",)
    assert service.in_room(code, phone.token).n_said == 1
    placed = service.answers(project).answers[0]
    assert (placed.by, placed.answer.label) == ("room:1", "7")


def test_sent_again_it_changes_nothing_and_is_acknowledged(service, store):
    project, code = opened(service)
    phone = Phone(service, code)
    phone.fetch()
    said = [phone.answer(), phone.answer()]
    assert phone.send(*said) == ("stored", "stored")
    before = len(store.events(project))
    assert phone.send(*said) == ("stored", "stored")
    assert phone.send(said[0]) == ("stored",)
    assert len(store.events(project)) == before
    assert service.in_room(code, phone.token).n_said == 2


def test_the_last_answer_can_be_taken_back_by_another_one(service):
    project, code = opened(service)
    mia, tom = Phone(service, code), Phone(service, code, "Tom")
    for phone in (mia, tom):
        phone.fetch()
    first = mia.answer("1")
    tom.queue = [(first.answer.item, first.batch_id)]
    for phone, said in ((mia, first), (tom, tom.answer("4"))):
        assert phone.send(said) == ("stored",)
    for phone, was in ((mia, "1"), (tom, "4")):
        again = PhoneAnswer(
            first.batch_id, unsure(first.answer.item), label(first.answer.item, was)
        )
        assert phone.send(again) == ("stored",)
        assert phone.send(again) == ("stored",), "it stands so"
        late = PhoneAnswer(first.batch_id, label(first.answer.item, was))
        assert phone.send(late) != ("refused",), "it is heard, and changes nothing"
    poll = service.standing(project).state.poll(first.answer.item)
    assert [vote.answer.kind for vote in poll.votes] == ["unsure", "unsure"]


def test_what_cannot_be_is_refused_alone(service):
    _, code = opened(service)
    phone = Phone(service, code)
    phone.fetch()
    right = phone.answer()
    wrong = [
        PhoneAnswer("nothing", right.answer),
        PhoneAnswer(right.batch_id, label(right.answer.item, "<script>")),
        PhoneAnswer(right.batch_id, label(10_000)),
    ]
    assert phone.send(*wrong, right) == ("refused", "refused", "refused", "stored")


def test_three_people_answer_each_image_and_nobody_twice(service):
    project, code = opened(service, overlap=3)
    phones = [Phone(service, code, name) for name in ("Mia", "Tom", "Ada", "Leo", "Zoe")]
    chance = random.Random(1)
    while sum(phone.fetch() for phone in phones):
        for phone in chance.sample(phones, len(phones)):
            if phone.queue:
                item = phone.queue[0][0]
                assert item not in phone.given
                assert phone.send(phone.answer()) == ("stored",)
    state = service.standing(project).state
    assert len(state.votes.polls) == 60
    assert {len({v.by for v in poll.votes}) for poll in state.votes.polls.values()} == {3}
    assert state.n_answers == 180 == sum(len(phone.given) for phone in phones)
    found = [service.in_room(code, phone.token) for phone in phones]
    assert all(one.is_done for one in found)
    assert [one.n_said for one in found] == [len(phone.given) for phone in phones]


@pytest.mark.parametrize("overlap", [1, 3])
def test_a_phone_that_comes_to_another_server_is_not_asked_again(
    service, store, monkeypatch, overlap
):
    _, code = opened(service, overlap)
    phone = Phone(service, code)
    phone.fetch()
    other = Service(store, clock=TickingClock(), new_id=numbered("other"))
    monkeypatch.setattr(rooms, "_FRESH", 0.0)
    assert other.in_room(code, phone.token).handed, "it knows of what is in the log"
    said = [phone.answer() for _ in range(3)]
    assert phone.send(*said) == ("stored",) * 3
    items = {one.item for one in other.in_room(code, phone.token).handed}
    assert items
    assert items.isdisjoint(one.answer.item for one in said)
    other.close()


def test_the_answers_to_an_image_come_together(service):
    _, code = opened(service, overlap=3)
    phones = [Phone(service, code, name) for name in ("Mia", "Tom", "Ada")]
    for phone in phones:
        phone.fetch()
    assert {*phones[0].queue} == {*phones[1].queue} == {*phones[2].queue}


def test_a_break_and_the_end_ask_nothing_and_lose_nothing(service):
    project, code = opened(service)
    phone = Phone(service, code)
    phone.fetch()
    assert service.set_room(project, "paused")
    assert not service.set_room(project, "paused")
    found = service.in_room(code, phone.token, [])
    assert (found.room.phase, found.handed) == ("paused", ())
    assert phone.send(phone.answer()) == ("stored",), "it was said before"
    service.set_room(project, "open")
    assert service.in_room(code, phone.token, [i for i, _ in phone.queue]).handed
    service.set_room(project, "ended")
    assert phone.send(phone.answer()) == ("stored",)
    with pytest.raises(UnknownRoomError):
        service.join_room(code, "Late")


def test_a_room_that_was_thrown_away_is_not_there_and_can_come_back(service):
    project, code = opened(service)
    phone = Phone(service, code)
    phone.fetch()
    said = phone.answer()
    service.delete_project(project)
    for attempt in (lambda: phone.send(said), lambda: service.join_room(code, "Tom")):
        with pytest.raises(UnknownRoomError):
            attempt()
    service.restore_project(project)
    assert phone.send(said) == ("stored",)


def test_people_who_are_called_the_same_are_told_apart(service):
    _, code = opened(service)
    names = ["Mia", "mia", "Mia 2", "Mia", "x" * 20, "x" * 20]
    called = [service.join_room(code, name)[1].name for name in names]
    assert called == ["Mia", "mia 2", "Mia 2 2", "Mia 3", "x" * 20, "x" * 18 + " 2"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 21, "a\u202eb", "\u0000"])
def test_a_name_that_nobody_has_is_refused(service, name):
    _, code = opened(service)
    with pytest.raises(InvalidNameError):
        service.join_room(code, name)


@pytest.mark.parametrize("code", ["", "0000", "k7qf", "../..", "K7QFK7", "ZZZZ"])
def test_a_code_of_no_room_lets_nobody_in(service, code):
    opened(service)
    with pytest.raises(UnknownRoomError):
        service.join_room(code, "Mia")
    with pytest.raises(UnknownRoomError):
        service.in_room(code, "f" * 32)


def test_a_secret_of_another_room_is_worth_nothing(service):
    _, code = opened(service)
    other = service.open_room(service.projects()[0].project_id)
    token, _ = service.join_room(service.room(other.project_id).code, "Tom")
    for secret in (token, "", "f" * 32):
        with pytest.raises(NotInRoomError):
            service.in_room(code, secret)
        with pytest.raises(NotInRoomError):
            service.answer_in_room(code, secret, [])


def test_who_has_just_come_in_is_known_though_others_looked_a_moment_before(service):
    _, code = opened(service)
    phone = Phone(service, code)
    desk = service._desk_of(project_of(code))
    service.in_room(code, phone.token)
    before = desk.standing
    token, _ = service.join_room(code, "Tom")
    # Another thread had read the log before, and notes that now.
    desk.standing = before
    assert service.in_room(code, token).guest.name == "Tom"


def test_a_room_is_full_some_time(service, monkeypatch):
    _, code = opened(service)
    monkeypatch.setattr(rooms, "MOST_PEOPLE", 2)
    for name in ("Mia", "Tom"):
        service.join_room(code, name)
    with pytest.raises(RoomFullError, match="2 people"):
        service.join_room(code, "Ada")


def test_another_process_knows_the_people_and_what_they_have_said(service, store):
    project, code = opened(service)
    phone = Phone(service, code)
    phone.fetch()
    for _ in range(3):
        phone.send(phone.answer())
    other = Service(store, clock=TickingClock(), new_id=numbered("other"))
    try:
        phone.service = other
        assert other.in_room(code, phone.token, [i for i, _ in phone.queue]).n_said == 3
        while phone.fetch():
            assert phone.queue[0][0] not in phone.given
            assert phone.send(phone.answer()) == ("stored",)
        assert len(phone.given) == 60
        assert {len(poll.votes) for poll in other.standing(project).state.votes.polls.values()} == {
            1
        }
    finally:
        other.close()


def test_a_copy_of_a_room_is_none(service):
    project, code = opened(service, overlap=1)
    phone = Phone(service, code)
    phone.fetch()
    phone.send(phone.answer())
    assert service.room(service.branch(project, 1, "Mine").project_id) is None
    assert service.room(service.projects()[0].project_id) is None


def test_only_an_owner_opens_and_ends_a_room(service):
    source = shared_project(service)
    room = as_(service, ANNA).open_room(source, 1).project_id
    assert as_(service, ANNA).set_room(room, "paused")
    assert [member.name for member in service.members(room)] == ["Anna"]
    for person in (BEN, CLEO):
        with pytest.raises(NotAllowedError):
            as_(service, person).open_room(source)
    for person in (BEN, STRANGER):
        with pytest.raises(UnknownProjectError):
            as_(service, person).set_room(room, "open")
    with pytest.raises(NotAllowedError):
        as_(service, ANNA).join_room("K7QF", "Anna")


def test_many_phones_at_once_under_a_store_that_fails_now_and_then():
    class Failing(MemoryStore):
        n = 0
        fails = False

        def append(self, *args, **kwargs) -> None:
            self.n += 1
            if self.fails and self.n % 4 == 0:
                raise StoreFullError("in a test")
            super().append(*args, **kwargs)

    store = Failing()
    service = Service(store, clock=TickingClock(), new_id=numbered("id"))
    try:
        project, code = opened(service, overlap=3)
        phones = [Phone(service, code, f"P{number}") for number in range(8)]
        store.fails = True
        barrier = threading.Barrier(len(phones))

        def one(phone: Phone) -> None:
            barrier.wait()
            for _ in range(12):
                if not phone.fetch():
                    return
                said = phone.answer()
                while True:
                    try:
                        assert phone.send(said) == ("stored",)
                        break
                    except StoreFullError:
                        continue

        with ThreadPoolExecutor(len(phones)) as pool:
            assert [*pool.map(one, phones)] == [None] * len(phones)
        given = {
            (phone.guest.person, item): answer.label
            for phone in phones
            for item, answer in phone.given.items()
        }
        placed = service.standing(project).state.placed
        stored = [(one.by, one.answer.item) for one in placed]
        assert len(stored) == len({*stored})
        assert {(one.by, one.answer.item): one.answer.label for one in placed} == given
    finally:
        service.close()
