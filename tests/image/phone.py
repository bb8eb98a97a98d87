"""Somebody in a room who has no account, by requests alone."""

from __future__ import annotations

import re

import httpx

from tests.core.builders import wait_until
from tests.e2e.book import Book, right


class Phone:
    """A phone, in a room from its first page on.

    Parameters
    ----------
    client
        What asks the server; nobody has signed in there.
    code
        The room's.
    base
        The path that the app is below, with a slash before it; empty at the root.

    Attributes
    ----------
    page
        What the server said last.
    """

    def __init__(self, client: httpx.Client, code: str, base: str = "") -> None:
        self._client = client
        self._room = f"{base}/r/{code}"
        page = client.get(self._room).raise_for_status().text
        parts = re.findall(rf'"({base}/r/phone\.(?:css|js)\?[0-9a-f]+)"', page)
        assert len(parts) == 2
        for part in parts:
            client.get(part).raise_for_status()
        reply = client.post(f"{self._room}/join", json={"name": "Mia"}).raise_for_status()
        kept = reply.headers["set-cookie"]
        assert {"Secure", "HttpOnly", f"Path={self._room}"} <= {*kept.split("; ")}
        self.page = reply.json()

    def answer(self) -> dict[int, str]:
        """Answer all that is asked; the label of each item that the server said it had stored."""
        wait_until(self._has_some)
        answers = [
            {"n": n, "item": one["item"], "batch": one["batch"], "ms": 900, "was": None}
            | {"said": {"kind": "label", "label": right(one["item"])}}
            for n, one in enumerate(self.page["items"], 1)
        ]
        message = {"answers": answers, "has": [], "version": ""}
        self.page = (
            self._client.post(f"{self._room}/answers", json=message).raise_for_status().json()
        )
        stored = {one["n"] for one in self.page["receipts"] if one["fate"] == "stored"}
        said = {one["item"]: right(one["item"]) for one in answers if one["n"] in stored}
        assert len(said) == len(answers)
        return said

    def _has_some(self) -> bool:
        self.page = self._client.get(f"{self._room}/items").raise_for_status().json()
        return bool(self.page["items"])


def opened_room(book: Book) -> tuple[str, str]:
    """A room in which each image is asked about once: its project and its code."""
    source = book.store.projects()[0].project_id
    project = book.service.open_room(source, 1).project_id
    room = book.service.room(project)
    assert room is not None
    # What it is to ask is chosen in the background; nobody is to close the book meanwhile.
    wait_until(lambda: bool(book.service.standing(project).state.batches))
    return project, room.code


def assert_said(book: Book, project: str, said: dict[int, str]) -> None:
    """What a phone was told to be stored is, by somebody of the room."""
    placed = book.service.standing(project).state.placed
    labels = {one.answer.item: one.answer.label for one in placed if one.by.startswith("room:")}
    assert said.items() <= labels.items()
