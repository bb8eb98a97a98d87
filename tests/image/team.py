"""compose.yaml: the app beside PostgreSQL, as several replicas."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from contextlib import closing, suppress
from pathlib import Path

import httpx

from tests.image.compose import seconds
from tests.image.deployment import PASSWORDS, SERVICES, Team
from tests.image.labeller import Labeller


def test_a_person_is_let_in_while_the_app_runs(team: Team):
    inside = team.replicas[0].entered(["env"])
    told = subprocess.run(
        [team.folder / "deploy" / "password", "ben"],
        input=f"{PASSWORDS['ben']}\n{PASSWORDS['ben']}\n",
        text=True,
        capture_output=True,
        check=False,
        env=os.environ | {"LABELSPREAD_RUN": " ".join(inside)},
    )
    assert told.returncode == 0, told.stderr
    with team.signed_in("ben") as client:
        assert client.get("/", headers={"Accept": "text/html"}).status_code == httpx.codes.OK


def test_a_backup_is_made_and_put_back_through_a_pipe(team: Team):
    with team.signed_in() as client:
        somebody = Labeller(client, team.project())
        somebody.answer()
        inside = team.replicas[0]
        backup = inside.run(["python", "-m", "core", "backup", "-"])
        assert backup.returncode == 0, backup.stderr
        before = dict(somebody.acknowledged)
        somebody.answer()
        team.assert_stored(somebody)
        restored = inside.run(["python", "-m", "core", "restore", "-"], backup.stdout)
        assert restored.returncode == 0, restored.stderr
        with closing(team.book()) as book:
            labels = book.labels(team.project())
        assert before.items() <= labels.items()
        assert not (somebody.acknowledged.items() - before.items()) & labels.items()
        again = Labeller(client, team.project())
        again.answer()
        team.assert_stored(again)


def test_a_replica_that_is_stopped_finishes_what_it_was_told_and_all_go_on_at_the_other(team: Team):
    project = team.project()
    grace = seconds(SERVICES["app"]["stop_grace_period"])
    leaving = team.one_more()
    with team.signed_in() as client, team.signed_in() as another, team.signed_in() as third:
        people = [Labeller(browser, project) for browser in (client, another, third)]
        done = threading.Event()

        def label(labeller: Labeller) -> None:
            while not done.is_set():
                # As a browser does: what was not acknowledged is sent again.
                with suppress(httpx.HTTPError):
                    labeller.answer(1)

        threads = [threading.Thread(target=label, args=(one,)) for one in people]
        for thread in threads:
            thread.start()
        threading.Event().wait(3)
        status = leaving.stop(grace)
        so_far = [len(labeller.acknowledged) for labeller in people]
        threading.Event().wait(12)
        done.set()
        for thread in threads:
            thread.join()
        assert status in {0, -15}
        assert all(len(one.acknowledged) > n for one, n in zip(people, so_far, strict=True)), (
            "somebody could not go on"
        )
        team.assert_stored(*people)
    leaving.kill()
    team.replicas.remove(leaving)


def test_the_log_is_json_without_a_secret_in_it(team: Team):
    secrets = [team.volumes[name].read_text().strip() for name in SERVICES["app"]["secrets"]]
    hidden = [*PASSWORDS.values(), *secrets, team.volumes["database_password"].read_text()]
    for replica in team.replicas:
        for line in replica.log().splitlines():
            assert {"time", "level", "logger", "message"} <= set(json.loads(line)), line
        for text in (replica.log(), Path(f"/proc/{replica.process.pid}/environ").read_text()):
            assert [secret for secret in hidden if secret in text] == []
    assert [secret for secret in hidden if secret in team.proxy.log()] == []


def test_nothing_failed_unseen(team: Team):
    for replica in team.replicas:
        assert "Traceback" not in replica.log()
