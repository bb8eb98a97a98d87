"""What a presentation shows of a published run, round by round, without a screen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from core.data import catalogue
from core.data.dataset import Dataset
from core.data.pictures import ink_url
from core.figures.confusion import ConfusionMatrix, counts_data
from core.replay.published import Run
from core.replay.run import Query, ReplayRound
from core.wording import counted, percent, points


def stage_data(
    run: Run,
    rounds: Sequence[ReplayRound],
    differing: Collection[int],
    current: int,
    lessons: Sequence[str],
) -> dict[str, Any]:
    """Everything the presentation shows, as JSON: all rounds at once.

    Parameters
    ----------
    rounds
        All of the run.
    differing
        Numbers of the rounds in which some figure differs from the published one.
    current
        The number of the round to begin with.
    lessons
        A sentence or two for each round; further rounds keep the last.
    """
    dataset = catalogue.load(run.config)
    before: list[ReplayRound | None] = [None, *rounds[:-1]]
    return {
        "run": run.id,
        "title": run.title,
        "current": current,
        "rounds": [
            {
                **_headline(run, step, len(rounds)),
                "figures": _figures(step, previous),
                "labels": step.printed_labels,
                "share": step.accuracy_unlabelled,
                "right": percent(step.accuracy_unlabelled),
                **_asked(run, step, dataset, is_last=step is rounds[-1]),
                "matrix": _matrix(counts_data(step.confusion, step.classes), dataset.class_names),
                "lesson": lessons[min(step.number, len(lessons) - 1)],
                "identical": step.number not in differing,
            }
            for step, previous in zip(rounds, before, strict=True)
        ],
    }


def _unlabelled(step: ReplayRound) -> int:
    """The number as the run prints it."""
    return step.n_items - step.printed_labels


def _headline(run: Run, step: ReplayRound, n_rounds: int) -> dict[str, str]:
    name = f"Round {step.number + 1} of {n_rounds}" if n_rounds > 1 else run.figure_title
    return {
        "name": name,
        "headline": f"{name}: {counted(step.printed_labels, 'label')}, "
        f"{percent(step.accuracy_unlabelled)} right of the {_unlabelled(step)} unlabelled.",
    }


def _figures(step: ReplayRound, before: ReplayRound | None) -> list[dict[str, str]]:
    """The large figures; the change since the round before is empty in the first."""
    return [
        {
            "value": str(step.printed_labels),
            "caption": "labels",
            "change": f"+{step.printed_labels - before.printed_labels}" if before else "",
            "trend": "",
        },
        {
            "value": percent(step.accuracy_unlabelled),
            "caption": f"right of {_unlabelled(step)} unlabelled",
            **_change(step.accuracy_unlabelled, before.accuracy_unlabelled if before else None),
        },
        {
            "value": percent(step.accuracy_all),
            "caption": f"right of all {step.n_items}",
            **_change(step.accuracy_all, before.accuracy_all if before else None),
        },
    ]


def _change(share: float, before: float | None) -> dict[str, str]:
    if before is None:
        return {"change": "", "trend": ""}
    text = f"{points(share - before)} points"
    return {"change": text, "trend": {"+": "better", "−": "worse"}.get(text[0], "")}


def _asked(run: Run, step: ReplayRound, dataset: Dataset, *, is_last: bool) -> dict[str, Any]:
    n_wrong = sum(not query.right for query in step.queries)
    asks = ", and asks" if run.kind == "active learning" and not is_last else ""
    return {
        "asked": f"The model is least sure of these {len(step.queries)}{asks}",
        "wrong": f"{n_wrong or 'none'} wrong",
        "queries": [_query(query, dataset) for query in step.queries],
    }


def _query(query: Query, dataset: Dataset) -> dict[str, Any]:
    verdict = "right" if query.right else "wrong"
    return {
        "image": ink_url(dataset.images[query.index], smooth=True),
        "predicted": query.predicted,
        "true": query.true,
        "right": query.right,
        "alt": f"Digit: predicted {query.predicted}, true {query.true} ({verdict})",
    }


def _matrix(data: ConfusionMatrix, class_names: Sequence[str]) -> dict[str, Any]:
    return {
        "classes": data.class_names,
        "counts": data.counts.tolist(),
        "levels": data.levels.round(3).tolist(),
        "note": " ".join(filter(None, (_mistake(data), _missing(data, class_names)))),
    }


def _mistake(data: ConfusionMatrix) -> str:
    """The mistake made most often, the first of several."""
    off = data.counts * ~np.eye(len(data.class_names), dtype=bool)
    most = int(off.max())
    if most < 2:
        return ""
    true, predicted = (data.class_names[i] for i in np.unravel_index(off.argmax(), off.shape))
    return f"Most often: {true} taken for {predicted}, {most} times."


def _missing(data: ConfusionMatrix, class_names: Sequence[str]) -> str:
    missing = [name for name in class_names if name not in data.class_names]
    if not missing:
        return ""
    *most, last = missing
    if not most:
        return f"{last} has no label yet."
    return f"{', '.join(most)} and {last} have no label yet."
