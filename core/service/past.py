"""The rounds of a project with the settings they had, as far as its log alone tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.config import ProjectConfig, noted_config
from core.errors import UnknownRoundError
from core.service import rounds
from core.service.log import Standing
from core.service.rounds import RoundRecord, Selection
from core.service.told import Line, lines
from core.session.events import Branched
from core.session.landmarks import origin, settings_after
from core.session.state import State
from core.session.tallies import RoundSummary
from core.storage.base import Project


def ended(state: State, number: int) -> RoundSummary:
    """A round as it ended.

    Raises
    ------
    UnknownRoundError
        If there is no such round.
    """
    summary = state.rounds.get(number)
    if summary is None:
        raise UnknownRoundError(number)
    return summary


def settings_of(standing: Standing, number: int) -> ProjectConfig | None:
    """The settings in force when a round ended; None where they were not noted.

    Raises
    ------
    UnknownRoundError
        If there is no such round.
    """
    state = standing.state
    noted = settings_after(state.landmarks, ended(state, number).ended_by)
    return noted_config(noted, standing.project.config.dataset)


@dataclass(frozen=True, slots=True)
class PastRound:
    """A round.

    Attributes
    ----------
    settings
        What was in force when it ended; None where that was not noted.
    """

    record: RoundRecord
    settings: ProjectConfig | None


@dataclass(frozen=True, slots=True)
class Past:
    """What happened to a project so far.

    Attributes
    ----------
    rounds
        In order; of very many only the selected ones.
    state
        What its log amounts to now.
    story
        What happened besides answers, the newest first.
    origin
        What the project was branched from; None where it was not.
    has_truth
        Whether accuracies are known, or will be once they are measured.
    """

    project: Project
    selection: Selection
    rounds: tuple[PastRound, ...]
    state: State
    story: tuple[Line, ...]
    origin: Branched | None
    has_truth: bool

    @property
    def last(self) -> int:
        """The number of the last round; 0 where there is none, or labels given alone."""
        return self.state.round

    def has(self, number: int) -> bool:
        """Whether there is a round of this number, selected or not."""
        return number in self.state.rounds

    def one(self, number: int) -> PastRound:
        """The round of this number, selected or not.

        Raises
        ------
        UnknownRoundError
            If there is none.
        """
        selected = (one for one in self.rounds if one.record.round == number)
        found = next(selected, None)
        if found is None:
            settings = settings_of(Standing(self.project, self.state), number)
            (record,) = rounds.rounds(self.state, {}, [number])
            found = PastRound(record, settings)
        return found


def past_of(standing: Standing, accuracies: Mapping[int, float] | None = None) -> Past:
    """What happened to a project.

    Parameters
    ----------
    accuracies
        By the number of the round, as far as they are known; None where the truth is not known.
    """
    state, dataset = standing.state, standing.project.config.dataset
    selection = rounds.select(state)
    configs: dict[int, ProjectConfig | None] = {}

    def settings(number: int) -> ProjectConfig | None:
        noted = settings_after(state.landmarks, ended(state, number).ended_by)
        # Mostly the same object for all rounds, which need not be checked anew.
        name = id(noted)
        if name not in configs:
            configs[name] = noted_config(noted, dataset)
        return configs[name]

    records = rounds.rounds(state, accuracies or {}, selection.numbers)
    return Past(
        project=standing.project,
        selection=selection,
        rounds=tuple(PastRound(record, settings(record.round)) for record in records),
        state=state,
        story=lines(state.landmarks, dataset),
        origin=origin(state.landmarks),
        has_truth=accuracies is not None,
    )
