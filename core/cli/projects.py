"""``python -m core projects``: what there is, and which one is meant by a name."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from typing import Any

from core.bootstrap import service_there
from core.cli.output import FAILED
from core.errors import InvalidNameError, LabelspreadError
from core.service.labelling import Service
from core.storage import Project
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


def find_project(service: Service, wanted: str) -> Project:
    """The project of this name or id; one that is another's name is no id.

    Raises
    ------
    InvalidNameError
        If there is none that can be used, or several people have one of this name.
    """
    projects = service.projects()
    name = " ".join(wanted.split()).casefold()
    alike = [project for project in projects if project.name.casefold() == name]
    if len(alike) == 1:
        return alike[0]
    if alike:
        ids = ", ".join(project.project_id for project in alike)
        raise InvalidNameError(
            f"There are {len(alike)} projects called “{visible(wanted)}”.",
            f"Name one by its id: {ids}.",
        )
    for broken in service.broken_projects():
        if wanted == broken.project_id or broken.name.casefold() == name:
            raise InvalidNameError(
                f"The project “{visible(broken.name)}” cannot be used. {broken.problem}",
                broken.remedy,
            )
    for project in projects:
        if project.project_id == wanted:
            return project
    names = ", ".join(f"“{visible(project.name)}”" for project in projects)
    raise InvalidNameError(
        f"There is no project called “{visible(wanted)}”.",
        f"There are: {names}." if names else "Create one in the app.",
    )
