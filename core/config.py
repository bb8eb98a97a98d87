"""A project's settings: checked when made, the same on the form, in the store and in a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from core.errors import InvalidConfigError

DIGITS: Final = "digits"
"""The data set that scikit-learn ships; any other name is that of a file of images."""

N_DIGITS: Final = 1797

Truth = Literal["majority", "dawid_skene"]

_SAID: Final = object()
"""Stands for whatever a setting cannot be."""

MOST_VOTES: Final = 100
"""How many people are to answer an item at most."""

Features = Literal["plain", "shapes", "embeddings", "both"]

LONGEST_CLASS_NAME: Final = 200
"""Letters of a class's name: as many as a browser may send of it."""

RBF_MOST: Final = 10_000
"""Most items whose pairs are all kept: 800 MB."""


class ProjectConfig(BaseModel):
    """Everything that decides what a project shows and learns, apart from its labels.

    The defaults are those of scikit-learn's digits examples, on all 1,797 digits. The best settings
    known are those of :func:`recommended`.

    Attributes
    ----------
    dataset
        The key of a data set in :mod:`core.data.catalogue`: ``digits``, that of a set that was
        brought in, or the name of a file.
    n_samples
        How many of its items take part.
    shuffle_seed
        Seed of the shuffle before the first ``n_samples`` are taken; None keeps the order.
    known_labels
        What the labels are that came with the data: the ``truth``, which the model is measured
        against and never learns from; ``given``, which it learns from from the start; or
        ``ignored``.
    n_given
        How many of the items start with their true label.
    features
        How similarity is measured: ``plain`` pixels; ``shapes``, the pixels with histograms of
        their gradients; ``embeddings``, what a network that was trained on photographs makes of
        the images; or ``both``, shapes and embeddings. Features that came with the data are used as
        they are.
    network
        The key of the network that makes embeddings, in :mod:`core.graph.embeddings.networks`;
        empty for the one that comes with the app. Of no effect where it makes none.
    kernel
        ``rbf``: ``exp(-gamma * ||a - b||^2)`` between all pairs, of 10,000 items at most; ``knn``:
        1 for each of an item's ``n_neighbors`` nearest, itself included; ``symmetric_knn``: its
        nearest others, weighted by distance, the same in both directions.
    mode
        ``exact`` sweeps as scikit-learn does; ``fixed_point`` gives what sweeps converge to.
    gamma
        Width of the RBF kernel, in units of one over a squared pixel value; used by ``rbf`` alone.
    n_neighbors
        Neighbours of each item; unused by ``rbf``.
    alpha
        How much of an item's distribution comes from its neighbours, between 0 and 1; the rest
        comes from its own label.
    max_iter
        The most sweeps one fit may take, in mode ``exact``.
    tol
        A fit is settled when all distributions together change by less than this, in mode
        ``exact``.
    decision
        How the scores of the classes are weighed; see :mod:`core.learning.decisions`.
    opening
        How the first ``max(10, n_classes)`` items are chosen; see :mod:`core.querying.openings`.
    query
        How the others are chosen; see :mod:`core.querying.queries`.
    random_share
        The share of those others that are drawn at random, 0 to 1.
    assume_answers
        Whether each item of a batch is chosen as if those before it had been answered as predicted.
    batch_size
        Items shown at a time, and so the answers of one round.
    refit
        When the model is fitted again: after each ``round``, or as you go, after each ``label``.
    replays
        The id of the published run that the project started from; None for all others.
    hidden_share
        The share of questions, drawn by lot, whose prediction nobody is shown before they have
        answered, 0 to 1: so it can be known whether predictions sway answers.
    overlap
        How many people are to answer an item that several are to answer, each without knowing what
        others say; 1 where one answer is enough.
    overlap_share
        The share of items, drawn by lot, that so many are to answer, 0 to 1; of no effect where one
        answer is enough.
    truth
        What is taken for true where people disagree: what the ``majority`` says, or what is likely,
        given how often each person is right (``dawid_skene``, see :mod:`core.people.truth`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = Field(default=DIGITS, min_length=1, max_length=255)
    n_samples: int = Field(default=N_DIGITS, ge=2, le=10_000_000)
    shuffle_seed: int | None = Field(default=None, ge=0, le=2**32 - 1)
    known_labels: Literal["truth", "given", "ignored"] = "truth"
    n_given: int = Field(default=0, ge=0)
    features: Features = "plain"
    kernel: Literal["rbf", "knn", "symmetric_knn"] = "rbf"
    mode: Literal["exact", "fixed_point"] = "exact"
    gamma: float = Field(default=0.25, gt=0, le=1000, allow_inf_nan=False)
    n_neighbors: int = Field(default=7, ge=2)
    alpha: float = Field(default=0.2, gt=0, lt=1)
    max_iter: int = Field(default=20, ge=1, le=10_000)
    tol: float = Field(default=1e-3, ge=0, allow_inf_nan=False)
    decision: Literal["raw", "class_mass", "estimated"] = "raw"
    opening: Literal["coverage", "k_means", "sigma", "v_optimality", "random"] = "k_means"
    query: Literal[
        "mixed", "herding", "variance", "margin", "least_confidence", "entropy", "random"
    ] = "entropy"
    random_share: float = Field(default=0.0, ge=0, le=1)
    assume_answers: bool = False
    batch_size: int = Field(default=10, ge=1, le=20)
    refit: Literal["round", "label"] = "round"
    replays: str | None = None
    network: str = Field(default="", max_length=255)
    hidden_share: float = Field(default=0.0, ge=0, le=1)
    overlap: int = Field(default=1, ge=1, le=MOST_VOTES)
    overlap_share: float = Field(default=1.0, ge=0, le=1)
    truth: Truth = "dawid_skene"

    @model_serializer(mode="wrap")
    def _as_before(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what an earlier version does not know, where it says nothing."""
        values: dict[str, Any] = dump(self)
        later: dict[str, Any] = {"network": "", "hidden_share": 0.0}
        if self.overlap == 1:
            later |= {name: getattr(self, name) for name in ("overlap", "overlap_share", "truth")}
        return {name: value for name, value in values.items() if value != later.get(name, _SAID)}

    def to_note(self) -> dict[str, Any]:
        """The settings as a log notes them: all but the data set, which it names elsewhere."""
        return self.model_dump(mode="json", exclude={"dataset"})

    @property
    def uses_embeddings(self) -> bool:
        """Whether a network is to look at the images, unless they came with features."""
        return self.features in {"embeddings", "both"}

    @model_validator(mode="before")
    @classmethod
    def _as_stored_before(cls, values: Any) -> Any:  # noqa: ANN401 - whatever was handed in
        """Projects made before there was a choice of queries asked by margin at the fixed point."""
        if isinstance(values, dict) and values.get("mode") == "fixed_point":
            return {"query": "margin"} | values
        return values

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.n_given > self.n_samples:
            raise ValueError(
                f"{self.n_given} labels cannot be given when there are {self.n_samples} samples"
            )
        if self.n_given and self.known_labels != "truth":
            raise ValueError("labels cannot be given one by one where none is the truth")
        if self.dataset == DIGITS and self.n_samples > N_DIGITS:
            raise ValueError(f"there are {N_DIGITS:,} digits, not {self.n_samples:,}")
        if self.kernel == "rbf" and self.n_samples > RBF_MOST:
            raise ValueError(
                f"RBF compares all pairs, and those of {self.n_samples:,} images do not fit into "
                f"memory: take nearest neighbours, or {RBF_MOST:,} images at most"
            )
        if self.kernel == "knn" and self.n_neighbors > self.n_samples:
            raise ValueError(
                f"{self.n_neighbors} neighbours cannot be found among {self.n_samples} samples"
            )
        return self


RECOMMENDED: Final[dict[str, Any]] = {
    "features": "shapes",
    "kernel": "symmetric_knn",
    "mode": "fixed_point",
    "n_neighbors": 10,
    "alpha": 0.99,
    "decision": "estimated",
    "opening": "coverage",
    "query": "mixed",
    "random_share": 0.2,
    "assume_answers": True,
}
"""The settings that needed the fewest labels over all sets in ``docs/label-efficiency.md`` that
are compared by shapes."""


def recommended_settings(features: Features = "shapes") -> dict[str, Any]:
    """The best settings known for images that are compared by these features."""
    query = "herding" if features == "embeddings" else RECOMMENDED["query"]
    return RECOMMENDED | {"features": features, "query": query}


def recommended(**others: Any) -> ProjectConfig:  # noqa: ANN401 - whatever a project has
    """The best settings known, on the digits or on whatever ``others`` say."""
    best = recommended_settings(others.get("features", RECOMMENDED["features"]))
    return ProjectConfig.model_validate(best | others)


def classic(**others: Any) -> ProjectConfig:  # noqa: ANN401 - whatever a project has
    """The settings of scikit-learn's examples; of other images than the digits, its neighbours.

    The width of the examples' RBF kernel is one for the digits' own pixel values.
    """
    kernel = "rbf" if others.get("dataset", DIGITS) == DIGITS else "knn"
    return ProjectConfig.model_validate({"kernel": kernel} | others)


def make_config(values: dict[str, Any]) -> ProjectConfig:
    """Check settings that came from a form or from the store.

    Raises
    ------
    InvalidConfigError
        With one sentence that names every setting that is wrong, and why.
    """
    try:
        return ProjectConfig.model_validate(values)
    except ValidationError as error:
        raise InvalidConfigError(
            f"These settings do not work: {complaints(error)}.", "Correct them and try again."
        ) from error


def noted_config(settings: Mapping[str, Any] | None, dataset: str) -> ProjectConfig | None:
    """Settings as a log has noted them; None where it has not, or they make no sense here."""
    try:
        return None if settings is None else ProjectConfig(**{**settings, "dataset": dataset})
    except ValidationError:
        return None


def complaints(error: ValidationError) -> str:
    """All that is wrong with some values, each with the name of its field."""
    reasons = []
    for detail in error.errors():
        field = " ".join(str(part) for part in detail["loc"]).replace("_", " ")
        reason = detail["msg"].removeprefix("Value error, ")
        reasons.append(f"{field}: {reason}" if field else reason)
    return "; ".join(reasons)
