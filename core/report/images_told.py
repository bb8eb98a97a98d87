"""The images of a project in words and pictures: what they are, and which are in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from core.arrays import UNLABELLED, IntArray
from core.data.pictures import small_at
from core.report.findings import Class, Fact, Gallery, Picture
from core.service.reviewing import Review, Said, review
from core.service.view import View
from core.session.events import AnswerKind
from core.wording import visible

_MOST_PICTURES: Final = 18
"""Of a gallery."""

_EXAMPLES: Final = 48
"""Of all classes together."""

_OF_ONE: Final = 6
"""Of one class."""

_KINDS: Final = {AnswerKind.UNSURE: "unsure", AnswerKind.BAD: "bad image", AnswerKind.SKIP: "none"}


def data_told(view: View) -> Iterator[Fact]:
    """What the images are, and what is known of them beforehand."""
    dataset, noted = view.dataset, view.state.images.noted
    yield Fact("Set", visible(dataset.title))
    yield Fact("Images", f"{dataset.n_items:,}", "Those that take part in the project.")
    if noted is not None and noted.n_items != dataset.n_items:
        yield Fact("Images in the set", f"{noted.n_items:,}")
    if dataset.n_whole is not None:
        yield Fact(
            "Drawn from",
            f"{dataset.n_whole:,} items",
            "The images are landmarks: drawn at random from a set that is too large to copy.",
        )
    size = "different sizes" if dataset.size is None else "{1} × {0}".format(*dataset.size)
    kind = "ink on paper" if dataset.is_ink else "photographs"
    yield Fact("Pixels", size, f"They are shown as {kind}.")
    known = dataset.n_known
    yield Fact(
        "True class known",
        f"{known:,}" if known else "of none",
        "Accuracy, metrics and the matrix are about these alone."
        if known
        else "So accuracy is not measured; what is known of it comes from checks at random.",
    )
    if view.state.given:
        yield Fact("Given labels", f"{len(view.state.given):,}", "They came with the project.")
    if view.state.gone:
        yield Fact("Gone", f"{len(view.state.gone):,}", "Images that the set has no more.")


def classes_told(view: View) -> Iterator[Class]:
    """Each class, how much there is of it, and some images that are labelled so."""
    beliefs, names = view.beliefs, view.class_names
    labels = np.bincount(_known(beliefs.labels), minlength=len(names))
    images = np.bincount(_known(beliefs.predicted), minlength=len(names))
    each = min(_OF_ONE, max(1, _EXAMPLES // max(len(names), 1)))
    room = _EXAMPLES
    for number, name in enumerate(names):
        places = np.flatnonzero(beliefs.labels == number)[: min(each, room)].tolist()
        room -= len(places)
        examples = tuple(_picture(view, place) for place in places)
        yield Class(visible(name), int(labels[number]), int(images[number]), examples)


def mistakes_told(view: View) -> Iterator[Fact]:
    """How many labels may be wrong, and how many images have none for a reason."""
    check = view.label_check
    if check is not None:
        yield Fact(
            "Labels that differ from the truth",
            f"{len(check.differing):,} of {check.n_labels:,}",
            "Labels by people, on images whose class is known.",
        )
    doubted = review(view, "contradicted")
    kept = f" Looked at and kept: {doubted.n_kept:,} more." if doubted.n_kept else ""
    yield Fact(
        "Labels that others contradict",
        f"{doubted.total:,}",
        f"Each label is left out, and compared with what all others say of its image.{kept}",
    )
    yield Fact(
        "Near-duplicates with different labels",
        f"{review(view, 'near').total:,}",
        "Pairs of images that are nearly the same.",
    )
    aside = [*view.state.set_aside.values()]
    for kind, meaning in (
        (AnswerKind.UNSURE, "Nobody could tell their class; the model learns nothing of them."),
        (AnswerKind.BAD, "No proper images; the model learns nothing of them."),
    ):
        yield Fact(_KINDS[kind].capitalize(), f"{aside.count(kind):,}", meaning)


def galleries_told(view: View) -> Iterator[Gallery]:
    """Images whose labels or predictions are wrong or in doubt; kinds without any are left out."""
    return (gallery for gallery in _galleries(view) if gallery.pictures)


def _galleries(view: View) -> Iterator[Gallery]:
    truth, names, beliefs = view.dataset.truth, view.class_names, view.beliefs
    if truth is not None and view.label_check is not None:
        differing = view.label_check.differing
        yield _gallery(
            view,
            "Labels that differ from the truth",
            differing,
            [(names[beliefs.labels[i]], names[truth[i]]) for i in differing],
            "labelled as the first class; in truth of the second",
        )
    yield _contradicted(view, review(view, "contradicted"))
    if truth is not None and view.labels:
        wrong = _wrong(view, truth)
        yield _gallery(
            view,
            "Predictions that are wrong, the surest first",
            wrong,
            [(names[beliefs.predicted[i]], names[truth[i]]) for i in wrong[:_MOST_PICTURES]],
            "predicted as the first class; in truth of the second",
        )


def _wrong(view: View, truth: IntArray) -> tuple[int, ...]:
    """Images that nobody has labelled and whose prediction is wrong, the surest first."""
    beliefs = view.beliefs
    is_wrong = (truth != UNLABELLED) & (beliefs.predicted != truth)
    is_wrong &= ~beliefs.labelled & (beliefs.predicted != UNLABELLED)
    places = np.flatnonzero(is_wrong)
    order = np.argsort(-beliefs.lead[places], kind="stable")
    return tuple(places[order].tolist())


def _contradicted(view: View, doubted: Review) -> Gallery:
    items = [case.items[0] for case in doubted.cases]
    return _gallery(
        view,
        "Labels that others contradict, the most suspicious first",
        view.engine.positions(items),
        [(_said(case.said[0]), case.other or "") for case in doubted.cases],
        "labelled as the first class; others speak for the second",
        total=doubted.total,
    )


def _gallery(
    view: View,
    title: str,
    places: Sequence[int],
    said: Iterable[tuple[str, str]],
    told: str,
    *,
    total: int | None = None,
) -> Gallery:
    some = places[:_MOST_PICTURES]
    n = len(places) if total is None else total
    which = f"The first {len(some)} of {n:,}" if len(some) < n else f"All {n:,}"
    pictures = (
        _picture(view, place, one, other) for place, (one, other) in zip(some, said, strict=False)
    )
    return Gallery(title, f"{'One' if n == 1 else which}: {told}.", tuple(pictures))


def _picture(view: View, place: int, said: str = "", other: str = "") -> Picture:
    number = int(view.dataset.rows[place])
    return Picture(small_at(view.dataset, place), number, visible(said), visible(other))


def _known(classes: IntArray) -> IntArray:
    return np.asarray(classes[classes != UNLABELLED])


def _said(said: Said) -> str:
    return said.label or _KINDS.get(said.kind, "")
