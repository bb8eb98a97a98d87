"""``python -m core sets``: the images there are."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from core.bootstrap import catalogue_of
from core.cli.output import FAILED
from core.data.catalogue import told_number
from core.data.parts.opening import changed_since
from core.data.stored import StoredSet
from core.errors import InvalidDatasetError
from core.wording import visible


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "sets",
        help="list the sets of images",
        description="List the sets of images: key, name, number of images, what came with them.",
    )
    command.add_argument(
        "--check",
        action="store_true",
        help="see whether sets too large to copy are still what landmarks were drawn from",
    )
    command.set_defaults(act=_act, failed=FAILED)


def _act(options: Namespace) -> int:
    catalogue = catalogue_of()
    for entry in catalogue.entries():
        told = entry.problem or told_number(entry)
        if not entry.problem and entry.class_names is not None:
            n_classes = len(entry.class_names)
            told += f", {n_classes:,} {'class' if n_classes == 1 else 'classes'}"
            told += f", {entry.n_known or 0:,} labelled"
        if entry.where is not None:
            told += f", drawn from {visible(entry.where)}"
        print(f"{entry.key}  {visible(entry.title)}  {told}")
        if options.check and entry.n_whole is not None and catalogue.sets is not None:
            print(f"  {_checked(catalogue.sets.open(entry.key))}")
    return 0


def _checked(stored: StoredSet) -> str:
    """Whether a set that lies elsewhere is what it was."""
    parts = stored.parts
    assert parts is not None, "only of landmarks there is more"
    try:
        changed = changed_since(parts)
    except InvalidDatasetError as error:
        return visible(str(error))
    if not changed:
        return f"{visible(parts.url)} is as it was."
    more = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
    have = "has" if len(changed) == 1 else "have"
    return (
        f"{visible(parts.address_of(changed[0]))}{more} {have} changed since landmarks were drawn. "
        "Images in it are shown as far as they are in their rows still; draw landmarks anew for "
        "the others."
    )
