"""What a project has learned, ready to be said of items that are not in it."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.arrays import UNLABELLED
from core.data.parts.parts import Parts
from core.engine.keys import learning_settings
from core.errors import NotPredictedError
from core.export.about import program
from core.export.rows import Row
from core.jobs.progress import Progress, silent
from core.predicting.model import HEAD, Model
from core.predicting.places import Output
from core.predicting.predictor import make_predictor
from core.predicting.table import EXPLAINED
from core.predicting.task import model_folder
from core.predicting.told import Told
from core.service.exporting import labelled_of
from core.service.view import View
from core.wording import counted

_FORMAT: Final = 2
"""Part of the name of every model: raise it when the same labels lead to other predictions."""


_OF_PIXELS: Final = {"features", "network"}
"""Settings that say what to make of pixels, which nothing is made of here."""


class Speaker:
    """A project at one moment, as it speaks of items of a set that are not in it.

    Parameters
    ----------
    view
        The project.
    parts
        The set.
    together
        As of :class:`core.predicting.predictor.Predictor`.

    Raises
    ------
    NotPredictedError
        If it cannot say anything of them.
    """

    def __init__(self, view: View, parts: Parts, *, together: bool = True) -> None:
        _require_fit(view, parts)
        self._together = together
        self._view = view
        self._read = {"columns": asdict(parts.columns), "class_names": parts.class_names}
        self._labelled = labelled_of(view)
        some = self._labelled.answered()
        answered = [
            (row, position)
            for row, position in zip(some.rows, some.positions, strict=True)
            if _is_said(row)
        ]
        positions = np.array([position for _, position in answered], dtype=np.int64)
        self._told = Told.of(
            [row for row, _ in answered],
            view.dataset.features[positions],
            by_name=not view.dataset.has_pixels,
        )
        self.name = self._named()

    def hand_over(self, output: Output, *, threads: int = 1, progress: Progress = silent) -> None:
        """Put the model where workers find it, if it is not there from an earlier run.

        Raises
        ------
        FileNotWrittenError
            If it cannot be written.
        CancelledError
            If ``progress`` says so.
        """
        place = model_folder(self.name)
        if output.read(f"{place}/{HEAD}") is not None:
            return
        model = self._model(threads, progress)
        with tempfile.TemporaryDirectory(prefix="labelspread-") as folder:
            # The last of them says that all are there.
            for file in model.save(Path(folder)):
                output.upload(file, f"{place}/{file.name}")

    def about(self) -> dict[str, Any]:
        """What is told of its predictions, as JSON takes it."""
        view, calibration = self._view, self._labelled.calibration
        project = view.project
        return {
            "program": program(),
            "predicted_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "project": {
                "id": project.project_id,
                "name": project.name,
                "settings": project.config.model_dump(mode="json", exclude=_OF_PIXELS),
            },
            "compared_by": f"the {counted(view.dataset.features.shape[1], 'number')} of each item "
            "that came with it as features",
            "events": view.state.seq,
            "classes": list(view.class_names),
            "landmarks": view.dataset.n_items,
            "labels": view.n_learned,
            "quality": self._labelled.quality,
            "calibration": None if calibration is None else asdict(calibration),
            "together": self._together,
            "columns": EXPLAINED,
        }

    def _model(self, threads: int, progress: Progress) -> Model:
        view = self._view
        config = view.project.config
        features = view.engine.features_of(np.arange(view.dataset.n_items))
        predictor = make_predictor(
            features,
            view.beliefs.probabilities,
            config.kernel,
            gamma=config.gamma,
            n_neighbors=config.n_neighbors,
            together=self._together,
            threads=threads,
            progress=progress,
        )
        return Model(
            self.name,
            predictor,
            view.class_names,
            self._labelled.calibration,
            self._told,
            config.known_labels,
            dict(view.state.class_list.called),
        )

    def _named(self) -> str:
        """A name that is another one wherever predictions would be."""
        view, calibration = self._view, self._labelled.calibration
        labels = view.beliefs.labels
        labelled = np.flatnonzero(labels != UNLABELLED)
        told = {
            "format": _FORMAT,
            "graph": view.engine.graph_name,
            "settings": learning_settings(view.project.config).model_dump(mode="json"),
            "classes": view.class_names,
            "called": dict(view.state.class_list.called),
            "together": self._together,
            "read": self._read,
            "calibration": None if calibration is None else calibration.n_labels,
            "said": [asdict(said) for said in self._told.said],
            "names": self._told.names,
        }
        digest = hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16)
        for array in (labelled, labels[labelled], self._told.features):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def _is_said(row: Row) -> bool:
    """Whether somebody has said what an item is, or that it is a bad image."""
    is_aside = row.label is None and (row.model_label is not None or row.answer == "bad")
    return row.source in {"human", "given"} or is_aside


def _require_fit(view: View, parts: Parts) -> None:
    """See that similarity can be measured to items of a set as it is within the project."""
    dataset = view.dataset
    if not dataset.has_own_features:
        raise NotPredictedError(
            f"The images of “{view.project.name}” are compared by what is made of their pixels, "
            "and other items come with features alone.",
            "Bring the images in with features of their own, such as embeddings, and make a "
            "project on that set.",
        )
    n_features = dataset.features.shape[1]
    if parts.n_features != n_features:
        raise NotPredictedError(
            f"The items of “{view.project.name}” have {n_features:,} features, those of "
            f"{parts.url} have {parts.n_features:,}.",
            "Choose another column of features, or a set whose features were made in the same way.",
        )
    if not view.n_learned:
        raise NotPredictedError(
            f"“{view.project.name}” has no labels yet.", "Label some images first."
        )
