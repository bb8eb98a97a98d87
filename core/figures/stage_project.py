"""A project on the stage: some of its rounds, from the first to now, whatever its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from core.arrays import UNLABELLED
from core.data.pictures import tile_at
from core.engine.engine import Engine
from core.figures.confusion import confusion_data
from core.figures.confusions import confusions
from core.figures.presentation import Beside, figure_of, matrix_of, rival_of, wrong_of
from core.figures.presented import (
    ShownBar,
    ShownBars,
    ShownFigure,
    ShownMatrix,
    ShownQuery,
    ShownRound,
    StagePage,
)
from core.figures.stage_curve import curve_data
from core.figures.stage_graph import Seen, Subject, graph_data, seen_of, subject_of
from core.jobs.progress import Progress, silent
from core.learning import metrics
from core.learning.beliefs import Beliefs
from core.learning.metrics import Report
from core.querying.queries import QUERIES
from core.service.auditing import Audit
from core.service.view import View
from core.session.labels import Labels
from core.session.state import State
from core.simulation.baselines import can_compare, of_project, own_of_project
from core.wording import at_least, counted, percent

MOST_STEPS: Final = 12
"""Rounds that are shown, and what is known now: more are too many for a talk."""

MOST_IMAGES: Final = 10
"""Images of a round that are shown."""

_MOST_CLASSES: Final = 12
"""With more classes, the matrix cannot be read from the last row."""

_BARS: Final = 9
_SIDE: Final = 256
_UNSURE: Final = 5

_SOFT: Final = (
    "Label spreading gives each image without a label a distribution over the classes: how much of "
    "each label has reached it through its neighbours."
)
_FEW: Final = (
    "Each label speaks for its neighbours, so few are enough where images of the same class lie "
    "close together."
)


class Step(NamedTuple):
    """What is shown at one moment of a project.

    Attributes
    ----------
    round
        The number of the round; None for what is known now.
    labels
        Those that the model knew when it began.
    asked
        Items that got a label in it, in the order of the answers.
    """

    round: int | None
    labels: Labels
    asked: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ProjectStage:
    """A project on the stage.

    Attributes
    ----------
    page
        All rounds that are shown, without graph and curves.
    steps, accuracies
        The moments, and the share of all images that was right at each; None where that is not
        known.
    subject, seen
        What the graph shows, and what was believed of it at each moment.
    """

    page: StagePage
    steps: tuple[Step, ...]
    accuracies: tuple[float | None, ...]
    subject: Subject
    seen: tuple[Seen, ...]


def steps_of(state: State) -> tuple[Step, ...]:
    """Some rounds of a project, and what is known now.

    Labels are those of now, each in the round of the answer that counts: what was undone or
    corrected since is as it stands today. Of many rounds, the first ones are shown more closely,
    for then the model learns most.
    """
    by_round: dict[int, list[tuple[int, int, str]]] = {}
    for item, name in state.labels.items():
        placed = state.answer_to(item)
        number = 0 if placed is None else placed.round
        by_round.setdefault(number, []).append((state.ledger.top.get(item, 0), item, name))
    numbers = sorted(number for number in by_round if number)
    shown = _thinned(numbers)
    known = {item: name for _, item, name in by_round.get(0, ())}
    steps = []
    for number in numbers:
        answers = sorted(by_round[number])
        if number in shown:
            steps.append(Step(number, Labels(known), tuple(item for _, item, _ in answers)))
        known.update({item: name for _, item, name in answers})
    return (*steps, Step(None, state.labels, ()))


def _thinned(numbers: Sequence[int]) -> set[int]:
    if len(numbers) < MOST_STEPS:
        return set(numbers)
    places = np.geomspace(1, len(numbers), MOST_STEPS - 1).round().astype(int) - 1
    return {numbers[place] for place in np.unique(places)}


def project_stage(view: View, audit: Audit | None, progress: Progress = silent) -> ProjectStage:
    """Everything that is shown of a project, but for graph and curves.

    The model is asked anew at each moment; nothing that others look at is forgotten for it.

    Parameters
    ----------
    audit
        How good all labels are; None where that is not known.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    engine = view.engine.like(view.project.config)
    state, steps = view.state, steps_of(view.state)
    labelled = np.array(engine.present(state.labels), dtype=np.int64)
    things = things_of(view)
    marks = view.state.class_list.marks
    subject = subject_of(
        engine,
        labelled,
        view.project.config.alpha,
        things,
        tuple(marks[n].colour if n in marks else None for n in view.class_names),
    )
    rounds: list[ShownRound] = []
    accuracies: list[float | None] = []
    seen: list[Seen] = []
    for place, step in enumerate(steps):
        progress("Looking back at the rounds", place / len(steps))
        beliefs = engine.believe(step.labels)
        told = _Told(view, engine, step, beliefs, audit, rounds[-1] if rounds else None)
        rounds.append(told.round(is_first=place == 0))
        accuracies.append(told.accuracy)
        seen.append(seen_of(subject, beliefs))
    page = StagePage(
        run=f"project-{view.project.project_id}-{state.seq}",
        title=view.project.name,
        current=0,
        ink=view.dataset.is_ink,
        right_of="the unlabelled",
        rounds=tuple(rounds),
        coming=False,
        graph=None,
        curve=None,
    )
    return ProjectStage(page, steps, tuple(accuracies), subject, tuple(seen))


def beside_project(view: View, stage: ProjectStage, progress: Progress = silent) -> Beside:
    """The graph of a project, and what it is compared with where the truth is known.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    graph = graph_data(stage.subject, stage.seen, progress)
    pairs = zip(stage.steps, stage.accuracies, strict=True)
    known = [(step.labels, share) for step, share in pairs if share is not None]
    if len(known) < 2:
        return Beside(graph, None)
    own = own_of_project([(len(labels), share) for labels, share in known])
    others = of_project(view.engine, view.project.config, [labels for labels, _ in known], progress)
    about = f"Accuracy on all {view.dataset.n_items:,} {things_of(view)}, labelled ones included"
    if not can_compare(view.dataset) and view.dataset.n_known < view.dataset.n_items:
        about = f"Accuracy on the {view.dataset.n_known:,} {things_of(view)} of known class"
    return Beside(graph, curve_data(own, others, about))


def things_of(view: View) -> str:
    """What its images are called."""
    return "digits" if set(view.class_names) <= set("0123456789") else "images"


class _Told:
    """One moment of a project in words and numbers.

    Parameters
    ----------
    before
        The moment that is shown before; None in the first.
    """

    def __init__(
        self,
        view: View,
        engine: Engine,
        step: Step,
        beliefs: Beliefs,
        audit: Audit | None,
        before: ShownRound | None,
    ) -> None:
        self._view, self._engine, self._step = view, engine, step
        self._beliefs, self._audit, self._before = beliefs, audit, before
        self._names = engine.dataset.class_names
        truth, n_classes = engine.dataset.truth, engine.dataset.n_classes
        self._rest: Report | None = None
        self.accuracy: float | None = None
        if truth is not None and step.labels:
            rest = metrics.report_unlabelled(truth, beliefs, n_classes)
            self._rest = rest if rest.n_items else None
            self.accuracy = metrics.accuracy(truth, beliefs.predicted)

    def round(self, *, is_first: bool) -> ShownRound:
        """All that is shown of it."""
        rest = self._rest
        queries = tuple(self._queries())
        n_labels = len(self._step.labels)
        told = [self._name(), f"{counted(n_labels, 'label')}"]
        if rest is not None:
            told.append(f"accuracy {percent(rest.accuracy)} on the {rest.n_items:,} unlabelled")
        matrix, bars = self._beside()
        return ShownRound(
            name=told[0],
            headline=f"{told[0]}: {', '.join(told[1:])}.",
            figures=tuple(self._figures(queries)),
            labels=n_labels,
            share=None if rest is None else rest.accuracy,
            right="" if rest is None else percent(rest.accuracy),
            asked=self._asked(len(queries)),
            wrong=self._wrong(queries),
            known_as="true" if self._step.round is None else "labelled",
            queries=queries,
            matrix=matrix,
            bars=bars,
            lesson=self._lesson(is_first=is_first),
            identical=None,
        )

    def _name(self) -> str:
        last = self._view.state.round
        if self._step.round is None:
            return f"After {counted(last, 'round')}" if last else "Now"
        return f"Round {self._step.round:,} of {last:,}"

    def _asked(self, n_shown: int) -> str:
        n_asked = len(self._step.asked)
        if self._step.round is None:
            return f"The model is least sure of these {n_shown}" if n_shown else ""
        if n_asked > n_shown:
            return f"The model asks about {n_asked}, these {n_shown} first"
        return (
            f"The model asks about these {n_shown}"
            if n_shown > 1
            else "The model asks about this one"
        )

    def _wrong(self, queries: Sequence[ShownQuery]) -> str:
        if not any(query.predicted for query in queries):
            return ""
        return wrong_of(sum(not query.right for query in queries))

    def _lesson(self, *, is_first: bool) -> str:
        config = self._view.project.config
        if is_first:
            return _SOFT
        if self._step.round is not None:
            query = QUERIES[config.query]
            return f"{query.title}: {query.explanation[0].lower()}{query.explanation[1:]}"
        if self._audit and self._audit.accuracy:
            return self._audit.sentence(is_short=True)
        return _FEW

    def _queries(self) -> Iterator[ShownQuery]:
        dataset, beliefs = self._engine.dataset, self._beliefs
        labels = self._view.labels
        for item, index in self._asked_about():
            number = int(beliefs.model_class[index])
            guess = "" if number == UNLABELLED else self._names[number]
            label = labels.get(item) if self._step.round is not None else self._true(index)
            said = f"Image: predicted {guess}" if guess else "Image: no prediction yet"
            right = not guess or not label or label == guess
            how = "true" if self._step.round is None else "labelled"
            verdict = "correct" if right else "wrong"
            yield ShownQuery(
                image=tile_at(dataset, index, _SIDE),
                predicted=guess,
                rival=rival_of(beliefs, index, self._names, guess) if guess else "",
                true=label or "",
                right=right,
                alt=said,
                told=f"{said}, {how} {label} ({verdict})" if label else said,
            )

    def _asked_about(self) -> Iterator[tuple[int, int]]:
        """Items that are shown, each with its index."""
        rows = self._engine.dataset.rows
        if self._step.round is not None:
            there = {int(rows[index]): index for index in self._engine.present(self._step.asked)}
            asked = [item for item in self._step.asked if item in there]
            yield from ((item, there[item]) for item in asked[:MOST_IMAGES])
            return
        unsure = self._beliefs.lead
        unsure[self._beliefs.labelled] = np.inf
        unsure[self._engine.present(self._view.state.set_aside)] = np.inf
        order = np.argsort(unsure, kind="stable")[:_UNSURE]
        yield from ((int(rows[i]), int(i)) for i in order if np.isfinite(unsure[i]))

    def _true(self, index: int) -> str | None:
        truth = self._engine.dataset.truth
        known = UNLABELLED if truth is None else int(truth[index])
        return None if known == UNLABELLED else self._names[known]

    def _figures(self, queries: Sequence[ShownQuery]) -> Iterator[ShownFigure]:
        n_labels = len(self._step.labels)
        change = n_labels - self._before.labels if self._before else 0
        yield ShownFigure(
            value=f"{n_labels:,}",
            caption="label" if n_labels == 1 else "labels",
            change=f"+{change:,}" if change else "",
            trend="",
        )
        rest = self._rest
        if rest is not None and self.accuracy is not None:
            before = self._before.share if self._before else None
            yield figure_of(rest.accuracy, before, f"right of {rest.n_items:,} unlabelled")
            yield figure_of(self.accuracy, None, f"right of all {self._engine.dataset.n_known:,}")
            return
        told = [query for query in queries if query.predicted and query.true]
        if told:
            n_right = sum(query.right for query in told)
            yield ShownFigure(
                value=f"{n_right} of {len(told)}",
                caption="predicted as labelled",
                change="",
                trend="",
            )
        if self._step.round is None and self._audit and self._audit.accuracy:
            yield ShownFigure(
                value=f"≥ {at_least(self._audit.accuracy.least)}",
                caption="of all labels right, 95 % sure",
                change="",
                trend="",
            )

    def _beside(self) -> tuple[ShownMatrix | None, ShownBars | None]:
        if self._rest is None:
            return None, self._counts()
        if len(self._names) > _MOST_CLASSES:
            return None, self._confusions(self._rest)
        return matrix_of(confusion_data(self._rest, self._names), self._names), None

    def _confusions(self, report: Report) -> ShownBars:
        found = confusions(report, _BARS)
        most = max((one.n_images for one in found.listed), default=1)
        return ShownBars(
            title="Most frequent confusions",
            about="true class and predicted one, of the unlabelled",
            bars=tuple(
                ShownBar(
                    name=f"{self._names[one.true]} as {self._names[one.predicted]}",
                    value=f"{one.n_images:,}",
                    share=one.n_images / most,
                )
                for one in found.listed
            ),
            note=found.unreached or ("" if found.listed else found.summary),
        )

    def _counts(self) -> ShownBars:
        """How many images each class has, labelled or predicted."""
        known = self._beliefs.predicted[self._beliefs.predicted != UNLABELLED]
        counts = np.bincount(known, minlength=len(self._names))
        if not len(known):
            return self._classes()
        order = [int(i) for i in np.argsort(-counts, kind="stable")[:_BARS] if counts[i]]
        most = int(counts.max())
        rest = int(np.count_nonzero(counts)) - len(order)
        n_unknown = len(self._beliefs.predicted) - len(known)
        notes = [
            f"And {rest:,} classes more." if rest > 1 else "And one class more." if rest else "",
            f"{n_unknown:,} without a prediction." if n_unknown else "",
        ]
        return ShownBars(
            title="Classes",
            about="images labelled or predicted so",
            bars=tuple(
                ShownBar(name=self._names[i], value=f"{counts[i]:,}", share=float(counts[i] / most))
                for i in order
            ),
            note=" ".join(note for note in notes if note),
        )

    def _classes(self) -> ShownBars:
        """The classes there are, before anything is predicted."""
        rest = len(self._names) - _BARS
        return ShownBars(
            title="Classes",
            about="nothing is predicted before the first label",
            bars=tuple(ShownBar(name=name, value="", share=0) for name in self._names[:_BARS]),
            note=f"And {rest:,} more." if rest > 0 else "",
        )
