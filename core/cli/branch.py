"""``python -m core branch``: a project that goes on from a round of another."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from contextlib import closing
from typing import Any

from core.bootstrap import service_there
from core.cli.output import FAILED
from core.cli.projects import find_project
from core.service.history import branch_name
from core.wording import counted, visible


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "branch",
        help="make a project that goes on from a round of another",
        description="Make a project that goes on from the end of a round: same images, and all "
        "answers up to there. The project that it is made of stays as it is. The last line of the "
        "output is the new one's id.",
    )
    command.add_argument("project", metavar="PROJECT", help="its id or its name")
    command.add_argument(
        "--round",
        metavar="N",
        type=_number,
        required=True,
        help="the round; 0 stands for the labels that came with the project",
    )
    command.add_argument(
        "--name", metavar="NAME", help="what it is to be called, if not “PROJECT, round N”"
    )
    command.set_defaults(act=_act, failed=FAILED)


def _act(options: Namespace) -> int:
    with closing(service_there()) as service:
        project = find_project(service, options.project)
        name = options.name
        if name is None:
            name = service.free_name(branch_name(project, options.round))
        made = service.branch(project.project_id, options.round, name)
        n_labels = service.n_labels(made.project_id)
    told = f"{counted(n_labels, 'label')}, from round {options.round:,}"
    print(f"Branched “{visible(made.name)}” from “{visible(project.name)}”: {told}.")
    print(made.project_id)
    return 0


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is no number of a round")
    return int(text)
