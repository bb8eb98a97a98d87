"""Events of older logs are read as what they meant, and those of newer ones are left alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.errors import EventTooNewError
from core.session.events import KINDS, LOCAL, VERSION, Event, Hiding
from core.session.formats import read_event, write_event
from tests.core.builders import answered, given, label, served, skip, undone


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ('{"event":"given","labels":{"3":"0"}}', given({3: "0"})),
        (
            '{"event":"served","batch_id":"a","round":2,"items":[1,2],'
            '"predicted":[null,null],"confidence":[0.0,0.0]}',
            served("a", [1, 2], 2),
        ),
        (
            '{"event":"answered","batch_id":"a","answers":[{"item":1,"kind":"label","label":"7",'
            '"milliseconds":812},{"item":2,"kind":"skip","label":null,"milliseconds":null}]}',
            answered("a", label(1, "7", 812), skip(2)),
        ),
        ('{"event":"undone","batch_id":"a","item":2}', undone("a", 2)),
    ],
    ids=["given", "served", "answered", "undone"],
)
def test_an_event_from_before_events_had_a_version_means_what_it_meant(text: str, event: Event):
    read = read_event(text)
    assert (read, type(read)) == (event, type(event))
    assert (read.v, read.by) == (VERSION, LOCAL)


def test_an_event_says_its_version_and_who_it_was():
    told = json.loads(write_event(undone("a", 1)))
    assert (told["v"], told["by"]) == (VERSION, LOCAL)
    assert set(KINDS) >= {told["event"], "served", "answered", "given"}


@pytest.mark.parametrize(
    "text", ['{"v":7,"event":"undone","batch_id":"a"}', '{"v":5,"event":"dreamt","by":"local"}']
)
def test_what_a_newer_app_wrote_is_said_to_be_newer(text):
    with pytest.raises(EventTooNewError, match="newer version of Labelspread"):
        read_event(text)


@pytest.mark.parametrize(
    "text", ["", "[]", "scribble", '{"v":2,"event":"undone"}', '{"v":"x","event":"undone"}', "{}"]
)
def test_what_is_no_event_is_called_so(text):
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own error is one
        read_event(text)


@pytest.mark.parametrize("hidden", [None, True, False])
def test_whether_predictions_were_hidden_is_written_where_it_was_noted(hidden):
    event = answered("a", replace(label(1), hidden=hidden), skip(2))
    text = write_event(event)
    assert read_event(text) == event
    first, second = json.loads(text)["answers"]
    assert first.get("hidden", "not noted") == ("not noted" if hidden is None else hidden)
    assert "hidden" not in second


@pytest.mark.parametrize("hiding", [None, Hiding(0.25, (2,))])
def test_whose_predictions_are_hidden_is_written_where_lots_were_drawn(hiding):
    event = served("a", [1, 2]).model_copy(update={"hiding": hiding})
    text = write_event(event)
    assert read_event(text) == event
    assert ("hiding" in json.loads(text)) == (hiding is not None)


def test_bytes_are_read_as_text():
    assert read_event(write_event(undone("a", 1)).encode()) == undone("a", 1)
