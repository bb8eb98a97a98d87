"""The real server, as a process of its own that can be killed and started again."""

from __future__ import annotations

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
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS: Final = 60


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, path: str = "/healthz") -> None:
        """Start, and return once it answers at `path`."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LABELSPREAD_")}
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pages._ui.server", "--port", str(self.port)],
                cwd=ROOT,
                env=inherited | {"LABELSPREAD_HOME": str(self.home), "CI": "1"} | self._variables,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers(path):
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"The server did not start:\n{self.log()}")
            time.sleep(0.05)

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
        return (self.home / "server.log").read_text(errors="replace")

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
