"""``python -m core import``: images from a file or a folder, kept as a set; or a whole project."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from core.bootstrap import limits_of, service_of, sets_of
from core.cli.output import FAILED, Shown
from core.data.incoming import Source, read_source, title_of
from core.data.landmarks import draw_set
from core.data.looks import Look
from core.data.parts.landmarks import DEFAULT, MOST
from core.data.parts.opening import open_parts
from core.data.parts.places import place_of, scheme_of, title_of_place
from core.data.readers.found import Choice
from core.data.sets import Draft, Report, checked_title
from core.errors import InvalidDatasetError
from core.export.log_file import LogFile, is_log
from core.wording import counted, file_size, visible

_IMPORT: Final = """\
Bring in images: a folder or a ZIP file of images, a NumPy (.npz, .npy), MATLAB (.mat) or IDX file,
a table (CSV, TSV, Parquet, Arrow), an export of Label Studio or COCO. They are copied.
Of a set too large to copy, a folder or bucket of Parquet parts with features and images, only
landmarks are drawn: say how many, or give an address such as s3://bucket/folder.
Or bring back a project from a file that `export --format log` has written.
"""
_MORE: Final = """\
examples:
  python -m core import photos.zip --name Photos
  python -m core import train-images-idx3-ubyte.gz --name MNIST
  python -m core import flowers.csv --name Flowers --choose labels=species
  python -m core new "My flowers" --set "$(python -m core import flowers.zip --name F | tail -n 1)"
  python -m core import s3://bucket/photos --landmarks 500000 --choose features=clip
  python -m core import project.zip

The last line of the output is the key of the set. The same images brought in twice are one set. Of
a project it is the project's id.

exit status:
  0    done
  1    it cannot be brought in
  2    arguments that make no sense
"""

_SHOWN: Final = 12
_SHOWN_BAD: Final = 10


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "import",
        help="bring in images, or bring back a project",
        description=_IMPORT,
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "path", metavar="PATH", type=_place, help="a file or a folder, or the address of one"
    )
    command.add_argument(
        "--name", help="what the set or project is to be called, if not as its file or folder"
    )
    command.add_argument(
        "--skip-bad", action="store_true", help="leave out what cannot be used, and take the rest"
    )
    command.add_argument(
        "--choose",
        metavar="KEY=VALUE",
        type=choice_of,
        action="append",
        default=[],
        help="say otherwise what was guessed, such as labels=species; the output tells the keys; "
        "of Parquet parts they are features, images, id (names) and labels",
    )
    command.add_argument(
        "--features", metavar="FILE", type=Path, help="features of the images, such as embeddings"
    )
    command.add_argument(
        "--look", choices=["ink", "photo"], help="drawings on paper, or photographs"
    )
    command.add_argument("--paper", choices=["dark", "light"], help="what paper is, of drawings")
    command.add_argument(
        "--landmarks",
        metavar="NUMBER",
        type=int,
        help="draw so many items of a set too large to copy, which stays where it is; "
        f"{MOST:,} at most (default: {DEFAULT:,} of an address such as s3://bucket/folder; a "
        "folder here is copied unless a number is said)",
    )
    command.set_defaults(act=_act, failed=FAILED, refuse=command.error)


def _act(options: Namespace) -> int:
    if scheme_of(options.path) or options.landmarks is not None:
        return _draw(options)
    options.path = Path(options.path)
    if is_log(options.path):
        return _bring_back(options)
    title = checked_title(title_of(options.path) if options.name is None else options.name)
    sets, limits = sets_of(), limits_of()
    sets.tidy()
    source = Source(options.path, title, dict(options.choose), features=options.features)
    progress = Shown()
    draft = read_source(sets, source, limits, progress)
    _check_keys(draft, source)
    look = _look(options, draft.report.look)
    if look != draft.report.look:
        draft.drop()
        source = Source(options.path, title, source.said, look, options.features)
        draft = read_source(sets, source, limits, progress)
    _tell(draft.report)
    _check(draft, options)
    key = draft.keep(title)
    _tell_kept(sets.head(key).title, title)
    print(key)
    return 0


def _tell_kept(kept: str, title: str) -> None:
    if kept != title:
        print(f"These images are here already, as “{visible(kept)}”")


def _draw(options: Namespace) -> int:
    """Draw landmarks of a set that stays where it is."""
    others = [options.features, options.look, options.paper, options.skip_bad]
    if any(others):
        options.refuse(
            "of a set too large to copy only --name, --landmarks and --choose can be said"
        )
    place = place_of(options.path)
    title = checked_title(title_of_place(place) if options.name is None else options.name)
    said = dict(options.choose)
    parts = open_parts(options.path, said)
    _require_known(said, parts.choices)
    n_parts = counted(len(parts.files), "part")
    print(f"{counted(parts.n_rows, 'item')} in {n_parts}, {file_size(parts.n_bytes)}")
    print(f"{counted(parts.n_features, 'feature')} of each")
    _tell_choices(parts.choices)
    sets = sets_of()
    sets.tidy()
    draft = draw_set(sets, parts, title, options.landmarks or DEFAULT, progress=Shown())
    report = draft.report
    elsewhere = draft.stored.head.elsewhere
    are_all = elsewhere is not None and elsewhere.drawn == "all"
    how = "which are all items" if are_all else "drawn at random"
    print(f"{counted(report.n_items, 'landmark')}, {how}")
    _tell_classes(report)
    key = draft.keep(title)
    _tell_kept(sets.head(key).title, title)
    print(key)
    return 0


def _bring_back(options: Namespace) -> int:
    """Bring back a project; the default one is not made beside it."""
    of_images = [options.choose, options.features, options.look, options.paper, options.skip_bad]
    if any(of_images):
        options.refuse("this is a project: only --name can be said of it")
    with (
        LogFile(options.path, limits_of()) as file,
        closing(service_of(with_default=False)) as service,
    ):
        brought = service.bring_back(file, name=options.name, progress=Shown())
    print(brought.told)
    print(brought.project.project_id)
    return 0


def _check_keys(draft: Draft, source: Source) -> None:
    """See that there is a choice of each key that was said."""
    try:
        _require_known(source.said, draft.report.choices)
    except InvalidDatasetError:
        draft.drop()
        raise


def _require_known(said: Iterable[str], choices: Sequence[Choice]) -> None:
    keys = {choice.key for choice in choices}
    unknown = sorted({*said} - keys)
    if unknown:
        raise InvalidDatasetError(
            f"There is nothing to choose called “{visible(unknown[0])}” in these images.",
            f"There is: {', '.join(sorted(keys))}." if keys else "Leave --choose out.",
        )


def _look(options: Namespace, guessed: Look) -> Look:
    kind = options.look or ("ink" if options.paper else guessed.kind)
    return guessed.model_copy(update={"kind": kind, "paper": options.paper or guessed.paper})


def _check(draft: Draft, options: Namespace) -> None:
    """See that nothing is left out that was not meant to be."""
    bad = draft.report.bad
    if bad and not options.skip_bad:
        draft.drop()
        raise InvalidDatasetError(
            f"{counted(len(bad), 'image')} cannot be used, the first of them "
            f"{visible(bad[0].name)}: {bad[0].problem}",
            "Mend what is bad, or leave it out with --skip-bad.",
        )


def _tell(report: Report) -> None:
    """Say what was found."""
    (height, width), _ = report.sizes[0]
    n_sizes = len(report.sizes)
    sizes = f"{width} × {height} pixels" if n_sizes == 1 else f"{n_sizes:,} different sizes"
    kind = "drawings" if report.look.is_ink else "photographs"
    print(f"{counted(report.n_items, 'image')}, {sizes}, taken for {kind}")
    _tell_classes(report)
    _tell_choices(report.choices)
    if report.n_repeats:
        print(f"{counted(report.n_repeats, 'image')} show what an earlier one does")
    for bad in report.bad[:_SHOWN_BAD]:
        print(f"left out: {visible(bad.name)}: {bad.problem} {bad.remedy}", file=sys.stderr)
    if len(report.bad) > _SHOWN_BAD:
        print(f"left out: {len(report.bad) - _SHOWN_BAD:,} more", file=sys.stderr)


def _tell_classes(report: Report) -> None:
    if report.class_counts:
        names = [f"{visible(name)} {n:,}" for name, n in report.class_counts.items()]
        more = ", …" if len(names) > _SHOWN else ""
        noun = "class" if len(names) == 1 else "classes"
        print(f"{len(names):,} {noun}: {', '.join(names[:_SHOWN])}{more}")
    for note in report.notes:
        print(visible(note))


def _tell_choices(choices: Iterable[Choice]) -> None:
    for choice in choices:
        options = ", ".join(visible(option) or "none" for option in choice.options[:_SHOWN])
        print(f"{choice.title} ({choice.key}): {visible(choice.value) or 'none'} (of {options})")


def _place(text: str) -> str:
    if not text:
        raise ArgumentTypeError("it is empty")
    return text


def choice_of(text: str) -> tuple[str, str]:
    """What somebody says otherwise than it was guessed: ``KEY=VALUE``."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ArgumentTypeError(f"{text!r} is no choice: write KEY=VALUE")
    return key, value
