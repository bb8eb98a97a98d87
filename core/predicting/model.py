"""What a worker needs to know of a project, in a folder that can be sent anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from core.errors import NotPredictedError
from core.graph.inverted_file import InvertedFile
from core.graph.projection import Projection
from core.predicting.predictor import Predictor
from core.predicting.told import Said, Told
from core.quality.calibration import Calibration

HEAD: Final = "model.json"
_FORMAT: Final = 2
_LISTS, _SHARES, _POINTS, _TOLD = "lists.faiss", "shares.npy", "points.npy", "told.npy"
_PROJECTION: Final = ("mean.npy", "components.npy")

KnownLabels = Literal["truth", "given", "ignored"]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A project as it speaks of items that are not in it.

    Attributes
    ----------
    name
        Another one for other labels, other settings or other landmarks.
    classes
        What the columns of shares stand for.
    calibration
        How likely predictions are right; None where that is not known.
    told
        What people, or the data, say of landmarks.
    known_labels
        What labels are that come with other items, as in the project's settings.
    called
        What the project calls classes that its data calls otherwise; None where items of such a
        class belong to none of the project.
    """

    name: str
    predictor: Predictor
    classes: tuple[str, ...]
    calibration: Calibration | None
    told: Told
    known_labels: KnownLabels = "ignored"
    called: Mapping[str, str | None] = field(default_factory=dict)

    def save(self, folder: Path) -> tuple[Path, ...]:
        """Write it into a folder that is there; its files, the last of which says what it is."""
        predictor = self.predictor
        arrays: dict[str, Any] = {
            _POINTS: predictor.points,
            _SHARES: predictor.shares,
            _TOLD: self.told.features,
        }
        projection = predictor.projection
        if projection is not None:
            arrays[_PROJECTION[0]] = projection.mean
            if projection.components is not None:
                arrays[_PROJECTION[1]] = projection.components
        for name, array in arrays.items():
            np.save(folder / name, np.ascontiguousarray(array), allow_pickle=False)
        files = [folder / name for name in arrays]
        if predictor.lists is not None:
            predictor.lists.save(folder / _LISTS)
            files.append(folder / _LISTS)
        head = {
            "format": _FORMAT,
            "name": self.name,
            "kernel": predictor.kernel,
            "gamma": predictor.gamma,
            "n_neighbors": predictor.n_neighbors,
            "together": predictor.together,
            "scale": None if projection is None else projection.scale,
            "recall": None if predictor.lists is None else predictor.lists.recall,
            "classes": self.classes,
            "calibration": None if self.calibration is None else asdict(self.calibration),
            "said": [asdict(said) for said in self.told.said],
            "names": self.told.names,
            "known_labels": self.known_labels,
            "called": dict(self.called),
            "files": [file.name for file in files],
        }
        (folder / HEAD).write_text(json.dumps(head), encoding="utf-8")
        return (*files, folder / HEAD)


def files_of(head: bytes) -> tuple[str, ...]:
    """The names of the files beside a head that belong to it.

    Raises
    ------
    NotPredictedError
        If it was written by another version of the app.
    """
    return tuple(str(name) for name in _read(head)["files"])


def open_model(folder: Path) -> Model:
    """A model that was saved. What is large stays on the disk, and processes share what is read.

    Raises
    ------
    NotPredictedError
        If it was written by another version of the app.
    OSError, ValueError
        If it is not whole.
    """
    head = _read((folder / HEAD).read_bytes())

    def array(name: str) -> Any:  # noqa: ANN401 - of any dtype
        path = folder / name
        return np.load(path, mmap_mode="r", allow_pickle=False) if path.exists() else None

    projection, lists = None, None
    if head["scale"] is not None:
        projection = Projection(array(_PROJECTION[0]), head["scale"], array(_PROJECTION[1]))
    if head["recall"] is not None:
        lists = InvertedFile.opened(folder / _LISTS, head["recall"])
    predictor = Predictor(
        head["kernel"],
        gamma=head["gamma"],
        n_neighbors=head["n_neighbors"],
        projection=projection,
        points=array(_POINTS),
        lists=lists,
        shares=np.asarray(array(_SHARES)),
        together=head["together"],
    )
    calibration = head["calibration"]
    return Model(
        head["name"],
        predictor,
        tuple(head["classes"]),
        None if calibration is None else Calibration(**calibration),
        Told(
            np.asarray(array(_TOLD)),
            tuple(Said(**said) for said in head["said"]),
            tuple(head["names"]),
        ),
        head["known_labels"],
        head["called"],
    )


def _read(head: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(head)
    if told.get("format") != _FORMAT:
        raise NotPredictedError(
            "What is to be predicted with was written by another version of Labelspread.",
            "Let all workers run the same version.",
        )
    return told
