"""Gathers what a report says of a project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan
from typing import Final

import numpy as np

from core.arrays import UNLABELLED, IntArray
from core.data.pictures import small_at
from core.export.about import program
from core.figures.confusion import confusion_data
from core.figures.confusions import MOST_CLASSES, confusions
from core.figures.learning_curve import learning_curve_data
from core.figures.reliability import reliability_data
from core.jobs.progress import Progress, silent
from core.learning.metrics import Report
from core.quality.anchoring import Side
from core.quality.proportions import Counted
from core.quality.timing import PAUSE, Times
from core.report import drawings
from core.report.findings import (
    AuditTold,
    Cell,
    Class,
    ClassMetrics,
    Fact,
    Findings,
    Gallery,
    Matrix,
    Picture,
    Quality,
    Range,
    Seconds,
    SideTold,
    TimeTold,
)
from core.report.settings_told import settings_told
from core.service import auditing, stopping
from core.service.auditing import Judged
from core.service.labelling import Service
from core.service.reviewing import Review, Said, review
from core.service.timed import Timed
from core.service.view import View
from core.session.events import AnswerKind
from core.wording import at_least, at_most, counted, duration, percent, visible

_MOST_PICTURES: Final = 18
"""Of a gallery."""

_EXAMPLES: Final = 48
"""Of all classes together, and no more than six of one."""

_CONFUSIONS: Final = 25
_A_MOMENT: Final = 0.5
_UNTOLD: Final = "–"
_SAID: Final = {AnswerKind.UNSURE: "unsure", AnswerKind.BAD: "bad image", AnswerKind.SKIP: "none"}


def gather(
    service: Service,
    project_id: str,
    *,
    at: datetime | None = None,
    progress: Progress = silent,
) -> Findings:
    """All that a report says of a project as it stands now.

    What takes long is waited for: the accuracy after each round, and what each label is worth.

    Parameters
    ----------
    at
        When the report is made, UTC; None stands for now.
    progress
        Is told how far it has come, and may stop it.

    Raises
    ------
    LabelspreadError
        Whatever is wrong with the project or its images.
    """
    progress("Looking at the project", 0.0)
    view = _measured(service, project_id, progress)
    progress("Leaving each label out in turn", 0.5)
    judged = _judged(view)
    progress("Looking for mistakes", 0.7)
    return _Gathered(view, judged, service.timed(view)).findings(at or datetime.now(UTC))


def _measured(service: Service, project_id: str, progress: Progress) -> View:
    """The project, once the accuracy after each round is known."""
    while True:
        view = service.view(project_id)
        measured = view.rounds
        work = view.measuring
        if not measured or work is None:
            return view
        while not work.ends_within(_A_MOMENT):
            progress("Measuring earlier rounds", 0.5 * work.step.share)


def _judged(view: View) -> Judged | None:
    """What the labels say, found out now; None before the first label."""
    if not view.n_learned:
        return None
    return auditing.judge(view.state, view.engine, view.project.config.decision)


@dataclass(frozen=True)
class _Gathered:
    view: View
    judged: Judged | None
    timed: Timed

    def findings(self, at: datetime) -> Findings:
        view = self.view
        return Findings(
            title=visible(view.project.name),
            at=at.astimezone(UTC),
            program=program(),
            headline=self._headline(),
            figures=tuple(self._figures()),
            settings=settings_told(view.project.config),
            data=tuple(self._data()),
            classes=tuple(self._classes()),
            quality=self._quality(),
            audit=self._audit(),
            mistakes=tuple(self._mistakes()),
            galleries=tuple(one for one in self._galleries() if one.pictures),
            time=self._time(),
            record=tuple(self._record()),
            is_ink=view.dataset.is_ink,
        )

    # ---- what matters most

    def _headline(self) -> str:
        if self.judged is None:
            return "Nothing is known yet: there is no label."
        asks = self.view.project.config.random_share > 0
        return self.judged.audit.sentence(asks=asks)

    def _figures(self) -> Iterator[Fact]:
        view = self.view
        yield Fact("Images", f"{view.dataset.n_items:,}")
        labelled = view.n_learned / view.dataset.n_items
        yield Fact("Labels given", f"{view.n_learned:,}", f"{percent(labelled)} of all images")
        report = view.report_all
        if report is not None and view.labels:
            known = f"of {report.n_items:,} whose class is known"
            yield Fact("Accuracy", percent(report.accuracy), known)
        if self.judged is not None and self.judged.audit.accuracy is not None:
            quality, n = self.judged.audit.accuracy, self.judged.audit.n_checks
            yield Fact("Right, at least", at_least(quality.least), f"95 % sure, {n:,} checked")
        times = self.timed.timing.single
        if times.n:
            yield Fact("Seconds per label", f"{times.median:.1f}", "median")

    def _record(self) -> Iterator[Fact]:
        view, noted = self.view, self.view.state.images.noted
        if noted is not None:
            yield Fact("Data", noted.fingerprint, "All images, their features and their classes.")
        told = view.project.config.model_dump_json().encode()
        settings = hashlib.blake2b(told, digest_size=16).hexdigest()
        yield Fact("Settings", settings, "All settings of the project.")
        yield Fact(
            "Labels", f"{view.labels.digest:032x}", "All labels that stood when it was made."
        )
        yield Fact("Events", f"{view.state.seq}", "How long the project’s log was by then.")

    # ---- data

    def _data(self) -> Iterator[Fact]:
        view, dataset = self.view, self.view.dataset
        noted = view.state.images.noted
        yield Fact("Set", visible(dataset.title))
        yield Fact("Images", f"{dataset.n_items:,}", "Those that take part in the project.")
        if noted is not None and noted.n_items != dataset.n_items:
            yield Fact("Images in the set", f"{noted.n_items:,}")
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

    def _classes(self) -> Iterator[Class]:
        view = self.view
        beliefs, names = view.beliefs, view.class_names
        labels = np.bincount(_known(beliefs.labels), minlength=len(names))
        images = np.bincount(_known(beliefs.predicted), minlength=len(names))
        each = min(6, max(1, _EXAMPLES // max(len(names), 1)))
        room = _EXAMPLES
        for number, name in enumerate(names):
            places = np.flatnonzero(beliefs.labels == number)[: min(each, room)].tolist()
            room -= len(places)
            examples = tuple(self._picture(place) for place in places)
            yield Class(visible(name), int(labels[number]), int(images[number]), examples)

    # ---- metrics

    def _quality(self) -> Quality | None:
        view = self.view
        everything, rest = view.report_all, view.report_unlabelled
        if everything is None or rest is None or not view.labels:
            return None
        names = tuple(map(visible, view.dataset.class_names))
        is_matrix = len(names) <= MOST_CLASSES
        listed = confusions(everything, _CONFUSIONS)
        return Quality(
            facts=(
                Fact(
                    "Accuracy, all images",
                    percent(everything.accuracy),
                    f"Share of the {everything.n_items:,} images of known class that are labelled "
                    "or predicted right. One that no label reaches counts as wrong.",
                ),
                Fact(
                    "Accuracy, unlabelled ones",
                    percent(rest.accuracy),
                    f"The same over the {rest.n_items:,} images that nobody has labelled.",
                ),
                Fact(
                    "Macro F1",
                    percent(everything.macro_f1),
                    "The mean over classes of F1, the harmonic mean of precision and recall: all "
                    "classes count equally.",
                ),
            ),
            curve=drawings.curve(learning_curve_data(view.rounds)),
            classes=tuple(_class_metrics(everything, names)),
            matrix=_matrix(everything, names) if is_matrix else None,
            confusions=()
            if is_matrix
            else (
                *(
                    f"{names[one.true]} predicted as {names[one.predicted]}: {one.told(names)}"
                    for one in listed.listed
                ),
                *filter(None, (listed.summary, listed.unreached)),
            ),
        )

    # ---- audit

    def _audit(self) -> AuditTold | None:
        if self.judged is None:
            return None
        audit, calibration = self.judged.audit, self.judged.calibration
        ranges = []
        if audit.accuracy is not None:
            found = audit.accuracy
            ranges.append(_range("All labels", found, f"{audit.n_checks:,} checked"))
        told = [one for one in audit.classes if one.precision is not None]
        ranges += [
            _range(one.name, one.precision, f"{one.n_right:,} of {one.n_checks:,} right")
            for one in told
            if one.precision is not None
        ]
        n_untold = len(audit.classes) - len(told)
        unknown = (
            f"Of {counted(n_untold, 'class')[:-1]}es too few images were checked to say anything."
            if n_untold > 1
            else "Of one class too few images were checked to say anything."
        )
        least = min((one.least for one in ranges), default=0.9)
        judged = self.judged
        bins = (
            ()
            if calibration is None
            else reliability_data(judged.labels, judged.drawn, calibration)
        )
        return AuditTold(
            sentence=self._headline(),
            advice=self._advice(judged),
            ranges=tuple(ranges),
            start=max(0.0, int(10 * min(least, 0.9)) / 10),
            unknown=unknown if n_untold else "",
            reliability=drawings.reliability(bins),
        )

    def _advice(self, judged: Judged) -> tuple[str, ...]:
        """Whether more labels pay, and what says so."""
        view = self.view
        known = stopping.maturity(view.state, view.engine, judged)
        advice = stopping.stop_advice(view.state, judged, known)
        if advice is None:
            return ()
        target = stopping.shown_target(advice.target)
        return (f"The target is {target} right. {advice.sentence()}", *advice.reasons()[:2])

    # ---- mistakes

    def _mistakes(self) -> Iterator[Fact]:
        view = self.view
        check = view.label_check
        if check is not None:
            yield Fact(
                "Labels that differ from the truth",
                f"{len(check.differing):,} of {check.n_labels:,}",
                "Labels by people, on images whose class is known.",
            )
        doubted = review(view, "contradicted")
        yield Fact(
            "Labels that others contradict",
            f"{doubted.total:,}",
            "Each label is left out, and compared with what all others say of its image. "
            + (f"{doubted.n_kept:,} more were looked at and kept." if doubted.n_kept else ""),
        )
        near = review(view, "near")
        yield Fact(
            "Near-duplicates with different labels",
            f"{near.total:,}",
            "Pairs of images that are nearly the same.",
        )
        aside = [*view.state.set_aside.values()]
        for kind, meaning in (
            (AnswerKind.UNSURE, "Nobody could tell their class; the model learns nothing of them."),
            (AnswerKind.BAD, "No proper images; the model learns nothing of them."),
        ):
            yield Fact(_SAID[kind].capitalize(), f"{aside.count(kind):,}", meaning)

    def _galleries(self) -> Iterator[Gallery]:
        view, truth = self.view, self.view.dataset.truth
        names = view.class_names
        beliefs = view.beliefs
        if truth is not None and view.label_check is not None:
            differing = view.label_check.differing
            yield self._gallery(
                "Labels that differ from the truth",
                differing,
                [(names[beliefs.labels[i]], names[truth[i]]) for i in differing],
                "labelled as the first class; in truth of the second",
            )
        yield self._contradicted(review(view, "contradicted"))
        if truth is not None and view.labels:
            wrong = self._wrong(truth)
            yield self._gallery(
                "Predictions that are wrong, the surest first",
                wrong,
                [(names[beliefs.predicted[i]], names[truth[i]]) for i in wrong],
                "predicted as the first class; in truth of the second",
            )

    def _wrong(self, truth: IntArray) -> tuple[int, ...]:
        """Images that nobody has labelled and whose prediction is wrong, the surest first."""
        beliefs = self.view.beliefs
        is_wrong = (truth != UNLABELLED) & (beliefs.predicted != truth)
        is_wrong &= ~beliefs.labelled & (beliefs.predicted != UNLABELLED)
        places = np.flatnonzero(is_wrong)
        order = np.argsort(-beliefs.confidence[places], kind="stable")
        return tuple(places[order].tolist())

    def _contradicted(self, doubted: Review) -> Gallery:
        items = [case.items[0] for case in doubted.cases]
        said = [(_said(case.said[0]), case.other or "") for case in doubted.cases]
        return self._gallery(
            "Labels that others contradict, the most suspicious first",
            self.view.engine.positions(items),
            said,
            "labelled as the first class; others speak for the second",
            total=doubted.total,
        )

    def _gallery(
        self,
        title: str,
        places: Sequence[int],
        said: Iterable[tuple[str, str]],
        told: str,
        *,
        total: int | None = None,
    ) -> Gallery:
        some = places[:_MOST_PICTURES]
        n = len(places) if total is None else total
        first = f"The first {len(some)} of {n:,}" if len(some) < n else f"All {n:,}"
        if n == 1:
            first = "One"
        pictures = (
            self._picture(place, one, other)
            for place, (one, other) in zip(some, said, strict=False)
        )
        return Gallery(title, f"{first}: {told}.", tuple(pictures))

    def _picture(self, place: int, said: str = "", other: str = "") -> Picture:
        dataset = self.view.dataset
        number = int(dataset.rows[place])
        return Picture(small_at(dataset, place), number, visible(said), visible(other))

    # ---- time

    def _time(self) -> TimeTold:
        timed, timing = self.timed, self.timed.timing
        anchoring = timed.anchoring
        sides: tuple[SideTold, ...] = ()
        if anchoring.shown.agreed.n + anchoring.hidden.agreed.n:
            sides = (_side("shown", anchoring.shown), _side("hidden", anchoring.hidden))
        rows = [_seconds(visible(name), times) for name, times in timing.classes]
        if timing.unlabelled.n:
            rows.append(_seconds("skipped, unsure, bad", timing.unlabelled))
        return TimeTold(
            facts=tuple(self._times()),
            curve=drawings.seconds(timed.by_round()),
            classes=tuple(rows),
            sides=sides,
            sentences=anchoring.sentences() if timed.questions else (),
        )

    def _times(self) -> Iterator[Fact]:
        timing = self.timed.timing
        if timing.single.n:
            yield _fact("Seconds per label", timing.single, "Answers to one image at a time.")
        if timing.first and timing.lately:
            yield _fact("At first", timing.first, "The first fifth of them.")
            yield _fact("Lately", timing.lately, "The last fifth of them.")
        if timing.grid.n:
            yield _fact("In the grid", timing.grid, "Many at once: each has its part of the time.")
        if timing.single.n + timing.grid.n:
            pauses = counted(timing.n_pauses, "answer")
            yield Fact(
                "Time spent",
                duration(timing.seconds),
                f"Without {pauses} that took longer than {duration(PAUSE)}, and count as pauses."
                if timing.n_pauses
                else "All answers together.",
            )


def _known(classes: IntArray) -> IntArray:
    return np.asarray(classes[classes != UNLABELLED])


def _said(said: Said) -> str:
    return said.label or _SAID.get(said.kind, "")


def _class_metrics(report: Report, names: Sequence[str]) -> Iterator[ClassMetrics]:
    for number, name in enumerate(names):
        shares = (report.precision[number], report.recall[number], report.f1[number])
        precision, recall, f1 = (percent(float(share)) for share in shares)
        yield ClassMetrics(name, precision, recall, f1, int(report.support[number]))


def _matrix(report: Report, names: tuple[str, ...]) -> Matrix:
    data = confusion_data(report, names)
    rows = []
    for name, counts, levels in zip(names, data.counts, data.levels, strict=True):
        pairs = zip(counts.tolist(), levels.tolist(), strict=True)
        rows.append((name, tuple(_cell(count, level) for count, level in pairs)))
    return Matrix((*names, *(("not reached",) if data.has_unreached else ())), tuple(rows))


def _cell(count: int, level: float) -> Cell:
    if not count:
        return Cell(0, "empty", 0.0)
    if level > 1:
        return Cell(count, "unreached", round(level - 2, 3))
    return Cell(count, "right" if level > 0 else "wrong", round(abs(level), 3))


def _range(name: str, quality: auditing.Quality, checks: str) -> Range:
    told = f"{at_least(quality.least)} to {at_most(quality.most)}"
    return Range(visible(name), quality.least, quality.likely, quality.most, told, checks)


def _fact(name: str, times: Times, told: str) -> Fact:
    return Fact(name, f"{times.median:.1f} s", f"{told} Median of {times.n:,}.")


def _seconds(name: str, times: Times) -> Seconds:
    sure = _UNTOLD if isnan(times.least) else f"{times.least:.1f} to {times.most:.1f}"
    return Seconds(name, times.n, f"{times.median:.1f}", sure)


def _side(name: str, side: Side) -> SideTold:
    median = _UNTOLD if isnan(side.times.median) else f"{side.times.median:.1f}"
    return SideTold(
        name,
        side.agreed.n,
        median,
        percent(side.agreed.share),
        _of(side.wrong),
        _of(side.corrected),
    )


def _of(one: Counted) -> str:
    return f"{one.hits:,} of {one.n:,}"
