"""How far a command has come, as it shows it."""

from __future__ import annotations

import io
import sys

import pytest

from core.cli.output import Shown


class Terminal(io.StringIO):
    """What is written to it, a person sees at once."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_terminal_shows_one_line_and_how_long_the_rest_will_take(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    clock = Clock()
    shown = Shown(clock)
    for seconds, share in ((0, 0.0), (100, 0.25), (200, 0.5), (400, 1.0)):
        clock.now = seconds
        shown(f"Predicting, {400 * share:.0f} of 400 items", share)
    lines = [line.rstrip() for line in terminal.getvalue().split("\r")]
    assert lines == [
        "",
        "Predicting, 0 of 400 items … 0%",
        "Predicting, 100 of 400 items … 25% · 5 min left",
        "Predicting, 200 of 400 items … 50% · 3 min left",
        "Predicting, 400 of 400 items … 100%",
    ]
    assert terminal.getvalue().endswith("\n")


def test_what_was_there_already_does_not_count_for_the_pace(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    clock = Clock()
    shown = Shown(clock)
    shown("Looking for what is there, 50 of 100 items", 0.5)
    clock.now = 10
    shown("Predicting, 60 of 100 items", 0.6)
    clock.now = 20
    shown("Predicting, 80 of 100 items", 0.8)
    assert "80% · 10 s left" in terminal.getvalue()


def test_where_there_is_no_terminal_a_line_a_minute_is_written(capsys: pytest.CaptureFixture[str]):
    clock = Clock()
    shown = Shown(clock)
    for seconds in range(0, 150, 10):
        clock.now = seconds
        shown("Predicting", seconds / 1000)
    assert capsys.readouterr().err.splitlines() == [
        "Predicting … 6%",
        "Predicting … 12% · 15 min left",
    ]
