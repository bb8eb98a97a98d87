"""Strategies that can be compared by name: presets, made to fit the images at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from core.config import Features, ProjectConfig, classic, recommended
from core.errors import InvalidConfigError
from core.querying.queries import QUERIES, QueryKey
from core.simulation.plan import Strategy
from core.wording import counted


@dataclass(frozen=True, slots=True)
class Preset:
    """A strategy under a name of its own.

    Attributes
    ----------
    key
        What the command line calls it.
    title, explanation
        For people: a name, and one sentence.
    config
        Its settings for a data set of so many items.
    """

    key: str
    title: str
    explanation: str
    config: Callable[[str, int, Features], ProjectConfig]

    def strategy(
        self, dataset: str, n_samples: int, features: Features = "shapes", network: str = ""
    ) -> Strategy:
        """The strategy, for so many images of a data set.

        Parameters
        ----------
        features
            What these images are best compared by.
        network
            The key of the network that makes embeddings, where they are compared by these; empty
            for the one that comes with the app.

        Raises
        ------
        InvalidConfigError
            If it does not work on so few.
        """
        try:
            config = self.config(dataset, n_samples, features)
        except ValidationError as error:
            raise InvalidConfigError(
                f"“{self.title}” does not work on {counted(n_samples, 'image')}.",
                "Choose more images, or another strategy.",
            ) from error
        if config.uses_embeddings:
            config = config.model_copy(update={"network": network})
        return Strategy(name=self.title, config=config)


def _best(dataset: str, n_samples: int, features: Features) -> ProjectConfig:
    return recommended(dataset=dataset, n_samples=n_samples, features=features)


def _classic(dataset: str, n_samples: int, _features: Features) -> ProjectConfig:
    return classic(dataset=dataset, n_samples=n_samples)


def _asking(query: QueryKey, **others: str | float) -> Preset:
    """Like the best known, but with another query."""

    def config(dataset: str, n_samples: int, features: Features) -> ProjectConfig:
        return recommended(
            dataset=dataset, n_samples=n_samples, features=features, query=query, **others
        )

    told = QUERIES[query]
    explanation = f"Like the best known, but {told.explanation[0].lower()}{told.explanation[1:]}"
    return Preset(query, told.title, explanation, config)


PRESETS: Final = (
    Preset("best", "Best known", "The settings that needed the fewest labels so far.", _best),
    Preset(
        "classic",
        "Classic scikit-learn",
        "As in scikit-learn’s examples: images are compared by their pixels, and those "
        "the model is least sure of are asked about.",
        _classic,
    ),
    # At random from the first one on: what all others have to be better than.
    _asking("random", opening="random", random_share=0.0),
    _asking("entropy"),
    _asking("margin"),
    _asking("variance"),
)
"""The best known first."""

BY_KEY: Final = {preset.key: preset for preset in PRESETS}
