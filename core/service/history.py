"""The history of a project: its rounds, two of them side by side, and a branch from any."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.jobs.work import Work
from core.people.persons import EVERYTHING, Who
from core.service.carrying import Carrying
from core.service.changes import Compared
from core.service.comparing import Comparer, Comparison
from core.service.grid import Chosen
from core.service.log import Standing
from core.service.looking import Looking
from core.service.past import Past, ended, past_of, settings_of
from core.service.project_names import LONGEST_NAME, checked_name
from core.service.projects import owned_by
from core.service.view import View
from core.session.events import Branched, Event, SettingsNoted
from core.session.landmarks import origin, settings_after
from core.storage.base import Project, Recorded


class History(Looking, Carrying):
    """What can be asked about the past of a project, and how it goes on from there."""

    _comparer: Comparer

    def past(self, project_id: str) -> Past:
        """What the log alone tells, even while the images are away.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        """
        return past_of(self._log.open(project_id))

    def origin(self, project_id: str) -> Branched | None:
        """What a project was branched from; None where it was not."""
        return origin(self._log.open(project_id).state.landmarks)

    def compare_rounds(self, view: View, before: int, after: int) -> Compared | Work[Compared]:
        """Two rounds side by side, or the work on that where it takes long; the last few are kept.

        Raises
        ------
        UnknownRoundError
            If there is no such round.
        LabelspreadError
            Whatever has stopped it; the next call begins anew.
        """
        return self._comparer.compared(Comparison(self._log, self._sources, view, before, after))

    def branch(self, project_id: str, number: int, name: str, *, who: Who = EVERYTHING) -> Project:
        """Make a project that goes on from the end of a round; nothing of this one changes.

        It has the same data set, the settings of that round where they are known, and all of the
        log up to there: who answered what, when and why. What was on a screen then is asked anew.
        Nobody has a role in it but whoever makes it.

        Parameters
        ----------
        who
            Who makes it.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        UnknownRoundError
            If it has no such round.
        InvalidNameError
            If the new project cannot have this name.
        InvalidNetworkError
            If the network that looked at the images then is not here any more.
        StoreError
            If it could not be stored; there is no part of it then.
        """
        standing = self._log.open(project_id)
        name, end = checked_name(name, self._taken(who)), ended(standing.state, number).ended_by
        config = settings_of(standing, number) or standing.project.config
        if problem := self._network_problem(config):
            raise problem
        while True:
            made = Project(self._new_id(), name, config, self._clock())
            if self._store.bring(made, self._branched(standing, number, end, made, who)):
                return made

    def _branched(
        self, standing: Standing, number: int, end: int, made: Project, who: Who
    ) -> Iterator[Recorded]:
        """The log of a branch: that of the project up to a number, and where it is from."""
        project, at = standing.project, made.created_at
        yield from self._records(project.project_id, end)
        by = who.person.person_id
        own: list[Event] = [
            Branched(project=project.project_id, name=project.name, round=number, by=by)
        ]
        if settings_after(standing.state.landmarks, end) is None:
            own.append(SettingsNoted(settings=made.config.to_note(), by=by))
        for seq, event in enumerate([*own, *owned_by(who)], end + 1):
            yield Recorded(seq, at, event)


def past_in(view: View) -> Past:
    """What happened to a project, with its accuracies as far as they are known."""
    known = {one.round: one.accuracy for one in view.rounds if one.accuracy is not None}
    return past_of(view.standing, known if view.dataset.truth is not None else None)


def branch_name(project: Project, number: int) -> str:
    """What a branch is called unless a person calls it otherwise."""
    end = f", round {number:,}"
    return f"{project.name[: LONGEST_NAME - len(end)]}{end}"


def answered_in(view: View, number: int) -> Chosen:
    """The images that were answered in a round; goes through all answers."""
    placed = view.state.ledger.placed.values()
    items = sorted({one.answer.item for one in placed if one.round == number})
    if number == 0:
        items = sorted(view.state.given)
    said = "that came with a label" if number == 0 else f"answered in round {number:,}"
    return Chosen(said, np.array(items, dtype=np.int64))


def changed_between(compared: Compared) -> str:
    """What images are whose prediction has changed, in words that go on from their number."""
    before, after = compared.before.round, compared.after.round
    return f"whose prediction changed from round {before:,} to {after:,}"
