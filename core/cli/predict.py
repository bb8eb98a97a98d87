"""``python -m core predict``: what a project says of all items of a set that lies elsewhere."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from contextlib import closing
from typing import Any, Final

from core.bootstrap import service_there, sets_of
from core.cli.bring import choice_of
from core.cli.output import FAILED, Shown
from core.cli.projects import find_project
from core.data.parts.elsewhere import said_of
from core.data.parts.opening import open_parts
from core.predicting.partitions import partitions_of, rows_for
from core.predicting.places import Output
from core.predicting.run import Outcome, Workers, check_target, predict
from core.service.predicting import Speaker
from core.settings import resources
from core.wording import counted, duration, visible

_PREDICT: Final = """\
Say of each item of a set what a project says of it, by the items of the project that are nearest to
it. The set is a folder of Parquet files with features, here or in a bucket, of any size; it is read
part by part and never copied. The output is a folder of Parquet files, one row an item.
What is there already is not done again: when the command was stopped, run it once more.
"""
_MORE: Final = """\
examples:
  python -m core predict Birds --input s3://birds/features --output s3://birds/labels
  python -m core predict Birds --input features --output labels --choose features=clip
  python -m core predict Birds --input s3://birds/features --output s3://birds/labels \\
      --scheduler tcp://10.0.0.5:8786

Without --scheduler the work is shared out among processes on this machine. With it, among the
workers of that scheduler of Dask, which have to reach input and output. Start them where this
version of Labelspread is:
  python -m dask scheduler --preload labelspread
  python -m dask worker tcp://10.0.0.5:8786 --nthreads 1 --nworkers auto --preload labelspread

A label that a person gave always wins over the model's. What the model says is unverified.

exit status:
  0    done
  1    bad input, or something that could not be read or written; all else is done
  2    arguments that make no sense
  130  stopped by Ctrl-C; the same command goes on from the files that are there
"""
_SHOWN: Final = 10


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "predict",
        help="label all items of a set that lies elsewhere",
        description=_PREDICT,
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.add_argument("project", metavar="PROJECT", help="its name, or its id")
    command.add_argument(
        "--input", metavar="URL", required=True, help="the folder of Parquet files to read"
    )
    command.add_argument(
        "--output", metavar="URL", required=True, help="the folder to write to; made if need be"
    )
    command.add_argument(
        "--choose",
        metavar="KEY=VALUE",
        type=choice_of,
        action="append",
        default=[],
        help="say which column is what, where the guess is wrong: KEY is features, id (names), "
        "images or labels, and VALUE is the column, such as features=clip",
    )
    command.add_argument(
        "--scheduler", metavar="tcp://HOST:PORT", help="of Dask, whose workers do the work"
    )
    command.add_argument(
        "--workers",
        metavar="N",
        type=_count,
        help="processes on this machine (default: LABELSPREAD_THREADS, or one a processor)",
    )
    command.add_argument(
        "--one-by-one",
        action="store_true",
        help="tell each item from its nearest items of the project alone; else those of a part are "
        "compared with each other too, which is right more often and takes longer",
    )
    command.add_argument(
        "--again",
        action="store_true",
        help="make anew what another state of the project has predicted there",
    )
    command.set_defaults(act=_act, failed=FAILED, refuse=command.error)


def _act(options: Namespace) -> int:
    if options.scheduler is not None and options.workers is not None:
        options.refuse("--workers are those on this machine: leave out --scheduler, or them")
    progress = Shown()
    output = Output(options.output)
    threads = resources(os.environ).threads
    with closing(service_there()) as service:
        view = service.view(find_project(service, options.project).project_id)
        said = _columns(view.project.config.dataset, options.input) | dict(options.choose)
        parts = open_parts(options.input, said)
        speaker = Speaker(view, parts, together=not options.one_by_one)
        check_target(output, speaker.name, parts.url, again=options.again)
        partitions = partitions_of(parts, rows_for(len(view.class_names)))
        speaker.hand_over(output, threads=threads, progress=progress)
        about = speaker.about()
        name = visible(view.project.name)
    begun = time.monotonic()
    workers = Workers(options.scheduler, options.workers or threads)
    outcome = predict(parts, partitions, output, speaker.name, about, workers, progress)
    _tell(outcome, name, output.url, time.monotonic() - begun)
    return FAILED if outcome.failed else 0


def _columns(key: str, url: str) -> dict[str, str]:
    """Which columns are what, where landmarks of a set in parts say so."""
    sets = sets_of()
    elsewhere = sets.head(key).elsewhere if key in sets.listed() else None
    return {} if elsewhere is None else said_of(elsewhere, url)


def _tell(outcome: Outcome, name: str, where: str, seconds: float) -> None:
    counts = outcome.counts
    print(
        f"“{name}” labelled {counted(counts.rows, 'item')} in {where}: {counts.human:,} by people, "
        f"{counts.given:,} given, {counts.model:,} by the model, {counts.bare:,} without a label."
    )
    if outcome.n_found:
        print(
            f"Of {counted(outcome.n_done + outcome.n_found, 'file')} {outcome.n_found:,} were "
            "there already."
        )
    if outcome.n_done:
        print(f"{counted(outcome.n_done, 'file')} took {duration(seconds)}.")
    if counts.unusable:
        print(f"{counted(counts.unusable, 'item')} have no features that can be used.")
    if counts.known:
        print(counts.told)
    for failed in outcome.failed[:_SHOWN]:
        print(f"not done: {visible(failed.problem)}", file=sys.stderr)
    if outcome.failed:
        more = len(outcome.failed) - _SHOWN
        told = f"not done: {more:,} more\n" if more > 0 else ""
        print(
            f"{told}All else is done. Mend what is wrong, and run the same command again.",
            file=sys.stderr,
        )


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise ArgumentTypeError(f"{text!r} is no number of processes")
    return int(text)
