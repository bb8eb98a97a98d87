"""`make audit` says calmly what it found, and what it could not find out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

NONE = ("No known vulnerabilities found", 0)
FOUND = ("Found 2 known vulnerabilities in 1 package\nName Version ID Fix\nmako 1.0 PYSEC-1 1.1", 1)
UNKNOWN = ("ERROR:pip_audit._cli:mako: Dependency not found on PyPI and could not be audited", 1)
AWAY = ("ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed", 1)
NPM_NONE = ("found 0 vulnerabilities", 0)


def stand_in(folder: Path, name: str, said: str, status: int) -> Path:
    """A program that says this and ends so, whatever it is asked."""
    (folder / f"{name}.txt").write_text(f"{said}\n", encoding="utf-8")
    program = folder / name
    program.write_text(f"#!/bin/sh\ncat '{folder}/{name}.txt'\nexit {status}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def audit(folder: Path, answer: tuple[str, int]) -> subprocess.CompletedProcess[str]:
    tools = {
        "PIP_AUDIT": str(stand_in(folder, "pip-audit", *answer)),
        "NPM": str(stand_in(folder, "npm", *NPM_NONE)),
    }
    return subprocess.run(
        [ROOT / ".ci" / "audit"],
        env={**os.environ, **tools},
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_nothing_is_known_against_it_the_status_is_0(tmp_path: Path):
    ended = audit(tmp_path, NONE)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "requirements-bench.txt: no known vulnerabilities." in ended.stdout
    assert "requirements-maintain.txt: no known vulnerabilities." in ended.stdout


def test_vulnerabilities_are_listed_and_the_status_is_1(tmp_path: Path):
    ended = audit(tmp_path, FOUND)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "PYSEC-1" in ended.stdout


@pytest.mark.parametrize("answer", [UNKNOWN, AWAY])
def test_a_service_that_does_not_answer_is_no_clean_bill(tmp_path: Path, answer: tuple[str, int]):
    ended = audit(tmp_path, answer)
    assert ended.returncode == 2
    assert "requirements" not in ended.stdout
    assert "did not answer" in ended.stderr
    assert len(ended.stderr.splitlines()) == 2, "one line a lock"
