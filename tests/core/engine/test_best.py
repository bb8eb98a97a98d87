"""Photographs are compared by what a network sees in them; drawings and digits by their shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.bootstrap import catalogue_of, sets_of
from core.data.incoming import Source, read_source
from core.data.looks import Look
from core.data.readers.found import Limits
from core.engine import best
from core.engine.best import best_features, best_for, why_so


@pytest.mark.parametrize(
    ("shape", "kind", "features"),
    [
        ((90, 70, 3), None, "embeddings"),
        ((300, 200), "photo", "embeddings"),
        ((20, 20, 3), "photo", "embeddings"),
        ((28, 28), None, "shapes"),
        ((28, 28), "photo", "shapes"),
        ((300, 200), "ink", "shapes"),
    ],
)
def test_the_kind_of_images_says_what_they_are_best_compared_by(
    tmp_path: Path, shape, kind, features
):
    random = np.random.default_rng(0)
    (tmp_path / "images").mkdir()
    for number in range(6):
        image = random.integers(0, 256, shape).astype(np.uint8)
        Image.fromarray(image).save(tmp_path / "images" / f"{number}.png")
    environment = {"LABELSPREAD_HOME": str(tmp_path / "home")}
    look = None if kind is None else Look(kind=kind)
    source = Source(tmp_path / "images", "Images", look=look)
    key = read_source(sets_of(environment), source, Limits()).keep("Images")
    entry = next(one for one in catalogue_of(environment).entries() if one.key == key)
    config = best_for(entry, batch_size=5)
    assert (config.features, config.dataset, config.n_samples) == (features, key, 6)
    assert config.batch_size == 5
    assert best_for(entry, features="plain").features == "plain"


class Photographs:
    """A set of photographs whose classes say nothing."""

    is_photo = True
    judged = None


def test_without_a_network_shapes_have_to_do(monkeypatch):
    assert "embeddings" in why_so(Photographs())
    monkeypatch.setattr(best, "has_network", lambda: False)
    assert best_features(Photographs()) == "shapes"
    assert "edges" in why_so(Photographs())
