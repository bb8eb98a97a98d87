"""A browser's tab as the server sees it: Streamlit's messages over a websocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from pages._ui.desk import COOKIE

COMPONENT: Final = "labelspread.labeler"
_INTERNAL: Final = "$$STREAMLIT_INTERNAL_KEY"


class Tab:
    """One websocket, one session: runs the script and hears what the component is to show.

    Parameters
    ----------
    url
        Of the server, ``http://…``.
    project
        What the address names.
    desk
        The name of the browser, as a cookie has it.
    hear
        Called with the component's data whenever it comes.
    """

    def __init__(
        self, url: str, project: str, desk: str, hear: Callable[[dict[str, Any]], None]
    ) -> None:
        self._url = url
        self._cookie = f"{COOKIE}={desk}"
        self._hear = hear
        self._query = f"project={project}"
        self._component = ""
        self._page = ""
        self._kept: dict[str, ForwardMsg] = {}
        self._socket: ClientConnection
        self._listening: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        """Connect and open the Label page."""
        self._socket = await connect(
            f"{self._url.replace('http', 'ws', 1)}/_stcore/stream",
            additional_headers={"Cookie": self._cookie},
            origin=self._url,  # type: ignore[arg-type]  # any text is one
            subprotocols=["streamlit"],  # type: ignore[list-item]  # the same
            max_size=None,
            open_timeout=60,
            # A busy server is to be waited for, not to be left.
            ping_interval=None,
        )
        self._listening = asyncio.create_task(self._listen())
        await self._run(None)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the tab."""
        self._listening.cancel()
        await self._socket.close()

    async def trigger(self, name: str, value: object) -> None:
        """Send something of the component, as ``setTriggerValue`` does."""
        await self._run({"event": name, "value": value})

    async def _run(self, event: dict[str, Any] | None) -> None:
        wanted = BackMsg()
        state = wanted.rerun_script
        state.query_string = self._query
        state.page_script_hash = self._page
        state.cached_message_hashes.extend(self._kept)
        state.context_info.timezone = "UTC"
        state.context_info.locale = "en-US"
        state.context_info.url = self._url
        state.context_info.color_scheme = "light"
        if event is not None:
            events = state.widget_states.widgets.add()
            events.id = f"{_INTERNAL}_{self._component}__events"
            events.json_trigger_value = json.dumps([event])
        await self._socket.send(wanted.SerializeToString())

    async def _listen(self) -> None:
        async for payload in self._socket:
            came = ForwardMsg()
            came.ParseFromString(payload if isinstance(payload, bytes) else payload.encode())
            self._take(self._kept[came.ref_hash] if came.WhichOneof("type") == "ref_hash" else came)

    def _take(self, message: ForwardMsg) -> None:
        if message.metadata.cacheable:
            self._kept[message.hash] = message
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page = message.new_session.page_script_hash
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            component = message.delta.new_element.bidi_component
            if component.component_name == COMPONENT:
                self._component = component.id
                self._hear(json.loads(component.json))
