"""What a team begins with: secrets, and passwords for people; no Docker is needed for that."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.people.passwords import Accounts
from core.storage.database import parsed_url

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="they are scripts of a shell")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("secret"))
    return tmp_path


def secrets(folder: Path) -> dict[str, str]:
    subprocess.run([folder / "deploy" / "secrets"], check=True, capture_output=True)
    return {file.name: file.read_text() for file in (folder / "deploy" / "secret").iterdir()}


def let_in(folder: Path, name: str, *typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [folder / "deploy" / "password", name],
        input="\n".join(typed) + "\n",
        text=True,
        capture_output=True,
        check=False,
        env=os.environ
        | {
            "LABELSPREAD_RUN": f"env PYTHONPATH={ROOT}",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
    )


def test_secrets_are_made_once_and_nobody_else_reads_them(folder: Path):
    made = secrets(folder)
    assert set(made) == {"database_password", "database_url", "passwords", "session_key"}
    assert len(made["session_key"]) == len(made["database_password"]) == 64
    assert made["session_key"] != made["database_password"]
    assert parsed_url(made["database_url"].strip()).password == made["database_password"]
    assert secrets(folder) == made
    assert (folder / "deploy" / "secret").stat().st_mode & 0o077 == 0


def test_a_password_lets_somebody_in_and_another_one_takes_its_place(folder: Path):
    secrets(folder)
    file = folder / "deploy" / "secret" / "passwords"
    assert let_in(folder, "anna", "open sesame", "open sesame").returncode == 0
    assert let_in(folder, "ben", "another one", "another one").returncode == 0
    assert let_in(folder, "anna", "a new sesame", "a new sesame").returncode == 0
    assert sorted(line.partition(":")[0] for line in file.read_text().split()) == ["anna", "ben"]
    accounts = Accounts(file)
    assert accounts.is_right("anna", "a new sesame")
    assert accounts.is_right("ben", "another one")
    assert not accounts.is_right("anna", "open sesame")


def test_two_different_passwords_change_nothing(folder: Path):
    secrets(folder)
    let_in(folder, "anna", "open sesame", "open sesame")
    before = (folder / "deploy" / "secret" / "passwords").read_text()
    told = let_in(folder, "anna", "one thing", "another thing")
    assert told.returncode != 0
    assert "not the same" in told.stderr
    assert (folder / "deploy" / "secret" / "passwords").read_text() == before


def test_whoever_forgets_the_secrets_is_told(folder: Path):
    told = let_in(folder, "anna", "x", "x")
    assert told.returncode != 0
    assert "deploy/secrets" in told.stderr
