"""``python -m core replay``: the published runs, computed anew and compared."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from core.cli.output import write_file
from core.data import catalogue
from core.figures.digit_grid import DigitGrid, draw_digit_grid, round_grid_data, rounds_grid_data
from core.figures.export import FILE_KINDS, figure_bytes
from core.figures.palette import DARK, LIGHT
from core.replay.check import Cell, cells, rounds_csv
from core.replay.published import COLUMNS, SUMMARY_ROWS, Run, all_runs, find_run
from core.replay.run import ReplayRound, ReportRow, replay

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
  1  with --check: at least one figure differs
  2  bad input, or a file that cannot be written

PNG and SVG files are drawn by Chrome or Chromium: the one that the environment variable
BROWSER_PATH names, or else the first one found.
"""


def add(commands: Any, runs: tuple[Run, ...] | None) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called.

    Parameters
    ----------
    runs
        The runs to choose from; None stands for the published ones.
    """
    command = commands.add_parser(
        "replay",
        help="compute the published runs anew, and compare the figures",
        description=_REPLAY,
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.add_argument("run", metavar="RUN", nargs="?", help="the name of a run (default: all)")
    command.add_argument("--list", action="store_true", help="list the runs by name and title")
    command.add_argument(
        "--check", action="store_true", help="compare with the published figures instead"
    )
    command.add_argument(
        "--figure",
        metavar="FILE",
        type=_figure_path,
        help=f"draw the run to FILE, which ends in {_endings()}",
    )
    command.add_argument("--dark", action="store_true", help="draw the figure light on dark")
    command.add_argument("--csv", metavar="FILE", type=Path, help="write the run's numbers to FILE")
    command.set_defaults(refuse=command.error, act=partial(_act, runs=runs))


def _endings() -> str:
    *most, last = (f".{kind}" for kind in FILE_KINDS)
    return f"{', '.join(most)} or {last}"


def _figure_path(text: str) -> Path:
    path = Path(text)
    if path.suffix[1:].lower() not in FILE_KINDS:
        raise ArgumentTypeError(f"{text!r} does not end in {_endings()}")
    return path


def _act(options: Namespace, runs: tuple[Run, ...] | None) -> int:
    runs = all_runs() if runs is None else runs
    if options.list:
        width = max(len(run.id) for run in runs)
        print("\n".join(f"{run.id:{width}}  {run.title}" for run in runs))
        return 0
    if options.run is None and (options.figure or options.csv):
        options.refuse("--figure and --csv need the name of a run")
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


def _write_files(options: Namespace, run: Run, rounds: tuple[ReplayRound, ...]) -> None:
    if options.figure:
        palette = DARK if options.dark else LIGHT
        kind = options.figure.suffix[1:].lower()
        figure = draw_digit_grid(_grid(run, rounds), palette)
        write_file(
            options.figure,
            figure_bytes(figure, kind, background=palette.page, title=run.title),
        )
    if options.csv:
        write_file(options.csv, rounds_csv(rounds).encode())


def _grid(run: Run, rounds: tuple[ReplayRound, ...]) -> DigitGrid:
    dataset = catalogue.load(run.config)
    if run.kind == "demonstration":
        return round_grid_data(dataset, rounds[-1], run.figure_title)
    return rounds_grid_data(dataset, rounds, run.figure_title)


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
