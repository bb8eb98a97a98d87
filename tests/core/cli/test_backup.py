"""All labels in one file, or through a pipe."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from core.bootstrap import open_service
from core.cli.cli import main
from core.config import recommended


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("LABELSPREAD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def names(home: Path) -> set[str]:
    service = open_service(home)
    try:
        return {project.name for project in service.projects()}
    finally:
        service.close()


def add(home: Path, name: str) -> None:
    service = open_service(home)
    service.create_project(name, recommended())
    service.close()


def test_a_backup_goes_through_a_pipe_and_comes_back(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
):
    add(home, "Kept")
    assert main(["backup", "-"]) == 0
    whole = capfdbinary.readouterr().out
    assert whole.startswith(b"SQLite format 3")
    add(home, "Later")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(whole)))
    assert main(["restore", "-"]) == 0
    assert names(home) == {"Digits", "Kept"}


def test_what_comes_through_a_pipe_and_is_no_backup_changes_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    add(home, "Kept")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"scribble")))
    assert main(["restore", "-"]) != 0
    assert "is damaged, or is no database of Labelspread" in capsys.readouterr().err
    assert "Kept" in names(home)
