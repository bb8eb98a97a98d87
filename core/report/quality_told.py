"""How good predictions and labels are, in words: where the truth is known, and where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from core.figures.confusion import confusion_data
from core.figures.confusions import MOST_CLASSES, confusions
from core.figures.learning_curve import project_curve
from core.figures.reliability import reliability_data
from core.learning.metrics import Report
from core.report import drawings
from core.report.findings import AuditTold, Cell, ClassMetrics, Fact, Matrix, Quality, Range
from core.service import auditing, stopping
from core.service.auditing import Judged
from core.service.view import View
from core.wording import at_least, at_most, percent, visible

_CONFUSIONS: Final = 25

_NAMED: Final = 14
"""Columns of a matrix that have room for a name."""


def headline(view: View, judged: Judged | None) -> str:
    """How good the labels are, in a sentence."""
    if judged is None:
        return "Nothing is known yet: there is no label."
    return judged.audit.sentence(asks=view.project.config.random_share > 0)


def quality_told(view: View) -> Quality | None:
    """What can be said of predictions; None where no true class is known, or no label is there."""
    everything, rest = view.report_all, view.report_unlabelled
    if everything is None or rest is None or not view.labels:
        return None
    names = tuple(map(visible, view.dataset.class_names))
    is_matrix = len(names) <= MOST_CLASSES
    return Quality(
        facts=(
            Fact(
                "Accuracy, all images",
                percent(everything.accuracy),
                f"Share of the {everything.n_items:,} images of known class that are labelled or "
                "predicted right. One that no label reaches counts as wrong.",
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
        curve=drawings.curve(project_curve(view)),
        classes=tuple(_class_metrics(everything, names)),
        matrix=_matrix(everything, names) if is_matrix else None,
        confusions=() if is_matrix else tuple(_confused(everything, names)),
    )


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
    last = ("not reached",) if data.has_unreached else ()
    if len(names) <= _NAMED:
        return Matrix((*names, *last), tuple(rows), is_wide=False)
    # There is room for numbers alone; they stand beside the names too.
    numbered = ((f"{number} {name}", cells) for number, (name, cells) in enumerate(rows, 1))
    return Matrix((*map(str, range(1, len(rows) + 1)), *last), tuple(numbered), is_wide=True)


def _cell(count: int, level: float) -> Cell:
    if not count:
        return Cell(0, "empty", 0.0)
    if level > 1:
        return Cell(count, "unreached", round(level - 2, 3))
    return Cell(count, "right" if level > 0 else "wrong", round(abs(level), 3))


def _confused(report: Report, names: tuple[str, ...]) -> Iterator[str]:
    found = confusions(report, _CONFUSIONS)
    for one in found.listed:
        yield f"{names[one.true]} predicted as {names[one.predicted]}: {one.told(names)}"
    yield from filter(None, (found.summary, found.unreached))


def audit_told(view: View, judged: Judged | None) -> AuditTold | None:
    """What checks at random say; None before the first label."""
    if judged is None:
        return None
    audit, calibration = judged.audit, judged.calibration
    ranges = [*_ranges(judged)]
    n_untold = sum(one.precision is None for one in audit.classes)
    classes = "one class" if n_untold == 1 else f"{n_untold:,} classes"
    least = min((one.least for one in ranges), default=1.0)
    bins = () if calibration is None else reliability_data(judged.labels, judged.drawn, calibration)
    return AuditTold(
        sentence=headline(view, judged),
        advice=_advice(view, judged),
        ranges=tuple(ranges),
        start=max(0.0, int(10 * min(least, 0.9)) / 10),
        unknown=f"For {classes}, too few images were checked to say anything." if n_untold else "",
        reliability=drawings.reliability(bins),
    )


def _ranges(judged: Judged) -> Iterator[Range]:
    audit = judged.audit
    if audit.accuracy is not None:
        yield _range("All labels", audit.accuracy, f"{audit.n_checks:,} checked")
    for one in audit.classes:
        if one.precision is not None:
            yield _range(one.name, one.precision, f"{one.n_right:,} of {one.n_checks:,} right")


def _range(name: str, quality: auditing.Quality, checks: str) -> Range:
    told = f"{at_least(quality.least)} to {at_most(quality.most)}"
    return Range(visible(name), quality.least, quality.likely, quality.most, told, checks)


def _advice(view: View, judged: Judged) -> tuple[str, ...]:
    """Whether more labels pay, and what says so."""
    known = stopping.maturity(view.state, view.engine, judged)
    advice = stopping.stop_advice(view.state, judged, known)
    if advice is None:
        return ()
    target = stopping.shown_target(advice.target)
    return (f"Target: {target} of all labels right. {advice.sentence()}", *advice.reasons()[:2])
