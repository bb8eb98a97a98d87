"""All that can be rebuilt from a project's settings and labels, kept so that it need not be."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, FloatArray, IntArray
from core.config import ProjectConfig
from core.data.dataset import Dataset
from core.data.fingerprint import Contents
from core.engine.accuracies import Notes
from core.engine.keys import note_name, versioned
from core.engine.labelled import LabelArrays
from core.engine.naming import Naming
from core.engine.prepared import prepared
from core.graph.similarity import SimilarityGraph
from core.jobs.once import Latest
from core.jobs.resources import Resources
from core.jobs.work import Work
from core.learning import metrics
from core.learning.beliefs import Beliefs, believe
from core.learning.columns import ResponseSpreader
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.learning.influence import Influence
from core.querying.choosing import Choice, Policy, choose_batch
from core.querying.openings import Sample
from core.querying.outlook import Outlook
from core.querying.shortlist import ShortlistOutlook
from core.session.labels import Labels

_SEED: Final = 0
_MOST_BELIEFS: Final = 32
_FEW: Final = 10_000
"""Of no more items any features are soon made ready again."""

_MOST_NAMINGS: Final = 8
"""How many projects may call the items of one engine otherwise at the same time."""


class Engine:
    """Data set, graph and beliefs of one configuration. Safe to use from several threads.

    Items are named by their row in the data set, classes by their name, as in the event log.

    Parameters
    ----------
    config
        How to learn.
    dataset, graph
        What to learn from.
    resources
        How much of the machine to use.
    notes
        Where accuracies are noted, so that a restart need not measure them again.
    version
        Of the data set: part of the name of a note.
    contents
        What the source of the data set holds, by name; None where nobody asks for names.
    features
        Gives the features that similarity is measured on, of some items by their index: shape
        (n_items, n_features).

    Attributes
    ----------
    graph
        What similarity comes to, over its items.
    graph_name
        Another one for other features, other settings or other items; empty where nobody asks.
    sources : (n_items,), int64
        The row of each item in the data set's source, whatever number a project gives it.
    coming
        What builds the engine on all items, where this one knows only some; None where it knows
        all.
    """

    def __init__(
        self,
        config: ProjectConfig,
        dataset: Dataset,
        graph: SimilarityGraph,
        *,
        resources: Resources | None = None,
        notes: Notes | None = None,
        version: str = "",
        contents: Contents | None = None,
        features: Callable[[IntArray], NDArray[Any]] | None = None,
    ) -> None:
        self.graph_name = ""
        self.coming: Work[Engine] | None = None
        self._among: IntArray | None = None
        self._features = features or partial(prepared, dataset, config)
        self._resources = resources or Resources()
        self.dataset = dataset
        self.contents = contents
        self.sources = dataset.rows
        self.graph = graph
        self._arrays = LabelArrays(dataset)
        self._spreader = _spreader(config, graph, self._resources)
        self._scale = _evidence_scale(graph, config.alpha)
        self._lock = threading.Lock()
        # Shared by all engines that are like this one.
        self._samples: list[Sample] = []
        self._notes = notes or Notes()
        self._version = version
        self._named: Latest[str, Self] = Latest(_MOST_NAMINGS)
        self._decide_by(config)

    def _decide_by(self, config: ProjectConfig) -> None:
        self._config = config
        # A distribution over the classes, its scores, and three numbers more, of every item.
        belief_bytes = self.dataset.n_items * (16 * self.dataset.n_classes + 24)
        kept = int(np.clip(self._resources.memory // 4 // belief_bytes, 2, _MOST_BELIEFS))
        self._beliefs: Latest[int, Beliefs] = Latest(kept)
        self._name_of = note_name(config, self._version)

    def like(self, config: ProjectConfig) -> Self:
        """An engine on the same graph and with the same solved columns, which decides otherwise.

        Parameters
        ----------
        config
            May differ in ``decision`` alone, and in what does not matter to an engine.
        """
        other = copy.copy(self)
        other._decide_by(config)
        return other

    def knowing(self, among: IntArray) -> Self:
        """The same engine, which asks about some items alone: those that its graph links so far.

        Parameters
        ----------
        among
            Their indices.
        """
        other = copy.copy(self)
        other._among = among
        return other

    def named(self, name: str, naming: Callable[[], Naming]) -> Self:
        """The same engine, which calls items and classes as a project does.

        It shares the graph and all solved columns. The last few are kept.

        Parameters
        ----------
        name
            Of the naming, for which it is made once; empty for the data set's own.
        """
        return self._named.get(name, lambda: self._as(name, naming())) if name else self

    def _as(self, name: str, naming: Naming) -> Self:
        other = copy.copy(self)
        other.dataset = naming.applied(self.dataset)
        other._arrays = LabelArrays(other.dataset)
        other._version = versioned(self._version, name)
        other._decide_by(self._config)
        return other

    def image_names(self, items: Sequence[int]) -> dict[int, str]:
        """The names of the images of items; none where they are not known."""
        if self.contents is None:
            return {}
        rows = self.sources[self.positions(items)]
        return {item: self.contents.name(row) for item, row in zip(items, rows, strict=True)}

    def believe(self, labels: Labels) -> Beliefs:
        """What the model believes of every item, given these labels."""
        return self._beliefs.get(labels.digest, lambda: self._fit(labels))

    def believe_once(self, labels: Labels) -> Beliefs:
        """The same, which is not kept: what somebody looks at meanwhile stays where it is."""
        return self._fit(labels)

    def accuracy(self, labels: Labels, name: int | None = None) -> float | None:
        """Accuracy over all items, 0 to 1; None where the truth is not known.

        Parameters
        ----------
        name
            What it is noted by; None stands for the digest of the labels.
        """
        if self.dataset.truth is None:
            return None
        noted = self.noted(labels.digest if name is None else name)
        if noted is not None:
            return noted
        return self._note(self.dataset.truth, labels, self.believe(labels), name)

    def noted(self, name: int) -> float | None:
        """The accuracy that was noted by this name, mostly the digest of the labels."""
        return self._notes.get(self._name_of(name))

    def note_accuracy(self, labels: Labels, name: int | None = None) -> None:
        """Measure an accuracy for later, in no haste; the beliefs are not kept.

        Parameters
        ----------
        name
            As of :meth:`accuracy`.
        """
        known = self.noted(labels.digest if name is None else name)
        if self.dataset.truth is not None and known is None:
            self._note(self.dataset.truth, labels, self.believe_once(labels), name)

    def prepare(
        self, items: Iterable[int], still_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Solve ahead what labels on these items will change, so that the next fit is quick.

        Parameters
        ----------
        still_wanted
            Asked now and then; when it says no, the rest is left.
        """
        self._spreader.prepare(self.positions(items), still_wanted)

    def influence(self, labels: Labels) -> Influence:
        """What each of these labels gives the items, as far as it is known, and what it takes."""
        return Influence(self.graph, self._spreader, self._config.alpha, self.believe(labels))

    def features_of(self, positions: IntArray) -> NDArray[Any]:
        """What similarity is measured on, of items by their index: shape (n_some, n_features)."""
        return self._features(positions)

    def choose(
        self,
        policy: Policy,
        labels: Labels,
        excluded: Iterable[int],
        size: int,
        random: np.random.Generator,
        assumed: Iterable[int] = (),
    ) -> tuple[Choice, ...]:
        """Choose up to ``size`` items to ask about, none of them labelled.

        Parameters
        ----------
        excluded
            Items besides the labelled ones that are not to be chosen.
        random
            All randomness comes from here: the same labels and the same state of it give the same
            items.
        assumed
            Items that are on a screen already: what is chosen is chosen as if they had been
            answered as predicted. Otherwise their twins would come next. Labelled ones count as
            they were labelled.
        """
        beliefs = self.believe(labels)
        candidates = beliefs.labels == UNLABELLED
        if self._among is not None:
            candidates &= np.isin(np.arange(len(candidates)), self._among)
        candidates[self._arrays.present(excluded)] = False
        shown = [place for place in self.present(assumed) if beliefs.labels[place] == UNLABELLED]
        chosen = choose_batch(
            policy, self._outlook(policy, beliefs), candidates, size, random, shown
        )
        rows = self.dataset.rows
        return tuple(replace(choice, item=int(rows[choice.item])) for choice in chosen)

    def _outlook(self, policy: Policy, beliefs: Beliefs) -> Outlook | ShortlistOutlook:
        """What is believed, as it changes while a batch is chosen."""
        n_classes, decision = self.dataset.n_classes, self._config.decision
        is_large = self.dataset.n_items > policy.whole_up_to
        is_begun = np.count_nonzero(beliefs.labelled) >= policy.whole_until
        columns = self._spreader.quick_columns() if is_large and is_begun else None
        if columns is not None:
            return ShortlistOutlook(
                beliefs.labels, beliefs, n_classes, decision, self._scale, columns, self.sample
            )
        sketch = self._spreader.sketch
        return Outlook(
            beliefs.labels, beliefs, n_classes, decision, self._scale, sketch, self.sample
        )

    @property
    def n_known(self) -> int:
        """How many items its graph links so far."""
        return self.dataset.n_items if self._among is None else len(self._among)

    def sample(self) -> Sample:
        """What the first items are chosen among."""
        with self._lock:
            if not self._samples:
                positions = Sample.draw(self.n_known, np.random.default_rng(_SEED))
                if self._among is not None:
                    positions = self._among[positions]
                self._samples.append(Sample(self._features(positions), positions))
            return self._samples[0]

    def quick_features(self) -> NDArray[Any]:
        """Features of all items that can be had at once, shape (n_items, n_features).

        Those that similarity is measured on where they are: of many items shapes take long, so
        there it is the pixels.
        """
        is_few = self.dataset.n_items <= _FEW
        if is_few or (self._config.features == "embeddings" and not self.dataset.has_own_features):
            return self._features(np.arange(self.dataset.n_items))
        return self.dataset.features

    def positions(self, items: Iterable[int]) -> list[int]:
        """Indices into the data set's arrays of items named by their row.

        Raises
        ------
        InvalidDatasetError
            If the data set has no such item.
        """
        positions: list[int] = self._arrays.positions(items).tolist()
        return positions

    def present(self, items: Iterable[int]) -> list[int]:
        """Those of some items that the data set has: as indices into its arrays, in their order."""
        positions: list[int] = self._arrays.present(items).tolist()
        return positions

    def labels_array(self, labels: Labels) -> IntArray:
        """Class indices, shape (n_items,), read-only; ``UNLABELLED`` where none is given.

        Labels of items, or of classes, that the data set does not have are left out.
        """
        return self._arrays.of(labels)

    def _fit(self, labels: Labels) -> Beliefs:
        array, n_classes = self.labels_array(labels), self.dataset.n_classes
        return believe(array, n_classes, self._spreader, self._config.decision)

    def _note(self, truth: IntArray, labels: Labels, beliefs: Beliefs, name: int | None) -> float:
        measured = metrics.accuracy(truth, beliefs.predicted)
        self._notes.put(self._name_of(labels.digest if name is None else name), measured)
        return measured


def policy_of(config: ProjectConfig) -> Policy:
    """How a project asks."""
    return Policy(
        opening=config.opening,
        query=config.query,
        random_share=config.random_share,
        assume_answers=config.assume_answers,
    )


def _evidence_scale(graph: SimilarityGraph, alpha: float) -> FloatArray | float:
    """Turns scores into evidence, as :func:`core.querying.queries.dirichlet_variance` takes it.

    Scores of well-linked items are larger by the root of their degree; and all are ``1 - alpha``
    times what the labels give.
    """
    if graph.root_degrees is None:
        return 1 / (1 - alpha)
    return np.asarray(graph.root_degrees.mean() / graph.root_degrees / (1 - alpha))


def _spreader(
    config: ProjectConfig, graph: SimilarityGraph, resources: Resources
) -> FixedPointSpreader | ResponseSpreader:
    if config.mode == "fixed_point":
        fixed_point = FixedPoint(graph, config.alpha, threads=resources.threads)
        return FixedPointSpreader(fixed_point, memory=resources.memory)
    return ResponseSpreader(
        graph,
        alpha=config.alpha,
        max_iter=config.max_iter,
        tol=config.tol,
        memory=resources.memory,
    )
