"""The command line: parse, call, print, and say in one line what went wrong."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Final, NoReturn

from core.cli import (
    backup,
    branch,
    bring,
    export,
    networks,
    new,
    password,
    predict,
    projects,
    replay,
    report,
    restore,
    sets,
    simulate,
)
from core.cli.output import STOPPED
from core.errors import LabelspreadError
from core.replay.published import Run

_PROGRAM: Final = "python -m core"
_BAD_INPUT: Final = 2


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
    options = _parser(runs).parse_args(arguments)
    try:
        status = int(options.act(options))
        sys.stdout.flush()
    except LabelspreadError as error:
        print(f"{_PROGRAM}: {error}", file=sys.stderr)
        return int(getattr(options, "failed", _BAD_INPUT))
    except KeyboardInterrupt as stop:
        told = f"; {stop}" if str(stop) else ""
        print(f"{_PROGRAM}: stopped{told}", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _parser(runs: tuple[Run, ...] | None) -> ArgumentParser:
    parser = _Parser(prog=_PROGRAM, description="Labelspread without a screen.")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )
    replay.add(commands, runs)
    simulate.add(commands)
    bring.add(commands)
    sets.add(commands)
    networks.add(commands)
    new.add(commands)
    projects.add(commands)
    branch.add(commands)
    export.add(commands)
    predict.add(commands)
    report.add(commands)
    backup.add(commands)
    restore.add(commands)
    password.add(commands)
    return parser
