"""A project's settings, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.config import ProjectConfig
from core.engine.best import NAMES
from core.learning.decisions import DECISIONS
from core.querying.openings import OPENINGS
from core.querying.queries import QUERIES
from core.report.findings import Fact
from core.wording import percent

_KERNELS: Final = {
    "rbf": ("RBF", "All pairs of images are linked, the closer the more: exp(−γ d²)."),
    "knn": ("nearest neighbours", "Each image is linked with those nearest to it, all alike."),
    "symmetric_knn": (
        "weighted nearest neighbours",
        "Each image is linked with those nearest to it, the closer the more.",
    ),
}
_MODES: Final = {
    "exact": ("sweeps", "Labels spread in sweeps, as in scikit-learn, until little changes."),
    "fixed_point": ("fixed point", "What sweeps converge to, solved as a linear system."),
}
_KNOWN: Final = {
    "truth": ("the truth", "The model is measured against them and never learns from them."),
    "given": ("given", "The model learns from them from the start."),
    "ignored": ("ignored", "They play no part."),
}


_TRUTHS: Final = {
    "majority": ("the majority", "Of a tie nothing is learned until a reviewer has decided."),
    "dawid_skene": (
        "what is likely",
        "Given how often each person takes one class for another (Dawid and Skene); where nothing "
        "is likely enough, the majority.",
    ),
}


def settings_told(config: ProjectConfig) -> tuple[Fact, ...]:
    """All settings that matter for a project, each with its value and a sentence."""
    return (*_learning(config), *_asking(config))


def _learning(config: ProjectConfig) -> Iterator[Fact]:
    network = f" ({config.network})" if config.uses_embeddings and config.network else ""
    yield Fact(
        "Compared by",
        f"{NAMES[config.features]}{network}",
        "What makes two images alike. Features that came with the images are used as they are.",
    )
    yield Fact("Links", *_KERNELS[config.kernel])
    if config.kernel == "rbf":
        yield Fact("Gamma", f"{config.gamma:g}", "How fast similarity falls with distance.")
    else:
        yield Fact("Neighbours", f"{config.n_neighbors:,}", "How many an image is linked with.")
    yield Fact("Spreading", *_MODES[config.mode])
    yield Fact(
        "Alpha",
        f"{config.alpha:g}",
        "How much an image follows its neighbours rather than its own label, from 0 to 1.",
    )
    if config.mode == "exact":
        yield Fact("Sweeps at most", f"{config.max_iter:,}")
        yield Fact("Tolerance", f"{config.tol:g}", "Less change in all, and a fit is settled.")
    decision = DECISIONS[config.decision]
    yield Fact("Decision", decision.title, decision.explanation)


def _asking(config: ProjectConfig) -> Iterator[Fact]:
    opening, query = OPENINGS[config.opening], QUERIES[config.query]
    yield Fact("First questions", opening.title, opening.explanation)
    yield Fact("Later questions", query.title, query.explanation)
    yield Fact(
        "Drawn at random",
        percent(config.random_share),
        "Of the later questions; only these say honestly how good the labels are.",
    )
    yield Fact(
        "Predictions hidden",
        percent(config.hidden_share),
        "Of the questions, drawn by lot: so it is known whether predictions sway answers.",
    )
    if config.overlap > 1:
        yield Fact(
            "People an image",
            f"{config.overlap} on {percent(config.overlap_share)}",
            "Each without seeing what others say; on the other images one answer is enough.",
        )
        yield Fact("Where they disagree", *_TRUTHS[config.truth])
    yield Fact("Images a round", f"{config.batch_size}")
    yield Fact("Learns", f"after each {config.refit}", "When the model is fitted again.")
    yield Fact("Labels that came along", *_KNOWN[config.known_labels])
    if config.n_given:
        yield Fact("Given at the start", f"{config.n_given:,}", "With their true label.")
    if config.shuffle_seed is not None:
        yield Fact("Shuffle seed", f"{config.shuffle_seed}")
    if config.replays is not None:
        yield Fact("Goes on from", config.replays, "A published run, at one of its rounds.")
