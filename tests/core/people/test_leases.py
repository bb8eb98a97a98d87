"""Which images are on whose desk."""

from __future__ import annotations

import pytest

from core.people import leases
from core.people.leases import IDLE, Leases


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_desk_does_not_see_its_own_images_elsewhere_and_others_do(clock: Clock):
    held = Leases(clock)
    held.take("p", "ann", "a", [1, 2])
    held.take("p", "bob", "b", [3])
    assert held.elsewhere("p", "ann") == (3,)
    assert held.elsewhere("p", "bob") == (1, 2)
    assert held.elsewhere("p", "eve") == (3, 1, 2), "those that came last come first"
    assert held.elsewhere("another project", "eve") == ()


def test_what_comes_to_a_desk_takes_the_place_of_what_was_there(clock: Clock):
    held = Leases(clock)
    held.take("p", "ann", "a", [1, 2])
    held.take("p", "ann", "b", [3])
    assert held.elsewhere("p", "bob") == (3,)
    assert held.holds("p", "ann", "b")
    assert not held.holds("p", "ann", "a")
    assert not held.holds("p", "bob", "b")


def test_what_nobody_looks_at_any_more_is_free_and_remembered(clock: Clock):
    held = Leases(clock)
    held.take("p", "ann", "a", [1, 2])
    clock.now += IDLE - 1
    assert held.elsewhere("p", "bob") == (1, 2)
    clock.now += 1
    assert held.elsewhere("p", "bob") == ()
    assert not held.holds("p", "ann", "a")
    assert held.last("p", "ann") == "a"
    assert held.last("p", "bob") is None


def test_a_sign_of_life_makes_a_lease_last(clock: Clock):
    held = Leases(clock)
    for _ in range(3):
        held.take("p", "ann", "a", [1])
        clock.now += IDLE - 1
    assert held.elsewhere("p", "bob") == (1,)


def test_an_image_on_two_desks_is_named_once(clock: Clock):
    held = Leases(clock)
    held.take("p", "ann", "a", [1, 2])
    held.take("p", "bob", "a", [1, 2])
    assert held.elsewhere("p", "eve") == (1, 2)


def test_of_very_many_desks_the_oldest_is_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(leases, "_REMEMBERED", 3)
    held = Leases(clock)
    for desk in range(4):
        held.take("p", str(desk), "a", [desk])
    held.take("other", "0", "a", [0])
    assert held.last("p", "0") is None
    assert held.elsewhere("p", "") == (3, 2, 1)
    assert held.last("other", "0") == "a"
