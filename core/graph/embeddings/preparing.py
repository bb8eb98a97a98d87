"""How images are made ready for a network: their size, and the colours that it was trained on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.errors import InvalidNetworkError

Colour = tuple[float, float, float]
"""A number for each of red, green and blue."""

LEAST_SIDE: Final = 8
MOST_SIDE: Final = 2_048
"""Pixels of a side of the images that a network takes."""

_WHITE: Final = 255.0


@dataclass(frozen=True, slots=True)
class Preparing:
    """How images are made ready, as far as it is said.

    Attributes
    ----------
    side
        Pixels of a side; of no effect where the network takes one size only.
    mean, scale
        What is subtracted from values of 0 to 255, and divides them then.
    """

    side: int | None = None
    mean: Colour | None = None
    scale: Colour | None = None

    def __post_init__(self) -> None:
        if self.side is not None and not LEAST_SIDE <= self.side <= MOST_SIDE:
            raise InvalidNetworkError(
                f"A side of {self.side:,} pixels is none that a network takes.",
                f"Give {LEAST_SIDE} to {MOST_SIDE:,}.",
            )
        numbers = (*(self.mean or ()), *(self.scale or ()))
        if not all(map(math.isfinite, numbers)) or min(self.scale or (1,)) <= 0:
            raise InvalidNetworkError(
                "The mean or the deviation of the colours makes no sense.",
                "Give usual numbers, and deviations above 0.",
            )

    def otherwise(self, other: Preparing) -> Preparing:
        """What is said here, and for the rest what is said there."""
        is_said = self.mean is not None or self.scale is not None
        colours = self if is_said else other
        return Preparing(
            other.side if self.side is None else self.side, colours.mean, colours.scale
        )


def colours(mean: Sequence[float], deviation: Sequence[float]) -> Preparing:
    """Colours as training programs give them: their mean and deviation, where white is 1.

    Parameters
    ----------
    mean, deviation
        One number, or one for each of red, green and blue.

    Raises
    ------
    InvalidNetworkError
        If they are none.
    """
    return Preparing(mean=_colour(mean, _WHITE), scale=_colour(deviation, _WHITE))


def from_notes(notes: Mapping[str, str], name: str) -> Preparing:
    """What the notes in a model say: ``mean`` and ``scale``, of values of 0 to 255.

    Raises
    ------
    InvalidNetworkError
        If they make no sense.
    """
    if "mean" not in notes or "scale" not in notes:
        return Preparing()
    try:
        mean, scale = ([float(one) for one in notes[key].split(",")] for key in ("mean", "scale"))
    except ValueError as error:
        raise InvalidNetworkError(
            f"The notes on the colours in {name} make no sense.", "Export the network again."
        ) from error
    return Preparing(mean=_colour(mean, 1.0), scale=_colour(scale, 1.0))


def from_processor(text: str, name: str) -> Preparing:
    """What a ``preprocessor_config.json`` says, which is beside a network of Hugging Face.

    Raises
    ------
    InvalidNetworkError
        If it makes no sense.
    """
    try:
        told = json.loads(text)
        side = _side(told.get("crop_size", told.get("size", {})))
        # Values are multiplied by this before the mean is subtracted.
        factor = told.get("rescale_factor", 1 / _WHITE) if told.get("do_rescale", True) else 1.0
        mean, deviation = told.get("image_mean", 0.0), told.get("image_std", 1.0)
        if not told.get("do_normalize", True):
            mean, deviation = 0.0, 1.0
        scale = _colour(_listed(deviation), 1 / factor)
        return Preparing(side, _colour(_listed(mean), 1 / factor), scale)
    except (ValueError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise InvalidNetworkError(
            f"The file {name} makes no sense.", "Give size and colours, or remove it."
        ) from error


def _side(told: Any) -> int | None:  # noqa: ANN401 - whatever the file says
    if isinstance(told, Mapping):
        told = told.get("height", told.get("shortest_edge"))
    return None if told is None else int(told)


def _listed(told: Any) -> list[float]:  # noqa: ANN401 - whatever the file says
    return [float(one) for one in (told if isinstance(told, list) else [told])]


def _colour(numbers: Sequence[float], times: float) -> Colour:
    if len(numbers) not in {1, 3}:
        raise InvalidNetworkError(
            f"{len(numbers)} numbers are given for the colours.", "Give one, or three."
        )
    red, green, blue = (float(one) * times for one in ([*numbers] * 3)[:3])
    return red, green, blue


IMAGENET: Final = colours((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
FROM_ZERO: Final = colours((0.0,), (1.0,))
AROUND_ZERO: Final = colours((0.5,), (0.5,))
AS_THEY_ARE: Final = Preparing(mean=(0.0, 0.0, 0.0), scale=(1.0, 1.0, 1.0))

PRESETS: Final[Mapping[str, Preparing]] = {
    "imagenet": IMAGENET,
    "zero-to-one": FROM_ZERO,
    "minus-one-to-one": AROUND_ZERO,
    "as-they-are": AS_THEY_ARE,
}
"""The usual ones, by name."""
