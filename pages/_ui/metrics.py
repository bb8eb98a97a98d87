"""``/metrics``: how the server does, for Prometheus to read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from time import perf_counter
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages._ui.addresses import base_path
from pages._ui.gate import METRICS_VARIABLE

ADDRESS: Final = "metrics"

_PLACES: Final = re.compile(
    r"(talk|pictures|maps|rooms|r|sign-in|static|media|_stcore|healthz)(/|$)"
)
"""Parts of the app by the first word of their addresses; all else is a page."""

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Measures all requests, and tells of them whoever may ask.

    Nobody may, unless ``LABELSPREAD_METRICS`` is 1: how many people work here is nobody's business.
    Then it is told without a sign-in, so a proxy should keep the address from the world.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._is_shown = os.environ.get(METRICS_VARIABLE, "").strip() == "1"
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "labelspread_request_seconds",
            "Seconds from a request to the end of its answer.",
            ["place", "status"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._tabs = Gauge(
            "labelspread_tabs", "Pages that are open in a browser.", registry=self._registry
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_OfTheService())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell what was measured, or measure a request."""
        if scope["type"] == "websocket":
            with self._tabs.track_inprogress():
                await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address = _address_in(scope)
        if address == ADDRESS:
            await (await self._told())(scope, receive, send)
            return
        began, status = perf_counter(), "aborted"

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = f"{message['status'] // 100}xx"
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            found = _PLACES.match(address)
            place = found[1] if found else "page"
            self._requests.labels(place, status).observe(perf_counter() - began)

    async def _told(self) -> Response:
        if not self._is_shown:
            return PlainTextResponse("Not found", status_code=404)
        told = await run_in_threadpool(generate_latest, self._registry)
        return Response(told, media_type=CONTENT_TYPE_LATEST)


class _OfTheService(Collector):
    """What the service has counted."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        """As Prometheus' library asks for it."""
        from pages._ui import handle

        counts = handle.counts()
        if counts is None:
            return
        events = CounterMetricFamily(
            "labelspread_events", "Events stored by this process.", labels=["event"]
        )
        for kind, number in sorted(counts.events.items()):
            events.add_metric([kind], number)
        yield events
        for name, told, value in (
            ("labelspread_answers", "Answers stored by this process.", counts.answers),
            ("labelspread_conflicts", "Times that another one was first.", counts.conflicts),
            ("labelspread_store_failures", "Times that nothing could be stored.", counts.failures),
            ("labelspread_store_seconds", "Seconds that storing took in all.", counts.seconds),
        ):
            yield CounterMetricFamily(name, told, value=value)


def _address_in(scope: Scope) -> str:
    """What is asked for, below the app's own address."""
    base, path = base_path(), str(scope["path"]).lstrip("/")
    return path.removeprefix(f"{base}/") if base else path
