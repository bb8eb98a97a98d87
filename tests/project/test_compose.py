"""The compose files fit what they name: files, secrets, services, and what the code reads."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from core.storage.database import parsed_url
from tests.image.compose import FILES, files_named, mounts_of, read_compose, seconds
from tests.image.dockerfile import ROOT, read_image

CODE = ("app.py", "core", "labelspread", "pages")
NAME = re.compile(r"LABELSPREAD_[A-Z_]*[A-Z]")
FOR_COMPOSE = {"LABELSPREAD_SITE", "LABELSPREAD_APP", "LABELSPREAD_APP_PORT", "LABELSPREAD_RUN"}
"""Read by compose.yaml, the Caddyfile and the scripts beside it, and not by the app."""

FOR_TESTS = {"LABELSPREAD_CHROMIUM"}


def read_by_code() -> set[str]:
    """Each variable that the code names as a whole text, which is how it asks for one."""
    found: set[str] = set()
    for name in CODE:
        path = ROOT / name
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            found |= set(re.findall(rf'"({NAME.pattern})"', file.read_text(encoding="utf-8")))
    return found


def in_table() -> set[str]:
    """Each variable that README's table explains."""
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    return {name for row in rows for name in NAME.findall(row)}


def services() -> list[tuple[str, str]]:
    return [(file, name) for file in FILES for name in read_compose(file)["services"]]


def test_each_variable_that_the_code_reads_is_explained_and_no_other():
    assert in_table() == read_by_code()


@pytest.mark.parametrize(
    "name", [*FILES, "Dockerfile", "README.md", "SECURITY.md", "docs/deployment.md", "deploy"]
)
def test_no_variable_is_named_that_nobody_reads(name: str):
    path = ROOT / name
    files = [f for f in path.iterdir() if f.is_file()] if path.is_dir() else [path]
    named = {found for file in files for found in NAME.findall(file.read_text(encoding="utf-8"))}
    assert named - read_by_code() - FOR_COMPOSE - FOR_TESTS == set()


@pytest.mark.parametrize("file", FILES)
def test_the_app_is_told_what_it_reads_and_no_secret_as_a_text(file: str):
    told = read_compose(file)["services"]["app"]["environment"]
    known = read_by_code() | {"FORWARDED_ALLOW_IPS"}
    assert set(told) <= known
    assert not set(told) & {"LABELSPREAD_SECRET", "LABELSPREAD_DATABASE_URL"}
    secrets = read_compose(file)["services"]["app"].get("secrets", [])
    files = {value for value in told.values() if value.startswith("/run/secrets/")}
    assert files == {f"/run/secrets/{secret}" for secret in secrets}


def test_each_secret_is_made_by_the_script_that_makes_them(tmp_path: Path):
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("secret"))
    subprocess.run([tmp_path / "deploy" / "secrets"], check=True, stdout=subprocess.DEVNULL)
    named = files_named("compose.yaml")
    made = {file.name for file in (tmp_path / "deploy" / "secret").iterdir()}
    assert {path.name for path in named.values()} == made
    assert all((tmp_path / path).is_file() for path in named.values())
    asked = {
        secret
        for service in read_compose("compose.yaml")["services"].values()
        for secret in service.get("secrets", [])
    }
    assert asked == set(named)
    # And the address leads to the database, as what it is made with.
    url = parsed_url((tmp_path / named["database_url"]).read_text().strip())
    database = read_compose("compose.yaml")["services"]["database"]["environment"]
    assert url.host in read_compose("compose.yaml")["services"]
    assert (url.username, url.database) == (database["POSTGRES_USER"], database["POSTGRES_DB"])
    assert url.password == (tmp_path / named["database_password"]).read_text()


@pytest.mark.parametrize(("file", "service"), services())
def test_what_is_mounted_is_a_volume_or_a_file_that_is_there(file: str, service: str):
    read = read_compose(file)
    for source, place, is_writable in mounts_of(read["services"][service]):
        assert place.startswith("/")
        if source.startswith("./"):
            assert (ROOT / source).is_file()
            assert not is_writable
        else:
            assert source in read["volumes"]


@pytest.mark.parametrize("file", FILES)
def test_the_app_s_volumes_and_port_are_those_of_the_image(file: str):
    image, app = read_image(), read_compose(file)["services"]["app"]
    assert {place for _, place, _ in mounts_of(app)} == set(image.volumes)
    assert {port.rpartition(":")[2] for port in app.get("ports", [])} <= set(image.ports)
    assert app["read_only"] is True
    assert app["cap_drop"] == ["ALL"]


def test_the_proxy_finds_the_app_where_it_listens():
    text = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    defaults = dict(re.findall(r"\{\$(\w+):([^}]*)\}", text))
    compose = read_compose("compose.yaml")
    assert defaults["LABELSPREAD_APP"] in compose["services"]
    assert (defaults["LABELSPREAD_APP_PORT"],) == read_image().ports
    assert set(compose["services"]["proxy"]["environment"]) <= set(defaults)


def test_a_service_that_others_wait_for_says_when_it_is_well():
    image, read = read_image(), read_compose("compose.yaml")["services"]
    for service in read.values():
        for name, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "build" in read[name] or "healthcheck" in read[name]
    assert image.health.timeout < image.health.interval
    assert seconds(read["app"]["stop_grace_period"]) >= 10


def test_the_tools_of_the_image_are_as_new_as_the_database():
    # They are those of the Debian release that the app's image has; older ones refuse the server.
    database = read_compose("compose.yaml")["services"]["database"]["image"]
    release = re.fullmatch(r"postgres:(\d+)-(\w+)", database)
    assert release is not None
    assert read_image().base.endswith(release[2])
