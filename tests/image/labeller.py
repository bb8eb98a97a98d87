"""Somebody who labels digits by requests alone, and remembers what was said to be saved."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from core.service.protocol import VERSION
from pages._ui.desk import COOKIE
from tests.e2e.book import right


class Labeller:
    """A browser's requests about one project.

    Parameters
    ----------
    client
        What asks the server; it has signed in where one has to.
    project
        The project's id.
    base
        The path that the app is below, with a slash before it; empty at the root.

    Attributes
    ----------
    acknowledged
        The label of each item that the server said it had stored.
    """

    def __init__(self, client: httpx.Client, project: str, base: str = "") -> None:
        self.acknowledged: dict[int, str] = {}
        self._client = client
        self._project = project
        self._address = f"{base}/talk/{project}"
        if COOKIE not in client.cookies:
            client.cookies.set(COOKIE, uuid4().hex)
        self._page: dict[str, Any] = {}

    def look(self) -> None:
        """Ask what there is to be labelled."""
        self._tell("sync")

    def answer(self, most: int = 100) -> None:
        """Answer what is asked, at most so many, and hear what comes next."""
        if not self._page.get("items"):
            self.look()
        items = [item["id"] for item in self._page["items"]][:most]
        answers = [{"item": i, "kind": "label", "label": right(i), "ms": 900} for i in items]
        self._tell("submit", batch_id=self._page["batch_id"], answers=answers)
        self.acknowledged |= {item: right(item) for item in items}

    def _tell(self, kind: str, **more: Any) -> None:
        message = {"v": VERSION, "id": uuid4().hex, "kind": kind, "project": self._project}
        reply = self._client.post(self._address, json=message | more)
        reply.raise_for_status()
        told = reply.json()
        assert told["receipt"]["outcome"] == "done", told["receipt"]
        self._page = told["page"] or {}
