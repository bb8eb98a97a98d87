"""compose.yaml as it runs: two replicas of the app, PostgreSQL, and the proxy before them."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx

from core.people.passwords import line_for
from pages._ui.desk import COOKIE as DESK
from tests.e2e.book import Book
from tests.e2e.people import sign_in
from tests.image.compose import files_named, read_compose
from tests.image.container import Container, Network, Settings
from tests.image.dockerfile import ROOT, Image
from tests.image.labeller import Labeller
from tests.image.layers import Layers, database_layers
from tests.image.services import app_settings, is_well, proxy_settings, volume

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


@contextmanager
def running(image: Image, layers: Layers, network: Network, folder: Path) -> Iterator[Team]:
    """All of it, begun as docs/deployment.md says, in an empty folder."""
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
