"""A project's labels and predictions, ready to be written to a file."""

from __future__ import annotations

from datetime import UTC, datetime

from core.export.about import about
from core.export.pack import Pack
from core.export.rows import Choice, Labelled
from core.jobs.progress import Progress, silent
from core.service.view import View


def labelled_of(view: View) -> Labelled:
    """The items of a project with all that is known of them."""
    return Labelled(view.engine, view.state, view.beliefs)


def pack_of(
    view: View,
    labelled: Labelled,
    choice: Choice,
    *,
    at: datetime | None = None,
    progress: Progress = silent,
) -> Pack:
    """What a writer of :mod:`core.export.formats` needs.

    Parameters
    ----------
    at
        When the export is made, UTC; None stands for now.
    progress
        Is told how far writing has come, and may stop it.
    """
    counts = labelled.count(choice)
    told = about(
        view.project,
        view.state,
        view.class_names,
        view.report_all,
        choice,
        counts,
        at or datetime.now(UTC),
    )
    return Pack(labelled, choice, counts, told, progress)
