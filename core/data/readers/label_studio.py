"""Exports of Label Studio: tasks with an image each, and the class that was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from core.data.readers.answers import Answers
from core.data.readers.listing import ENDINGS, ending

_USUAL: Final = ("image", "img", "picture", "photo", "url", "file")


def label_studio_answers(content: object) -> Answers | None:
    """What an export says; None if it is of another kind.

    Both of its formats are read, JSON and JSON-MIN. Of several annotations of a task the last one
    counts that was not cancelled.
    """
    if not isinstance(content, list) or not content:
        return None
    found = []
    n_several = 0
    for task in content:
        image = _image(task)
        if image is None:
            return None
        chosen = set(_chosen(task))
        n_several += len(chosen) > 1
        found.append((image, chosen.pop() if len(chosen) == 1 else ""))
    return Answers(found, (), n_several)


def _image(task: object) -> str | None:
    """What leads to the image of a task; None if it is no task, empty if it has no image."""
    if not isinstance(task, dict):
        return None
    data = task.get("data")
    if data is None and ("choice" in task or "annotation_id" in task):
        data = task
    if not isinstance(data, dict):
        return None
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    usual = next((texts[key] for key in _USUAL if key in texts), None)
    if usual is not None:
        return usual
    return next((text for text in texts.values() if ending(text) in ENDINGS), "")


def _chosen(task: dict[str, Any]) -> Iterator[str]:
    """All that was chosen for a task."""
    if isinstance(task.get("choice"), str | dict):
        choice = task["choice"]
        yield from [choice] if isinstance(choice, str) else choice.get("choices", [])
        return
    annotations = task.get("annotations", task.get("completions"))
    kept = [
        one
        for one in (annotations if isinstance(annotations, list) else [])
        if isinstance(one, dict) and not one.get("was_cancelled")
    ]
    results = kept[-1].get("result") if kept else None
    for result in results if isinstance(results, list) else []:
        value = result.get("value") if isinstance(result, dict) else None
        choices = value.get("choices") if isinstance(value, dict) else None
        for choice in choices if isinstance(choices, list) else []:
            yield str(choice).strip()
