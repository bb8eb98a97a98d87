"""A model of made-up landmarks, and sets in Parquet parts to say something of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from core.predicting.model import Model
from core.predicting.places import Output
from core.predicting.predictor import make_predictor
from core.predicting.task import model_folder
from core.predicting.told import Said, Told
from core.quality.calibration import Calibration

CLASSES = ("cat", "dog", "owl")
N_LANDMARKS, N_FEATURES = 300, 6
HUMAN = Said("dog", "human", "dog", None)
BAD = Said(None, None, None, None)


def features_of(n_items: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n_items, N_FEATURES)).astype(np.float32)


def model(name: str = "a" * 32, *, together: bool = False, **others) -> Model:
    """One with a label on its first landmark, and a bad image as its second."""
    landmarks = features_of(N_LANDMARKS, seed=9)
    shares = np.random.default_rng(1).dirichlet(np.ones(len(CLASSES)), N_LANDMARKS)
    predictor = make_predictor(
        landmarks, shares, "symmetric_knn", gamma=1, n_neighbors=5, together=together
    )
    told = Told(landmarks[:2], (HUMAN, BAD), (None, None))
    values = {"calibration": Calibration(0.3, 2.3, 40), "told": told, "known_labels": "truth"}
    return Model(name, predictor, CLASSES, **{**values, **others})


def hand_over(made: Model, output: Output, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in made.save(folder):
        output.upload(file, f"{model_folder(made.name)}/{file.name}")


def write_part(path: Path, features: np.ndarray, labels: Sequence[str] = (), groups: int = 50):
    """A part with names, features and labels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {
        "id": [f"{path.stem} {row}" for row in range(len(features))],
        "features": pa.FixedSizeListArray.from_arrays(
            pa.array(features.ravel()), features.shape[1]
        ),
        "label": list(labels) or [CLASSES[row % len(CLASSES)] for row in range(len(features))],
    }
    parquet.write_table(pa.table(columns), path, row_group_size=groups)


def write_set(folder: Path, n_parts: int, n_rows: int) -> str:
    for part in range(n_parts):
        write_part(folder / f"part-{part:02}.parquet", features_of(n_rows, seed=100 + part))
    return str(folder)
