"""How many heaps there are, as glibc itself says."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
import xml.etree.ElementTree as Xml

import pytest

from core.jobs import heaps

# Eight threads allocate at the same time, and then glibc is asked what heaps it has.
COUNTED = """
import ctypes, sys, threading
from core.jobs.heaps import share_heaps
if sys.argv[1] == "shared":
    assert share_heaps(2)
libc = ctypes.CDLL(None)
together = threading.Barrier(8)
def allocate():
    together.wait()
    libc.malloc(100_000)
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def n_heaps(how: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", COUNTED, how], capture_output=True, text=True, check=True
    ).stdout
    return len(Xml.fromstring(told).findall("heap"))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has several heaps")
def test_threads_share_two_heaps():
    assert n_heaps("shared") <= 2 < n_heaps("own")


def test_where_there_is_no_such_setting_nothing_is_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert not heaps.share_heaps()
