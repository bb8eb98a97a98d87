"""``python -m core networks``: what can look at images; add, fetch and remove some."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from core.bootstrap import networks_of, service_of
from core.cli.output import FAILED, Shown
from core.graph.embeddings.hub import OFFERS, fetch, offer_of
from core.graph.embeddings.networks import Added, add_file, megabytes
from core.graph.embeddings.preparing import PRESETS, Preparing, colours
from core.settings import hub
from core.wording import visible

_MORE: Final = """\
examples:
  python -m core networks
  python -m core networks fetch dinov2-small
  python -m core networks add resnet50.onnx --title ResNet-50 --colours imagenet
  python -m core new "My photos" --set photos-0123456789ab --network dinov2-small

The last line of the output of add and fetch is the key of the network.
"""


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "networks",
        help="list the networks that photographs are compared by, add and fetch some",
        description="List the networks that can make embeddings of images: key, title, size of "
        "images, number of features, licence; and those that can be fetched from the hub.",
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.set_defaults(act=_list, failed=FAILED)
    actions = command.add_subparsers(title="actions", metavar="ACTION", dest="action")
    adding = actions.add_parser(
        "add",
        help="add an ONNX file",
        description="Add an ONNX image model: one input, images in colour. What is not said is "
        "read from the file, or from a preprocessor_config.json beside it.",
    )
    adding.add_argument("path", metavar="FILE", type=Path, help="an .onnx file, weights included")
    adding.add_argument("--title", default="", help="what it is to be called, if not as its file")
    adding.add_argument(
        "--side", metavar="PIXELS", type=int, help="of images, where it takes any (default: 224)"
    )
    adding.add_argument(
        "--colours",
        choices=list(PRESETS),
        help="what it takes: ImageNet's mean and deviation (default), values of 0 to 1, of -1 to "
        "1, or of 0 to 255 as they are",
    )
    adding.add_argument(
        "--mean", metavar="R,G,B", type=_numbers, help="mean of the colours, where white is 1"
    )
    adding.add_argument(
        "--std", metavar="R,G,B", type=_numbers, help="their standard deviation, likewise"
    )
    adding.set_defaults(act=_add, refuse=adding.error)
    fetching = actions.add_parser(
        "fetch", help="fetch one from the hub", description="Fetch a network from the hub."
    )
    fetching.add_argument("name", metavar="NAME", help=", ".join(offer.key for offer in OFFERS))
    fetching.set_defaults(act=_fetch)
    removing = actions.add_parser(
        "remove",
        help="remove one that was added",
        description="Remove a network that was added, unless a project uses it.",
    )
    removing.add_argument("name", metavar="NAME", help="its key or its title")
    removing.set_defaults(act=_remove)


def _list(_options: Namespace) -> int:
    entries = networks_of().entries()
    for entry in entries:
        print(
            f"{entry.key or '-'}  {visible(entry.title)}  {entry.problem or ', '.join(entry.told)}"
        )
    here = {entry.title for entry in entries}
    for offer in OFFERS:
        if offer.title not in here:
            size = megabytes(offer.n_bytes)
            print(f"{offer.key}  {offer.title}  {size}, {offer.licence}, can be fetched")
    return 0


def _add(options: Namespace) -> int:
    if (options.mean is None) != (options.std is None):
        options.refuse("--mean and --std go together")
    if options.mean is not None and options.colours:
        options.refuse("--colours stands for --mean and --std")
    said = PRESETS[options.colours] if options.colours else Preparing()
    if options.mean is not None:
        said = colours(options.mean, options.std)
    said = Preparing(options.side).otherwise(said)
    return _say(add_file(networks_of(), options.path, options.title, said, Shown()))


def _fetch(options: Namespace) -> int:
    offer = offer_of(options.name)
    return _say(fetch(offer, networks_of(), hub(os.environ), Shown()))


def _remove(options: Namespace) -> int:
    entry = networks_of().find(options.name)
    with closing(service_of()) as service:
        service.delete_network(entry.key)
    print(f"Removed “{visible(entry.title)}”.")
    return 0


def _say(added: Added) -> int:
    entry = added.entry
    if added.is_new:
        print(f"Added “{visible(entry.title)}”: {', '.join(entry.told)}; {added.pace}.")
    else:
        print(f"It is here already, as “{visible(entry.title)}”.")
    print(entry.key)
    return 0


def _numbers(text: str) -> list[float]:
    try:
        return [float(one) for one in text.split(",")]
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no row of numbers such as 0.5,0.5,0.5") from error
