"""What is installed is what pyproject.toml asks for. Nothing here asks a network."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import requires
from itertools import combinations
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = re.compile(r"# +(?:via )?labelspread \(pyproject\.toml(?::\w+)?\)")
STALE = "run `make lock`: this list is not what pyproject.toml asks for"


@dataclass(frozen=True)
class Locked:
    """A package in a lock."""

    version: str
    n_hashes: int
    asked_for: bool
    """Whether pyproject.toml names it, other packages aside."""


def entries(name: str) -> list[tuple[Requirement, str]]:
    """What a lock asks for, one by one, and the text of each."""
    texts = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8"))
    return [
        (Requirement(text.partition(" \\\n")[0]), text)
        for text in texts
        if not text.startswith("#")
    ]


def lock(name: str) -> dict[str, Locked]:
    locked: dict[str, Locked] = {}
    for asked, entry in entries(name):
        (pin,) = asked.specifier
        locked[canonicalize_name(asked.name)] = Locked(
            pin.version, entry.count("--hash=sha256:"), bool(OURS.search(entry))
        )
    return locked


def asked_for(lists: tuple[str, ...]) -> dict[str, str]:
    """Names and versions that pyproject.toml asks for, in these of its lists."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = read["project"]
    known = {
        "dependencies": project["dependencies"],
        **project["optional-dependencies"],
        **read["dependency-groups"],
    }
    pins: dict[str, str] = {}
    for text in (text for name in lists for text in known[name]):
        asked = Requirement(text)
        (pin,) = asked.specifier
        assert pin.operator == "==", f"{text} is not pinned"
        pins[canonicalize_name(asked.name)] = pin.version
    return pins


LOCKS = {
    "requirements.txt": ("dependencies",),
    "requirements-export.txt": ("dependencies", "export"),
    "requirements-remote.txt": ("dependencies", "remote"),
    "requirements-dev.txt": ("dependencies", "export", "dev"),
    "requirements-bench.txt": ("dependencies", "export", "dev", "bench"),
    "requirements-maintain.txt": ("maintain",),
}


@pytest.mark.parametrize(("name", "lists"), LOCKS.items(), ids=LOCKS)
def test_a_lock_has_what_is_asked_for_and_nothing_that_is_no_longer(
    name: str, lists: tuple[str, ...]
):
    ours = {package: one.version for package, one in lock(name).items() if one.asked_for}
    assert ours == asked_for(lists), STALE


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_the_hashes_of_its_files(name: str):
    assert [package for package, one in lock(name).items() if not one.n_hashes] == []


def test_a_package_has_the_same_version_in_all_locks():
    for one, other in combinations(map(lock, LOCKS), 2):
        shared = one.keys() & other.keys()
        assert {p: one[p].version for p in shared} == {p: other[p].version for p in shared}


def test_longer_locks_have_all_that_shorter_ones_have():
    """So that only the longest that is wanted is installed."""
    app, export, remote, dev, bench, _ = (lock(name).keys() for name in LOCKS)
    assert app <= export <= dev <= bench
    assert app <= remote


def test_what_a_package_of_a_lock_needs_is_in_the_lock():
    """pip is told to install what the lock says and to look for no more."""
    locked = lock("requirements-dev.txt")
    for asked, _ in entries("requirements-dev.txt"):
        if asked.marker and not asked.marker.evaluate():
            continue
        for extra in ("", *asked.extras):
            for needed in map(Requirement, requires(asked.name) or ()):
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    one = locked.get(canonicalize_name(needed.name))
                    assert one, f"{asked.name} needs {needed.name}, which is in no list"
                    assert needed.specifier.contains(one.version), f"{asked.name} needs {needed}"


def test_every_lock_is_known_here():
    assert {path.name for path in ROOT.glob("requirements*.txt")} == set(LOCKS)
