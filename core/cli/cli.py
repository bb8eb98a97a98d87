"""The command line: parse, call, print, and say in one line what went wrong."""

from __future__ import annotations

import os
import sys
from argparse import (
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, Final, NoReturn

from core.bootstrap import builder_of, catalogue_of
from core.config import DIGITS
from core.data import catalogue
from core.errors import (
    FileNotWrittenError,
    InvalidConfigError,
    InvalidDatasetError,
    LabelspreadError,
)
from core.figures.digit_grid import DigitGrid, draw_digit_grid, round_grid_data, rounds_grid_data
from core.figures.export import FILE_KINDS, figure_bytes
from core.figures.palette import DARK, LIGHT
from core.replay.check import Cell, cells, rounds_csv
from core.replay.published import COLUMNS, SUMMARY_ROWS, Run, all_runs, find_run
from core.replay.run import ReplayRound, ReportRow, replay
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

_PROGRAM: Final = "python -m core"
_BAD_INPUT: Final = 2

_REPLAY: Final = """\
Compute the published runs of scikit-learn's digits examples anew, and print what they printed.
"""
_EXAMPLES: Final = """\
examples:
  python -m core replay --list
  python -m core replay digits-active-0.20
  python -m core replay digits-active-0.20 --figure rounds.html
  python -m core replay digits-active-0.20 --figure rounds.png --csv rounds.csv --check
  python -m core replay --check

exit status:
  0  done, and with --check all figures are identical
  1  with --check: some figure differs
  2  bad input, or a file that cannot be written

PNG and SVG files are drawn by a Chrome or Chromium: the one that the environment variable
BROWSER_PATH names, or else the first that is found.
"""

_SIMULATE: Final = """\
Compare strategies: each labels the same images from none, and an oracle that knows the true classes
answers in a person's place. Prints how many labels it takes until so much is right.
"""
_SIMULATE_MORE: Final = """\
strategies:
{strategies}

examples:
  python -m core simulate
  python -m core simulate --strategy best --strategy margin --seeds 20 --budget 200
  python -m core simulate --data shoes.npz --sizes last --noise 0.05 --csv curves.csv

Behind ± is half a 95 % interval over runs. Image sets are files in the folder datasets of the app's
data, which the environment variable LABELSPREAD_HOME names.

exit status:
  0  done
  2  bad input, or a file that cannot be written
"""
_SIZES: Final[dict[str, ClassSizes]] = {
    "as-they-are": "as_they_are",
    "first": "first_largest",
    "last": "last_largest",
}
_CHOSEN: Final = ("best", "classic", "random")


class _Parser(ArgumentParser):
    """Says in one line what is wrong with its arguments."""

    def error(self, message: str) -> NoReturn:
        self.exit(_BAD_INPUT, f"{self.prog}: {message} (--help says more)\n")


def main(arguments: Sequence[str] | None = None, runs: tuple[Run, ...] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        Without the name of the program; None takes those of this process.
    runs
        The runs to choose from; None stands for the published ones.

    Returns
    -------
    int
        The exit status.
    """
    options = _parser().parse_args(arguments)
    try:
        if options.command == "simulate":
            status = _simulate(options)
        else:
            status = _replay(options, all_runs() if runs is None else runs)
        sys.stdout.flush()
    except LabelspreadError as error:
        print(f"{_PROGRAM}: {error}", file=sys.stderr)
        return _BAD_INPUT
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _parser() -> ArgumentParser:
    parser = _Parser(prog=_PROGRAM, description="Labelspread without a screen.")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )
    command = commands.add_parser(
        "replay",
        help="compute the published runs anew, and compare",
        description=_REPLAY,
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.add_argument("run", metavar="RUN", nargs="?", help="a run's name; all runs if left out")
    command.add_argument("--list", action="store_true", help="list the runs by name and title")
    command.add_argument(
        "--check", action="store_true", help="compare with the published figures instead"
    )
    command.add_argument(
        "--figure",
        metavar="FILE",
        type=_figure_path,
        help=f"write the run's figure; FILE ends in {_endings()}",
    )
    command.add_argument("--dark", action="store_true", help="draw the figure light on dark")
    command.add_argument("--csv", metavar="FILE", type=Path, help="write the run's numbers")
    command.set_defaults(refuse=command.error)
    _add_simulate(commands)
    return parser


def _add_simulate(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
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
        "--data", metavar="NAME", default=DIGITS, help="digits, or a file in the folder datasets"
    )
    command.add_argument(
        "--samples", metavar="N", type=int, help="so many of its images; all if left out"
    )
    command.add_argument(
        "--strategy",
        metavar="NAME",
        action="append",
        choices=list(BY_KEY),
        help="one to compare, again and again; best, classic and random if left out",
    )
    command.add_argument("--seeds", metavar="N", type=int, default=10, help="runs of each (10)")
    command.add_argument("--budget", metavar="N", type=int, default=100, help="labels a run (100)")
    command.add_argument("--batch", metavar="N", type=int, default=10, help="labels a round (10)")
    command.add_argument(
        "--noise", metavar="SHARE", type=float, default=0.0, help="share of wrong answers (0)"
    )
    command.add_argument(
        "--sizes",
        choices=list(_SIZES),
        default="as-they-are",
        help="class sizes: as they are, or shrinking by 0.6 with the first or last class largest",
    )
    command.add_argument("--csv", metavar="FILE", type=Path, help="write all curves")


def _endings() -> str:
    *most, last = (f".{kind}" for kind in FILE_KINDS)
    return f"{', '.join(most)} or {last}"


def _figure_path(text: str) -> Path:
    path = Path(text)
    if path.suffix[1:].lower() not in FILE_KINDS:
        raise ArgumentTypeError(f"{text!r} does not end in {_endings()}")
    return path


def _replay(options: Namespace, runs: tuple[Run, ...]) -> int:
    if options.list:
        width = max(len(run.id) for run in runs)
        print("\n".join(f"{run.id:{width}}  {run.title}" for run in runs))
        return 0
    if options.run is None and (options.figure or options.csv):
        options.refuse("--figure and --csv are of one run: name it")
    chosen = runs if options.run is None else (find_run(options.run, runs),)
    identical = True
    for run in chosen:
        rounds = tuple(replay(run))
        _write_files(options, run, rounds)
        if options.check:
            compared = cells(run, rounds)
            identical &= all(cell.identical for cell in compared)
            print("\n".join(_verdict(run, compared)), flush=True)
        else:
            heading = (run.title, "=" * len(run.title), "") if len(chosen) > 1 else ()
            print("\n".join([*heading, *(round_text(step) for step in rounds)]), flush=True)
    return 0 if identical else 1


def _simulate(options: Namespace) -> int:
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
    plan = make_plan(
        dataset=entry.key,
        n_samples=n_samples,
        shuffle_seed=None if n_samples == entry.n_items else 0,
        strategies=[BY_KEY[key].strategy(entry.key, n_samples) for key in keys],
        seeds=options.seeds,
        budget=options.budget,
        batch_size=options.batch,
        noise=options.noise,
        sizes=_SIZES[options.sizes],
    )
    if options.csv and (options.csv.is_dir() or not options.csv.parent.is_dir()):
        # It cannot be written, which is better said now than after an hour.
        _write(options.csv, b"")
    build = builder_of()
    teller = _Teller()
    outcome = simulate(plan, build(plan), teller)
    teller.end()
    if options.csv:
        _write(options.csv, outcome_csv(outcome).encode())
    print(outcome_text(outcome))
    return 0


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
                f"{_interval_text(found, 1, 1)} of {outcome.n_classes}",
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
    return "\n".join(
        [
            f"{outcome.title}: {counted(outcome.n_items, 'image')}, "
            f"{counted(plan.seeds, 'run')}, {plan.batch_size} labels a round, "
            f"{percent(plan.noise)} of the answers wrong",
            "Labels needed until so much is right, per cent right after so many, classes found",
            "",
            *lines,
        ]
    )


def _needed_text(needed: Needed) -> str:
    if needed.labels is not None:
        return _interval_text(needed.labels, 1, 0)
    return f"{needed.reached} of {needed.runs} reached" if needed.reached else "not reached"


def _interval_text(interval: Interval | None, factor: int, decimals: int) -> str:
    if interval is None:
        return "-"
    if float(interval.mean).is_integer() and factor == 1 and not interval.half:
        decimals = 0
    mean = f"{factor * interval.mean:.{decimals}f}"
    return f"{mean} ± {factor * interval.half:.{decimals}f}" if interval.half else mean


def _write_files(options: Namespace, run: Run, rounds: tuple[ReplayRound, ...]) -> None:
    if options.figure:
        palette = DARK if options.dark else LIGHT
        kind = options.figure.suffix[1:].lower()
        figure = draw_digit_grid(_grid(run, rounds), palette)
        _write(
            options.figure,
            figure_bytes(figure, kind, background=palette.page, title=run.title),
        )
    if options.csv:
        _write(options.csv, rounds_csv(rounds).encode())


def _grid(run: Run, rounds: tuple[ReplayRound, ...]) -> DigitGrid:
    dataset = catalogue.load(run.config)
    if run.kind == "demonstration":
        return round_grid_data(dataset, rounds[-1], run.figure_title)
    return rounds_grid_data(dataset, rounds, run.figure_title)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        if not path.parent.is_dir():
            raise FileNotWrittenError(
                f"There is no folder {str(path.parent)!r}.", "Make it, or choose another."
            ) from error
        raise FileNotWrittenError(
            f"The file {str(path)!r} cannot be written ({error.strerror}).", "Choose another."
        ) from error


def _verdict(run: Run, compared: tuple[Cell, ...]) -> Iterator[str]:
    differing = [cell for cell in compared if not cell.identical]
    if differing:
        yield f"{run.id}: {len(differing)} of {len(compared)} figures differ"
    else:
        yield f"{run.id}: identical: {len(compared)} figures"
    for cell in compared:
        if cell.published != cell.computed:
            where = ", ".join(part for part in (f"round {cell.round}", *cell.place) if part)
            accepted = ", a rounding tie" if cell.tie else ""
            yield f"  {where}: published {cell.published}, computed {cell.computed}{accepted}"


def round_text(step: ReplayRound) -> str:
    """What the examples print in one round, to the letter."""
    unlabelled = step.n_items - step.printed_labels
    return (
        f"Iteration {step.number} {70 * '_'}\n"
        f"Label Spreading model: {step.printed_labels} labeled & {unlabelled} unlabeled "
        f"({step.n_items} total)\n"
        f"{report_text(step.report)}\n"
        f"Confusion matrix\n{step.confusion}"
    )


def report_text(report: Sequence[ReportRow]) -> str:
    """A classification report as scikit-learn lays it out: two decimals, summary rows apart."""
    width = max(len(row.name) for row in report)
    rows = [_report_line(row.name, row[1:], width) for row in report]
    n_classes = sum(row.name not in SUMMARY_ROWS for row in report)
    head = _report_line("", COLUMNS, width)
    return "\n".join([head, "", *rows[:n_classes], "", *rows[n_classes:], ""])


def _report_line(name: str, figures: Sequence[str | float | None], width: int) -> str:
    texts = (f"{f:.2f}" if isinstance(f, float) else "" if f is None else str(f) for f in figures)
    return f"{name:>{width}} " + "".join(f" {text:>9}" for text in texts)
