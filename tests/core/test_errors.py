"""Errors speak to a person: what was wrong, what to do, and no word of the machinery."""

from __future__ import annotations

import inspect

import pytest

from core import errors
from core.errors import (
    IllegalEventError,
    LabelspreadError,
    SequenceConflictError,
    StoreError,
    UnknownClassError,
)

EXAMPLES = [
    errors.OtherImagesError(
        "Pets", "40 images of 4 × 6 pixels", "pets.npz", "9 images of 8 × 8 pixels"
    ),
    errors.UnknownProjectError("p"),
    errors.NotSignedInError(),
    errors.UnknownRoomError(),
    errors.NotInRoomError(),
    errors.RoomFullError(250),
    errors.UnknownInvitationError(),
    errors.UnknownRoundError(7),
    errors.LayoutError(),
    errors.UnknownComparisonError("There is no such comparison."),
    errors.ComparisonNotKeptError("The comparison cannot be kept."),
    errors.ComparisonUnderWayError("Digits: all"),
    errors.InvalidMessageError("id: missing"),
    errors.UnknownBatchError("b"),
    errors.UnknownItemError(5, "b"),
    errors.UnknownClassError("x", ("0", "1")),
    errors.OvertakenError(),
    errors.NotOwnAnswerError(4),
    errors.NothingToRedoError(),
    errors.NotInForceError(5),
    errors.ClassesUnknownError(),
    errors.EventTooNewError("an event called dreamt"),
    errors.StoreBusyError("labels.db"),
    errors.StoreReadOnlyError("labels.db"),
    errors.StoreFullError("labels.db"),
    errors.StoreCrowdedError("labels.db"),
    errors.StoreCorruptError("labels.db"),
    errors.StoreTooNewError("labels.db", "0099"),
    errors.ChangingDatasetError("pets.npz"),
    errors.OutdatedViewError(),
    errors.StoreUnavailableError("labels.db", "no such host"),
    errors.StoreReplacedError("labels.db", "was removed"),
    errors.StoreUnreachableError("labels.db", "connection refused"),
    errors.LeasedError("p", "ann"),
    errors.SequenceConflictError("p", 5),
    errors.EventDamagedError(17),
]


def test_every_error_that_words_itself_is_looked_at_here():
    worded = {
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and "__init__" in vars(value) and value is not LabelspreadError
    }
    assert worded == {type(example) for example in EXAMPLES}


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda e: type(e).__name__)
def test_an_error_is_made_of_whole_sentences(error):
    assert error.problem.endswith(".")
    assert str(error) == f"{error.problem} {error.remedy}".strip()
    # A conflict is settled by the service and reaches no person, so it has no advice.
    assert bool(error.remedy) != isinstance(error, SequenceConflictError)


@pytest.mark.parametrize(
    "error", [e for e in EXAMPLES if isinstance(e, StoreError)], ids=lambda e: type(e).__name__
)
def test_an_error_of_the_store_names_the_database(error):
    # These are of one project's log, and all else works.
    of_a_log = (
        SequenceConflictError,
        errors.LeasedError,
        errors.ClassesUnknownError,
        errors.EventDamagedError,
        errors.EventTooNewError,
    )
    assert "labels.db" in error.problem or isinstance(error, of_a_log)


def test_a_foreign_text_in_an_error_is_cut_short():
    assert len(str(UnknownClassError("x" * 10**6, ("0", "1")))) < 200


def test_an_answer_that_does_not_fit_is_no_fault_of_the_store():
    """The page sends again what the store refused, and never what does not fit."""
    assert not issubclass(IllegalEventError, StoreError)
    assert not issubclass(errors.InvalidMessageError, StoreError)
