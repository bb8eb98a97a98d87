"""Which features tell the classes of a set apart best, as far as labels say."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray
from core.config import Features, ProjectConfig, recommended
from core.data.dataset import Dataset
from core.data.stored import Judged, StoredSet
from core.engine.best import by_kind
from core.engine.prepared import prepared
from core.errors import LabelspreadError
from core.graph.embeddings.kept import Embeddings, Seen
from core.graph.similarity import build_graph
from core.jobs.progress import CancelledError, Progress, silent
from core.learning.fixed_point import FixedPoint
from core.learning.leave_one_out import leave_one_out

KINDS: Final[tuple[Features, ...]] = ("shapes", "embeddings", "both")
"""The features that are chosen among."""

FEWEST: Final = 50
"""Images that have to come with a class, so that their neighbours say something."""

_MOST: Final = 600
_MOST_PHOTOS: Final = 192
"""Of photographs the kinds are far apart, and who drops a thousand of them waits for a preview.
They are the same that are looked at first when labelling begins."""

_NEIGHBOURS: Final = 5
_SURE: Final = 2.0
"""Standard errors that a difference has to be away from chance."""

_LOGGER: Final = logging.getLogger("labelspread.judging")

_OTHERS: Final = 1_000
_CHANCE: Final = 0.05
_SEED: Final = 0


def judged(embeddings: Embeddings, stored: StoredSet, progress: Progress = silent) -> Judged | None:
    """What the images of a set are best compared by, as the classes say that came with them.

    Returns
    -------
    None where too few came with a class, or the images came with features of their own.

    Raises
    ------
    CancelledError
        If ``progress`` says so.
    """
    if stored.head.features is not None:
        return None
    try:
        seen = embeddings.of_source(stored.contents)
        most = _MOST_PHOTOS if stored.head.is_photo else _MOST
        shares = neighbour_shares(stored.dataset(), seen, progress, most=most)
    except CancelledError:
        raise
    except LabelspreadError as error:
        # Their kind says it too, though not as well.
        _LOGGER.warning("What “%s” is best compared by is not known: %s", stored.head.title, error)
        return None
    if shares is None:
        return None
    return Judged(
        features=best_by(shares, by_kind(stored.head)),
        n_images=len(shares["shapes"]),
        shares={features: float(share.mean()) for features, share in shares.items()},
    )


def neighbour_shares(
    dataset: Dataset, seen: Seen, progress: Progress = silent, *, most: int = _MOST
) -> dict[Features, FloatArray] | None:
    """How many of an image's nearest others are of its class, for each kind of features.

    Of some images with a known class, drawn at random; the five nearest others among them.

    Parameters
    ----------
    dataset
        Its truth counts.
    seen
        Gives the embeddings of images.
    most
        How many images are drawn at most.

    Returns
    -------
    (n_images,), 0 to 1, for each kind; None where fewer than 50 images have a class that another
    one has too.

    Raises
    ------
    InvalidFeaturesError, InvalidDatasetError
        If features cannot be made.
    CancelledError
        If ``progress`` says so.
    """
    if dataset.truth is None:
        return None
    known = np.flatnonzero(dataset.truth != UNLABELLED)
    chosen = np.random.default_rng(_SEED).permutation(known)[:most]
    counts = np.bincount(dataset.truth[chosen], minlength=dataset.n_classes)
    chosen = np.sort(chosen[counts[dataset.truth[chosen]] > 1])
    if len(chosen) < FEWEST or np.count_nonzero(counts > 1) < 2:
        return None
    classes = dataset.truth[chosen]
    shares: dict[Features, FloatArray] = {}
    for features in KINDS:
        points = prepared(dataset, recommended(features=features), chosen, progress, seen)
        nearest = _nearest_others(np.asarray(points, dtype=np.float64))
        shares[features] = (classes[nearest] == classes[:, np.newaxis]).mean(axis=1)
    return shares


def best_by(shares: Mapping[Features, FloatArray], otherwise: Features) -> Features:
    """The kind whose neighbours are of the same class most often, if that is beyond chance.

    Parameters
    ----------
    otherwise
        What is taken where none is better by two standard errors of the difference.
    """
    best = otherwise
    for features, share in shares.items():
        gained = share - shares[otherwise]
        error = gained.std(ddof=1) / np.sqrt(len(gained))
        if gained.mean() > _SURE * error and share.mean() > shares[best].mean():
            best = features
    return best


def _nearest_others(points: FloatArray) -> IntArray:
    """The places of the five nearest other points, (n_points, 5)."""
    squares = np.einsum("ij,ij->i", points, points)
    distances = squares[:, np.newaxis] + squares - 2 * points @ points.T
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :_NEIGHBOURS]


def left_out_right(
    dataset: Dataset,
    labels: IntArray,
    config: ProjectConfig,
    kinds: Iterable[Features],
    seen: Seen,
    progress: Progress = silent,
) -> dict[Features, BoolArray]:
    """Which labels the others predict, each left out in turn, for each kind of features.

    Spread among the labelled images and 1,000 others, drawn at random.

    Parameters
    ----------
    labels : (n_items,), int64
        Class indices; ``UNLABELLED`` where none is given.
    config
        How they are spread.

    Returns
    -------
    (n_labelled,), in the order of the items, for each kind.

    Raises
    ------
    InvalidFeaturesError, InvalidDatasetError
        If features cannot be made.
    CancelledError
        If ``progress`` says so.
    """
    others = np.flatnonzero(labels == UNLABELLED)
    others = np.random.default_rng(_SEED).permutation(others)[:_OTHERS]
    among = np.sort(np.concatenate([np.flatnonzero(labels != UNLABELLED), others]))
    some = labels[among]
    right: dict[Features, BoolArray] = {}
    for features in kinds:
        points: NDArray[np.generic] = prepared(
            dataset, config.model_copy(update={"features": features}), among, progress, seen
        )
        graph = build_graph(
            points, config.kernel, gamma=config.gamma, n_neighbors=config.n_neighbors
        )
        predicted = leave_one_out(FixedPoint(graph, config.alpha), some, config.decision)
        right[features] = predicted == some[some != UNLABELLED]
    return right


def better_than(right: Mapping[Features, BoolArray], now: Features) -> Features | None:
    """The kind that predicts more labels than the present one, if that is beyond chance.

    By the sign test: of the labels that only one of the two predicts, so many are predicted by the
    other one with a probability of at most 5 % if both are alike.
    """
    best: Features | None = None
    for features, its in right.items():
        gained = int(np.count_nonzero(its & ~right[now]))
        lost = int(np.count_nonzero(~its & right[now]))
        if gained <= lost or stats.binomtest(gained, gained + lost).pvalue / 2 > _CHANCE:
            continue
        if best is None or its.sum() > right[best].sum():
            best = features
    return best
