"""``python -m core simulate``: strategies, compared with an oracle that knows the truth."""

from __future__ import annotations

import sys
from argparse import Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from textwrap import fill
from typing import Any, Final, get_args

from core.bootstrap import builder_of, catalogue_of, networks_of
from core.cli.output import STOPPED, write_file
from core.config import DIGITS, Features
from core.data.catalogue import Entry
from core.engine.best import best_features
from core.errors import InvalidConfigError, InvalidDatasetError
from core.simulation.outcome import (
    LEVELS,
    MILESTONES,
    Interval,
    Needed,
    Outcome,
    outcome_csv,
    summarise,
)
from core.simulation.plan import ClassSizes, make_plan
from core.simulation.run import simulate
from core.simulation.strategies import BY_KEY, PRESETS
from core.wording import counted, percent

_SIMULATE: Final = """\
Compare strategies: each starts without a label on the same images, and an oracle that knows the
true classes answers in place of a person. Prints how many labels each needs to reach an accuracy.
"""
_SIMULATE_MORE: Final = """\
strategies:
{strategies}

examples:
  python -m core simulate
  python -m core simulate --strategy best --strategy margin --seeds 20 --budget 200
  python -m core simulate --data shoes.npz --sizes last --noise 0.05 --csv curves.csv

The figure after ± is half the width of a 95 % interval over runs. Image sets are files in the
folder "datasets" of the app's data, which the environment variable LABELSPREAD_HOME names.

exit status:
  0    done
  2    bad input, or a file that cannot be written
  130  stopped by Ctrl-C: the runs finished until then are printed, and written if --csv is given
"""
_SIZES: Final[dict[str, ClassSizes]] = {
    "as-they-are": "as_they_are",
    "first": "first_largest",
    "last": "last_largest",
}
_CHOSEN: Final = ("best", "classic", "random")


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    width = max(len(preset.key) for preset in PRESETS)
    listed = "\n".join(
        fill(
            preset.explanation,
            98,
            initial_indent=f"  {preset.key:{width}}  ",
            subsequent_indent=" " * (width + 4),
        )
        for preset in PRESETS
    )
    command = commands.add_parser(
        "simulate",
        help="compare strategies with an oracle that knows the truth",
        description=_SIMULATE,
        epilog=_SIMULATE_MORE.format(strategies=listed),
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--data",
        metavar="NAME",
        default=DIGITS,
        help="digits, or a file in the folder datasets (default: digits)",
    )
    command.add_argument(
        "--samples", metavar="N", type=int, help="how many of its images to use (default: all)"
    )
    command.add_argument(
        "--strategy",
        metavar="NAME",
        action="append",
        choices=list(BY_KEY),
        help="a strategy to compare; can be given several times (default: best, classic, random)",
    )
    command.add_argument(
        "--seeds", metavar="N", type=int, default=10, help="runs of each (default: 10)"
    )
    command.add_argument(
        "--budget", metavar="N", type=int, default=100, help="labels per run (default: 100)"
    )
    command.add_argument(
        "--batch", metavar="N", type=int, default=10, help="labels per round (default: 10)"
    )
    command.add_argument(
        "--noise",
        metavar="SHARE",
        type=float,
        default=0.0,
        help="share of wrong answers, up to 0.5 (default: 0)",
    )
    command.add_argument(
        "--sizes",
        choices=list(_SIZES),
        default="as-they-are",
        help="class sizes: as they are, or each 0.6 times the one before, with the first or last "
        "class largest",
    )
    command.add_argument(
        "--features",
        choices=get_args(Features),
        help="what all but classic compare images by: plain pixels; shapes, which are pixels and "
        "edges; embeddings; or both, shapes and embeddings (default: what suits the images)",
    )
    command.add_argument(
        "--network",
        metavar="NAME",
        help="the network that makes embeddings, by its key or title, if not the one that comes "
        "with the app",
    )
    command.add_argument("--csv", metavar="FILE", type=Path, help="write all curves to FILE")
    command.set_defaults(act=_act, refuse=command.error)


def _act(options: Namespace) -> int:
    catalogue = catalogue_of()
    entry = next((one for one in catalogue.entries() if one.key == options.data), None)
    if entry is None or entry.problem:
        known = ", ".join(one.key for one in catalogue.entries() if not one.problem)
        problem = entry.problem if entry else f"There is no data set {options.data!r}."
        raise InvalidDatasetError(problem, f"Those there are: {known}.")
    n_samples = entry.n_items if options.samples is None else options.samples
    if not 2 <= n_samples <= entry.n_items:
        raise InvalidConfigError(
            f"{entry.title} has {counted(entry.n_items, 'image')}, and {n_samples:,} are wanted.",
            f"Take 2 to {entry.n_items:,}.",
        )
    keys = dict.fromkeys(options.strategy or _CHOSEN)
    features, network = _seen_by(entry, options)
    plan = make_plan(
        dataset=entry.key,
        n_samples=n_samples,
        shuffle_seed=None if n_samples == entry.n_items else 0,
        strategies=[BY_KEY[key].strategy(entry.key, n_samples, features, network) for key in keys],
        seeds=options.seeds,
        budget=options.budget,
        batch_size=options.batch,
        noise=options.noise,
        sizes=_SIZES[options.sizes],
    )
    if options.csv and (options.csv.is_dir() or not options.csv.parent.is_dir()):
        # It cannot be written, which is better said now than after an hour.
        write_file(options.csv, b"")
    build = builder_of()
    teller = _Teller()
    so_far = _SoFar()
    outcome: Outcome | None
    try:
        outcome = simulate(plan, build(plan), teller, so_far.keep)
    except KeyboardInterrupt:
        outcome = so_far.finished()
    teller.end()
    if outcome is None:
        print("Stopped before a run was finished: there are no figures.", file=sys.stderr)
        return STOPPED
    if options.csv:
        write_file(options.csv, outcome_csv(outcome).encode())
    print(outcome_text(outcome))
    if outcome.cancelled:
        print("Stopped: the figures are those of the runs that were finished.", file=sys.stderr)
        return STOPPED
    return 0


def _seen_by(entry: Entry, options: Namespace) -> tuple[Features, str]:
    """What images are compared by, and the key of the network for it; empty for the usual one."""
    features: Features = options.features or best_features(entry)
    if not options.network:
        return features, ""
    if options.features not in {None, "embeddings", "both"}:
        options.refuse(f"--features {options.features} needs no network")
    network = networks_of().find(options.network)
    if entry.has_features:
        print("The images came with features, which are used; no network looks at them.")
        return features, ""
    return options.features or "embeddings", network.key


class _SoFar:
    """Keeps what there is of a comparison, should it be stopped."""

    def __init__(self) -> None:
        self._outcome: Outcome | None = None

    def keep(self, outcome: Outcome) -> None:
        """Take what there is now."""
        self._outcome = outcome

    def finished(self) -> Outcome | None:
        """The runs that came to their end; None if none has."""
        found = self._outcome.finished(cancelled=True) if self._outcome else None
        return found if found and found.curves else None


class _Teller:
    """Tells on stderr how far it is: over and over in one line, or in a log once a stage."""

    def __init__(self) -> None:
        self._is_screen = sys.stderr.isatty()
        self._told = ""

    def __call__(self, stage: str, share: float, /) -> None:
        if self._is_screen:
            print(f"\r{stage} · {100 * share:.0f} %\x1b[K", end="", file=sys.stderr, flush=True)
        elif stage != self._told:
            print(stage, file=sys.stderr, flush=True)
        self._told = stage

    def end(self) -> None:
        """Leave the line to what comes next."""
        if self._is_screen:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def outcome_text(outcome: Outcome) -> str:
    """What came out of a comparison, one line a strategy."""
    milestones = [i for i, n in enumerate(MILESTONES) if n <= outcome.plan.budget]
    rows = [
        [
            "",
            *(f"{100 * level:.0f} %" for level in LEVELS),
            *(f"at {MILESTONES[i]}" for i in milestones),
            "found",
        ]
    ]
    for summary in summarise(outcome):
        found = summary.classes_found
        rows.append(
            [
                summary.strategy,
                *(_needed_text(needed) for needed in summary.needed),
                *(_interval_text(summary.right_after[i], 100, 1) for i in milestones),
                f"{_interval_text(found, 1, 1)} of {outcome.n_classes}" if found else "-",
            ]
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(
            [
                f"{row[0]:{widths[0]}}",
                *(f"{text:>{width}}" for text, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    plan = outcome.plan
    n_runs = counted(plan.seeds, "run")
    if outcome.cancelled:
        all_runs = plan.seeds * len(plan.strategies)
        n_runs = f"{len(outcome.curves)} of {counted(all_runs, 'run')}"
    return "\n".join(
        [
            f"{outcome.title}: {counted(outcome.n_items, 'image')}, "
            f"{n_runs}, {plan.batch_size} labels per round, "
            f"{percent(plan.noise)} of the answers wrong",
            "Labels needed to reach an accuracy, accuracy in % after so many labels, classes found",
            "",
            *lines,
        ]
    )


def _needed_text(needed: Needed) -> str:
    if needed.labels is not None:
        return _interval_text(needed.labels, 1, 0)
    if not needed.runs:
        return "-"
    return f"{needed.reached} of {needed.runs} reached" if needed.reached else "not reached"


def _interval_text(interval: Interval | None, factor: int, decimals: int) -> str:
    if interval is None:
        return "-"
    if float(interval.mean).is_integer() and factor == 1 and not interval.half:
        decimals = 0
    mean = f"{factor * interval.mean:.{decimals}f}"
    return f"{mean} ± {factor * interval.half:.{decimals}f}" if interval.half else mean
