"""``python -m core projects``: what there is to export."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from typing import Any

from core.bootstrap import service_of
from core.wording import counted, visible


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "projects", help="list the projects", description="List the projects, oldest first."
    )
    command.set_defaults(act=_act)


def _act(_options: Namespace) -> int:
    with closing(service_of()) as service:
        for project in service.projects():
            n_labels = service.n_labels(project.project_id)
            print(f"{project.project_id}  {visible(project.name)}  {counted(n_labels, 'label')}")
    return 0
