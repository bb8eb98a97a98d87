"""Databases of earlier versions open, and mean what they meant."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from core.config import ProjectConfig
from core.people.leases import Taking
from core.session.events import KINDS, VERSION
from core.session.fold import fold
from core.session.state import State
from core.storage import Project, open_store
from core.storage.database import known_revisions
from tests.core.builders import NOON, served
from tests.core.storage.old import (
    FOLDER,
    OLD,
    as_told_then,
    copy_of,
    put_on_postgres,
    revision_of,
)


@pytest.fixture(params=OLD)
def name(request):
    return str(request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, name, tmp_path):
    """The address of an old database on each kind of store, as it was left."""
    if request.param == "sqlite":
        return f"sqlite:///{copy_of(name, tmp_path)}"
    empty = str(request.getfixturevalue("postgres_url"))
    put_on_postgres(name, empty, tmp_path)
    return empty


def test_an_old_database_means_what_it_meant_to_the_app_that_wrote_it(name, url):
    with closing(open_store(url)) as store:
        told = as_told_then(name)
        assert {project.project_id for project in store.projects()} == set(told)
        for project in store.projects():
            assert isinstance(project, Project)
            then = told[project.project_id]
            assert (project.name, project.deleted_at is not None) == (then["name"], then["deleted"])
            assert project.config == ProjectConfig.model_validate(then["config"])
            records = store.events(project.project_id)
            assert [record.seq for record in records] == list(range(1, then["seq"] + 1))
            state = fold(State(), [record.event for record in records])
            assert {str(item): label for item, label in state.labels.items()} == then["labels"]
            assert state.round == then["round"]
            assert [
                [
                    placed.batch_id,
                    placed.round,
                    placed.answer.item,
                    placed.answer.kind,
                    placed.answer.label,
                ]
                for placed in state.placed
            ] == then["answers"]


def test_an_old_database_takes_new_events_and_what_only_newer_tables_hold(name, url):
    seq = as_told_then(name)["digits"]["seq"]
    with closing(open_store(url)) as store:
        before = store.events("digits")
        store.ping()
        taking = Taking("desk", "new", (1,))
        store.append("digits", seq, [served("new", [1])], NOON, takings=[taking])
    with closing(open_store(url)) as store:
        assert store.events("digits")[:-1] == before
        assert store.events("digits")[-1].seq == seq + 1
        # Others of that time may be there still: they are known for a day.
        assert [one.item for one in store.leases("digits") if one.desk == "desk"] == [1]


def test_the_old_databases_have_every_revision_of_the_tables_there_was():
    # The newest stands for itself: all other tests are about it.
    assert {revision_of(name) for name in OLD} >= known_revisions() - {max(known_revisions())}


def test_the_old_databases_hold_events_of_every_version_and_kind_there_was():
    found = set()
    for path in FOLDER.glob("*.db"):
        with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
            for (body,) in connection.execute("SELECT body FROM events"):
                event = json.loads(body)
                found.add((event.get("v", 1), event["event"]))
    assert {version for version, _ in found} == set(range(1, VERSION + 1))
    assert {kind for _, kind in found} == set(KINDS)
