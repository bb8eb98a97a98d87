"""What all sessions of a process share is there once, whoever comes first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages._ui import handle, replays

CALLERS = 16


@pytest.fixture
def _empty_house(tmp_path, monkeypatch):
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path))
    monkeypatch.delenv("LABELSPREAD_DATABASE_URL", raising=False)
    handle.close()
    yield
    handle.close()


@pytest.mark.usefixtures("_empty_house")
@pytest.mark.parametrize(
    "shared",
    [
        handle.whole_service,
        handle.whole_comparisons,
        lambda: replays.dataset_of("digits-active-0.20"),
    ],
    ids=["service", "comparisons", "digits of a replay"],
)
def test_sixteen_first_callers_get_the_same_one(shared):
    ready = threading.Barrier(CALLERS)

    def call(_: int) -> object:
        ready.wait()
        return shared()

    with ThreadPoolExecutor(CALLERS) as pool:
        got = list(pool.map(call, range(CALLERS)))
    assert all(one is got[0] for one in got)


@pytest.mark.usefixtures("_empty_house")
def test_after_a_close_the_next_caller_gets_a_new_one_with_all_there_was():
    before = handle.whole_service()
    project = before.create_project("Kept", before.projects()[0].config).project_id
    handle.close()
    after = handle.whole_service()
    assert after is not before
    assert project in {one.project_id for one in after.projects()}
