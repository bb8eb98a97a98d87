"""``python -m core export``: labels and predictions of a project, or all of it, in a file."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from contextlib import closing
from pathlib import Path
from typing import Any, Final, get_args

from core.bootstrap import service_there
from core.cli.output import FAILED, Shown, is_stream, require_place, write_stream
from core.cli.projects import find_project
from core.errors import InvalidSettingError
from core.export.about import about_text
from core.export.formats import FORMATS, choice_for
from core.export.log import LOG, write_log
from core.export.rows import LEAST, Wanted
from core.quality.calibration import FEWEST_LABELS
from core.service.exporting import labelled_of, pack_of
from core.wording import counted, visible

_EXPORT: Final = """\
Write the labels and predictions of a project to a file, one row an image; the app may keep running.
What is told of an export (settings, images, accuracy, columns) is in the file itself, or beside it
as FILE.about.json. With --format log all that ever happened in the project goes into one file,
which `import` brings back elsewhere as it was.
"""
_MORE: Final = """\
examples:
  python -m core projects
  python -m core export Digits -o digits.csv
  python -m core export Digits --rows labelled --format zip -o digits.zip
  python -m core export Digits --rows sure --above 0.95 --format parquet -o digits.parquet
  python -m core export Digits --format log --with-set -o digits.labelspread.zip

A label that a person gave, or that the project came with, always wins over the model's. What the
model says is unverified.

exit status:
  0    done
  1    bad input, or a file that cannot be written
  2    arguments that make no sense
"""


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "export",
        help="write the labels and predictions of a project to a file",
        description=_EXPORT,
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.add_argument("project", metavar="PROJECT", help="its name, or its id")
    command.add_argument(
        "--format", choices=[*FORMATS, LOG], default="csv", help="kind of file (default: csv)"
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        required=True,
        help="the file to write; - for the standard output",
    )
    command.add_argument(
        "--rows",
        choices=get_args(Wanted),
        help="all images; those labelled by people or given; or these and what the model is sure "
        "of (default: all; with --above: sure)",
    )
    command.add_argument(
        "--above",
        metavar="P",
        type=_probability,
        help=f"how likely right a prediction has to be to count as sure (default: {LEAST})",
    )
    command.add_argument(
        "--with-set", action="store_true", help="put the images into the file too (--format log)"
    )
    command.set_defaults(act=_act, failed=FAILED, refuse=command.error)


def _act(options: Namespace) -> int:
    if options.format == LOG:
        return _write_log(options)
    if options.with_set:
        options.refuse("--with-set needs --format log")
    if options.above is not None and options.rows not in {None, "sure"}:
        raise InvalidSettingError(
            f"--above needs --rows sure, and --rows {options.rows} is asked for.",
            "Leave one of them out.",
        )
    rows: Wanted = options.rows or ("all" if options.above is None else "sure")
    least = LEAST if options.above is None else options.above
    kind, path = FORMATS[options.format], options.output
    require_place(path)
    with closing(service_there()) as service:
        view = service.view(find_project(service, options.project).project_id)
        choice = choice_for(options.format, rows, least)
        labelled = labelled_of(view)
        pack = pack_of(view, labelled, choice, progress=Shown())
        if not kind.tells and not is_stream(path):
            # First: nothing has changed yet if it cannot be written.
            told = about_text(pack.about).encode()
            beside = path.with_name(f"{path.name}.about.json")
            write_stream(beside, lambda file: file.write(told))
        write_stream(path, lambda file: kind.write(pack, file))
    counts = pack.counts
    if rows == "sure" and not labelled.knows_chances:
        print(
            f"How likely predictions are right is known from {FEWEST_LABELS} labels on: until "
            "then none counts as sure.",
            file=sys.stderr,
        )
    print(
        f"Exported {counted(counts.rows, kind.unit)} of “{visible(view.project.name)}” to {path}: "
        f"{counts.human:,} labelled by people, {counts.given:,} given, {counts.model:,} by the "
        f"model, {counts.bare:,} without a label.",
        # What goes on to somebody else is the export alone.
        file=sys.stderr if is_stream(path) else sys.stdout,
    )
    return 0


def _write_log(options: Namespace) -> int:
    if options.rows is not None or options.above is not None:
        options.refuse("--format log takes all there is: leave out --rows and --above")
    path = options.output
    with closing(service_there()) as service:
        project = find_project(service, options.project)
        pack = service.log_pack(project.project_id, with_set=options.with_set, progress=Shown())
        write_stream(path, lambda file: write_log(pack, file))
    images = "with its images" if pack.carried else "without its images"
    print(
        f"Exported “{visible(project.name)}” to {path}, {images}: "
        f"{counted(pack.head.n_events, 'event')}.",
        file=sys.stderr if is_stream(path) else sys.stdout,
    )
    return 0


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ArgumentTypeError(f"{text!r} is no probability: take a number from 0 to 1")
    return value
