"""Where Dawid and Skene's estimate pays against the majority of votes, by simulation.

Run by ``make bench-quality``, or alone by ``python -m tests.benchmarks.votes``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from core.arrays import UNLABELLED, FloatArray, IntArray
from core.people.truth import SURE, Votes, dawid_skene, majority

_CLASSES: Final = (2, 10)
_FEW: Final = 60
_ITEMS: Final = 300
_CROWDS: Final = ((3, 2), (3, 3), (20, 3), (20, 5))
_KINDS: Final = {
    "all right on 95 %": "careful",
    "all right on 80 %": "alike",
    "right on 55 to 98 %": "unlike",
    "a third guesses, others 93 %": "guessing",
    "a third takes one class for another": "confusing",
}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of the items of a simulated project, 0 to 1.

    Attributes
    ----------
    by_majority, by_skill
        Items whose best guess is right; of a tie, one of those that are level.
    tied, unsure
        Items on which there is no label: a tie, and one where no class is likely enough either.
    wrong_by_majority, wrong_by_skill
        Items with a wrong label.
    """

    by_majority: float
    by_skill: float
    tied: float
    unsure: float
    wrong_by_majority: float
    wrong_by_skill: float


def people(kind: str, n_people: int, n_classes: int, random: np.random.Generator) -> FloatArray:
    """How likely each person says each class of an item of each; (n_people, true, said)."""
    odd = range(max(1, n_people // 3))
    right = np.full(n_people, {"careful": 0.95, "alike": 0.8}.get(kind, 0.93))
    if kind == "unlike":
        right = random.uniform(0.55, 0.98, n_people)
    if kind == "guessing":
        right[: len(odd)] = 1 / n_classes
    rates = np.empty((n_people, n_classes, n_classes))
    rates[:] = ((1 - right) / (n_classes - 1))[:, None, None]
    rates[:, np.arange(n_classes), np.arange(n_classes)] = right[:, None]
    if kind == "confusing":
        # They take most of the first class for the second.
        rates[odd, 0] = 0
        rates[odd, 0, :2] = 0.3, 0.7
    return rates


def votes_of(
    rates: FloatArray, n_items: int, votes_each: int, random: np.random.Generator
) -> tuple[Votes, IntArray]:
    """Votes of some of these people on each item, and the truth."""
    n_people, n_classes = rates.shape[:2]
    truth = random.integers(0, n_classes, n_items)
    who = np.array([random.permutation(n_people)[:votes_each] for _ in range(n_items)])
    items = np.repeat(np.arange(n_items), votes_each)
    upto = rates[who.ravel(), truth[items]].cumsum(axis=1)
    said = (random.random(len(items))[:, None] > upto[:, :-1]).sum(axis=1)
    return Votes(items, who.ravel(), said, n_items, n_people, n_classes), truth


def _run(kind: str, n_items: int, crowd: tuple[int, int], n_classes: int, seed: int) -> _Outcome:
    random = np.random.default_rng([seed, n_items, *crowd, n_classes])
    n_people, votes_each = crowd
    votes, truth = votes_of(people(kind, n_people, n_classes, random), n_items, votes_each, random)
    counts = votes.counts()
    level = counts == counts.max(axis=1, keepdims=True)
    by_count = majority(counts)
    estimate = dawid_skene(votes)
    sure = estimate.sure()
    taken = np.where(sure == UNLABELLED, by_count, sure)
    return _Outcome(
        by_majority=float(np.mean(level[np.arange(n_items), truth] / level.sum(axis=1))),
        by_skill=float(np.mean(estimate.probabilities.argmax(axis=1) == truth)),
        tied=float(np.mean(by_count == UNLABELLED)),
        unsure=float(np.mean(taken == UNLABELLED)),
        wrong_by_majority=float(np.mean((by_count != truth) & (by_count != UNLABELLED))),
        wrong_by_skill=float(np.mean((taken != truth) & (taken != UNLABELLED))),
    )


def section(repeats: int) -> str:
    """Measure all of it; a section of a page."""
    rows, gains = "", []
    for (told, kind), n_classes, crowd in product(_KINDS.items(), _CLASSES, _CROWDS):
        seeds = range(repeats)
        runs = [_run(kind, _ITEMS, crowd, n_classes, seed) for seed in seeds]
        few = [_run(kind, _FEW, crowd, n_classes, seed) for seed in seeds]
        gain, of_few = _gain(runs), _gain(few)
        gains += [gain, of_few]
        means = 100 * np.array(
            [
                [run.by_majority, run.tied, run.wrong_by_majority, run.unsure, run.wrong_by_skill]
                for run in runs
            ]
        ).mean(axis=0)
        rows += (
            f"| {told} | {n_classes} | {crowd[0]} | {crowd[1]} | {means[0]:.1f} | "
            f"{gain[0]:+.1f} ± {gain[1]:.1f} | {of_few[0]:+.1f} ± {of_few[1]:.1f} | "
            f"{means[1]:.1f} | {means[2]:.1f} | {means[3]:.1f} | {means[4]:.1f} |\n"
        )
    better = sum(mean > error for mean, error in gains)
    worse = sum(mean < -error for mean, error in gains)
    return f"""## What is true where people disagree

Simulated votes on {_ITEMS} images, {repeats} runs a row. *Majority*: the share of images on which
most votes are right, in percent; of a tie, as by drawing lots. *Gain*: by how many points the
likeliest class of Dawid and Skene's estimate is right more often, with twice its standard error;
then the same on {_FEW} images. *Left*: images without a label, and *wrong*: with a wrong one, both
in points of all images. First by the majority, where ties are left; then by the estimate, which is
taken where a class is likely enough ({100 * SURE:.0f} %), and else the majority. Of {len(gains)}
gains {better} are above twice their error and {worse} below its negative; the largest loss is
{-min(mean for mean, _ in gains):.1f} points, the largest gain
{max(mean for mean, _ in gains):.1f}. So the estimate is what projects begin with.

| people | classes | of them | votes each | majority | gain | of few | left | wrong | left | wrong |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}"""


def _gain(runs: list[_Outcome]) -> tuple[float, float]:
    """In points, and twice its standard error."""
    gain = 100 * np.array([run.by_skill - run.by_majority for run in runs])
    return float(gain.mean()), float(2 * gain.std(ddof=1) / len(runs) ** 0.5)


def main() -> None:
    """Measure it, and print the section."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.votes", description=__doc__)
    parser.add_argument("--repeats", type=int, default=40, help="runs of each row")
    print(section(parser.parse_args().repeats))


if __name__ == "__main__":
    main()
