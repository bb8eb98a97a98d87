"""A file of names and passwords."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from core.errors import InvalidNameError, InvalidSettingError
from core.people.passwords import Accounts, line_for

ANNAS, BENS = line_for("anna", "a long one"), line_for("ben", "another one")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "passwords"
    path.write_text(f"# who may sign in\n\n{ANNAS}\n{BENS}\n")
    return path


def test_a_password_is_right_for_its_own_name_alone(file: Path) -> None:
    accounts = Accounts(file)
    assert accounts.is_right("anna", "a long one")
    assert not accounts.is_right("ben", "a long one")
    assert not accounts.is_right("Anna", "a long one")
    assert not accounts.is_right("nobody", "a long one")
    assert not accounts.is_right("nobody", ""), "what unknown names are compared with lets none in"


def test_the_file_is_read_again_when_it_changes(file: Path) -> None:
    accounts = Accounts(file)
    before = accounts.hash_of("anna")
    file.write_text(line_for("anna", "a new password"))
    assert accounts.hash_of("anna") not in {before, None}
    assert accounts.is_right("anna", "a new password")
    assert not accounts.is_right("ben", "another one")
    file.unlink()
    assert not accounts.is_right("anna", "a new password")


def test_a_line_that_is_none_is_left_out_and_the_log_does_not_hold_it(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.write_text(f"mallory:plain-text-secret\nlocal:{ANNAS.partition(':')[2]}\n{ANNAS}\n")
    with caplog.at_level(logging.WARNING):
        accounts = Accounts(file)
        assert accounts.hash_of("mallory") is None
        assert accounts.hash_of("local") is None, "that is nobody's name"
        assert accounts.hash_of("anna") is not None
    assert "Line 1" in caplog.text
    assert "plain-text-secret" not in caplog.text


@pytest.mark.parametrize("text", ["", "# nobody\n", "anna:secret\n"])
def test_a_file_in_which_nobody_can_sign_in_is_said_at_the_start(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(InvalidSettingError, match="no name with a password"):
        Accounts(file).require()


def test_a_file_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettingError, match="cannot be read"):
        Accounts(tmp_path / "none").require()


@pytest.mark.parametrize("name", ["", "local", "LOCAL", "a b", "a:b", "a,b", "#a", "a" * 65, "a\n"])
def test_nobody_is_called_so(name: str) -> None:
    with pytest.raises(InvalidNameError):
        line_for(name, "long enough")


def test_a_password_is_neither_short_nor_endless() -> None:
    for password in ("short", "x" * 1_001):
        with pytest.raises(InvalidNameError, match="characters"):
            line_for("anna", password)


def test_the_same_password_makes_another_hash_each_time() -> None:
    assert ANNAS.startswith("anna:$argon2id$")
    assert line_for("anna", "a long one") != ANNAS
