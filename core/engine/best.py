"""The best settings known for the images of a set."""

from __future__ import annotations

from typing import Any, Final, Protocol

from core.config import Features, ProjectConfig, recommended
from core.data.catalogue import Entry
from core.data.stored import Judged
from core.graph.embeddings.network import has_network

NAMES: Final[dict[Features, str]] = {
    "shapes": "pixels and edges",
    "plain": "pixels",
    "embeddings": "embeddings",
    "both": "pixels, edges and embeddings",
}
"""What people call them."""

_MEANING: Final[dict[Features, str]] = {
    "shapes": "These images are compared by their pixels and edges.",
    "embeddings": "These images are compared by embeddings: what a network that was trained on "
    "photographs sees in them.",
    "both": "These images are compared by pixels, edges and embeddings: what a network that was "
    "trained on photographs sees in them.",
}


class Images(Protocol):
    """What is known of a set of images."""

    @property
    def is_photo(self) -> bool:
        """Whether they are photographs."""
        ...

    @property
    def judged(self) -> Judged | None:
        """What they are best compared by, as the classes say that came with them."""
        ...


def best_features(images: Images) -> Features:
    """What images of a set are best compared by: as its classes say, or else by their kind."""
    if not has_network():
        return "shapes"
    return images.judged.features if images.judged else by_kind(images)


def by_kind(images: Images) -> Features:
    """What images of this kind are best compared by, where a network is there."""
    return "embeddings" if images.is_photo else "shapes"


def why_so(images: Images) -> str:
    """By what these images are best compared, and why, in a sentence or two."""
    features = best_features(images)
    if images.judged and features != by_kind(images):
        share, other = images.judged.shares[features], images.judged.shares[by_kind(images)]
        return (
            f"{_MEANING[features]} Of the images most alike by that, {100 * share:.0f} % are of "
            f"the same class; by {NAMES[by_kind(images)]} alone, {100 * other:.0f} %."
        )
    return _MEANING[features]


def best_for(entry: Entry, **others: Any) -> ProjectConfig:  # noqa: ANN401 - whatever a project has
    """The best settings known, for all images of a set or for as many as ``others`` say."""
    given = {
        "dataset": entry.key,
        "n_samples": entry.n_items,
        "features": best_features(entry),
    }
    return recommended(**given | others)
