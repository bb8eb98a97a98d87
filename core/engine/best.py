"""The best settings known for the images of a set."""

from __future__ import annotations

from typing import Any

from core.config import Features, ProjectConfig, recommended
from core.data.catalogue import Entry
from core.graph.embeddings.network import has_network


def best_features(*, is_photo: bool) -> Features:
    """What images of a set are best compared by, as far as their kind tells."""
    return "embeddings" if is_photo and has_network() else "shapes"


def why_so(features: Features) -> str:
    """Why images are best compared by these features, in a sentence."""
    if features == "embeddings":
        return (
            "Photographs are compared by embeddings: what a network that was trained on "
            "photographs sees in them."
        )
    return "These images are compared by their pixels and edges."


def best_for(entry: Entry, **others: Any) -> ProjectConfig:  # noqa: ANN401 - whatever a project has
    """The best settings known, for all images of a set or for as many as ``others`` say."""
    given = {
        "dataset": entry.key,
        "n_samples": entry.n_items,
        "features": best_features(is_photo=entry.is_photo),
    }
    return recommended(**given | others)
