"""``/healthz``: whether a label could be stored now, not only whether the server is up."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_PATIENCE: Final = 3.0
"""Seconds after which a store that says nothing is not well."""

_FRESH: Final = 1.0
"""Seconds for which an answer holds, so that many who ask cost no more than one."""

_LOGGER: Final = logging.getLogger("labelspread.server")


class Health:
    """Tries to store something when it is asked, at most once at a time.

    Parameters
    ----------
    probe
        Stores something, and raises an error if that fails.
    patience
        Seconds to wait for it. One that hangs is waited for by nobody after that, and not begun
        again until it has ended.
    """

    def __init__(self, probe: Callable[[], object], patience: float = _PATIENCE) -> None:
        self._probe = probe
        self._patience = patience
        self._lock = threading.Lock()
        self._latest: Future[None] | None = None
        self._since = 0.0

    async def answer(self, _request: Request) -> Response:
        """Answer with 200 if something was stored, else with 503."""
        latest, since = self._ask()
        left = max(0.0, since + self._patience - time.monotonic())
        try:
            # Whoever goes away does not take the answer from the others.
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(latest)), left)
        except TimeoutError:
            return PlainTextResponse("The database does not answer.", status_code=503)
        except Exception as error:
            _LOGGER.warning("Nothing can be stored: %s", error)
            return PlainTextResponse("Nothing can be stored.", status_code=503)
        return PlainTextResponse("ok")

    def _ask(self) -> tuple[Future[None], float]:
        """The outcome of the probe under way or just ended, or of a new one; when it began."""
        with self._lock:
            latest, age = self._latest, time.monotonic() - self._since
            if latest is None or (latest.done() and age >= _FRESH):
                self._latest = latest = Future()
                self._since = time.monotonic()
                # A thread of its own: one that hangs takes no place that others wait for.
                threading.Thread(
                    target=self._run, args=(latest,), daemon=True, name="health"
                ).start()
            return latest, self._since

    def _run(self, outcome: Future[None]) -> None:
        try:
            self._probe()
        except BaseException as error:  # whoever asks has to hear of it, whatever it is
            outcome.set_exception(error)
        else:
            outcome.set_result(None)
