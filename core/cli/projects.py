"""``python -m core projects``: what there is to export."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from typing import Any

from core.bootstrap import service_there
from core.cli.output import FAILED
from core.errors import LabelspreadError
from core.wording import counted, visible


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "projects",
        help="list the projects",
        description="List the projects, oldest first: id, name, number of labels.",
    )
    command.set_defaults(act=_act, failed=FAILED)


def _act(_options: Namespace) -> int:
    with closing(service_there()) as service:
        for project in service.projects():
            try:
                told = counted(service.n_labels(project.project_id), "label")
            except LabelspreadError as error:
                told = str(error)
            print(f"{project.project_id}  {visible(project.name)}  {told}")
        for broken in service.broken_projects():
            print(f"{broken.project_id}  {visible(broken.name)}  {broken.problem} {broken.remedy}")
    return 0
