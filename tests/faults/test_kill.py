"""A process that is killed has kept every answer it said it had stored."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.service.labelling import Service
from core.storage import open_store

ROOT = Path(__file__).parents[2]

LABEL_ON_AND_ON = """
import sys

from core.config import ProjectConfig
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from core.storage import open_store

service = Service(open_store(sys.argv[1]))
project = service.create_project("Killed", ProjectConfig(n_samples=1000, batch_size=4)).project_id
while (batch := service.batch(project)) is not None:
    for item in batch.items:
        answer = Answer(item=item, kind=AnswerKind.LABEL, label=str(item % 10))
        service.submit(project, batch.batch_id, [answer])
        print(item, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 40])
def test_a_process_killed_while_it_stores_answers_has_kept_all_it_acknowledged(
    tmp_path, acknowledged
):
    url = f"sqlite:///{tmp_path / 'labels.db'}"
    process = subprocess.Popen(
        [sys.executable, "-c", LABEL_ON_AND_ON, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        items = [int(process.stdout.readline()) for _ in range(acknowledged)]
        process.kill()
        # What it could still say between the last line read and its end counts as said.
        items += [int(line) for line in process.stdout if line.endswith("\n")]
    assert process.returncode != 0, "it was killed in the middle of its work"

    with closing(open_store(url)) as store:
        service = Service(store)
        (project,) = service.projects()
        records = store.events(project.project_id)
        assert [record.seq for record in records] == list(range(1, len(records) + 1))
        labels = service.view(project.project_id).state.labels
        assert {item: labels.get(item) for item in items} == {i: str(i % 10) for i in items}
        assert len(labels) <= len(items) + 1, "no more than the one it was storing"
        # And the work goes on where it was left.
        batch = service.batch(project.project_id)
        assert batch is not None
        assert not set(batch.items) & set(labels)
