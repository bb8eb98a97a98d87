"""How text from people and files is handed to Streamlit; tests/e2e/test_names.py sees it drawn."""

from __future__ import annotations

import re

import pytest

from pages._ui.shell import plain

JOINER = "\u2060"


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
