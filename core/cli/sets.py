"""``python -m core sets``: the images there are."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from core.bootstrap import catalogue_of
from core.cli.output import FAILED
from core.wording import counted, visible


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "sets",
        help="list the sets of images",
        description="List the sets of images: key, name, number of images, what came with them.",
    )
    command.set_defaults(act=_act, failed=FAILED)


def _act(_options: Namespace) -> int:
    for entry in catalogue_of().entries():
        told = entry.problem or counted(entry.n_items, "image")
        if not entry.problem and entry.class_names is not None:
            n_classes = len(entry.class_names)
            told += f", {n_classes:,} {'class' if n_classes == 1 else 'classes'}"
            told += f", {entry.n_known or 0:,} labelled"
        print(f"{entry.key}  {visible(entry.title)}  {told}")
    return 0
