"""What the stage shows of a published run, round by round, without a screen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import numpy as np

from core.data import catalogue
from core.data.dataset import Dataset
from core.data.pictures import ink_url
from core.figures.confusion import ConfusionMatrix, counts_data
from core.figures.presented import (
    ShownCurve,
    ShownFigure,
    ShownGraph,
    ShownMatrix,
    ShownQuery,
    ShownRound,
    StagePage,
    Trend,
)
from core.figures.stage_curve import curve_data
from core.figures.stage_graph import Subject, graph_data, seen_of
from core.jobs.progress import Progress, silent
from core.learning.beliefs import Beliefs
from core.replay.published import Run
from core.replay.run import Query, ReplayRound, graph_of
from core.simulation.baselines import of_run, own_of_run
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
        ink=True,
        right_of="the unlabelled",
        coming=False,
        graph=None,
        curve=None,
        rounds=tuple(
            ShownRound(
                name=_name(run, step, len(rounds)),
                headline=_headline(run, step, len(rounds)),
                figures=_figures(step, previous),
                labels=step.printed_labels,
                share=step.accuracy_unlabelled,
                right=percent(step.accuracy_unlabelled),
                asked=_asked(run, step, is_last=step is rounds[-1]),
                wrong=wrong_of(sum(not query.right for query in step.queries)),
                known_as="true",
                queries=tuple(_query(query, step, dataset) for query in step.queries),
                matrix=matrix_of(counts_data(step.confusion, step.classes), dataset.class_names),
                bars=None,
                lesson=lessons[min(step.number, len(lessons) - 1)],
                identical=step.number not in differing,
            )
            for step, previous in zip(rounds, before, strict=True)
        ),
    )


class Beside(NamedTuple):
    """What is shown beside the rounds, and takes a while."""

    graph: ShownGraph | None
    curve: ShownCurve | None


def beside_run(run: Run, rounds: Sequence[ReplayRound], progress: Progress = silent) -> Beside:
    """The graph of a run, and what the run is compared with.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    dataset = catalogue.load(run.config)
    everything = np.arange(dataset.n_items)
    graph = graph_of(run, dataset)
    subject = Subject(dataset, everything, graph, dataset.features, run.config.alpha, "digits")
    seen = [seen_of(subject, step.beliefs) for step in rounds]
    drawn = graph_data(subject, seen, progress)
    about = f"Accuracy on all {dataset.n_items} digits, labelled ones included"
    others = of_run(run, rounds, progress)
    return Beside(drawn, curve_data(own_of_run(rounds), others, about))


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
    unlabelled = figure_of(
        step.accuracy_unlabelled,
        before.accuracy_unlabelled if before else None,
        f"accuracy on {_unlabelled(step)} unlabelled",
    )
    whole = figure_of(
        step.accuracy_all,
        before.accuracy_all if before else None,
        f"accuracy on all {step.n_items}",
    )
    return labels, unlabelled, whole


def figure_of(share: float, before: float | None, caption: str) -> ShownFigure:
    """A share as a large figure, with its change since the round before, if there is one."""
    change, trend = "", _TRENDS[""]
    if before is not None:
        change = f"{points(share - before)} points"
        trend = _TRENDS.get(change[0], "")
    return ShownFigure(value=percent(share), caption=caption, change=change, trend=trend)


def _asked(run: Run, step: ReplayRound, *, is_last: bool) -> str:
    asks = ", and asks" if run.kind == "active learning" and not is_last else ""
    return f"The model is least sure of these {len(step.queries)}{asks}"


def wrong_of(number: int) -> str:
    """How many of some predictions were wrong."""
    return f"{number or 'none'} wrong"


def _query(query: Query, step: ReplayRound, dataset: Dataset) -> ShownQuery:
    verdict = "correct" if query.right else "wrong"
    said = f"Digit: predicted {query.predicted}"
    return ShownQuery(
        image=ink_url(dataset.images[query.index], smooth=True),
        predicted=query.predicted,
        rival=rival_of(step.beliefs, query.index, dataset.class_names, query.predicted),
        true=query.true,
        right=query.right,
        alt=said,
        told=f"{said}, true {query.true} ({verdict})",
    )


def rival_of(beliefs: Beliefs, index: int, class_names: Sequence[str], predicted: str) -> str:
    """The class that comes next after the predicted one; empty where no other has a chance."""
    chances = beliefs.probabilities[index].copy()
    if predicted in class_names:
        chances[class_names.index(predicted)] = 0
    return class_names[int(chances.argmax())] if chances.any() else ""


def matrix_of(data: ConfusionMatrix, class_names: Sequence[str]) -> ShownMatrix:
    """A confusion matrix as it is shown, with what stands out in it.

    Parameters
    ----------
    class_names
        All classes; those that are not in the matrix have no label yet.
    """
    n_classes = len(data.class_names)
    return ShownMatrix(
        classes=data.class_names,
        counts=tuple(map(tuple, data.counts[:, :n_classes].tolist())),
        levels=tuple(map(tuple, data.levels[:, :n_classes].round(3).tolist())),
        note=" ".join(
            filter(None, (_mistake(data), _missing(data, class_names), _unreached(data)))
        ),
    )


def _unreached(data: ConfusionMatrix) -> str:
    unreached = int(data.counts[:, len(data.class_names) :].sum())
    return f"No label reaches {unreached:,}." if unreached else ""


def _mistake(data: ConfusionMatrix) -> str:
    """The mistake made most often, the first of several."""
    n_classes = len(data.class_names)
    off = data.counts[:, :n_classes] * ~np.eye(n_classes, dtype=bool)
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
