"""The files of Docker Compose as values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from tests.image.dockerfile import ROOT

FILES: Final = ("compose.yaml", "compose.local.yaml")

_VARIABLE: Final = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")


def read_compose(name: str, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a file says.

    Parameters
    ----------
    variables
        What stands in it as ``${NAME:-default}``, where it is not to be the default.
    """
    text = (ROOT / name).read_text(encoding="utf-8")
    told = variables or {}
    filled = _VARIABLE.sub(lambda found: told.get(found[1]) or found[2], text)
    assert "${" not in filled, f"{name}: a variable without a default is not known here."
    return dict(YAML(typ="safe").load(filled))


def mounts_of(service: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """The source and the place of each volume, and whether it may be written to."""
    found = []
    for volume in service.get("volumes", []):
        source, place, *flags = volume.split(":")
        assert flags in ([], ["ro"]), volume
        found.append((source, place, not flags))
    return found


def seconds(text: str) -> int:
    """A time such as ``30s``."""
    assert re.fullmatch(r"\d+s", text), text
    return int(text.removesuffix("s"))


def files_named(name: str) -> dict[str, Path]:
    """The file of each secret."""
    secrets = read_compose(name).get("secrets", {})
    return {secret: Path(told["file"]) for secret, told in secrets.items()}
