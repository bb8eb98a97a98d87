"""A server at which people sign in, and what a browser sends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import httpx

from core.people.passwords import line_for
from tests.e2e.server import QuickServer, Server

PASSWORDS = {name: f"the password of {name}" for name in ("ada", "anna", "eve")}
ADMINISTRATOR = "ada"


@cache
def lines() -> str:
    """What stands in the file of passwords."""
    return "\n".join(line_for(name, password) for name, password in PASSWORDS.items())


@contextmanager
def running_with_login(home: Path, variables: dict[str, str] | None = None) -> Iterator[Server]:
    """A server with three people, one of them an administrator."""
    file = home / "passwords"
    file.write_text(lines())
    told = {"LABELSPREAD_PASSWORDS": str(file), "LABELSPREAD_ADMINS": ADMINISTRATOR}
    started = QuickServer(home, told | (variables or {}))
    started.start()
    yield started
    started.stop()
    assert "Uncaught app execution" not in started.log(), started.log()
    assert "the password of" not in started.log()


class Browsers:
    """Browsers, as far as requests go; all are closed in the end."""

    def __init__(self) -> None:
        self._open = ExitStack()

    def new(self, server: Server) -> httpx.Client:
        """One in which nobody has signed in."""
        return self._open.enter_context(httpx.Client(base_url=server.url))

    def signed_in(self, server: Server, name: str) -> httpx.Client:
        """One in which somebody has."""
        client = self.new(server)
        reply = sign_in(client, name, PASSWORDS[name])
        assert reply.status_code == 303, reply.text
        return client

    def close(self) -> None:
        self._open.close()


def sign_in(client: httpx.Client, name: str, password: str, wanted: str = "/") -> httpx.Response:
    """Send what is typed into the form."""
    form = {"name": name, "password": password}
    return client.post("/sign-in", params={"next": wanted}, data=form)
