"""What a browser keeps while somebody is signed in."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidSettingError
from core.people.server_secret import server_secret
from core.people.sign_ins import LASTS, Ended, SignIns

SECRET = b"nobody can guess this"


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """Sign-ins with all that they depend on."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.proofs: dict[str, str | None] = {"anna": "hash-1", "ben": "hash-2"}
        self.ended = Ended(folder / "signed-out.txt", self.clock)
        self.sign_ins = SignIns(SECRET, self.proofs.get, self.ended, self.clock)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_sign_in_is_known_again_until_it_ends(desk: Desk) -> None:
    kept = desk.sign_ins.begin("anna")
    found = desk.sign_ins.find(kept)
    assert found is not None
    assert found.person_id == "anna"
    desk.clock.now += LASTS - 1
    assert desk.sign_ins.find(kept) is not None
    desk.clock.now += 1
    assert desk.sign_ins.find(kept) is None


def test_it_is_renewed_after_a_while_and_stays_the_same_sign_in(desk: Desk) -> None:
    kept = desk.sign_ins.begin("anna")
    found = desk.sign_ins.find(kept)
    assert found is not None
    assert desk.sign_ins.renewed(found) is None
    desk.clock.now += LASTS / 2
    again = desk.sign_ins.renewed(found)
    assert again is not None
    desk.clock.now += LASTS - 1
    later = desk.sign_ins.find(again)
    assert later is not None
    assert later.id == found.id


def test_a_password_that_is_changed_ends_it_and_so_does_a_name_that_is_gone(desk: Desk) -> None:
    kept, bens = desk.sign_ins.begin("anna"), desk.sign_ins.begin("ben")
    desk.proofs["anna"] = "hash-3"
    assert desk.sign_ins.find(kept) is None
    del desk.proofs["ben"]
    assert desk.sign_ins.find(bens) is None


def test_signing_out_ends_it_in_every_replica(desk: Desk, tmp_path: Path) -> None:
    kept, other = desk.sign_ins.begin("anna"), desk.sign_ins.begin("anna")
    found = desk.sign_ins.find(kept)
    assert found is not None
    replica = SignIns(
        SECRET, desk.proofs.get, Ended(tmp_path / "signed-out.txt", desk.clock), desk.clock
    )
    assert replica.find(kept) is not None
    desk.ended.end(found.id, found.ends)
    assert desk.sign_ins.find(kept) is None
    assert replica.find(kept) is None
    assert replica.find(other) is not None, "that of another browser goes on"


def test_another_servers_secret_is_worth_nothing(desk: Desk) -> None:
    kept = desk.sign_ins.begin("anna")
    other = SignIns(b"another secret", desk.proofs.get, desk.ended, desk.clock)
    assert other.find(kept) is None


def test_whoever_changes_a_name_or_an_end_is_not_let_in(desk: Desk) -> None:
    body, _, signature = desk.sign_ins.begin("anna").partition(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    for changed in (["ben", *told[1:]], [*told[:3], told[3] + 1]):
        forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
        assert desk.sign_ins.find(f"{forged}.{signature}") is None


@given(st.text())
def test_any_text_is_no_sign_in(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    desk = Desk(tmp_path_factory.getbasetemp())
    assert desk.sign_ins.find(text) is None
    kept = desk.sign_ins.begin("anna")
    assert desk.sign_ins.find(text + kept) is None or not text
    assert desk.sign_ins.find(f"{kept.partition('.')[0]}.{text}") is None


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    environment = {"LABELSPREAD_HOME": str(tmp_path / "home")}
    made: list[bytes] = []
    replicas = [
        threading.Thread(target=lambda: made.append(server_secret(environment))) for _ in range(8)
    ]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert (tmp_path / "home" / "secret").stat().st_mode & 0o777 == 0o600


def test_the_secret_may_come_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("0123456789abcdef\n")
    assert server_secret({"LABELSPREAD_SECRET": "fedcba9876543210"}) == b"fedcba9876543210"
    assert server_secret({"LABELSPREAD_SECRET_FILE": str(file)}) == b"0123456789abcdef"
    for environment in (
        {"LABELSPREAD_SECRET": "short"},
        {"LABELSPREAD_SECRET_FILE": str(tmp_path / "none")},
    ):
        with pytest.raises(InvalidSettingError) as refused:
            server_secret(environment)
        assert "short" not in str(refused.value).replace("too short", "")
