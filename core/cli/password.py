"""``python -m core password``: a line for the file of passwords."""

from __future__ import annotations

import sys
from argparse import Namespace
from getpass import getpass
from typing import Any

from core.cli.output import FAILED
from core.errors import InvalidNameError
from core.people.passwords import check_name, line_for


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "password",
        help="write a line for the file of passwords",
        description="Ask for a password twice, and write the line by which somebody can sign in. "
        "Append it to the file that LABELSPREAD_PASSWORDS names.",
    )
    command.add_argument("name", help="what the person is called")
    command.set_defaults(act=_act, failed=FAILED)


def _act(options: Namespace) -> int:
    check_name(options.name)
    if sys.stdin.isatty():
        first, again = getpass("Password: "), getpass("Once more: ")
    else:
        first, again = (sys.stdin.readline().rstrip("\n") for _ in range(2))
    if first != again:
        raise InvalidNameError("The two passwords are not the same.", "Type them again.")
    print(line_for(options.name, first))
    return 0
