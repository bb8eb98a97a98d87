"""Photographs and Fashion-MNIST, brought in as a person would bring them in.

Both are packages of Debian. Another seed draws other items, in another order: nine in ten of the
photographs, of which there are few, and some or all of Fashion-MNIST.
"""

from __future__ import annotations

import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from core.arrays import Float32Array, IntArray
from core.config import ProjectConfig
from core.data.catalogue import Catalogue
from core.data.dataset import Dataset
from core.data.fingerprint import Contents
from core.data.incoming import Source, read_source
from core.data.readers.found import Limits
from core.data.sets import Sets
from core.engine.best import best_for
from core.engine.caches import Caches
from core.engine.judging import judged
from core.graph.embeddings.kept import Embeddings
from core.graph.embeddings.network import built_in
from core.jobs.progress import Progress

TEN: Final = (
    "animals/birds",
    "animals/mammals/bovines",
    "food/fruit",
    "food/vegetables",
    "plants/flowers",
    "seasonal/christmas",
    "seasonal/halloween",
    "symbols/alphabets/asl",
    "town/houses/cartoon",
    "town/roadsigns",
)
"""The folders of ``tuxpaint-stamps-default`` with most pictures, but for printed letters."""

LARGE: Final = 20
"""Pictures that a folder has to have, so that it is among all folders."""

SHARE: Final = 0.9
"""How many of the photographs are drawn."""

FASHION_SIZES: Final = (10_000, 70_000)

PHOTOGRAPHS_10: Final = "photographs, 10 folders"
PHOTOGRAPHS_ALL: Final = f"photographs, all folders of {LARGE} and more"
FASHION: Final = tuple(f"Fashion-MNIST, {n_items:,}" for n_items in FASHION_SIZES)
NAMES: Final = (PHOTOGRAPHS_10, PHOTOGRAPHS_ALL, *FASHION)
"""All of these sets, small ones first."""

_THREADS: Final = 2
_MADE_FROM_OTHERS: Final = ("_mirror", "_flip")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Items of a set that was brought in.

    Attributes
    ----------
    config
        What the app itself takes for them.
    """

    dataset: Dataset
    contents: Contents
    config: ProjectConfig


class Home:
    """A folder in which sets are kept as the app keeps them, with the embeddings of their images.

    Parameters
    ----------
    folder
        Made if need be. What is there already is not made again.
    threads
        How many look at images at the same time.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._folder = folder
        self._embeddings = Embeddings(folder / "embeddings", lambda _: built_in(), threads=threads)
        judge = partial(judged, self._embeddings)
        self._sets = Sets(folder / "sets", threads=threads, judge=judge)
        self.caches = Caches(embeddings=self._embeddings)

    def bring_in(self, source: Path, name: str) -> str:
        """Read a file or a folder, and keep what is in it; its key."""
        return read_source(self._sets, Source(source, name), Limits()).keep(name)

    def draw(self, key: str, name: str, seed: int) -> Drawn:
        """Some items of a set, as many as its name says, in a random order."""
        catalogue = Catalogue(sets=self._sets)
        entry = next(entry for entry in catalogue.entries() if entry.key == key)
        positions = _positions(name, entry.n_items, seed)
        config = best_for(entry, n_samples=len(positions))
        stored = self._sets.open(key)
        dataset = replace(stored.dataset().some(positions), title=name)
        return Drawn(dataset, stored.contents, config)

    def embeddings(self, drawn: Drawn) -> Float32Array:
        """What the network sees in the items, (n_items, n_features): as the app keeps it."""
        seen = self._embeddings.of_source(drawn.contents)
        found = seen(drawn.dataset, np.arange(drawn.dataset.n_items), told(drawn.dataset.title))
        return np.asarray(found, dtype=np.float32)


def bring_in_all(
    folder: Path, photographs: Path | None, fashion: Path | None, wanted: Iterable[str] = NAMES
) -> dict[str, str]:
    """Bring in those sets whose source there is: the key of each, by its name.

    Parameters
    ----------
    folder
        Of a :class:`Home`.
    photographs
        The folder ``stamps`` of ``tuxpaint-stamps-default``.
    fashion
        The folder of ``dataset-fashion-mnist``.
    wanted
        Names of sets.
    """
    home = Home(folder, _THREADS)
    keys = {}
    for name in wanted:
        if name in FASHION and fashion is not None:
            keys[name] = home.bring_in(fashion, "Fashion-MNIST")
        if name not in FASHION and photographs is not None:
            laid_out = folder / "photographs" / name
            lay_out(photographs, folders_of(photographs, name), laid_out)
            keys[name] = home.bring_in(laid_out, name)
    return keys


def look_at_all(folder: Path, keys: dict[str, str], seeds: Sequence[int]) -> None:
    """Compute all embeddings that will be needed, once, on as many threads as there are."""
    home = Home(folder, _THREADS)
    for name, key in keys.items():
        for seed in seeds:
            home.embeddings(home.draw(key, name, seed))
        print(file=sys.stderr)


def folders_of(photographs: Path, name: str) -> list[str]:
    """The folders that a set of photographs consists of, as paths inside of all of them."""
    if name == PHOTOGRAPHS_10:
        return list(TEN)
    counts: defaultdict[str, int] = defaultdict(int)
    for path in photographs.rglob("*.png"):
        counts[path.parent.relative_to(photographs).as_posix()] += not _is_made(path)
    return sorted(folder for folder, count in counts.items() if count >= LARGE)


def lay_out(photographs: Path, folders: Sequence[str], target: Path) -> None:
    """Put the pictures of each folder into one of its own, and nothing else."""
    shutil.rmtree(target, ignore_errors=True)
    for folder in folders:
        own = target / folder.replace("/", " ")
        own.mkdir(parents=True)
        for path in sorted((photographs / folder).glob("*.png")):
            if not _is_made(path):
                shutil.copyfile(path, own / path.name)


def _is_made(path: Path) -> bool:
    """Whether a picture was made by turning another one round."""
    return any(mark in path.stem for mark in _MADE_FROM_OTHERS)


def _positions(name: str, n_items: int, seed: int) -> IntArray:
    order = np.random.default_rng(seed).permutation(n_items)
    sizes = dict(zip(FASHION, FASHION_SIZES, strict=True))
    return order[: sizes.get(name, round(SHARE * n_items))]


def told(title: str) -> Progress:
    """Says on one line how far it is."""

    def progress(stage: str, share: float, /) -> None:
        print(f"\r{title}: {stage.lower()}, {share:.0%}", end="", file=sys.stderr, flush=True)

    return progress
