"""What the folders that images are in say of them: their classes, and parts of a set.

These are the rules of torchvision's ``ImageFolder`` and of Hugging Face's ``imagefolder``. A single
folder around everything does not count. Below it may be a folder each for the parts to train and to
test on. The folder below that is the class, and whatever is deeper inside is but a part of the
name, as in torchvision.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

SPLITS: Final = frozenset({"train", "training", "test", "testing", "val", "valid", "validation"})
"""What a folder is called that is a part of a set, and no class; in small letters."""


@dataclass(frozen=True, slots=True)
class Places:
    """What the folders say.

    Attributes
    ----------
    root
        The folders around everything, with ``/`` at the end; mostly empty.
    classes
        The name of each image's class; empty if it is in no folder.
    splits
        The part that each image is in, in small letters; None if there are none.
    empty
        Classes of which there are no images.
    parts
        The folders of the parts, as they are called.
    """

    root: str
    classes: Sequence[str]
    splits: Sequence[str] | None
    empty: tuple[str, ...]
    parts: frozenset[str] = frozenset()

    @property
    def tables_in(self) -> frozenset[str]:
        """The folders in which a file may tell of the images, with ``/`` at the end."""
        around = self.root.split("/")
        outer = {"".join(f"{folder}/" for folder in around[:n]) for n in range(len(around))}
        return frozenset(outer | {f"{self.root}{part}/" for part in self.parts})


def find_places(images: Sequence[str], others: Iterable[str], folders: Iterable[str]) -> Places:
    """See what the folders say.

    Parameters
    ----------
    images, others
        The paths of images, and of all other files.
    folders
        Those of folders, with no ``/`` at their end; only those without files are needed.
    """
    full = {folder for name in (*images, *others) for folder in _around(name)}
    lone = [folder for folder in folders if folder not in full]
    paths = [tuple(name.split("/")) for name in images]
    bare = [(*folder.split("/"), "") for folder in lone]
    n_root = _depth(paths, bare)
    root = "".join(f"{part}/" for part in paths[0][:n_root]) if paths else ""
    inside = [path[n_root:] for path in paths]
    bare = [path[n_root:] for path in bare if "".join(f"{p}/" for p in path).startswith(root)]
    tops = {path[0] for path in (*inside, *bare) if len(path) > 1}
    splits = None
    parts: frozenset[str] = frozenset()
    if tops and all(top.lower() in SPLITS for top in tops):
        parts = frozenset(tops)
        splits = [path[0].lower() if len(path) > 1 else "" for path in inside]
        inside = [path[1:] if len(path) > 1 else path for path in inside]
        bare = [path[1:] for path in bare]
    classes = [_name(path[0]) if len(path) > 1 else "" for path in inside]
    empty = sorted({_name(path[0]) for path in bare if len(path) > 1} - set(classes))
    return Places(root, classes, splits, tuple(empty), parts)


def _depth(paths: Sequence[tuple[str, ...]], bare: Sequence[tuple[str, ...]]) -> int:
    """How many folders there are around everything."""
    depth = 0
    while paths:
        first = paths[0]
        if len(first) <= depth + 1 or first[depth].lower() in SPLITS:
            break
        if any(len(p) <= depth + 1 or p[depth] != first[depth] for p in (*paths, *bare)):
            break
        depth += 1
    return depth


def _around(name: str) -> Iterable[str]:
    """All folders that a file is in."""
    at = name.rfind("/")
    while at > 0:
        yield name[:at]
        at = name.rfind("/", 0, at)


def _name(folder: str) -> str:
    """A class; folders whose names are the same to a person are one."""
    return unicodedata.normalize("NFC", folder)
