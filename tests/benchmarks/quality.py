"""``make bench-quality``: whether what is said of the quality of labels holds, and what it takes.

Projects are simulated as the app would go on with them, as you go: each question is what the engine
asks, each answer the truth, and after each the audit is looked at. Nothing here is told the truth
but the oracle and the count of what was claimed.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
from scipy.stats import beta

from core.arrays import UNLABELLED, BoolArray, FloatArray
from core.learning.beliefs import lead_of
from core.quality.audit import Check, bounds
from core.quality.calibration import Calibration, expected_calibration_error
from core.querying.drawing import draw
from core.service.auditing import judge
from core.session.events import Draw
from tests.benchmarks import mistakes, stopping, votes
from tests.benchmarks.simulated import Make, answered, engine_of, sets_of_digits

PAGE: Final = Path(__file__).parents[2] / "docs" / "quality.md"
LABELS: Final = 100
CALIBRATED_AT: Final = (50, 100)
CLAIMED_AT: Final = (20, 50, 100, 300)
CHECKS: Final = (100, 300, 1_000)
_PROCESSES: Final = 2
_POOL: Final = 20_000


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of one simulated project.

    Attributes
    ----------
    flattered, belittled
        Whether the truth was ever below the bounds, or above them.
    width
        Between the bounds at the end, 0 to 1.
    errors
        Expected calibration errors, 0 to 1, at 50 and 100 labels: of the shares that label
        spreading gives, and of what is shown.
    """

    flattered: bool
    belittled: bool
    width: float
    errors: tuple[tuple[float, float], ...]


def _live(make: Make, seed: int) -> Lived:
    """Label a set from nothing, and look at the audit after every answer."""
    engine = engine_of(make(seed))
    truth = engine.dataset.truth
    assert truth is not None
    flattered = belittled = False
    width, errors = 1.0, []
    for state in answered(engine, seed, LABELS):
        judged = judge(state, engine, "estimated")
        beliefs = engine.believe(state.labels)
        is_open = beliefs.labels == UNLABELLED
        right = beliefs.model_class[is_open] == truth[is_open]
        n_wrong, n_open = int(np.count_nonzero(~right)), int(np.count_nonzero(is_open))
        found = bounds(judged.audit.checks, n_open)
        flattered |= n_wrong > found.most
        belittled |= n_wrong < found.least
        width = (found.most - found.least) / len(truth)
        if len(state.labels) in CALIBRATED_AT and judged.calibration is not None:
            shares = np.asarray(beliefs.probabilities[is_open], dtype=np.float64)
            errors.append(_calibration_errors(shares, right, judged.calibration))
    return Lived(flattered, belittled, width, tuple(errors))


def _calibration_errors(
    shares: FloatArray, right: BoolArray, calibration: Calibration
) -> tuple[float, float]:
    shown = calibration.probability(lead_of(shares))
    return (
        expected_calibration_error(shares.max(axis=1), right),
        expected_calibration_error(shown, right),
    )


def _coverage(mnist: Path | None, projects: int) -> str:
    told = calibrated = ""
    for name, make in sets_of_digits(mnist):
        with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
            lives = list(pool.map(partial(_live, make), range(projects), chunksize=4))
        n_missed = sum(one.flattered or one.belittled for one in lives)
        low, high = _exactly(n_missed, projects)
        told += (
            f"| {name} | {projects:,} | {100 * (1 - n_missed / projects):.1f} % | "
            f"{100 * (1 - high):.1f} to {100 * (1 - low):.1f} % | "
            f"{sum(one.flattered for one in lives)} | {sum(one.belittled for one in lives)} | "
            f"{100 * np.mean([one.width for one in lives]):.1f} |\n"
        )
        errors = 100 * np.array([one.errors for one in lives if len(one.errors) == 2])
        means = errors.mean(axis=0)
        calibrated += (
            f"| {name} | {means[0, 0]:.1f} | **{means[0, 1]:.1f}** | {means[1, 0]:.1f} | "
            f"**{means[1, 1]:.1f}** |\n"
        )
        print(f"{name}: done", file=sys.stderr, flush=True)
    return f"""## Whether the bounds hold

Simulated projects, looked at after each of the first {LABELS} answers: one in which the truth was
outside the bounds *at any look* has missed. Flattered: labels were said to be better than they
are. Width: of the bounds at {LABELS} labels, in points, where about a fifth of them are checks.

| images | projects | held at every look | 95 % interval of that | flattered | belittled | width |
| --- | --- | --- | --- | --- | --- | --- |
{told}
## Whether percentages mean what they say

Expected calibration error over all images without a label, 15 bins, in points; mean over the same
projects. Spread: the shares that label spreading gives. Shown: what the Label page says.

| images | spread, at 50 labels | shown | spread, at 100 | shown |
| --- | --- | --- | --- | --- |
{calibrated}"""


def _exactly(n_found: int, total: int) -> tuple[float, float]:
    """Clopper and Pearson's interval, 95 %."""
    low = beta.ppf(0.025, n_found, total - n_found + 1) if n_found else 0.0
    high = beta.ppf(0.975, n_found + 1, total - n_found) if n_found < total else 1.0
    return float(low), float(high)


def _widths(repeats: int) -> str:
    """How wide bounds are after so many checks of a model that stays as it is."""
    rows = ""
    for n_checks in CHECKS:
        for share in (0.05, 0.02):
            equal, weighed, once = (np.zeros(repeats) for _ in range(3))
            for seed in range(repeats):
                random = np.random.default_rng([seed, n_checks])
                unsure = random.random(_POOL)
                is_wrong = random.random(_POOL) < _error_rates(unsure, share)
                seen = _drawn(is_wrong, None, n_checks, random)
                equal[seed], n_seen = _width(seen), sum(check.wrong for check in seen)
                weighed[seed] = _width(_drawn(is_wrong, unsure, n_checks, random))
                low, high = _exactly(n_seen, n_checks)
                once[seed] = high - low
            rows += (
                f"| {n_checks:,} | {100 * (1 - share):.0f} % | {100 * once.mean():.2f} | "
                f"{100 * equal.mean():.2f} | {equal.mean() / once.mean():.2f} | "
                f"{100 * weighed.mean():.2f} | {weighed.mean() / equal.mean():.2f} |\n"
            )
    return f"""## How wide the bounds are

{_POOL:,} images whose predictions stay as they are; errors are where the model is unsure, as on
digits: the least sure tenth has 80 % of them, the next two tenths 17 %. Mean width in points over
{repeats} runs. Once: Clopper and Pearson's interval, which may be looked at once. Equal: bounds
that may be looked at always, from draws with equal chances. Ours: from draws as the app makes them.

| checks | right | once | equal | equal / once | ours | ours / equal |
| --- | --- | --- | --- | --- | --- | --- |
{rows}"""


def _error_rates(unsure: FloatArray, share: float) -> FloatArray:
    """Chances of an error by how unsure the model is, ``share`` in the mean."""
    rates = np.select([unsure > 0.9, unsure > 0.7], [0.80 / 0.1, 0.17 / 0.2], 0.03 / 0.7)
    return np.asarray(share * rates)


def _drawn(
    is_wrong: BoolArray, unsure: FloatArray | None, n_checks: int, random: np.random.Generator
) -> list[Check]:
    free = np.ones(len(is_wrong), dtype=np.bool_)
    found: list[tuple[Draw, bool]] = []
    for _ in range(n_checks):
        if unsure is None:
            item = int(random.choice(np.flatnonzero(free)))
            how = Draw((int(free.sum()),), (1.0,), 0)
        else:
            item, how = draw(unsure, free, random)
        free[item] = False
        found.append((how, bool(is_wrong[item])))
    wrong = [one for _, one in found]
    return [Check(how, one, sum(wrong[n:])) for n, (how, one) in enumerate(found)]


def _width(checks: list[Check]) -> float:
    found = bounds(checks, _POOL - len(checks))
    return (found.most - found.least) / _POOL


def _claims(mnist: Path | None) -> str:
    """What was claimed of one project at a few moments, and what was true."""
    rows = ""
    for name, make in [*sets_of_digits(mnist)[:1], *sets_of_digits(mnist)[3:]]:
        engine = engine_of(make(0))
        truth = engine.dataset.truth
        assert truth is not None
        for state in answered(engine, 0, max(CLAIMED_AT)):
            if len(state.labels) in CLAIMED_AT:
                claimed = judge(state, engine, "estimated").audit.sentence()
                really = float((engine.believe(state.labels).predicted == truth).mean())
                rows += f"| {name} | {len(state.labels)} | {claimed} | {100 * really:.2f} % |\n"
    return f"""## Claimed, and true

One project each, its truth hidden from all but the oracle that answers.

| images | labels | what the app said | really |
| --- | --- | --- | --- |
{rows}"""


def main() -> None:
    """Measure all of it, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.quality", description=__doc__)
    parser.add_argument("--mnist", type=Path, metavar="FILE", help="the MNIST digits, as .npz")
    parser.add_argument("--projects", type=int, default=1_000, help="simulated, of each set")
    parser.add_argument("--repeats", type=int, default=60, help="runs for widths")
    parser.add_argument("--stops", type=int, default=24, help="simulated to say when to stop")
    parser.add_argument("--votes", type=int, default=40, help="runs of simulated people")
    asked = parser.parse_args()
    # Without the threads of BLAS in each other's way.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    sections = [
        _coverage(asked.mnist, asked.projects),
        _widths(asked.repeats),
        _claims(asked.mnist),
        stopping.section(asked.mnist, asked.stops),
        mistakes.section(asked.mnist),
        votes.section(asked.votes),
    ]
    head = """# How good is it, and does what is said of it hold?

`make bench-quality MNIST=mnist.npz` measures all of this anew and writes this file. How it works is
in [architecture.md](architecture.md).

"""
    PAGE.write_text(head + "\n".join(sections), encoding="utf-8")
    print(f"Written to {PAGE.relative_to(Path.cwd())}.")


if __name__ == "__main__":
    main()
