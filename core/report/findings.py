"""What a report says of a project: frozen values, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known.

    Attributes
    ----------
    name, value
        What it is, and how much.
    told
        A sentence on what that means, or nothing.
    """

    name: str
    value: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image, within its address, and what is said of it.

    Attributes
    ----------
    url
        A data address.
    number
        The item's number in its data set, from 0.
    said, other
        What it is labelled or predicted as, and what speaks against that.
    """

    url: str
    number: int
    said: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Class:
    """A class, and how much there is of it.

    Attributes
    ----------
    n_labels
        Labels that name it.
    n_images
        Images that are labelled or predicted as it.
    examples
        Some of those that are labelled.
    """

    name: str
    n_labels: int
    n_images: int
    examples: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class ClassMetrics:
    """Metrics of a class over all images of known truth.

    Attributes
    ----------
    precision, recall, f1
        As people read them.
    support
        Images of the class.
    """

    name: str
    precision: str
    recall: str
    f1: str
    support: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the confusion matrix.

    Attributes
    ----------
    count
        Images.
    kind
        ``right``, ``wrong``, ``unreached``, or ``empty``.
    strength
        Of its colour, 0 to 1.
    """

    count: int
    kind: str
    strength: float


@dataclass(frozen=True, slots=True)
class Matrix:
    """The confusion matrix: a row for each true class, a column for each predicted one.

    Attributes
    ----------
    columns
        What stands above them: names or, where there are many, numbers that rows have too.
    rows
        Each with its name.
    is_wide
        Whether there are many columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Range:
    """How many of some labels are right, 95 % sure.

    Attributes
    ----------
    least, likely, most
        0 to 1.
    told
        The same in words.
    checks
        From which checks it follows.
    """

    name: str
    least: float
    likely: float
    most: float
    told: str
    checks: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """Images that have something in common.

    Attributes
    ----------
    told
        What they have in common, and how many there are in all.
    pictures
        Some of them.
    """

    title: str
    told: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long some answers took.

    Attributes
    ----------
    n
        How many were timed.
    median, sure
        In seconds, and between which it lies with 95 % certainty.
    """

    name: str
    n: int
    median: str
    sure: str


@dataclass(frozen=True, slots=True)
class SideTold:
    """Answers with the prediction shown, or hidden."""

    name: str
    n: int
    median: str
    agreed: str
    wrong: str
    corrected: str


@dataclass(frozen=True, slots=True)
class Quality:
    """What can be said of predictions where the truth is known.

    Attributes
    ----------
    curve
        A drawing; empty where it has no point.
    matrix
        None where there are too many classes to be read; then ``confusions`` stand for it.
    """

    facts: tuple[Fact, ...]
    curve: str
    classes: tuple[ClassMetrics, ...]
    matrix: Matrix | None
    confusions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditTold:
    """What checks at random say.

    Attributes
    ----------
    sentence
        The figure that holds.
    advice
        Whether more labels pay, and what says so; empty where there are too few to tell.
    ranges
        Of all labels, and of classes of which enough is known.
    start
        Where their scale begins, 0 to 1.
    unknown
        The classes of which too little is known, in a sentence; or nothing.
    reliability
        A drawing; empty where there are too few labels.
    """

    sentence: str
    advice: tuple[str, ...]
    ranges: tuple[Range, ...]
    start: float
    unknown: str
    reliability: str


@dataclass(frozen=True, slots=True)
class TimeTold:
    """How long answers took, and whether predictions sway them.

    Attributes
    ----------
    curve
        A drawing; empty where nothing was timed.
    """

    facts: tuple[Fact, ...]
    curve: str
    classes: tuple[Seconds, ...]
    sides: tuple[SideTold, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a report says.

    Attributes
    ----------
    title
        The project's name.
    at
        When it was made, UTC.
    program
        By what, with its version.
    headline
        How good the labels are, in a sentence.
    figures
        The few that matter most.
    record
        Fingerprints, so that it can be told which data, settings and labels it is about.
    quality
        None where no true class is known.
    audit
        None before the first label.
    is_ink
        Whether pictures are ink on nothing.
    """

    title: str
    at: datetime
    program: str
    headline: str
    figures: tuple[Fact, ...]
    settings: tuple[Fact, ...]
    data: tuple[Fact, ...]
    classes: tuple[Class, ...]
    quality: Quality | None
    audit: AuditTold | None
    mistakes: tuple[Fact, ...]
    galleries: tuple[Gallery, ...]
    time: TimeTold
    record: tuple[Fact, ...]
    is_ink: bool

    @property
    def made(self) -> str:
        """When it was made, in words."""
        return f"{self.at.day} {self.at:%B %Y, %H:%M} UTC"

    @property
    def citation(self) -> str:
        """How the report can be cited."""
        marks = ", ".join(f"{fact.name.lower()} {fact.value}" for fact in self.record)
        return f"“{self.title}”, {self.program}, {self.at:%Y-%m-%d %H:%M} UTC; {marks}."
