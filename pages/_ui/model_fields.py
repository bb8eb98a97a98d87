"""Fields for how a model compares, decides and asks: the same on all forms that offer them.

A form hands in the settings its fields begin with, and a prefix that keeps its fields apart from
those of other forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from streamlit.delta_generator import DeltaGenerator

from core.config import ProjectConfig
from core.engine.best import NAMES
from core.graph.embeddings.networks import Entry, is_same
from core.learning.decisions import DECISIONS
from core.querying.openings import OPENINGS
from core.querying.queries import QUERIES
from core.wording import visible

_FEATURES: Final[dict[str, str]] = {
    **{features: name.capitalize() for features, name in NAMES.items()},
    # Short enough for half a form.
    "both": "Edges and embeddings",
}


def neighbours_field(
    place: DeltaGenerator, base: ProjectConfig, prefix: str, *, most: int = 1_000
) -> int:
    """How many neighbours an image is linked with, 2 to ``most``."""
    itself = "" if base.kernel == "symmetric_knn" else ", which itself counts as one"
    chosen: int = place.number_input(
        "Neighbours",
        2,
        most,
        min(base.n_neighbors, most),
        help=f"How many images each image is linked with: those most similar to it{itself}.",
        **_kept(prefix, "neighbours"),
    )
    return chosen


def alpha_field(place: DeltaGenerator, base: ProjectConfig, prefix: str) -> float:
    """How much of an image's distribution comes from its neighbours, between 0 and 1."""
    chosen: float = place.number_input(
        "Alpha",
        0.01,
        0.999,
        base.alpha,
        step=0.01,
        format="%.3g",
        help="How much an image follows its neighbours rather than its own label, from 0 to 1.",
        **_kept(prefix, "alpha"),
    )
    return chosen


def features_field(
    place: DeltaGenerator, base: ProjectConfig, prefix: str, networks: Iterable[Entry] = ()
) -> dict[str, str]:
    """What images are compared by, as settings of a project.

    Parameters
    ----------
    networks
        What can make embeddings, the one that comes with the app left out.
    """
    offered = {name: {"features": name, "network": ""} for name in _FEATURES}
    titles, more = dict(_FEATURES), ""
    for network in networks:
        title = visible(network.title)
        for features, told in (("embeddings", title), ("both", f"Edges and {title}")):
            name = f"{features} {network.key}"
            offered[name] = {"features": features, "network": network.key}
            titles[name] = told
        more = " Other networks than the one that comes with the app are listed by name."
    now = _present(base, offered)
    # What is not touched stays, though a network is not here, or is called otherwise.
    offered[now] = {"features": base.features, "network": base.network}
    if now not in titles:
        its = visible(base.network.rpartition("-")[0] or base.network)
        edges = "Edges and " if base.features == "both" else ""
        titles[now] = f"{edges}{its}, not here"
    chosen: str = place.selectbox(
        "Features",
        list(offered),
        index=list(offered).index(now),
        format_func=titles.__getitem__,
        help="What images are compared by; with edges come pixels too. *Edges* are histograms of "
        "where brightness changes, and in which direction. *Embeddings* are what a network that "
        f"was trained on photographs makes of them.{more} Features that come with the images are "
        "used as they are.",
        **_kept(prefix, "features"),
    )
    return offered[chosen]


def _present(base: ProjectConfig, offered: Mapping[str, Mapping[str, str]]) -> str:
    """Which of the features that are offered these settings have, or would have."""
    if not base.uses_embeddings or not base.network:
        return base.features
    for name, settings in offered.items():
        if settings["features"] == base.features and is_same(settings["network"], base.network):
            return name
    return f"{base.features} {base.network}"


def decision_field(place: DeltaGenerator, base: ProjectConfig, prefix: str) -> str:
    """How the scores of the classes are weighed against each other."""
    return _one_of(
        place, "Decision", DECISIONS, base.decision, "How classes are weighed.", prefix, "decision"
    )


def asking_fields(
    left: DeltaGenerator, right: DeltaGenerator, base: ProjectConfig, prefix: str
) -> dict[str, Any]:
    """Which images are asked about, as settings of a project."""
    share = round(100 * base.random_share)
    return {
        "opening": _one_of(
            left,
            "First questions",
            OPENINGS,
            base.opening,
            "Which images are asked about first, ten or one for each class.",
            prefix,
            "opening",
        ),
        "query": _one_of(
            right,
            "Later questions",
            QUERIES,
            base.query,
            "Which images are asked about after the first ones.",
            prefix,
            "query",
        ),
        "random_share": left.number_input(
            "Drawn at random (%)",
            0,
            100,
            share,
            step=5,
            help="How many of the later questions are drawn at random. Only these give an "
            "honest estimate of the accuracy.",
            **_kept(prefix, "random_share"),
        )
        / 100,
        "assume_answers": right.selectbox(
            "Batches",
            [True, False],
            index=[True, False].index(base.assume_answers),
            format_func=lambda assumes: "Spread out" if assumes else "As ranked",
            help="*Spread out* assumes that each answer will be as predicted before it chooses "
            "the next image, so that a batch does not ask the same twice. *As ranked* takes the "
            "first ones of one ranking.",
            **_kept(prefix, "batches"),
        ),
    }


def _one_of(
    place: DeltaGenerator,
    label: str,
    registry: Mapping[Any, Any],
    start: str,
    help_: str,
    prefix: str,
    name: str,
) -> str:
    """Choose from a registry; its sentences explain the entries."""
    chosen: str = place.selectbox(
        label,
        list(registry),
        index=list(registry).index(start),
        format_func=lambda key: registry[key].title,
        help=" ".join([help_, *(f"*{o.title}*: {o.explanation}" for o in registry.values())]),
        **_kept(prefix, name),
    )
    return chosen


def _kept(prefix: str, name: str) -> dict[str, Any]:
    """What keeps a field's value while other pages are looked at."""
    return {"key": f"{prefix}_{name}", "persist_state": "session"}
