"""What the review page's component is sent, as :mod:`core.service.page` is for the label page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from core.service.conversation import Receipt, shown_classes
from core.service.page import Shown, ShownClass, ShownReceipt
from core.service.people import name_of
from core.service.pictures import PictureAddress, addresses
from core.service.protocol import VERSION
from core.service.reviewing import (
    FEWEST_LABELS,
    Case,
    Reasons,
    Review,
    ReviewList,
    Said,
    has_enough,
    said_of,
)
from core.service.sharing import hides_answers
from core.service.view import View
from core.wording import counted

_LIKELY: Final = 5


class ShownSaid(Shown):
    """What is said of an image; ``skip`` where nothing is."""

    kind: Literal["label", "skip", "unsure", "bad"]
    label: str | None


class ShownVote(Shown):
    """What a person says of an image that several people answer."""

    name: str
    said: ShownSaid


class ReviewItem(Shown):
    """An image that is looked at once more.

    Attributes
    ----------
    smooth, pixels, full
        As of an image to label.
    was, now
        What was said of it when the list was made, and what is said of it now.
    """

    id: int
    smooth: str
    pixels: str
    full: str | None
    was: ShownSaid
    now: ShownSaid


class ReviewCase(Shown):
    """One image, or two near-duplicates.

    Attributes
    ----------
    other, score
        The class that others speak for, and how suspicious the label is.
    is_kept
        Whether its label, or both of them, are kept though others contradict them.
    likely
        The most probable classes, the most probable first.
    for_other, for_given
        Images that are labelled as the class that others speak for, and as its own, the weightiest
        first; None where that was not looked at yet.
    votes
        What people say of an image that they disagree about.
    missing
        How many more people are to answer it.
    """

    items: tuple[ReviewItem, ...]
    other: str | None
    score: float
    is_kept: bool
    likely: tuple[str, ...]
    for_other: tuple[ReviewItem, ...] | None
    for_given: tuple[ReviewItem, ...] | None
    votes: tuple[ShownVote, ...]
    missing: int


class ReviewPage(Shown):
    """Everything the review page's component shows.

    Attributes
    ----------
    v
        The protocol's version.
    named
        What the classes are called: the number of the last change of that.
    which
        The list that is shown.
    lists
        Those there are for this person.
    list_id
        Names it: another one when it was made anew.
    total
        How many cases there are in all, of which these are the first.
    nothing
        Why there is nothing to look at, in a sentence; empty where there is something.
    receipts
        The last ones, oldest first.
    """

    v: int
    project: str
    question: str
    ink: bool
    classes: tuple[ShownClass, ...]
    named: int
    which: ReviewList
    lists: tuple[ReviewList, ...]
    list_id: str
    cases: tuple[ReviewCase, ...]
    total: int
    nothing: str
    receipts: tuple[ShownReceipt, ...]


class ReviewWish(BaseModel):
    """What a person wants to see.

    Attributes
    ----------
    which
        The list.
    item
        The first image of the case that is on screen; None for the first case.
    is_anew
        Whether the list is to be made anew.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    which: ReviewList = "contradicted"
    item: int | None = None
    is_anew: bool = False


def lists_for(view: View) -> tuple[ReviewList, ...]:
    """The lists that there are: what people disagree about where several answer an image."""
    is_shared = hides_answers(view.project, view.state)
    disputed: tuple[ReviewList, ...] = ("disputed",) if is_shared else ()
    return (*disputed, "contradicted", "aside", "near")


def parse_review_wish(raw: Any) -> ReviewWish | None:  # noqa: ANN401 - anything may come from a browser
    """What a browser asks to be shown; None where that makes no sense."""
    try:
        return ReviewWish.model_validate(raw)
    except ValidationError:
        return None


def describe_review(
    view: View,
    which: ReviewList,
    listed: Review,
    reasons: Mapping[int, Reasons],
    receipts: Sequence[Receipt],
    *,
    list_id: str,
    lists: Sequence[ReviewList] = ("contradicted", "aside", "near"),
    at: PictureAddress | None = None,
) -> ReviewPage:
    """Everything the component shows.

    Parameters
    ----------
    listed
        The list as it was made.
    reasons
        Those that are known, by the first image of the case.
    list_id
        Names the list.
    lists
        Those that there are for the person.
    at
        Where pictures are sent from; None where they have to be within their address.
    """
    cases = tuple(
        _case(view, case, reasons.get(case.items[0]), at, has_votes=which == "disputed")
        for case in listed.cases
        if len(view.engine.present(case.items)) == len(case.items)
    )
    return ReviewPage(
        v=VERSION,
        project=view.project.project_id,
        question=view.dataset.question,
        ink=view.dataset.is_ink,
        classes=shown_classes(view),
        named=view.state.class_list.seq,
        which=which,
        lists=tuple(lists),
        list_id=list_id,
        cases=cases,
        total=listed.total,
        nothing="" if cases else _why_nothing(view, which, listed.n_kept),
        receipts=tuple(receipt.shown() for receipt in receipts),
    )


def _case(
    view: View, case: Case, known: Reasons | None, at: PictureAddress | None, *, has_votes: bool
) -> ReviewCase:
    state, (first, *rest) = view.state, case.items
    poll = state.poll(first) if has_votes else None
    beside = rest[0] if rest else None
    return ReviewCase(
        items=tuple(
            _item(view, item, said, at) for item, said in zip(case.items, case.said, strict=True)
        ),
        other=case.other,
        score=round(case.score, 6),
        is_kept=state.kept(first, beside) is not None
        or (beside is not None and state.kept(beside, first) is not None),
        likely=_likely(view, first, case.other),
        for_other=_others(view, known.for_other, at) if known else None,
        for_given=_others(view, known.for_given, at) if known else None,
        votes=tuple(
            ShownVote(
                name=name_of(state, vote.by),
                said=ShownSaid(kind=vote.answer.kind.value, label=vote.answer.label),
            )
            for vote in (poll.votes if poll else ())
        ),
        missing=max(0, poll.wanted - len(poll.votes)) if poll else 0,
    )


def _item(view: View, item: int, was: Said, at: PictureAddress | None) -> ReviewItem:
    (position,) = view.engine.positions([item])
    shown, now = addresses(view, item, position, at), said_of(view.state, item)
    return ReviewItem(
        id=item,
        smooth=shown.smooth,
        pixels=shown.pixels,
        full=shown.full,
        was=ShownSaid(kind=was.kind.value, label=was.label),
        now=ShownSaid(kind=now.kind.value, label=now.label),
    )


def _others(view: View, items: Sequence[int], at: PictureAddress | None) -> tuple[ReviewItem, ...]:
    present = [item for item in items if view.engine.present([item])]
    return tuple(_item(view, item, said_of(view.state, item), at) for item in present)


def _likely(view: View, item: int, other: str | None) -> tuple[str, ...]:
    (position,) = view.engine.positions([item])
    row, names = view.beliefs.probabilities[position], view.class_names
    best = (names[i] for i in np.argsort(-row, kind="stable")[:_LIKELY] if row[i] > 0)
    first = (other,) if other in names else ()
    return tuple(dict.fromkeys((*first, *best)))[:_LIKELY]


def _why_nothing(view: View, which: ReviewList, n_kept: int) -> str:
    if which == "disputed":
        return "People agree on all images that several of them have answered."
    if which == "aside":
        return "No image has been marked unsure or bad."
    kept = f" {counted(n_kept, 'case')} that you kept as they are do not come up again."
    if which == "near":
        nothing = "No two images that are nearly the same have different labels."
        return nothing + (kept if n_kept else "")
    if not has_enough(view):
        return (
            f"Labels are compared with one another once there are {FEWEST_LABELS}, of two classes "
            f"or more. There are {len(view.labels):,} so far."
        )
    nothing = "No given label is contradicted by its neighbours."
    return nothing + (kept if n_kept else "")
