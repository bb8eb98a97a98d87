"""Whether questions are as good when a shortlist is looked at in place of all items.

All digits of MNIST are labelled twice by the same oracle, ten at a time: once as sets of this size
are, and once as larger ones are. ``python -m tests.benchmarks.shortlists --mnist mnist.npz`` writes
the section of label-efficiency.md; ``--keep`` and ``--kept`` put runs together that were made one
after the other.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from core.config import ProjectConfig, recommended
from core.data.dataset import Dataset
from core.engine.building import engine_for
from core.engine.engine import Engine, policy_of
from core.jobs.resources import Resources
from core.learning.beliefs import Beliefs
from core.querying.choosing import Choice, Policy
from core.session.labels import Labels
from core.simulation.run import run_once
from tests.benchmarks.label_report import ALL_FIGURES_SECTION, SHORTLIST_SECTION
from tests.benchmarks.label_sets import MNIST_SIZES, mnist_digits
from tests.benchmarks.labels import REPORT, images_of
from tests.benchmarks.report_file import write_section

AT: Final = (20, 50, 100)
BATCH: Final = 10

Accuracies = dict[str, dict[str, float]]
"""Of one run, in percent: by way, and by the number of labels as text."""


@dataclass(frozen=True)
class Asker:
    """An engine that is asked by a policy."""

    engine: Engine
    policy: Policy

    @property
    def dataset(self) -> Dataset:
        """The items it learns about."""
        return self.engine.dataset

    def believe(self, labels: Labels, /) -> Beliefs:
        """What it believes of every item."""
        return self.engine.believe(labels)

    def choose(
        self, labels: Labels, excluded: Iterable[int], size: int, random: np.random.Generator
    ) -> Sequence[Choice]:
        """Choose items to ask about."""
        return self.engine.choose(self.policy, labels, excluded, size, random)

    def like(self, config: ProjectConfig, /) -> Asker:
        """One that decides otherwise."""
        return Asker(self.engine.like(config), policy_of(config))


def one_run(mnist: Path, seed: int) -> Accuracies:
    """Label all digits by the one way and by the other."""
    with threadpool_limits(1):
        dataset = images_of(mnist_digits(mnist, max(MNIST_SIZES), seed))
        config = recommended(dataset="set.npz", n_samples=dataset.n_items)
        engine = engine_for(config, dataset, resources=Resources(threads=1))
        found: Accuracies = {}
        for way, whole_up_to in (("all", dataset.n_items), ("shortlist", 0)):
            asker = Asker(
                engine, replace(policy_of(config), whole_up_to=whole_up_to, whole_until=0)
            )
            points = run_once(asker, budget=max(AT), batch_size=BATCH, noise=0.0, seed=seed)
            found[way] = {str(p.labels): 100 * p.accuracy for p in points if p.labels in AT}
    return found


def section_of(runs: Sequence[Accuracies]) -> str:
    """What the runs came to."""
    rows = ""
    for labels in map(str, AT):
        whole, short = (
            np.array([run[way][labels] for run in runs]) for way in ("all", "shortlist")
        )
        apart, n_runs = short - whole, len(runs)
        rows += (
            f"| {labels} | {whole.mean():.2f} | {short.mean():.2f} | {apart.mean():+.2f} | "
            f"{apart.std(ddof=1) / np.sqrt(n_runs):.2f} | {np.count_nonzero(apart > 0)} |\n"
        )
    return f"""Of more than 100,000 items only some are looked at after each assumed answer. The
70,000 digits of MNIST, labelled ten at a time by the best known settings, once in that way and once
as sets of their size are: accuracy in percent, means over {len(runs)} runs, the mean of the
differences within a run with its standard error, and in how many runs a shortlist was ahead.

| labels | all looked at | by a shortlist | difference | standard error | ahead |
| --- | --- | --- | --- | --- | --- |
{rows}"""


def main() -> None:
    """Make runs, or take those that were kept, and write the section."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.shortlists")
    parser.add_argument("--mnist", type=Path, metavar="FILE")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(12)))
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep these runs, write nothing")
    parser.add_argument("--kept", type=Path, metavar="FILE", nargs="+", default=[])
    options = parser.parse_args()
    runs: list[Accuracies] = [
        run for path in options.kept for run in json.loads(path.read_text(encoding="utf-8"))
    ]
    if options.mnist:
        runs += [one_run(options.mnist, seed) for seed in options.seeds]
    if options.keep:
        options.keep.write_text(json.dumps(runs), encoding="utf-8")
        return
    text = section_of(runs)
    print(text)
    write_section(SHORTLIST_SECTION, text, REPORT, before=ALL_FIGURES_SECTION)


if __name__ == "__main__":
    main()
