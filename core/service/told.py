"""What happened to a project besides answers, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from pydantic import BaseModel

from core.config import ProjectConfig, noted_config
from core.engine.best import NAMES
from core.learning.decisions import DECISIONS
from core.querying.openings import OPENINGS
from core.querying.queries import QUERIES
from core.session.events import (
    Branched,
    ChecksAsked,
    ClassAdded,
    ClassesRenamed,
    ClassMapped,
    ClassMerged,
    ClassRemoved,
    ClassRestored,
    DataNoted,
    Event,
    Given,
    Renamed,
    SettingsNoted,
    TargetSet,
)
from core.session.landmarks import Landmark
from core.wording import counted

_BECOMES: Final = {"skip": "are asked about again", "unsure": "are unsure", "bad": "count as bad"}
_TITLES: Final = {
    "features": "compared by",
    "opening": "first questions",
    "query": "later questions",
    "random_share": "drawn at random",
    "hidden_share": "predictions hidden",
    "overlap": "people who answer an image",
    "overlap_share": "images that several answer",
    "truth": "where people disagree",
    "assume_answers": "batches spread out",
    "batch_size": "images in a batch",
    "refit": "learns after each",
    "n_samples": "images",
    "known_labels": "labels that came along",
    "n_given": "labels given",
    "n_neighbors": "neighbours",
}
_VALUES: Final[dict[str, Mapping[Any, str]]] = {
    "features": NAMES,
    "opening": {name: one.title.lower() for name, one in OPENINGS.items()},
    "query": {name: one.title.lower() for name, one in QUERIES.items()},
    "decision": {name: one.title.lower() for name, one in DECISIONS.items()},
    "network": {"": "the one that comes with the app"},
    "truth": {"majority": "what most say", "dawid_skene": "what is likely"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened.

    Attributes
    ----------
    at
        When, UTC; None where that is not known.
    round
        After which round; 0 before the first.
    told
        What it was, in words.
    """

    at: datetime | None
    round: int
    told: str


def lines(landmarks: tuple[Landmark, ...], dataset: str) -> tuple[Line, ...]:
    """What happened to a project besides answers, the newest first.

    Parameters
    ----------
    dataset
        The key of its data set.
    """
    found: list[Line] = []
    settings: ProjectConfig | None = None
    data: DataNoted | None = None
    for (at, number), group in groupby(landmarks, key=lambda one: (one.at, one.round)):
        together = [one.event for one in group]
        added = [event.name for event in together if isinstance(event, ClassAdded)]
        for event in together:
            told = _told(event)
            if isinstance(event, SettingsNoted):
                now = noted_config(event.settings, dataset)
                told = "" if settings is None or now is None else differences(settings, now)
                told = f"Settings changed: {told}" if told else ""
                settings = now
            elif isinstance(event, DataNoted):
                told = "" if data is None else _data_changed(data, event)
                data = event
            elif isinstance(event, ClassAdded):
                told = _classes_added(added) if event.name == added[0] else ""
            if told:
                found.append(Line(at, number, f"{told}."))
    return tuple(found[::-1])


def differences(before: ProjectConfig, after: ProjectConfig) -> str:
    """How settings differ, in words; empty where they do not."""
    was, now = before.to_note(), after.to_note()
    names = [name for name in type(before).model_fields if was.get(name) != now.get(name)]
    return "; ".join(
        f"{_TITLES.get(name, name.replace('_', ' '))}: "
        f"{_value(name, was.get(name, ''))} → {_value(name, now.get(name, ''))}"
        for name in names
    )


def _value(name: str, value: Any) -> str:  # noqa: ANN401 - any setting
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in {"random_share", "hidden_share", "overlap_share"}:
        return f"{100 * (value or 0):g} %"
    if value is None:
        return "none"
    return str(_VALUES.get(name, {}).get(value, value))


def _told(event: Event) -> str:
    say = _SAY.get(type(event))
    return "" if say is None else say(event)


def _checks(event: ChecksAsked) -> str:
    if not event.number:
        return "Checks called off"
    return f"{counted(event.number, 'check')} asked for: questions drawn at random"


def _mapped(event: ClassMapped) -> str:
    if event.name == event.to:
        return f"“{event.name}” stays a class"
    return f"“{event.name}” is “{event.to}” now"


_SAY: Final[dict[type[BaseModel], Callable[..., str]]] = {
    Given: lambda event: f"Began with {counted(len(event.labels), 'label')}",
    Branched: lambda event: f"Branched from “{event.name}”, after round {event.round:,}",
    Renamed: lambda event: f"The project is called “{event.name}” now",
    ChecksAsked: _checks,
    TargetSet: lambda event: f"Target set to {100 * event.share:g} % right",
    ClassMerged: lambda event: f"“{event.name}” became part of “{event.to}”",
    ClassRemoved: lambda event: f"“{event.name}” was removed; its images {_BECOMES[event.becomes]}",
    ClassRestored: lambda event: f"“{event.name}” was brought back",
    ClassMapped: _mapped,
    ClassesRenamed: lambda event: "; ".join(
        f"“{old}” is called “{new}” now" for old, new in event.names.items()
    ),
}


def _classes_added(names: list[str]) -> str:
    named = ", ".join(f"“{name}”" for name in names)
    return f"{'Class' if len(names) == 1 else 'Classes'} added: {named}"


def _data_changed(before: DataNoted, now: DataNoted) -> str:
    told = f"The file {now.name} has changed"
    if before.n_items != now.n_items:
        told += f": {counted(now.n_items, 'image')}, {before.n_items:,} before"
    if now.gone:
        told += f"; {counted(len(now.gone), 'labelled image')} not in it"
    return told
