"""A line between browser and server that can be cut."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Final

_CHUNK: Final = 65536


class Line:
    """Passes bytes on to a port of this machine, until it is cut.

    While it is cut, whoever connects is refused and what was connected is reset. While it is
    muffled, requests reach the server but nothing comes back.
    """

    def __init__(self, server_port: int) -> None:
        self._server = ("127.0.0.1", server_port)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._muffled = threading.Event()
        self._delay = 0.0
        self._listener = _bound(0)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.mend()

    def cut(self) -> None:
        """Refuse and drop everything."""
        listener = self._listener
        # Ends the accepting thread, which closing alone would not.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with self._lock:
            # Bound but not listening: the port stays ours, and connections are refused.
            self._listener = _bound(self.port)
            ends, self._open = self._open, set()
        for end in ends:
            _reset(end)

    def mend(self) -> None:
        """Let everything through again."""
        self._muffled.clear()
        self._listener.listen(64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def muffle(self) -> None:
        """Swallow what the server says from now on, until the line is cut and mended."""
        self._muffled.set()

    def slow(self, seconds: float) -> None:
        """Let everything take so much longer from now on, each way; 0 ends that."""
        self._delay = seconds

    def close(self) -> None:
        """Cut for good."""
        self.cut()
        self._listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._server, timeout=10)
            except OSError:
                _reset(near)
                continue
            far.settimeout(None)
            with self._lock:
                is_cut = listener is not self._listener
                if not is_cut:
                    self._open |= {near, far}
            if is_cut:
                # Between the two lines above: what connected then must not outlive the cut.
                _reset(near)
                _reset(far)
                return
            for source, target, is_answer in ((near, far, False), (far, near, True)):
                threading.Thread(
                    target=self._pump, args=(source, target, is_answer), daemon=True
                ).start()

    def _pump(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                if self._delay:
                    time.sleep(self._delay)
                if not (is_answer and self._muffled.is_set()):
                    target.sendall(chunk)
        with self._lock:
            mine = self._open & {source, target}
            self._open -= mine
        for end in mine:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    end.close()
