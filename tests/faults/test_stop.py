"""After a server was stopped its database is one file, which is all there is to keep."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.e2e.server import Server


def test_a_server_that_is_stopped_leaves_one_whole_file(tmp_path):
    server = Server(tmp_path)
    server.start()
    server.stop()
    assert "Traceback" not in server.log()
    assert [file.name for file in tmp_path.glob("labelspread.db*")] == ["labelspread.db"]
    with closing(sqlite3.connect(f"file:{tmp_path}/labelspread.db?immutable=1", uri=True)) as alone:
        assert alone.execute("SELECT name FROM projects").fetchall() == [("Digits",)]
