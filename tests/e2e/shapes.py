"""Images that are no digits: shapes in colour, of sizes that differ, each with its class."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import numpy as np
from PIL import Image, ImageDraw

CORNERS: Final = {"square": 4, "triangle": 3, "star": 10, "circle": 90}


def draw_shapes(n_items: int) -> Iterator[tuple[str, str, bytes]]:
    """Class, file name and content of some images: half of them PNG, half JPEG."""
    random = np.random.default_rng(0)
    for i in range(n_items):
        name = [*CORNERS][i % len(CORNERS)]
        width, height = (int(side) for side in random.integers(80, 140, size=2))
        paper = tuple(int(value) for value in random.integers(170, 256, size=3))
        image = Image.new("RGB", (width, height), paper)
        ink = tuple(int(255 * c) for c in colorsys.hsv_to_rgb(random.random(), 0.9, 0.5))
        radius, turn = 0.4 * min(width, height), random.uniform(0, math.tau)
        corners = CORNERS[name]
        shape = [
            (
                width / 2 + reach * math.cos(turn + math.tau * j / corners),
                height / 2 + reach * math.sin(turn + math.tau * j / corners),
            )
            for j in range(corners)
            for reach in [radius * (0.45 if name == "star" and j % 2 else 1)]
        ]
        ImageDraw.Draw(image).polygon(shape, fill=ink)
        file = BytesIO()
        kind = "JPEG" if i % 2 else "PNG"
        image.save(file, kind)
        yield name, f"{i:03}.{'jpg' if i % 2 else 'png'}", file.getvalue()


def save_shapes(path: Path, n_items: int) -> Path:
    """Write some as a ZIP file, in a folder a class."""
    with ZipFile(path, "w") as archive:
        for label, name, content in draw_shapes(n_items):
            archive.writestr(f"shapes/{label}/{name}", content)
    return path
