"""How text from people and files is handed to Streamlit; tests/e2e/test_names.py sees it drawn."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pages._ui import shell
from pages._ui.shell import plain

JOINER = "\u2060"
PAGES = Path(shell.__file__).resolve().parents[1]


def read(markdown: str) -> str:
    """What is left of Markdown in which every sign is escaped, as CommonMark says."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown).replace(JOINER, "")


@pytest.mark.parametrize(
    "text",
    [
        "Digits 2",
        "**a** _b_ `c` # d",
        "[x](http://y.z)",
        "1. a & b &lt; $c$",
        r"a\b",
        ":red[x] -> <b>",
    ],
)
def test_the_text_itself_comes_out(text: str):
    assert read(plain(text)) == text


def test_no_sign_that_means_something_is_left_bare():
    assert re.search(r"(?<!\\)[`*_{}\[\]()<>#+.!|$~&=]", plain("`*_{}[]()<>#+.!|$~&=")) is None


@pytest.mark.parametrize("text", [":smile:", "http://a.b", "a@b.c", "->", "<-", "--", "www.a.b"])
def test_what_is_looked_for_after_markdown_is_kept_apart(text: str):
    assert JOINER in plain(text)
    assert plain("at 10: a - b") == "at 10\\: a \\- b"


def test_what_is_hidden_in_a_name_is_seen():
    assert plain("a\u202eb\nc") == "a�b␊c"


def test_no_page_counts_on_a_value_in_the_session_that_may_be_gone():
    """Streamlit drops a widget's state when it likes; whoever reads it by ``[]`` fails then."""
    found = [
        f"{file.name}:{node.lineno}"
        for file in PAGES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Load)
        and ast.unparse(node.value) == "st.session_state"
    ]
    assert found == []


def test_a_component_that_is_gone_has_sent_nothing():
    assert shell.sent("not mounted", "message") is None
