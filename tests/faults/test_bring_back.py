"""A process that is killed while it brings back a project leaves all of it, or nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.storage import open_store
from core.storage.base import Recorded
from tests.core.builders import NOON, project, served

ROOT = Path(__file__).parents[2]
N_EVENTS = 30_000

BRING = """
import sys
from core.storage import open_store
from tests.faults.test_bring_back import log
from tests.core.builders import project

store = open_store(sys.argv[1])

def told():
    for record in log():
        yield record
    print("all rows are made", flush=True)

store.bring(project(), told())
print("done", flush=True)
"""


def log() -> list[Recorded]:
    return [
        Recorded(seq, NOON, served(f"b{seq}", range(seq, seq + 10)))
        for seq in range(1, N_EVENTS + 1)
    ]


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.2])
def test_a_process_killed_while_it_brings_back_a_project_leaves_no_half_of_it(tmp_path, seconds):
    url = f"sqlite:///{tmp_path / 'labels.db'}"
    with closing(open_store(url)):
        pass
    process = subprocess.Popen(
        [sys.executable, "-c", BRING, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "all rows are made\n"
        time.sleep(seconds)
        process.kill()
        is_done = process.stdout.read() == "done\n"
    with closing(open_store(url)) as store:
        if store.projects():
            assert store.events("p") == tuple(log())
        else:
            assert not is_done
            assert store.bring(project(), log())
