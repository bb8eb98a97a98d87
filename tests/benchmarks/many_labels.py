"""What the engine takes for one more label when there are a hundred of them, and many.

Every size runs in a process of its own: ``python -m tests.benchmarks.many_labels 70000 100 20000``
prints what was measured as JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

import numpy as np

from core.config import recommended
from core.data.dataset import Dataset
from core.engine.engine import Engine, engine_for, policy_of
from core.jobs.resources import Resources
from core.session.labels import Labels
from tests.benchmarks.made_up import made_up_items

FEW: Final = 100
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


def main() -> None:
    """Measure one size in this process, and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.many_labels")
    parser.add_argument("n_items", type=int)
    parser.add_argument("labels", type=int, nargs="+")
    options = parser.parse_args()
    print(json.dumps([asdict(at) for at in measure(options.n_items, options.labels)]))


if __name__ == "__main__":
    main()
