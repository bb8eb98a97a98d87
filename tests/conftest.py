"""Settings for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Playwright, sync_playwright

from tests.postgres import PostgresServer

# The same examples in every run: a test that turns red does so because of a change.
# `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile(
    "same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("same")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers; a process can have one only."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, which a worker starts when the first test asks for it."""
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def _postgres_database(postgres: PostgresServer) -> str:
    return postgres.new_database()


@pytest.fixture
def postgres_url(postgres: PostgresServer, _postgres_database: str) -> Iterator[str]:
    """The address of an empty database on it."""
    yield _postgres_database
    postgres.empty(_postgres_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of each kind, which nothing is in."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'labels.db'}"
    return str(request.getfixturevalue("postgres_url"))
