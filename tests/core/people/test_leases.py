"""Which images are on whose desk, as far as that needs no store."""

from __future__ import annotations

import pytest

from core.people import leases
from core.people.leases import IDLE, LONGEST, Desks, Lease, Leases, Taking


class Stored:
    """A store that has one desk, and says what was asked of it."""

    def __init__(self) -> None:
        self.held: tuple[Lease, ...] = ()
        self.calls: list[tuple[object, ...]] = []

    def leases(self, project_id: str, /) -> tuple[Lease, ...]:
        self.calls.append(("leases", project_id))
        return self.held

    def renew(self, project_id: str, desk: str, seconds: float, /) -> bool:
        self.calls.append(("renew", project_id, desk, seconds))
        return bool(self.held)

    def release(self, project_id: str, desk: str, /) -> None:
        self.calls.append(("release", project_id, desk))


def lease(item: int, desk: str, batch: str = "a", left: float = 300.0) -> Lease:
    return Lease(item, 0, desk, batch, left)


def test_a_desk_does_not_see_its_own_images_elsewhere_and_others_do():
    desks = Desks((lease(1, "ann"), lease(2, "ann"), lease(3, "bob", left=400)))
    assert desks.elsewhere("ann") == (3,)
    assert desks.elsewhere("bob") == (1, 2)
    assert desks.elsewhere("eve") == (3, 1, 2), "those that came last come first"


@pytest.mark.parametrize("left", [0.0, -3.0, LONGEST + 1])
def test_what_nobody_looks_at_any_more_is_free_and_remembered(left: float):
    desks = Desks((lease(1, "ann", left=left),))
    assert desks.elsewhere("bob") == ()
    assert desks.left("ann", "a") <= 0
    assert desks.last("ann") == "a"
    assert desks.last("bob") is None


def test_a_batch_is_on_a_desk_for_as_long_as_the_first_of_its_images_is():
    desks = Desks((lease(1, "ann", left=200), lease(2, "ann", left=100), lease(3, "bob", "b")))
    assert desks.left("ann", "a") == 100
    assert desks.left("ann", "b") == desks.left("eve", "a") == 0


def test_an_image_on_two_desks_is_named_once():
    desks = Desks((lease(1, "ann"), Lease(1, 1, "bob", "a", 300.0)))
    assert desks.elsewhere("eve") == (1,)


def test_places_are_in_order_whatever_order_images_are_shown_in():
    assert Taking("ann", "a", (9, 2, 5)).places == ((2, 0), (5, 0), (9, 0))
    assert Taking("ann", "a", (9, 2), (1, 0)).places == ((2, 0), (9, 1))


def test_a_sign_of_life_is_stored_once_a_minute():
    store = Stored()
    store.held = (lease(1, "ann"),)
    held = Leases(store)
    assert held.stays("p", "ann", IDLE - 59)
    assert store.calls == []
    assert held.stays("p", "ann", IDLE - 61)
    assert store.calls == [("renew", "p", "ann", IDLE)]
    store.held = ()
    assert not held.stays("p", "ann", 1.0)


def test_what_this_process_has_put_on_a_desk_is_new_there_once():
    held = Leases(Stored())
    assert held.put("p", "ann", "a")
    assert not held.put("p", "ann", "a")
    assert held.is_put("p", "ann", "a")
    assert not held.is_put("p", "ann", "b")
    assert not held.is_put("q", "ann", "a")
    held.release("p", "ann")
    assert not held.is_put("p", "ann", "a")
    assert held.last("p", "ann", Desks()) == "a", "it is known all the same"
    assert held.put("p", "ann", "b")


def test_what_the_store_says_was_last_on_a_desk_counts_more_than_what_is_remembered():
    held = Leases(Stored())
    held.put("p", "ann", "a")
    assert held.last("p", "ann", Desks((lease(1, "ann", "b", left=-1.0),))) == "b"
    assert held.last("p", "bob", Desks()) is None


def test_of_very_many_desks_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(leases, "_REMEMBERED", 3)
    held = Leases(Stored())
    for desk in range(4):
        held.put("p", str(desk), "a")
    assert held.last("p", "0", Desks()) is None
    assert held.last("p", "3", Desks()) == "a"
