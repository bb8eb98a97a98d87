"""What goes with an export: where it comes from, with which settings, and what it is worth."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from core.export.rows import EXPLAINED, Choice, Counts
from core.learning.metrics import Report
from core.session.state import State
from core.storage.base import Project

_MEASURED: Final = (
    "Share of all images with a known true class that are predicted as that class; labels that "
    "were given count as predictions."
)
_UNMEASURED: Final = "Not measured: no true class is known. What the model says is unverified."


def about(
    project: Project,
    state: State,
    class_names: tuple[str, ...],
    report: Report | None,
    choice: Choice,
    counts: Counts,
    quality: str,
    at: datetime,
) -> dict[str, Any]:
    """What is told of an export, as JSON takes it.

    Parameters
    ----------
    report
        Metrics over all items whose true class is known; None where that of none is.
    quality
        How good all labels are, as far as that is certain without a truth.
    at
        When the export is made.
    """
    noted = state.images.noted
    return {
        "program": program(),
        "exported_at": at.isoformat(timespec="seconds"),
        "project": {
            "id": project.project_id,
            "name": project.name,
            "created_at": project.created_at.isoformat(timespec="seconds"),
            "settings": project.config.model_dump(mode="json"),
        },
        "images": {
            "name": noted.name if noted else project.config.dataset,
            "fingerprint": noted.fingerprint if noted else None,
            "in_file": noted.n_items if noted else None,
            "gone": len(state.gone),
        },
        "classes": list(class_names),
        "classes_gone": sorted(state.lost),
        "events": state.seq,
        "chosen": {
            "wanted": choice.wanted,
            "least": choice.least if choice.wanted == "sure" else None,
        },
        "rows": {"all": counts.rows, **asdict(counts)},
        "accuracy": {
            "value": report.accuracy if report else None,
            "told": _MEASURED if report else _UNMEASURED,
        },
        "quality": quality,
        "columns": EXPLAINED,
    }


def about_text(told: dict[str, Any]) -> str:
    """The same as a file."""
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def program() -> str:
    """The name of this program, and its version: ``Labelspread 1.0``."""
    try:
        return f"Labelspread {version('labelspread')}"
    except PackageNotFoundError:
        return " ".join(["Labelspread", *_version_of_folder()])


def _version_of_folder() -> Iterator[str]:
    """The version where it runs from its folder, without having been installed."""
    with suppress(OSError, ValueError, KeyError):
        told = Path(__file__).parents[2].joinpath("pyproject.toml").read_text(encoding="utf-8")
        yield str(tomllib.loads(told)["project"]["version"])
