"""A folder is there whole or not at all, and what a killed process left of one goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.jobs.folders import UnfinishedFolder, remove_left_folders

FILL = """
import sys, time
from pathlib import Path
from core.jobs.folders import UnfinishedFolder
folder = UnfinishedFolder(Path(sys.argv[1]), "Pets")
(folder.path / "half").write_bytes(b"1")
print("there", flush=True)
time.sleep(60)
"""


def test_it_takes_its_place_with_all_that_is_in_it(tmp_path):
    folder = UnfinishedFolder(tmp_path / "sets", "Pets")
    (folder.path / "a").write_bytes(b"1")
    assert folder.move_to(tmp_path / "sets" / "pets")
    assert [path.name for path in (tmp_path / "sets").iterdir()] == ["pets"]
    assert [path.name for path in (tmp_path / "sets" / "pets").iterdir()] == ["a"]


def test_what_is_there_already_stays(tmp_path):
    (tmp_path / "pets").mkdir()
    (tmp_path / "pets" / "old").write_bytes(b"1")
    folder = UnfinishedFolder(tmp_path, "Pets")
    assert not folder.move_to(tmp_path / "pets")
    folder.remove()
    assert [path.name for path in tmp_path.rglob("*")] == ["pets", "old"]


@pytest.mark.skipif(sys.platform == "win32", reason="locks cannot be told there")
def test_what_a_killed_process_left_goes_and_what_is_being_filled_stays(tmp_path):
    root = Path(__file__).parents[3]
    filling = subprocess.Popen(
        [sys.executable, "-c", FILL, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert filling.stdout is not None
    assert filling.stdout.readline() == "there\n"
    assert remove_left_folders(tmp_path) == ()
    assert len(list(tmp_path.iterdir())) == 1
    filling.send_signal(signal.SIGKILL)
    filling.wait()
    filling.stdout.close()
    assert remove_left_folders(tmp_path) == ("Pets",)
    assert list(tmp_path.iterdir()) == []
    assert remove_left_folders(tmp_path / "missing") == ()
