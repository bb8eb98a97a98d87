"""What the engine takes for one more label when there are a hundred of them, and many.

It runs in a process of its own, as part of ``make bench``:
``python -m tests.benchmarks.many_labels 70000 100 20000`` prints what was measured as JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

import numpy as np

from core.config import recommended
from core.data.dataset import Dataset
from core.engine.building import engine_for
from core.engine.engine import Engine, policy_of
from core.jobs.resources import Resources
from core.session.labels import Labels
from tests.benchmarks.made_up import made_up_items

SECTION: Final = "One more label among many"
ROUNDS: Final = 12
BATCH: Final = 10


@dataclass
class AtLabels:
    """One number of labels; milliseconds, medians over some rounds.

    Attributes
    ----------
    labels
        There were at first.
    anew
        Beliefs of labels that nothing is known of, as after a restart.
    array, prepare, believe, choose
        After one more label: the array of labels, the solved columns of a batch of ten, the
        beliefs, and the choice of a batch of ten.
    peak_mb
        The most memory the process had until then.
    """

    labels: int
    anew: float = 0
    array: float = 0
    prepare: float = 0
    believe: float = 0
    choose: float = 0
    peak_mb: float = 0

    @property
    def answer(self) -> float:
        """All that one more label takes."""
        return self.array + self.prepare + self.believe + self.choose


def measure(n_items: int, numbers: list[int]) -> list[AtLabels]:
    """Measure one size, the smallest number of labels first."""
    features, truth = made_up_items(n_items)
    names = tuple(map(str, range(int(truth.max()) + 1)))
    dataset = Dataset(
        title="Made up",
        rows=np.arange(n_items, dtype=np.int64),
        images=np.zeros((n_items, 1, 1), dtype=np.uint8),
        features=features,
        class_names=names,
        truth=truth,
        question="",
        has_own_features=True,
    )
    config = recommended(dataset="made-up.npz", n_samples=n_items)
    engine = engine_for(config, dataset, resources=Resources(threads=2))
    order = np.random.default_rng(0).permutation(n_items).tolist()
    return [_at(engine, order, number) for number in numbers]


def _at(engine: Engine, order: list[int], number: int) -> AtLabels:
    dataset = engine.dataset
    truth = dataset.truth
    assert truth is not None
    said = {item: dataset.class_names[truth[item]] for item in order}
    labels = Labels({item: said[item] for item in order[:number]})
    found = AtLabels(number)
    found.anew = _timed(partial(engine.believe, labels))
    policy = policy_of(recommended())
    taken: dict[str, list[float]] = {"array": [], "prepare": [], "believe": [], "choose": []}
    waiting = order[number:]
    for seed in range(ROUNDS):
        items, waiting = waiting[:BATCH], waiting[BATCH:]
        taken["prepare"].append(_timed(partial(engine.prepare, items)))
        labels = labels.with_label(items[0], said[items[0]])
        taken["array"].append(_timed(partial(engine.labels_array, labels)))
        taken["believe"].append(_timed(partial(engine.believe, labels)))
        random = np.random.default_rng(seed)
        taken["choose"].append(_timed(partial(engine.choose, policy, labels, [], BATCH, random)))
    for name, times in taken.items():
        setattr(found, name, float(np.median(times)))
    found.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return found


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - begun)


def many_labels_report(n_items: int, numbers: Sequence[int]) -> str:
    """A section of the report, measured in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.many_labels", str(n_items)]
    printed = subprocess.run(
        [*command, *map(str, numbers)], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    found = [AtLabels(**at) for at in json.loads(printed.splitlines()[-1])]
    rows = "".join(
        f"| {at.labels:,} | {at.prepare:.1f} | {at.believe:.1f} | {at.choose:.1f} | "
        f"{at.answer:.1f} | {at.answer / found[0].answer:.2f} | {at.anew:.0f} | "
        f"{at.peak_mb:,.0f} |\n"
        for at in found
    )
    return f"""## {SECTION}

| labels | ten columns | beliefs | next batch | together | ratio | after a restart | peak, MB |
| --- | --- | --- | --- | --- | --- | --- | --- |
{rows}
{n_items:,} made-up items of 64 features, best known settings, two threads; medians over {ROUNDS}
labels, each given after those of its row. Bar: together at most 1.5 times that at
{found[0].labels:,} labels. *After a restart*: the beliefs of labels of which nothing is solved.
*Peak*: the most memory the process had until then.
"""


def main() -> None:
    """Measure one size in this process, and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.many_labels")
    parser.add_argument("n_items", type=int)
    parser.add_argument("labels", type=int, nargs="+")
    options = parser.parse_args()
    print(json.dumps([asdict(at) for at in measure(options.n_items, options.labels)]))


if __name__ == "__main__":
    main()
