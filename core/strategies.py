"""Strategies that can be compared by name: presets, made to fit the images at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.config import DIGITS, ProjectConfig, classic, recommended
from core.queries import QueryKey
from core.simulate import Strategy


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
    config: Callable[[str, int], ProjectConfig]

    def strategy(self, dataset: str, n_samples: int) -> Strategy:
        """The strategy, for so many images of a data set."""
        return Strategy(name=self.title, config=self.config(dataset, n_samples))


def _best(dataset: str, n_samples: int) -> ProjectConfig:
    return recommended(dataset=dataset, n_samples=n_samples)


def _classic(dataset: str, n_samples: int) -> ProjectConfig:
    # The width of the examples' kernel is one for the digits' own pixel values.
    neighbours = {} if dataset == DIGITS else {"kernel": "knn"}
    return classic(dataset=dataset, n_samples=n_samples, **neighbours)


def _asking(query: QueryKey) -> Callable[[str, int], ProjectConfig]:
    """As best known, but all questions are of one kind."""

    def config(dataset: str, n_samples: int) -> ProjectConfig:
        return recommended(dataset=dataset, n_samples=n_samples, query=query, random_share=0.0)

    return config


PRESETS: Final = (
    Preset(
        "best",
        "Best known",
        "The settings that needed fewest labels so far.",
        _best,
    ),
    Preset(
        "classic",
        "Classic scikit-learn",
        "As in scikit-learn’s examples: it compares pixels and asks where the probabilities are "
        "spread most evenly (entropy).",
        _classic,
    ),
    Preset(
        "random",
        "Random",
        "Learns as the best known, but asks about any image, by chance.",
        _asking("random"),
    ),
    Preset(
        "entropy",
        "Entropy",
        "Learns as the best known, but asks where the probabilities are spread most evenly over "
        "all classes.",
        _asking("entropy"),
    ),
    Preset(
        "margin",
        "Margin",
        "Learns as the best known, but asks where the best class leads the second one by least.",
        _asking("margin"),
    ),
    Preset(
        "variance",
        "Variance",
        "Learns as the best known, but asks where labels have said least so far.",
        _asking("variance"),
    ),
)
"""The best known first."""

BY_KEY: Final = {preset.key: preset for preset in PRESETS}
