"""Gathers what a report says of a project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from core.export.about import program
from core.jobs.progress import Progress, silent
from core.report.findings import Fact, Findings
from core.report.images_told import classes_told, data_told, galleries_told, mistakes_told
from core.report.quality_told import audit_told, headline, quality_told
from core.report.settings_told import settings_told
from core.report.time_told import time_told
from core.service import auditing
from core.service.auditing import Judged
from core.service.labelling import Service
from core.service.timed import Timed
from core.service.view import View
from core.wording import at_least, percent, visible

_A_MOMENT: Final = 0.5
_LOOKS: Final = 3


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
    timed = service.timed(view)
    return Findings(
        title=visible(view.project.name),
        at=(at or datetime.now(UTC)).astimezone(UTC),
        program=program(),
        headline=headline(view, judged),
        figures=tuple(_figures(view, judged, timed)),
        settings=settings_told(view.project.config),
        data=tuple(data_told(view)),
        classes=tuple(classes_told(view)),
        quality=quality_told(view),
        audit=audit_told(view, judged),
        mistakes=tuple(mistakes_told(view)),
        galleries=tuple(galleries_told(view)),
        time=time_told(timed),
        record=tuple(_record(view)),
        is_ink=view.dataset.is_ink,
    )


def _measured(service: Service, project_id: str, progress: Progress) -> View:
    """The project, once the accuracy after each round is known.

    People may go on labelling meanwhile; after some looks it is taken as it is.
    """
    view = service.view(project_id)
    for _ in range(_LOOKS):
        # To ask for the rounds begins to measure those that are not known.
        work = view.measuring if view.rounds else None
        if work is None:
            break
        while not work.ends_within(_A_MOMENT):
            progress("Measuring earlier rounds", 0.5 * work.step.share)
        view = service.view(project_id)
    return view


def _judged(view: View) -> Judged | None:
    """What the labels say, found out now; None before the first label."""
    if not view.n_learned:
        return None
    return auditing.judge(view.state, view.engine, view.project.config.decision)


def _figures(view: View, judged: Judged | None, timed: Timed) -> Iterator[Fact]:
    """What matters most."""
    yield Fact("Images", f"{view.dataset.n_items:,}")
    labelled = view.n_learned / view.dataset.n_items
    yield Fact("Labels given", f"{view.n_learned:,}", f"{percent(labelled)} of all images")
    report = view.report_all
    if report is not None and view.labels:
        known = f"of {report.n_items:,} whose class is known"
        yield Fact("Accuracy", percent(report.accuracy), known)
    if judged is not None and judged.audit.accuracy is not None:
        checked = f"95 % sure, {judged.audit.n_checks:,} checked"
        yield Fact("Right, at least", at_least(judged.audit.accuracy.least), checked)
    times = timed.timing.single
    if times.n:
        yield Fact("Seconds per label", f"{times.median:.1f}", "median")


def _record(view: View) -> Iterator[Fact]:
    """What the report is about, by digests."""
    noted = view.state.images.noted
    if noted is not None:
        yield Fact("Data", noted.fingerprint, "All images, their features and their classes.")
    told = view.project.config.model_dump_json().encode()
    settings = hashlib.blake2b(told, digest_size=16).hexdigest()
    yield Fact("Settings", settings, "All settings of the project.")
    yield Fact("Labels", f"{view.labels.digest:032x}", "All labels that stood when it was made.")
    yield Fact("Events", f"{view.state.seq}", "How long the project’s log was by then.")
