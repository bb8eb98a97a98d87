"""The real server, as a process of its own that can be killed and started again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS: Final = 60
IMPORTED: Final = ["pages._ui.server", "pages._ui.handle", "core.figures", "sklearn.cluster"]
"""Which brings along what takes long to import, or nearly all of it."""


LOOK_AGAIN: Final = 2.0
"""Seconds; nobody should have to wait for what is the same each time."""


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process(Protocol):
    """What is asked of a process."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int, /) -> None: ...


class Fork:
    """A process of :mod:`multiprocessing`, asked as one of :mod:`subprocess` is."""

    def __init__(self, process: BaseProcess) -> None:
        process.start()
        assert process.pid is not None
        self.pid = process.pid
        self._process = process

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("the server", timeout or 0)
        return self._process.exitcode

    def send_signal(self, sig: int, /) -> None:
        os.kill(self.pid, sig)


def _serve(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    """As a process of its own: what ``python -m pages._ui.server`` does with these arguments.

    But for one thing: it looks sooner whether those who are connected are still signed in.
    """
    from pages._ui import door, server

    vars(door)["_LOOK_AGAIN"] = LOOK_AGAIN
    with log.open("ab") as output:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(output.fileno(), stream.fileno())
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [server.__name__, *arguments]
    server.main()


class Server:
    """``python -m pages._ui.server`` over a folder of its own.

    Parameters
    ----------
    home
        Where its database and its log are.
    variables
        More of its environment.
    """

    def __init__(self, home: Path, variables: dict[str, str] | None = None) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = f"sqlite:///{home / 'labelspread.db'}"
        self._variables = variables or {}
        self._process: Process | None = None

    def start(self, path: str = "/healthz") -> None:
        """Start, and return once it answers at `path`."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LABELSPREAD_")}
        environment = inherited | {"LABELSPREAD_HOME": str(self.home), "CI": "1"} | self._variables
        self._process = self._begin(["--port", str(self.port)], environment)
        until = time.monotonic() + START_SECONDS
        while not self._answers(path):
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"The server did not start:\n{self.log()}")
            time.sleep(0.05)

    def _begin(self, arguments: list[str], environment: dict[str, str]) -> Process:
        with self._log_file.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "pages._ui.server", *arguments],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def _log_file(self) -> Path:
        return self.home / "server.log"

    @property
    def pid(self) -> int:
        """Of the process, while it runs."""
        if self._process is None:
            raise RuntimeError("The server does not run.")
        return self._process.pid

    def kill(self) -> None:
        """End it as the kernel would: no goodbye, no flush."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an administrator would."""
        self._end(signal.SIGTERM)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let it get no processor time, with its connections open."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def log(self) -> str:
        """All it has printed since the first start."""
        return self._log_file.read_text(errors="replace")

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._process = None

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


class QuickServer(Server):
    """One whose process begins with its modules imported, which takes longest of a start.

    Each is a fork of a process that has imported them once and never does anything else.
    """

    def _begin(self, arguments: list[str], environment: dict[str, str]) -> Process:
        forks = multiprocessing.get_context("forkserver")
        forks.set_forkserver_preload(IMPORTED)
        told = (arguments, environment, self._log_file)
        with _no_main_module():
            return Fork(forks.Process(target=_serve, args=told, daemon=True))


@contextmanager
def _no_main_module() -> Iterator[None]:
    """A process that is begun meanwhile does not import what is ``__main__`` here.

    Tests of pages leave one behind in the same interpreter: the script of a page.
    """
    before = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = before
