"""What a page says over its websocket, said by somebody else: Streamlit's own messages, forged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final, cast

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from core.bootstrap import service_of
from core.config import ProjectConfig
from core.people.persons import Person
from core.people.roles import Role
from core.service.guarded import Administrators, guarded
from core.service.labelling import Service
from core.session.events import LOCAL, Event, Served
from pages._ui import site
from tests.core.builders import label
from tests.e2e.people import Browsers, running_with_login
from tests.e2e.server import Server

SECRET: Final = "Annas secret leaves"
ANNA, EVE = Person("anna", "anna"), Person("eve", "eve")
_A_DAY: Final = timedelta(days=1)
_LABELER: Final = "labelspread.labeler"


class Session:
    """A tab that somebody has open, as the server sees it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.id = ""
        self.components: dict[str, str] = {}

    def run(
        self, page: str, query: str, *, trigger: tuple[str, str, object] | None = None
    ) -> bytes:
        """Run the script of a page, and give all that was sent until it had ended."""
        wanted = BackMsg()
        state = wanted.rerun_script
        state.query_string, state.page_name = query, page
        state.context_info.timezone = "UTC"
        if trigger is not None:
            component, event, value = trigger
            events = state.widget_states.widgets.add()
            events.id = f"$$STREAMLIT_INTERNAL_KEY_{component}__events"
            events.json_trigger_value = json.dumps([{"event": event, "value": value}])
        self._socket.send(wanted.SerializeToString())
        heard = b""
        while True:
            payload = cast("bytes", self._socket.recv(timeout=60))
            heard += payload
            came = ForwardMsg()
            came.ParseFromString(payload)
            match came.WhichOneof("type"):
                case "new_session":
                    self.id = came.new_session.initialize.session_id or self.id
                case "delta":
                    component_of = came.delta.new_element.bidi_component
                    self.components[component_of.component_name] = component_of.id
                case "script_finished":
                    return heard


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def house(home: Path) -> Iterator[Service]:
    """The service on the same database as the server's."""
    service = service_of({"LABELSPREAD_HOME": str(home)}, with_default=False)
    yield service
    service.close()


@pytest.fixture(scope="module")
def annas(house: Service) -> str:
    return _made(house, ANNA, SECRET)


@pytest.fixture(scope="module")
def eves(house: Service) -> str:
    return _made(house, EVE, "Mine")


def _made(service: Service, person: Person, name: str) -> str:
    """A project of somebody's with two rounds of answers."""
    theirs = guarded(service, person, Administrators(has_login=True))
    project = theirs.create_project(name, ProjectConfig(n_samples=60, batch_size=5)).project_id
    for _ in range(2):
        batch = theirs.batch(project)
        assert batch is not None
        theirs.submit(project, batch.batch_id, [label(item) for item in batch.items])
    return project


@pytest.fixture(scope="module")
def server(home: Path, annas: str, eves: str) -> Iterator[Server]:  # noqa: ARG001 - come first
    with running_with_login(home) as started:
        yield started


@pytest.fixture
def browsers() -> Iterator[Browsers]:
    opened = Browsers()
    yield opened
    opened.close()


@contextmanager
def session(
    server: Server, browsers: Browsers, name: str, goes_on: str = "", origin: str = ""
) -> Iterator[Session]:
    """A session of somebody who is signed in, or one that goes on."""
    cookies = browsers.signed_in(server, name).cookies
    told = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
    protocols = ["streamlit", "none", goes_on] if goes_on else ["streamlit"]
    with connect(
        server.url.replace("http", "ws", 1) + "/_stcore/stream",
        additional_headers=told,
        origin=Origin(origin or server.url),
        subprotocols=[Subprotocol(one) for one in protocols],
        max_size=None,
    ) as socket:
        yield Session(socket)


def log_of(house: Service, project: str) -> list[Event]:
    """All but the batch that a server has ready for the first visitor, who may never come."""
    events = (record.event for record in house._store.events(project))
    return [event for event in events if not (isinstance(event, Served) and event.by == LOCAL)]


def test_no_page_shows_a_project_of_somebody_else_whatever_its_address_says(
    server: Server, browsers: Browsers, house: Service, annas: str
) -> None:
    invitation = house.invite(annas, Role.ANNOTATOR, lasts=_A_DAY, by="anna")
    house.withdraw_invitation(annas, house.invitations(annas)[0].invitation, by="anna")
    more = f"&part=People&present=1&round=2&key={invitation}&set=digits&import=0&comparison=0"
    before = log_of(house, annas)
    with session(server, browsers, "eve") as hers, session(server, browsers, "anna") as owner:
        for page in site.PAGES:
            address = "" if page is site.HOME else page.address
            query = f"project={annas}{more}"
            assert SECRET.encode() not in hers.run(address, query), page
            if page in {site.HOME, site.PEOPLE}:
                assert SECRET.encode() in owner.run(address, f"project={annas}"), page
    assert [event for event in log_of(house, annas)[len(before) :] if event.by == "eve"] == []


def test_a_page_of_ones_own_says_nothing_to_a_project_of_somebody_else(
    server: Server, browsers: Browsers, house: Service, annas: str, eves: str
) -> None:
    before = log_of(house, annas)
    said = next(iter(house.view(annas).state.batches))
    item = house.view(annas).state.batches[said].items[0]
    given = {"item": item, "kind": "label", "label": "7", "ms": 1}
    told = {"v": 1, "project": annas, "batch_id": said}
    forged = (
        told | {"id": "a", "kind": "submit", "answers": [given]},
        told | {"id": "b", "kind": "correct", "answer": given},
        told | {"id": "c", "kind": "undo", "item": item},
        told | {"id": "d", "kind": "take_back_batch"},
        told | {"id": "e", "kind": "judge", "answer": given},
    )
    with session(server, browsers, "eve") as hers:
        hers.run("", f"project={eves}")
        component = hers.components[_LABELER]
        for message in forged:
            for query in (f"project={eves}", f"project={annas}"):
                heard = hers.run("", query, trigger=(component, "message", message))
                assert SECRET.encode() not in heard
    assert log_of(house, annas) == before


def test_nobody_goes_on_with_a_session_of_somebody_else(
    server: Server, browsers: Browsers, annas: str
) -> None:
    with session(server, browsers, "anna") as owner:
        owner.run("", f"project={annas}")
        known = owner.id
        assert known
        refused_to_eve(server, browsers, known)
    # It waits for its browser to come back.
    refused_to_eve(server, browsers, known)
    with session(server, browsers, "anna", goes_on=known) as again:
        again.run("", f"project={annas}")
        assert again.id == known


def refused_to_eve(server: Server, browsers: Browsers, known: str) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        session(server, browsers, "eve", goes_on=known),
    ):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[", "file://"])
def test_a_page_of_another_server_opens_no_websocket_though_its_visitor_is_signed_in(
    server: Server, browsers: Browsers, origin: str
) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        session(server, browsers, "anna", origin=origin),
    ):
        pass
    assert refused.value.response.status_code == 403
