"""The services of the compose files as containers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.image.compose import mounts_of
from tests.image.container import Container, Settings
from tests.image.dockerfile import Image

CADDY = Path(sys.executable).parent / "caddy"
"""The proxy; it needs nothing of a system."""

DEFAULT_GRACE = 10
"""Seconds that an engine waits after SIGTERM, where nothing else is said."""


def volume(folder: Path, settings: Settings, place: str) -> Path:
    """A new volume: owner and mode are those that the image has at that place."""
    folder.mkdir()
    if (there := settings.find(place)) is not None:
        told = there.stat()
        subprocess.run(["chown", f"{told.st_uid}:{told.st_gid}", folder], check=True)
        folder.chmod(told.st_mode & 0o7777)
    return folder


def app_settings(
    image: Image, layers: tuple[Path, ...], service: Mapping[str, Any], volumes: Mapping[str, Path]
) -> Settings:
    """The app as a service says it, and as nothing else does.

    Parameters
    ----------
    volumes
        A folder for each volume and secret.
    """
    known = {
        *("build", "image", "ports", "environment", "volumes", "secrets", "depends_on", "restart"),
        *("init", "stop_grace_period", "read_only", "tmpfs", "cap_drop", "security_opt"),
    }
    assert set(service) <= known, f"nobody has tried {set(service) - known}"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    mounts = [(place, volumes[source], writable) for source, place, writable in mounts_of(service)]
    secrets = [
        (f"/run/secrets/{name}", volumes[name], False) for name in service.get("secrets", ())
    ]
    return Settings(
        layers,
        image.command,
        image.environment | service["environment"],
        image.user,
        image.folder,
        (*mounts, *secrets),
        tuple(service["tmpfs"]),
    )


def is_well(container: Container, image: Image) -> bool:
    """Whether the image's own check says so."""
    return container.run(image.health.command).returncode == 0


def proxy_settings(
    layers: tuple[Path, ...], service: Mapping[str, Any], volumes: Mapping[str, Path]
) -> Settings:
    """The proxy as a service says it, with what its own image has: a command and two folders."""
    known = {
        *("image", "ports", "environment", "volumes", "depends_on", "restart"),
        *("cap_drop", "cap_add", "security_opt"),
    }
    assert set(service) <= known, f"nobody has tried {set(service) - known}"
    assert service["cap_drop"] == ["ALL"]
    mounts = [(place, volumes[source], writable) for source, place, writable in mounts_of(service)]
    own = {"XDG_CONFIG_HOME": "/config", "XDG_DATA_HOME": "/data"}
    return Settings(
        layers,
        ("caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"),
        own | service["environment"],
        mounts=(("/usr/bin/caddy", CADDY, False), *mounts),
        capabilities=tuple(service["cap_add"]),
    )
