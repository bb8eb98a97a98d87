"""Whatever a browser sends is a message or is refused in one short sentence."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidMessageError
from core.service.protocol import (
    SubmitMessage,
    SubmittedAnswer,
    SyncMessage,
    UndoMessage,
    message_id,
    parse_message,
)
from core.session.events import Answer, AnswerKind

ANSWER: dict[str, Any] = {"item": 5, "kind": "label", "label": "3", "ms": 812}
SUBMIT: dict[str, Any] = {
    "v": 1,
    "id": "m1",
    "project": "p1",
    "kind": "submit",
    "batch_id": "b1",
    "answers": [ANSWER],
}
UNDO: dict[str, Any] = {
    "v": 1,
    "id": "m2",
    "project": "p1",
    "kind": "undo",
    "batch_id": "b1",
    "item": 5,
}
SYNC: dict[str, Any] = {"v": 1, "id": "m3", "project": "p1", "kind": "sync"}

LONGEST_ERROR = 400
TEN_MEGABYTES = "x" * 10_000_000


def without(message: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != field}


def submit_with(**changes: Any) -> dict[str, Any]:
    return SUBMIT | {"answers": [ANSWER | changes]}


@pytest.mark.parametrize("hidden", [None, True, False])
def test_an_answer_may_say_whether_predictions_were_hidden(hidden):
    message = parse_message(submit_with(hidden=hidden))
    assert isinstance(message, SubmitMessage)
    assert message.answers[0].to_answer().hidden is hidden


@pytest.mark.parametrize("hidden", [0, "no", []])
def test_what_says_neither_is_refused(hidden):
    with pytest.raises(InvalidMessageError, match="hidden"):
        parse_message(submit_with(hidden=hidden))


def test_answers_are_understood():
    message = parse_message(SUBMIT)
    assert isinstance(message, SubmitMessage)
    assert (message.id, message.project, message.batch_id) == ("m1", "p1", "b1")
    assert [answer.to_answer() for answer in message.answers] == [
        Answer(item=5, kind=AnswerKind.LABEL, label="3", milliseconds=812)
    ]


@pytest.mark.parametrize("kind", ["skip", "unsure", "bad"])
def test_an_answer_without_label_and_time_is_understood(kind):
    answer = SubmittedAnswer(item=0, kind=kind).to_answer()
    assert answer == Answer(item=0, kind=AnswerKind(kind), label=None, milliseconds=None)


def test_an_undo_is_understood():
    message = parse_message(UNDO)
    assert isinstance(message, UndoMessage)
    assert (message.batch_id, message.item) == ("b1", 5)


def test_a_request_for_news_is_understood():
    assert isinstance(parse_message(SYNC), SyncMessage)


BAD_MESSAGES: dict[str, object] = {
    "nothing": None,
    "text": "submit",
    "number": 1,
    "list": [SUBMIT],
    "empty": {},
    "unknown kind": SYNC | {"kind": "drop table"},
    "kind in capitals": SYNC | {"kind": "SYNC"},
    "kind is a list": SYNC | {"kind": ["sync"]},
    "kind is a dict": SYNC | {"kind": {"sync": "sync"}},
    "kind is nothing": SYNC | {"kind": None},
    "kind of another message": UNDO | {"kind": "sync"},
    "another version": SYNC | {"v": 2},
    "version is true": SYNC | {"v": True},
    "version is a fraction": SYNC | {"v": 1.0},
    "version is text": SYNC | {"v": "1"},
    "version is nan": SYNC | {"v": math.nan},
    "id is a number": SYNC | {"id": 3},
    "id is empty": SYNC | {"id": ""},
    "id is too long": SYNC | {"id": "x" * 65},
    "id is half a sign": SYNC | {"id": "\ud800"},
    "id of 10 MB": SYNC | {"id": TEN_MEGABYTES},
    "kind of 10 MB": SYNC | {"kind": TEN_MEGABYTES},
    "project of 10 MB": SYNC | {"project": TEN_MEGABYTES},
    "project is a number": SYNC | {"project": 1},
    "batch of 10 MB": UNDO | {"batch_id": TEN_MEGABYTES},
    "label of 10 MB": submit_with(label=TEN_MEGABYTES),
    "answer's kind of 10 MB": submit_with(kind=TEN_MEGABYTES),
    "field name of 10 MB": SYNC | {TEN_MEGABYTES: 1},
    "field name of half a sign": SYNC | {"\ud800": 1},
    "extra field": SYNC | {"user": "me"},
    "extra field in an answer": submit_with(user="me"),
    "item is text": UNDO | {"item": "5"},
    "item is true": UNDO | {"item": True},
    "item is a fraction": UNDO | {"item": 5.0},
    "item is nan": UNDO | {"item": math.nan},
    "item is endless": UNDO | {"item": math.inf},
    "item is negative": UNDO | {"item": -1},
    "item is huge": UNDO | {"item": 2**53},
    "item is far too huge": UNDO | {"item": 10**4000},
    "answered item is text": submit_with(item="5"),
    "answered item is true": submit_with(item=True),
    "answered item is huge": submit_with(item=10**30),
    "answered item is negative": submit_with(item=-5),
    "label is a number": submit_with(label=3),
    "label is half a sign": submit_with(label="\udfff"),
    "unknown kind of answer": submit_with(kind="delete"),
    "time is nan": submit_with(ms=math.nan),
    "time is a fraction": submit_with(ms=1.5),
    "time is true": submit_with(ms=True),
    "time is negative": submit_with(ms=-1),
    "time is huge": submit_with(ms=2**63),
    "no answers": SUBMIT | {"answers": []},
    "too many answers": SUBMIT | {"answers": [ANSWER] * 1001},
    "answers is a dict": SUBMIT | {"answers": {"0": ANSWER}},
    "answers is text": SUBMIT | {"answers": "[]"},
    "answer is a list": SUBMIT | {"answers": [[5, "label", "3"]]},
    "answer is nothing": SUBMIT | {"answers": [None]},
    "nested junk": SUBMIT | {"answers": json.loads("[" * 500 + "]" * 500)},
}
for message in (SUBMIT, UNDO, SYNC):
    for field in message:
        BAD_MESSAGES[f"{message['kind']} without {field}"] = without(message, field)
for field in ("item", "kind"):
    BAD_MESSAGES[f"answer without {field}"] = SUBMIT | {"answers": [without(ANSWER, field)]}


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_a_message_not_to_the_letter_is_refused_in_one_short_sentence(name):
    with pytest.raises(InvalidMessageError) as caught:
        parse_message(BAD_MESSAGES[name])
    assert_readable(caught.value)


def assert_readable(error: InvalidMessageError) -> None:
    assert len(str(error)) < LONGEST_ERROR
    assert "None of it was stored" in str(error)
    str(error).encode()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=80),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["v", "id", "kind", "batch_id", "item", "answers", "label", "ms"])
            | st.text(max_size=10),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@st.composite
def nearly_right(draw: st.DrawFn) -> object:
    """A good message with one thing changed, at the top or in its answer."""
    message: dict[str, Any] = dict(draw(st.sampled_from([SUBMIT, UNDO, SYNC])))
    target = message
    if "answers" in message and draw(st.booleans()):
        target = dict(ANSWER)
        message["answers"] = [target]
    field = draw(st.sampled_from(sorted(target)) | st.text(max_size=10))
    target[field] = draw(json_values)
    return message


@settings(max_examples=500)
@given(raw=json_values | nearly_right())
def test_anything_at_all_is_a_message_or_is_refused(raw):
    try:
        message = parse_message(raw)
    except InvalidMessageError as error:
        assert_readable(error)
    else:
        assert isinstance(message, SubmitMessage | UndoMessage | SyncMessage)
        assert message.model_dump(exclude_unset=True) == raw
        assert message_id(raw) == message.id


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"id": "a"}, "a"),
        ({"id": "x" * 64, "kind": None}, "x" * 64),
        ({"id": "x" * 65}, None),
        ({"id": ""}, None),
        ({"id": 5}, None),
        ({"id": ["a"]}, None),
        ({}, None),
        (["id"], None),
        ("id", None),
        (None, None),
    ],
)
def test_a_bad_message_is_refused_by_name_if_it_has_one(raw, expected):
    assert message_id(raw) == expected


# ---- keys
