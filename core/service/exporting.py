"""A project's labels and predictions, ready to be written to a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from core.export.about import about
from core.export.pack import Pack
from core.export.rows import Choice, Labelled
from core.jobs.once import Latest
from core.jobs.progress import Progress, silent
from core.service.auditing import judge
from core.service.view import View

_LAST: Final[Latest[str, Labelled]] = Latest(1)


def labelled_of(view: View) -> Labelled:
    """The items of a project with all that is known of them.

    The last one is kept: what is worked out of it once serves until something is answered.
    """
    project_id = view.project.project_id

    def make() -> Labelled:
        judged = judge(view.state, view.engine, view.project.config.decision)
        asks = view.project.config.random_share > 0
        return Labelled(
            view.engine,
            view.state,
            view.beliefs,
            judged.calibration,
            judged.audit.sentence(asks=asks),
        )

    last = _LAST.get(project_id, make)
    if last.state is not view.state or last.engine is not view.engine:
        _LAST.drop(project_id)
        last = _LAST.get(project_id, make)
        if last.state is not view.state or last.engine is not view.engine:
            # Somebody else has a newer view, or an older one.
            return make()
    return last


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
        labelled.quality,
        at or datetime.now(UTC),
    )
    if view.dataset.n_whole is not None:
        told["images"]["drawn_at_random_from"] = view.dataset.n_whole
    return Pack(labelled, choice, counts, told, progress)
