"""The way in for people: ``python -m pages._ui.server``.

It serves ``app.py`` with Streamlit's own server and adds what that leaves out: its
scripts are sent compressed, ``/healthz`` answers for the database too, large images and maps have
addresses of their own, and the default project is made ready before the first visitor asks
for it. ``streamlit run app.py`` works as well, without these.
"""

from __future__ import annotations

import argparse
import errno
import gzip
import logging
import mimetypes
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.config import set_option
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.bootstrap import load_config_options
from streamlit.web.cli import main_run

from core.errors import InvalidSettingError
from core.jobs.heaps import share_heaps
from core.jobs.once import Latest
from pages._ui.desk import Desks
from pages._ui.door import Door
from pages._ui.front_door import FrontDoor
from pages._ui.gate import HOSTS_VARIABLE, LOOPBACK, Gate, allowed_hosts, only_this_machine
from pages._ui.headers import SafeHeaders
from pages._ui.health import Health
from pages._ui.login import NO_LOGIN_VARIABLE, PASSWORDS_VARIABLE, login
from pages._ui.logs import set_up_logs, take_over_streamlit, tell
from pages._ui.map_route import Maps, serve_maps
from pages._ui.metrics import Metrics
from pages._ui.phone_route import Phones
from pages._ui.picture_route import Pictures, serve_pictures
from pages._ui.room_address import own_addresses, public_root
from pages._ui.room_only import EVERYWHERE, RoomOnly, is_for_rooms, open_rooms_only
from pages._ui.room_route import RoomFigures, serve_rooms
from pages._ui.sign_in import SignInPages
from pages._ui.talk_route import Talk, serve_talk

if TYPE_CHECKING:
    from core.data.pictures import Picture
    from core.people.persons import Person

APP_FILE = Path(__file__).resolve().parents[2] / "app.py"
STATIC_DIR = Path(st.__file__).parent / "static" / "static"

_PROGRAM = "python -m pages._ui.server"

_LOGGER = logging.getLogger("labelspread.server")


class StaticGzip:
    """Sends Streamlit's scripts and styles compressed.

    Streamlit sends them as they are, Starlette's own middleware would compress them
    again for each visitor. Here it is done once a file, when it is first asked for.
    The files are listed beforehand, so a request cannot name any other.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files = {
            file.relative_to(STATIC_DIR).as_posix(): file
            for file in STATIC_DIR.rglob("*")
            if file.suffix in {".js", ".css", ".svg"}
        }
        self._compressed: Latest[Path, bytes] = Latest(len(self._files))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for such a file, and hand all others on."""
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] == "GET":
            # Whatever comes before is a base path or the place of a mounted app.
            file = self._files.get(scope["path"].rpartition("/static/")[2])
            headers = Headers(scope=scope)
            if file and "gzip" in headers.get("accept-encoding", "") and "range" not in headers:
                answer = Response(
                    await run_in_threadpool(self._content, file),
                    media_type=mimetypes.guess_type(file.name)[0],
                    headers={
                        "Content-Encoding": "gzip",
                        "Vary": "Accept-Encoding",
                        # The names hold a hash of the content.
                        "Cache-Control": "public, immutable, max-age=31536000",
                    },
                )
        await answer(scope, receive, send)

    def _content(self, file: Path) -> bytes:
        return self._compressed.get(file, lambda: gzip.compress(file.read_bytes(), compresslevel=6))


def _ping() -> None:
    from pages._ui import handle

    handle.ping()


def draw_picture(person: Person, project_id: str, item: int, name: str, is_full: bool) -> Picture:
    """Make a picture as :class:`Pictures` asks for it."""
    from core.service.pictures import Pictured, draw
    from pages._ui import handle

    pictured = Pictured(project_id, item, name, is_full)
    return draw(handle.service_for(person).view(project_id, is_complete=False), pictured)


def _unexpected(error: Exception) -> bool:
    """Tell a visitor in plain words that a page failed; the log has all of it."""
    _LOGGER.error("A page failed.", exc_info=error)
    st.error(
        "Something went wrong on this page. Saved labels are safe; answers that are not saved "
        "yet are kept in this browser. Reload the page; the server's log says what happened.",
        icon=":material/error:",
    )
    return True


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    take_over_streamlit(os.environ)
    # By now the port is bound: whoever follows the address waits at worst.
    url = _url(st.get_option("server.address"), st.get_option("server.port"))
    tell(f"Labelspread is at {url}", os.environ)
    if is_for_rooms():
        tell(f"Phones in this network find rooms, and no more, at {public_root()}/r", os.environ)
    elif st.get_option("server.address") not in LOOPBACK and only_this_machine(
        st.get_option("server.allowedHosts")
    ):
        tell(
            "It is open to this machine only. To let others in, set "
            f"{HOSTS_VARIABLE} to the names by which they call it, such as "
            '"label.example.com 192.168.1.20".',
            os.environ,
        )
    _in_background(_warm_up)
    if not st.get_option("server.headless") and "CI" not in os.environ:
        _in_background(lambda: webbrowser.open(url))
    yield
    await run_in_threadpool(_close)


def _in_background(work: Callable[[], object]) -> None:
    """Run `work` so that neither the start nor Ctrl-C waits for it."""
    threading.Thread(target=work, daemon=True).start()


def _warm_up() -> None:
    """Make the first visit fast. When it fails, that visit will say why."""
    try:
        from pages._ui import handle

        handle.warm_up()
    except Exception:
        _LOGGER.exception("The default project could not be made ready ahead of time.")


def _close() -> None:
    """Leave the store in order. Answers are safe without; one file then holds all of them."""
    try:
        from pages._ui import handle

        handle.close()
    except Exception:
        _LOGGER.exception("The database could not be closed.")


def _url(host: str, port: int) -> str:
    """Give the address to open here for a server that listens at `host`."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _obstacle(host: str, port: int) -> str | None:
    """Say in one line why nothing can listen there, if so."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":
            # As the server does: a port that was in use a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return (
                    f"Port {port} is taken. Stop what uses it, or choose another: "
                    f"make run PORT={port + 1}"
                )
            return f"Labelspread cannot listen at {host}, port {port}: {error.strerror}."
    return None


def open_to_all(host: str, environment: Mapping[str, str]) -> str:
    """Why nothing is served at an address where nobody signs in; empty if nothing is in the way."""
    is_own = host in LOOPBACK or host.startswith("127.")
    if is_own or environment.get(NO_LOGIN_VARIABLE, "").strip() == "1":
        return ""
    return (
        f"Labelspread would be open to all who reach {host}, and nobody signs in. Set "
        f"{PASSWORDS_VARIABLE} to a file of passwords (python -m core password NAME writes a "
        "line), or name an OpenID Connect provider in secrets.toml. If all who reach it may do "
        f"everything, set {NO_LOGIN_VARIABLE}=1."
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**16:
        raise argparse.ArgumentTypeError(f"{text} is no port: give a number up to 65535")
    return int(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM, description="Open Labelspread in the browser, and serve it until Ctrl-C."
    )
    parser.add_argument(
        "--host",
        default=os.environ.get("LABELSPREAD_HOST", "127.0.0.1"),
        help="address to listen at; 0.0.0.0 lets those in who call it by one of the names in "
        f"{HOSTS_VARIABLE} (%(default)s)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=os.environ.get("LABELSPREAD_PORT", "8501"),
        help="port to listen at (%(default)s)",
    )
    parser.add_argument(
        "--room",
        action="store_true",
        help="let phones in this network find rooms, at /r, and nothing else",
    )
    return parser.parse_args()


def _streamlit_settings() -> dict[str, Any]:
    """Read what ``STREAMLIT_*`` variables set, which only `streamlit run` does itself."""
    parsed = main_run.make_context("streamlit run", []).params
    return {
        name.replace("_", "."): value
        for name, value in parsed.items()
        if name not in {"target", "args"} and value not in {None, ()}
    }


def application() -> st.App:
    """All that is served, as whoever serves it takes it."""
    return st.App(
        APP_FILE,
        middleware=[
            Middleware(SafeHeaders),
            Middleware(RoomOnly),
            Middleware(Metrics),
            Middleware(Gate),
            Middleware(Door),
            Middleware(SignInPages),
            Middleware(Phones),
            Middleware(Desks),
            Middleware(Pictures, draw_picture),
            Middleware(Maps),
            Middleware(Talk),
            Middleware(RoomFigures),
            Middleware(FrontDoor),
            Middleware(StaticGzip),
        ],
        routes=[Route("/healthz", Health(_ping).answer)],
        lifespan=_lifespan,
        on_script_error=_unexpected,
    )


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    share_heaps()
    arguments = _arguments()
    own: tuple[str, ...] = ()
    if arguments.room:
        open_rooms_only()
        arguments.host, own = EVERYWHERE, own_addresses()
    if obstacle := _obstacle(arguments.host, arguments.port):
        sys.exit(obstacle)

    try:
        set_up_logs(os.environ)
    except InvalidSettingError as error:
        sys.exit(str(error))

    # Streamlit looks for its configuration, and puts on the import path, where this
    # says the program is: beside app.py.
    sys.argv = [str(APP_FILE)]
    # Until the first script has called st.navigation, Streamlit takes the folder "pages" for its
    # old automatic navigation: the first visit to /progress would show that page without the app.
    PagesManager.uses_pages_directory = False
    serve_pictures()
    serve_maps()
    serve_talk()
    serve_rooms()
    app = application()
    settings = _streamlit_settings()
    if "secrets.files" in settings:
        # Who may sign in has to be known before Streamlit reads its settings.
        set_option("secrets.files", settings["secrets.files"])
    settings = _streamlit_settings()
    settings["server.allowedHosts"] = allowed_hosts(
        os.environ, (*settings.get("server.allowedHosts", ()), *own), arguments.host
    )
    settings["server.address"] = arguments.host
    settings["server.port"] = arguments.port
    settings["logger.hideWelcomeMessage"] = True
    # Before anything asks for one of them: Streamlit tells of what is set later.
    load_config_options(settings)
    try:
        has_login = login() is not None
    except InvalidSettingError as error:
        sys.exit(str(error))
    if (
        not has_login
        and not arguments.room
        and (refusal := open_to_all(arguments.host, os.environ))
    ):
        sys.exit(refusal)
    with suppress(KeyboardInterrupt):
        app.run(config=settings)


if __name__ == "__main__":
    main()
