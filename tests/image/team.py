"""compose.yaml: two replicas of the app, PostgreSQL, and the proxy before them."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from core.people.passwords import line_for
from pages._ui.desk import COOKIE as DESK
from pages._ui.door import WHOSE
from pages._ui.login import COOKIE as SIGN_IN
from tests.e2e.book import Book
from tests.e2e.people import sign_in
from tests.image.compose import files_named, read_compose, seconds
from tests.image.container import Container, Network, Settings
from tests.image.dockerfile import ROOT, Image
from tests.image.labeller import Labeller
from tests.image.layers import Layers, database_layers
from tests.image.services import CADDY, app_settings, is_well, proxy_settings, volume

SITE = "label.internal"
"""A name for which the proxy makes a certificate by itself."""

BELOW = "below.internal"
VARIABLES = {"LABELSPREAD_SITE": SITE, "LABELSPREAD_ADMINS": "ada"}
SERVICES = read_compose("compose.yaml", VARIABLES)["services"]
REPLICA = "labelspread_replica"
PASSWORDS = {"ada": "the password of ada", "ben": "the password of ben"}


@dataclass
class Team:
    """All that runs, and what there is on the disk."""

    image: Image
    network: Network
    folder: Path
    volumes: dict[str, Path]
    app: Settings
    replicas: list[Container]
    database: Container
    proxy: Container
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def certificate(self) -> Path:
        return self.volumes["certificates"] / "caddy/pki/authorities/local/root.crt"

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)

    def open(self, local_address: str | None = None, site: str = SITE) -> httpx.Client:
        """A browser's requests, at the address by which people call the app."""
        transport = httpx.HTTPTransport(verify=self.trusting(), local_address=local_address)
        client = httpx.Client(base_url=f"https://{site}", transport=transport, timeout=60)
        client.cookies.set(DESK, uuid4().hex)
        return client

    @contextmanager
    def signed_in(self, name: str = "ada") -> Iterator[httpx.Client]:
        with self.open() as client:
            assert sign_in(client, name, PASSWORDS[name]).status_code == httpx.codes.SEE_OTHER
            yield client

    def book(self) -> Book:
        return Book(self.volumes["database_url"].read_text().strip())

    def project(self) -> str:
        with closing(self.book()) as book:
            return book.store.projects()[0].project_id

    def assert_stored(self, *people: Labeller) -> None:
        """Each answer that was acknowledged is there."""
        with closing(self.book()) as book:
            labels = book.labels(self.project())
        for labeller in people:
            assert labeller.acknowledged
            assert labeller.acknowledged.items() <= labels.items()

    def asked(self, replica: Container) -> float:
        """How many messages a replica has answered."""
        told = httpx.get(f"http://{replica.address}:8501/metrics", headers={"Host": SITE}).text
        counts = [line for line in told.splitlines() if "_seconds_count" in line]
        return sum(float(line.rpartition(" ")[2]) for line in counts if 'place="talk"' in line)

    def one_more(self) -> Container:
        """Another replica, once it is well."""
        folder = self.folder / f"app{next(self.numbers)}"
        started = Container("app", self.app, self.network, folder)
        self.replicas.append(started)
        started.wait(lambda: is_well(started, self.image))
        return started


@pytest.fixture(scope="module")
def team(
    image: Image, layers: Layers, network: Network, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("secret"))
    subprocess.run([folder / "deploy" / "secrets"], check=True, stdout=subprocess.DEVNULL)
    volumes = {name: folder / path for name, path in files_named("compose.yaml").items()}
    # Nobody could sign in else, and so the app would not begin.
    volumes["passwords"].write_text(line_for("ada", PASSWORDS["ada"]) + "\n")

    base = database_layers(image.base).stack
    plain = Settings(base, (), {})
    volumes["database"] = volume(folder / "database", plain, "/var/lib/postgresql")
    volumes["data"] = volume(folder / "data", Settings(layers.stack, (), {}), "/data")
    for name in ("certificates", "proxy"):
        volumes[name] = volume(folder / name, plain, "/data")
    volumes["./deploy/Caddyfile"] = folder / "deploy" / "Caddyfile"

    database = begun_database(base, volumes, network, folder)
    app = app_settings(image, layers.stack, SERVICES["app"], volumes)
    found = Team(image, network, folder, volumes, app, [], database, database)
    found.one_more()
    found.one_more()
    settings = proxy_settings(base[:2], SERVICES["proxy"], volumes)
    found.proxy = Container(SITE, settings, network, folder / "caddy")
    found.proxy.wait(lambda: answers(found))
    yield found
    for container in (*found.replicas, found.proxy, database):
        container.kill()


def answers(team: Team, site: str = SITE, path: str = "/healthz") -> bool:
    with suppress(OSError, httpx.HTTPError), team.open(site=site) as client:
        return client.get(path).status_code == httpx.codes.OK
    return False


def begun_database(
    layers: tuple[Path, ...], volumes: dict[str, Path], network: Network, folder: Path
) -> Container:
    """What the image of PostgreSQL does when it begins for the first time.

    Its own locale is en_US.utf8, which Debian's packages alone do not bring along.
    """
    service = SERVICES["database"]
    told, tools = service["environment"], "/usr/lib/postgresql/17/bin"
    assert service["image"] == "postgres:17-trixie"
    script = f"""set -e
    {tools}/initdb --pgdata /var/lib/postgresql/data/main --username "$POSTGRES_USER" \\
        --pwfile "$POSTGRES_PASSWORD_FILE" --encoding UTF8 --locale C.UTF-8 \\
        --auth-host scram-sha-256 --auth-local trust
    echo 'host all all all scram-sha-256' >> /var/lib/postgresql/data/main/pg_hba.conf
    (until {tools}/createdb --host /tmp --username "$POSTGRES_USER" "$POSTGRES_DB"
     do sleep 0.2; done) &
    exec {tools}/postgres -D /var/lib/postgresql/data/main -c listen_addresses='*' -k /tmp"""
    mounts = (
        ("/var/lib/postgresql/data", volumes["database"], True),
        ("/run/secrets/database_password", volumes["database_password"], False),
    )
    settings = Settings(
        layers, ("sh", "-c", script), told, "postgres", mounts=mounts, tmpfs=("/tmp",)
    )
    database = Container("database", settings, network, folder / "postgres")
    check = service["healthcheck"]["test"]
    assert check[0] == "CMD"
    url = volumes["database_url"].read_text().strip()
    # The image's check asks at its socket, which is elsewhere here.
    database.wait(lambda: database.run([*check[1:], "--host", "/tmp"]).returncode == 0)
    database.wait(lambda: database.run(["psql", url, "--command", ""]).returncode == 0)
    return database


def test_the_proxy_is_of_the_version_that_compose_names():
    said = subprocess.run([CADDY, "version"], check=True, capture_output=True, text=True)
    major, minor, _ = said.stdout.removeprefix("v").split(".", 2)
    assert SERVICES["proxy"]["image"] == f"caddy:{major}.{minor}-alpine"


@pytest.mark.usefixtures("team")
def test_plain_http_leads_to_https():
    reply = httpx.get(f"http://{SITE}/label?project=x")
    assert reply.status_code == httpx.codes.PERMANENT_REDIRECT
    assert reply.headers["location"] == f"https://{SITE}/label?project=x"


def test_cookies_are_sent_over_https_alone_and_whoever_has_not_signed_in_sees_nothing(team: Team):
    with team.open() as client:
        client.cookies.delete(DESK)
        reply = client.get("/", headers={"Accept": "text/html"})
        assert reply.status_code == httpx.codes.SEE_OTHER
        replies = [reply, sign_in(client, "ada", PASSWORDS["ada"])]
        replies.append(client.get("/", headers={"Accept": "text/html"}))
        assert replies[-1].status_code == httpx.codes.OK
    cookies = [line for reply in replies for line in reply.headers.get_list("set-cookie")]
    assert {line.partition("=")[0] for line in cookies} == {REPLICA, SIGN_IN, DESK, WHOSE}
    assert [line for line in cookies if "; Secure" not in line] == []
    told = [line for line in cookies if line.startswith((SIGN_IN, DESK))]
    assert [line for line in told if "; HttpOnly" not in line] == []


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


def test_pages_messages_and_scripts_are_compressed(team: Team):
    with team.signed_in() as client:
        client.headers["Accept-Encoding"] = "gzip"
        page = client.get("/", headers={"Accept": "text/html"})
        assert page.headers["content-encoding"] == "gzip"
        script = page.text.partition('src="')[2].partition('"')[0]
        reply = client.get(f"/{script.lstrip('./')}")
        assert reply.headers["content-encoding"] == "gzip"
        assert "import" in reply.text


def test_metrics_are_not_shown_to_the_world(team: Team):
    with team.signed_in() as client:
        for path in ("/metrics", "/metrics/", "//metrics", "/%6detrics", "/x/../metrics"):
            assert "_seconds" not in client.get(path).text
        assert client.get("/metrics").status_code == httpx.codes.NOT_FOUND
    assert team.asked(team.replicas[0]) >= 0


def test_a_browser_stays_with_the_replica_that_it_had_first(team: Team):
    project = team.project()
    replicas = set()
    for _ in range(6):
        before = [team.asked(replica) for replica in team.replicas]
        with team.signed_in() as client:
            somebody = Labeller(client, project)
            for _ in range(3):
                somebody.answer(1)
        more = [team.asked(r) - b for r, b in zip(team.replicas, before, strict=True)]
        assert sorted(more) == [0, 4]
        replicas.add(more.index(4))
        team.assert_stored(somebody)
    assert replicas == {0, 1}


def opened(team: Team, client: httpx.Client, origin: str) -> ClientConnection:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return connect(
        f"wss://{SITE}/_stcore/stream",
        ssl=team.trusting(),
        origin=Origin(origin),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers={"Cookie": cookies},
        max_size=None,
    )


def test_a_page_runs_over_a_websocket_that_only_its_own_site_may_open(team: Team):
    with team.signed_in() as client:
        with opened(team, client, f"https://{SITE}") as socket:
            wanted = BackMsg()
            wanted.rerun_script.query_string = ""
            socket.send(wanted.SerializeToString())
            kinds = set()
            while "script_finished" not in kinds:
                came = ForwardMsg()
                payload = socket.recv(60)
                assert isinstance(payload, bytes)
                came.ParseFromString(payload)
                kinds.add(came.WhichOneof("type"))
        assert {"new_session", "delta"} <= kinds
        with pytest.raises(InvalidStatus):
            opened(team, client, "https://elsewhere.internal")
    with team.open() as stranger, pytest.raises(InvalidStatus):
        opened(team, stranger, f"https://{SITE}")


def test_wrong_passwords_are_counted_by_the_address_that_the_proxy_saw(team: Team):
    with team.open(team.network.one_more_address()) as one:
        for n in range(20):
            # What a browser claims about addresses is nobody's word.
            one.headers["X-Forwarded-For"] = f"10.1.2.{n}"
            assert sign_in(one, f"nobody {n}", "x").status_code == httpx.codes.FORBIDDEN
        assert sign_in(one, "nobody else", "x").status_code == httpx.codes.TOO_MANY_REQUESTS
        with team.open(team.network.one_more_address()) as other:
            other.cookies.set(REPLICA, one.cookies[REPLICA])
            assert sign_in(other, "nobody at all", "x").status_code == httpx.codes.FORBIDDEN


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


def test_a_browser_whose_replica_is_killed_goes_on_at_another(team: Team):
    project = team.project()
    with team.signed_in() as client:
        somebody = Labeller(client, project)
        somebody.look()
        before = [team.asked(replica) for replica in team.replicas]
        somebody.answer()
        more = [team.asked(r) - b for r, b in zip(team.replicas, before, strict=True)]
        mine = client.cookies[REPLICA]
        team.replicas.pop(more.index(1)).kill()
        somebody.answer()
        somebody.answer()
        assert client.cookies[REPLICA] != mine
        assert len(somebody.acknowledged) == 30
        team.assert_stored(somebody)
    team.one_more()


def test_it_can_be_below_a_path(team: Team):
    environment = team.app.environment | {
        "STREAMLIT_SERVER_BASE_URL_PATH": "labels",
        "LABELSPREAD_ALLOWED_HOSTS": BELOW,
    }
    settings = replace(team.app, environment=environment)
    below = Container("below", settings, team.network, team.folder / "below")
    below.wait(lambda: is_well(below, team.image))
    told = team.proxy.settings.environment | {"LABELSPREAD_SITE": BELOW, "LABELSPREAD_APP": "below"}
    before = Container(
        BELOW, replace(team.proxy.settings, environment=told), team.network, team.folder / "caddy2"
    )
    before.wait(lambda: answers(team, BELOW, "/labels/sign-in"))
    with team.open(site=BELOW) as client:
        form = {"name": "ada", "password": PASSWORDS["ada"]}
        assert client.post("/labels/sign-in", data=form).headers["location"] == "/labels/"
        assert client.get("/labels/metrics").status_code == httpx.codes.NOT_FOUND
        somebody = Labeller(client, team.project(), "/labels")
        somebody.answer()
        team.assert_stored(somebody)
    before.kill()
    below.kill()


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
