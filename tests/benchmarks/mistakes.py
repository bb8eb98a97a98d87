"""How well wrong labels are found, and how long it takes.

Images are labelled in the app's own order, ten at a time, until there are 200 labels. One answer in
twenty names another class, any of them: either while labels are given, so that what is asked next
follows from it, or afterwards. ``python -m tests.benchmarks.mistakes --mnist FILE`` prints it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.metrics import roc_auc_score

from core.arrays import BoolArray, IntArray
from core.config import recommended
from core.data.dataset import Dataset
from core.engine.building import engine_for
from core.engine.engine import Engine, policy_of
from core.jobs.resources import Resources
from core.quality.mistakes import doubts, suspicions
from core.session.labels import Labels
from tests.benchmarks.label_sets import LabelSet, digits, mnist_digits, unbalanced
from tests.benchmarks.made_up import made_up_items

LABELS: Final = 200
WRONG: Final = 0.05
FIRST: Final = 20
BATCH: Final = 10
ITEMS: Final = 70_000
AT: Final = (500, 20_000)
REPEATS: Final = 5


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one simulated project.

    Attributes
    ----------
    auc
        The chance that a wrong label is more suspicious than a right one.
    among_first
        The share of wrong labels that are among the first 20 of the page, of 20 at most.
    listed
        How many labels the page shows.
    """

    auc: float
    among_first: float
    listed: int


def section(mnist: Path | None = None) -> str:
    """The section of the report, as Markdown.

    Parameters
    ----------
    mnist
        A file with the MNIST digits; without it they are left out.
    """
    rows = "".join(
        f"| {name} | {when} | {runs} | {np.mean([one.auc for one in found]):.4f} | "
        f"{np.mean([one.among_first for one in found]):.2f} | "
        f"{np.mean([one.listed for one in found]):.0f} |\n"
        for name, when, runs, found in _measured(mnist)
    )
    times = "".join(
        f"| {number:,} | {1e3 * known:.0f} ms | {1e3 * unknown:.0f} ms |\n"
        for number, known, unknown in _times()
    )
    return f"""## Wrong labels

| images | wrong answers | runs | AUC | among the first {FIRST} | listed |
| --- | --- | --- | --- | --- | --- |
{rows}
{LABELS} labels, asked for by the best known settings, one in twenty wrong. *AUC*: the chance that a
wrong label is more suspicious than a right one. *Among the first {FIRST}*: the share of all wrong
ones. *Listed*: labels that the Review page shows. Bars: AUC .99, and 9 of 10 among the first.

| labels of {ITEMS:,} images | ranked, columns at hand | ranked, nothing at hand |
| --- | --- | --- |
{times}
Made-up items, two threads, medians of {REPEATS}. *Nothing at hand*: as after a restart, once; what
was found out then is kept. Of 20,000 labels hardly any column is at hand either way. Bars: 200 ms
at 500 labels, 2 s at 20,000.
"""


def _measured(mnist: Path | None) -> Iterator[tuple[str, str, int, list[Found]]]:
    for make, runs in _sets(mnist):
        while_labelling, afterwards = [], []
        name = ""
        for seed in range(runs):
            chosen = make(seed)
            name = chosen.name
            engine = _engine(chosen)
            items, said = _labelled(engine, seed, WRONG)
            while_labelling.append(_found(engine, items, said))
            items, said = _labelled(engine, seed, 0.0)
            afterwards.append(_found(engine, items, _flipped(said, engine, seed)))
        yield name, "while labelling", runs, while_labelling
        yield name, "afterwards", runs, afterwards


def _sets(mnist: Path | None) -> Iterator[tuple[Callable[[int], LabelSet], int]]:
    yield partial(digits, 1_797), 12
    yield (lambda seed: unbalanced(digits(1_797, seed), "first", seed)), 12
    yield (lambda seed: unbalanced(digits(1_797, seed), "last", seed)), 12
    if mnist is not None:
        yield partial(mnist_digits, mnist, 10_000), 8
        yield partial(mnist_digits, mnist, 70_000), 3


def _engine(chosen: LabelSet) -> Engine:
    brightest = chosen.images.max()
    dataset = Dataset(
        title=chosen.name,
        rows=np.arange(len(chosen.truth), dtype=np.int64),
        images=np.round(chosen.images * (255 / brightest)).astype(np.uint8),
        features=chosen.images.reshape(len(chosen.images), -1),
        class_names=tuple(map(str, range(int(chosen.truth.max()) + 1))),
        truth=chosen.truth,
        question="",
    )
    config = recommended(dataset="made-up.npz", n_samples=dataset.n_items)
    return engine_for(config, dataset, resources=Resources(threads=2))


def _labelled(engine: Engine, seed: int, noise: float) -> tuple[IntArray, IntArray]:
    """The items that were asked about, ascending, and the classes that were named."""
    dataset = engine.dataset
    assert dataset.truth is not None
    random = np.random.default_rng(seed)
    policy = policy_of(recommended())
    labels = Labels()
    said: dict[int, int] = {}
    while len(said) < LABELS:
        for choice in engine.choose(policy, labels, labels, BATCH, random):
            true = int(dataset.truth[choice.item])
            wrong = random.random() < noise
            named = _another(true, dataset.n_classes, random) if wrong else true
            said[choice.item] = named
            labels = labels.with_label(choice.item, dataset.class_names[named])
    items = np.array(sorted(said), dtype=np.int64)
    return items, np.array([said[item] for item in items.tolist()], dtype=np.int64)


def _flipped(said: IntArray, engine: Engine, seed: int) -> IntArray:
    random = np.random.default_rng([seed, 1])
    flipped = said.copy()
    for place in random.permutation(len(said))[: round(WRONG * len(said))].tolist():
        flipped[place] = _another(int(said[place]), engine.dataset.n_classes, random)
    return flipped


def _another(label: int, n_classes: int, random: np.random.Generator) -> int:
    return int((label + random.integers(1, n_classes)) % n_classes)


def _found(engine: Engine, items: IntArray, said: IntArray) -> Found:
    dataset = engine.dataset
    assert dataset.truth is not None
    names = [dataset.class_names[label] for label in said]
    influence = engine.influence(Labels(dict(zip(items.tolist(), names, strict=True))))
    is_wrong: BoolArray = dataset.truth[items] != said
    listed = [doubt.item for doubt in doubts(influence)]
    first = np.isin(items[is_wrong], listed[:FIRST]).sum()
    return Found(
        float(roc_auc_score(is_wrong, suspicions(influence))),
        float(first / min(FIRST, is_wrong.sum())),
        len(listed),
    )


def _times() -> Iterator[tuple[int, float, float]]:
    """Labels, and seconds with and without what was solved while they were given."""
    features, truth = made_up_items(ITEMS)
    dataset = Dataset(
        title="Made up",
        rows=np.arange(ITEMS, dtype=np.int64),
        images=np.zeros((ITEMS, 1, 1), dtype=np.uint8),
        features=features,
        class_names=tuple(map(str, range(int(truth.max()) + 1))),
        truth=truth,
        question="",
        has_own_features=True,
    )
    config = recommended(dataset="made-up.npz", n_samples=ITEMS)
    order = np.random.default_rng(0).permutation(ITEMS).tolist()
    for number in AT:
        engine = engine_for(config, dataset, resources=Resources(threads=2))
        items = order[:number]
        labels = Labels({item: dataset.class_names[truth[item]] for item in items})
        engine.believe(labels)
        unknown = _seconds(engine, labels)
        if number <= AT[0]:
            engine.prepare(items)
        known = float(np.median([_seconds(engine, labels) for _ in range(REPEATS)]))
        yield number, known, unknown


def _seconds(engine: Engine, labels: Labels) -> float:
    begun = time.perf_counter()
    doubts(engine.influence(labels))
    return time.perf_counter() - begun


def main() -> None:
    """Measure, and print the section."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mistakes")
    parser.add_argument("--mnist", type=Path, help="a file with the MNIST digits")
    print(section(parser.parse_args().mnist))


if __name__ == "__main__":
    main()
