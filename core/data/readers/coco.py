"""Annotations in COCO's format, so far as each image is of one category."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from core.data.readers.answers import Answers


def coco_answers(content: object) -> Answers | None:
    """What a file says; None if it is of another kind.

    Its classes are all categories, but for those that only others are part of.
    """
    if not isinstance(content, dict):
        return None
    images, annotations, categories = (
        content.get(key) for key in ("images", "annotations", "categories")
    )
    if not (isinstance(images, list) and isinstance(categories, list)):
        return None
    names = {one["id"]: str(one["name"]) for one in categories if _has(one, "id", "name")}
    of_image: dict[Any, set[str]] = defaultdict(set)
    for one in annotations if isinstance(annotations, list) else []:
        if _has(one, "image_id", "category_id") and one["category_id"] in names:
            of_image[one["image_id"]].add(names[one["category_id"]])
    found = []
    n_several = 0
    for image in images:
        if not _has(image, "id", "file_name"):
            continue
        chosen = of_image[image["id"]]
        n_several += len(chosen) > 1
        found.append((str(image["file_name"]), next(iter(chosen)) if len(chosen) == 1 else ""))
    used = {name for chosen in of_image.values() for name in chosen}
    above = {str(one.get("supercategory")) for one in categories if isinstance(one, dict)}
    classes = tuple(name for name in names.values() if name in used or name not in above)
    return Answers(found, classes, n_several)


def _has(one: object, *keys: str) -> bool:
    return isinstance(one, dict) and all(
        isinstance(one.get(key), str | int | float) for key in keys
    )
