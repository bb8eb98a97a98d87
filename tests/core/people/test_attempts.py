"""How often a password may be tried."""

from __future__ import annotations

import pytest

from core.people import attempts
from core.people.attempts import PER_ADDRESS, PER_NAME, WINDOW, Attempts, TooManyAttemptsError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_five_wrong_ones_of_a_name_and_then_after_a_quarter_of_an_hour_again(clock: Clock) -> None:
    tried = Attempts(clock)
    for number in range(PER_NAME):
        tried.begin("anna", f"10.0.0.{number}")
    with pytest.raises(TooManyAttemptsError, match="Try again in 15 minutes"):
        tried.begin("anna", "10.0.0.9")
    tried.begin("ben", "10.0.0.9")
    clock.now = WINDOW - 30
    with pytest.raises(TooManyAttemptsError, match="Try again in 1 minute"):
        tried.begin("anna", "10.0.0.9")
    clock.now = WINDOW
    tried.begin("anna", "10.0.0.9")


def test_twenty_wrong_ones_of_an_address_whatever_the_name(clock: Clock) -> None:
    tried = Attempts(clock)
    for number in range(PER_ADDRESS):
        tried.begin(f"name-{number}", "10.0.0.1")
    with pytest.raises(TooManyAttemptsError):
        tried.begin("another", "10.0.0.1")
    tried.begin("another", "10.0.0.2")


def test_one_that_is_refused_does_not_make_the_wait_longer(clock: Clock) -> None:
    tried = Attempts(clock)
    for _ in range(PER_NAME):
        tried.begin("anna", "a")
    for clock.now in range(1, 800, 10):
        with pytest.raises(TooManyAttemptsError):
            tried.begin("anna", "a")
    clock.now = WINDOW
    tried.begin("anna", "a")


def test_a_right_one_forgets_the_wrong_ones_of_its_name(clock: Clock) -> None:
    tried = Attempts(clock)
    for _ in range(10 * PER_ADDRESS):
        tried.begin("anna", "a")
        tried.was_right("anna", "a")


def test_what_is_remembered_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_MOST", 50)
    tried = Attempts(clock)
    for number in range(500):
        tried.begin(f"name-{number}", f"address-{number}")
    assert len(tried._names._times) == len(tried._addresses._times) == 50
