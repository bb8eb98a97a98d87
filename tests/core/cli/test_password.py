"""``python -m core password``."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from core.cli.cli import main
from core.people.passwords import Accounts


def test_it_writes_a_line_by_which_somebody_can_sign_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("a long one\na long one\n"))
    assert main(["password", "anna"]) == 0
    told = capsys.readouterr()
    assert "a long one" not in told.out + told.err
    file = tmp_path / "passwords"
    file.write_text(told.out)
    assert Accounts(file).is_right("anna", "a long one")


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("anna", "a long one\nanother one\n", "not the same"),
        ("anna", "short\nshort\n", "at least 8 characters"),
        ("a b", "", "without blanks"),
        ("local", "", "never signed in"),
    ],
)
def test_what_cannot_be_a_line_is_said(
    name: str,
    typed: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(typed))
    assert main(["password", name]) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""
