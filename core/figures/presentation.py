"""What a presentation shows of a published run, round by round, without a screen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from core.data import catalogue
from core.data.dataset import Dataset
from core.data.pictures import ink_url
from core.figures.confusion import ConfusionMatrix, counts_data
from core.figures.presented import (
    ShownFigure,
    ShownMatrix,
    ShownQuery,
    ShownRound,
    StagePage,
    Trend,
)
from core.replay.published import Run
from core.replay.run import Query, ReplayRound
from core.wording import counted, percent, points

_TRENDS: Final[dict[str, Trend]] = {"": "", "+": "better", "−": "worse"}


def stage_data(
    run: Run,
    rounds: Sequence[ReplayRound],
    differing: Collection[int],
    current: int,
    lessons: Sequence[str],
) -> StagePage:
    """Everything the presentation shows: all rounds at once.

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
    return StagePage(
        run=run.id,
        title=run.title,
        current=current,
        rounds=tuple(
            ShownRound(
                name=_name(run, step, len(rounds)),
                headline=_headline(run, step, len(rounds)),
                figures=_figures(step, previous),
                labels=step.printed_labels,
                share=step.accuracy_unlabelled,
                right=percent(step.accuracy_unlabelled),
                asked=_asked(run, step, is_last=step is rounds[-1]),
                wrong=f"{sum(not query.right for query in step.queries) or 'none'} wrong",
                queries=tuple(_query(query, dataset) for query in step.queries),
                matrix=_matrix(counts_data(step.confusion, step.classes), dataset.class_names),
                lesson=lessons[min(step.number, len(lessons) - 1)],
                identical=step.number not in differing,
            )
            for step, previous in zip(rounds, before, strict=True)
        ),
    )


def _unlabelled(step: ReplayRound) -> int:
    """The number as the run prints it."""
    return step.n_items - step.printed_labels


def _name(run: Run, step: ReplayRound, n_rounds: int) -> str:
    return f"Round {step.number + 1} of {n_rounds}" if n_rounds > 1 else run.figure_title


def _headline(run: Run, step: ReplayRound, n_rounds: int) -> str:
    return (
        f"{_name(run, step, n_rounds)}: {counted(step.printed_labels, 'label')}, "
        f"accuracy {percent(step.accuracy_unlabelled)} on the {_unlabelled(step)} unlabelled."
    )


def _figures(step: ReplayRound, before: ReplayRound | None) -> tuple[ShownFigure, ...]:
    """The large figures."""
    labels = ShownFigure(
        value=str(step.printed_labels),
        caption="labels",
        change=f"+{step.printed_labels - before.printed_labels}" if before else "",
        trend="",
    )
    unlabelled = _share(
        step.accuracy_unlabelled,
        before.accuracy_unlabelled if before else None,
        f"accuracy on {_unlabelled(step)} unlabelled",
    )
    whole = _share(
        step.accuracy_all,
        before.accuracy_all if before else None,
        f"accuracy on all {step.n_items}",
    )
    return labels, unlabelled, whole


def _share(share: float, before: float | None, caption: str) -> ShownFigure:
    change, trend = "", _TRENDS[""]
    if before is not None:
        change = f"{points(share - before)} points"
        trend = _TRENDS.get(change[0], "")
    return ShownFigure(value=percent(share), caption=caption, change=change, trend=trend)


def _asked(run: Run, step: ReplayRound, *, is_last: bool) -> str:
    asks = ", and asks" if run.kind == "active learning" and not is_last else ""
    return f"The model is least sure of these {len(step.queries)}{asks}"


def _query(query: Query, dataset: Dataset) -> ShownQuery:
    verdict = "correct" if query.right else "wrong"
    return ShownQuery(
        image=ink_url(dataset.images[query.index], smooth=True),
        predicted=query.predicted,
        true=query.true,
        right=query.right,
        alt=f"Digit: predicted {query.predicted}, true {query.true} ({verdict})",
    )


def _matrix(data: ConfusionMatrix, class_names: Sequence[str]) -> ShownMatrix:
    return ShownMatrix(
        classes=data.class_names,
        counts=tuple(map(tuple, data.counts.tolist())),
        levels=tuple(map(tuple, data.levels.round(3).tolist())),
        note=" ".join(filter(None, (_mistake(data), _missing(data, class_names)))),
    )


def _mistake(data: ConfusionMatrix) -> str:
    """The mistake made most often, the first of several."""
    off = data.counts * ~np.eye(len(data.class_names), dtype=bool)
    most = int(off.max())
    if most < 2:
        return ""
    true, predicted = (data.class_names[i] for i in np.unravel_index(off.argmax(), off.shape))
    return f"Most often: {true} predicted as {predicted}, {most} times."


def _missing(data: ConfusionMatrix, class_names: Sequence[str]) -> str:
    missing = [name for name in class_names if name not in data.class_names]
    if not missing:
        return ""
    *most, last = missing
    if not most:
        return f"{last} has no label yet."
    return f"{', '.join(most)} and {last} have no label yet."
