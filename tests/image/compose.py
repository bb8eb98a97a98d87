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
    read = YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))
    return dict(_filled(read, variables or {}))


def _filled(read: Any, variables: Mapping[str, str]) -> Any:
    """The same with variables put in, as Compose does it: text by text, after it was read."""
    if isinstance(read, dict):
        return {key: _filled(value, variables) for key, value in read.items()}
    if isinstance(read, list):
        return [_filled(value, variables) for value in read]
    if not isinstance(read, str):
        return read
    text = _VARIABLE.sub(lambda found: variables.get(found[1]) or found[2], read)
    assert "$" not in text, f"“{read}”: a variable without a default is not known here."
    return text


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
