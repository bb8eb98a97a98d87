"""``python -m core new``: a project on a set of images."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from contextlib import closing
from typing import Any, Final, get_args

from core.bootstrap import networks_of, service_of
from core.cli.output import FAILED
from core.config import DIGITS, MOST_VOTES, Features, Truth, classic, make_config
from core.data.catalogue import Entry
from core.engine.best import best_for
from core.errors import InvalidConfigError, InvalidDatasetError
from core.wording import counted, visible

_LABELS: Final = {"truth": "truth", "given": "given", "ignore": "ignored"}


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "new",
        help="make a project",
        description="Make a project on a set of images. The last line of the output is its id.",
    )
    command.add_argument("name", metavar="PROJECT", help="what it is to be called")
    command.add_argument(
        "--set", metavar="KEY", default=DIGITS, help="the set of images (default: the digits)"
    )
    command.add_argument(
        "--labels",
        choices=list(_LABELS),
        default="truth",
        help="what the labels are that came with the images: the truth, to measure against and "
        "never to learn from (default); labels given already; or nothing",
    )
    command.add_argument(
        "--settings",
        choices=["best", "classic"],
        default="best",
        help="the best settings known (default), or those of scikit-learn's examples",
    )
    command.add_argument(
        "--features",
        choices=get_args(Features),
        help="what images are compared by, if not as the settings say: plain pixels; shapes, which "
        "are pixels and edges; embeddings, what a network that was trained on photographs makes of "
        "them; or both, shapes and embeddings",
    )
    command.add_argument(
        "--network",
        metavar="NAME",
        help="the network that makes embeddings, by its key or title, if not the one that comes "
        "with the app; images are compared by embeddings then",
    )
    command.add_argument(
        "--classes", metavar="A,B,…", type=_names, default=(), help="names of more classes"
    )
    command.add_argument(
        "--overlap",
        metavar="PEOPLE[:SHARE]",
        type=_overlap,
        default={},
        help="how many people answer an image, each without knowing what others say, and on which "
        "share of images if not on all, such as 3:0.2 (default: one answer is enough)",
    )
    command.add_argument(
        "--truth",
        choices=get_args(Truth),
        help="what is true where they disagree: what the majority says, or what is likely, given "
        "how often each person is right (default)",
    )
    command.add_argument("--images", metavar="N", type=_number, help="use the first N images only")
    command.set_defaults(act=_act, failed=FAILED, refuse=command.error)


def _act(options: Namespace) -> int:
    with closing(service_of()) as service:
        entry = _find(service.datasets(), options.set)
        values: dict[str, Any] = {
            "dataset": entry.key,
            "n_samples": min(options.images or entry.n_items, entry.n_items),
            "known_labels": _LABELS[options.labels],
        }
        values |= options.overlap
        if options.truth:
            if not options.overlap:
                options.refuse("--truth is of use with --overlap only")
            values["truth"] = options.truth
        if options.features:
            values["features"] = options.features
        if options.network:
            values |= _by_network(entry, options)
        best = options.settings == "best"
        config = best_for(entry, **values) if best else classic(**values)
        project = service.create_project(options.name, config, classes=options.classes)
        n_labels = service.n_labels(project.project_id)
    images = counted(config.n_samples, "image")
    print(f"Made “{visible(project.name)}”: {images}, {counted(n_labels, 'label')} given.")
    print(project.project_id)
    return 0


def _by_network(entry: Entry, options: Namespace) -> dict[str, Any]:
    """Settings that name a network; none where images came with features of their own."""
    if options.features not in {None, "embeddings", "both"}:
        options.refuse(f"--features {options.features} needs no network")
    network = networks_of().find(options.network)
    if entry.has_features:
        print("The images came with features, which are used; no network looks at them.")
        return {}
    return {"features": options.features or "embeddings", "network": network.key}


def _find(entries: tuple[Entry, ...], wanted: str) -> Entry:
    entry = next((entry for entry in entries if wanted and entry.key == wanted), None)
    if entry is None:
        keys = ", ".join(entry.key for entry in entries if entry.key)
        raise InvalidDatasetError(f"There is no set “{visible(wanted)}”.", f"There are: {keys}.")
    if entry.problem:
        raise InvalidDatasetError(entry.problem)
    return entry


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _overlap(text: str) -> dict[str, Any]:
    people, _, share = text.partition(":")
    try:
        given = {"overlap": int(people)} | ({"overlap_share": float(share)} if share else {})
        make_config(given)
    except (ValueError, InvalidConfigError) as error:
        raise ArgumentTypeError(
            f"{text!r} is not so many people: take 2 to {MOST_VOTES}, and a share from 0 to 1, "
            "such as 3:0.2"
        ) from error
    return given


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise ArgumentTypeError(f"{text!r} is no number of images: take 2 or more")
    return int(text)
