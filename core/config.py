"""A project's settings: checked when made, the same on the form, in the store and in a test."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import InvalidConfigError


class ProjectConfig(BaseModel):
    """Everything that decides what a project shows and learns, apart from its labels.

    The defaults are those of scikit-learn's digits examples, on all 1,797 digits.

    Attributes
    ----------
    dataset
        The key of a data set in :mod:`core.datasets`.
    n_samples
        How many of its items take part.
    shuffle_seed
        Seed of the shuffle before the first ``n_samples`` are taken; None keeps the order.
    n_given
        How many of those start with their true label.
    kernel
        ``rbf``: ``exp(-gamma * ||a - b||^2)`` between all pairs; ``knn``: 1 for each of an item's
        ``n_neighbors`` nearest, itself included.
    gamma
        Width of the RBF kernel, in units of one over a squared pixel value; unused by ``knn``.
    n_neighbors
        Neighbours of each item; unused by ``rbf``.
    alpha
        How much of an item's distribution comes from its neighbours, between 0 and 1; the rest
        comes from its own label.
    max_iter
        The most sweeps one fit may take.
    tol
        A fit is settled when all distributions together change by less than this.
    batch_size
        Items shown at a time, and so the answers of one round.
    refit
        When the model is fitted again: after each ``round``, or as you go, after each ``label``.
    replays
        The id of the published run that the project started from; None for all others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: Literal["digits"] = "digits"
    n_samples: int = Field(default=1797, ge=2, le=1797)
    shuffle_seed: int | None = Field(default=None, ge=0, le=2**32 - 1)
    n_given: int = Field(default=0, ge=0)
    kernel: Literal["rbf", "knn"] = "rbf"
    gamma: float = Field(default=0.25, gt=0, le=1000, allow_inf_nan=False)
    n_neighbors: int = Field(default=7, ge=2)
    alpha: float = Field(default=0.2, gt=0, lt=1)
    max_iter: int = Field(default=20, ge=1, le=10_000)
    tol: float = Field(default=1e-3, ge=0, allow_inf_nan=False)
    batch_size: int = Field(default=10, ge=1, le=20)
    refit: Literal["round", "label"] = "round"
    replays: str | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.n_given > self.n_samples:
            raise ValueError(
                f"{self.n_given} labels cannot be given when there are {self.n_samples} samples"
            )
        if self.kernel == "knn" and self.n_neighbors > self.n_samples:
            raise ValueError(
                f"{self.n_neighbors} neighbours cannot be found among {self.n_samples} samples"
            )
        return self


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
        reasons = []
        for detail in error.errors():
            field = " ".join(str(part) for part in detail["loc"]).replace("_", " ")
            reason = detail["msg"].removeprefix("Value error, ")
            reasons.append(f"{field}: {reason}" if field else reason)
        raise InvalidConfigError(
            f"These settings do not work: {'; '.join(reasons)}.", "Correct them and try again."
        ) from error
