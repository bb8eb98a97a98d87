"""The files of images, made without an engine: a layer a step, laid over one another, and kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.image.dockerfile import ROOT, Image, Step, copy, files_for

BUILD: Final = ROOT / "build" / "image"
"""Where layers are kept; ``make clean`` removes it."""

BASES: Final = {"python:3.13-slim-trixie": ("trixie", "3.13")}
"""What stands in for an image that only an engine can fetch: a Debian release, its Python."""

_MIRROR: Final = "http://deb.debian.org/debian"
_INCLUDED: Final = "ca-certificates,netbase,tzdata,python3,python3-venv"
_PATH: Final = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
_LIKE_THE_BASE: Final = "python3 -m venv /usr/local"
"""Python's own image has ``python`` and ``pip`` in /usr/local, and takes packages there."""

_DATABASE: Final = "apt-get update && apt-get install --yes --no-install-recommends postgresql-17"
_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_OF_THIS_NETWORK: Final = ("http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL")


class BuildError(Exception):
    """A step that failed, with the end of what it said."""


class Layers:
    """Layers, the lowest first.

    Parameters
    ----------
    folder
        Where all are kept, by names that follow from what they were made of.
    """

    def __init__(self, folder: Path = BUILD) -> None:
        self._folder = folder
        self.stack: tuple[Path, ...] = ()
        self._name = ""

    def begin(self, base: str) -> None:
        """A root like the one of an image to begin with."""
        release, python = BASES[base]
        what = f"{release} {_INCLUDED} {python}"
        with self._layer("FROM", what) as (layer, root):
            if root is not None:
                made = ["debootstrap", "--variant=minbase", f"--include={_INCLUDED}"]
                _said([*made, release, str(layer), _MIRROR])
        self.run(Step("RUN", (_LIKE_THE_BASE,), {}, "/", "root"))
        found = self.said("python -c 'import sys; print(\"%d.%d\" % sys.version_info[:2])'")
        if found != python:
            raise BuildError(f"{release} has Python {found}; {base} has {python}.")

    def add(self, step: Step) -> None:
        """Do one step of the Dockerfile."""
        {"RUN": self.run, "COPY": self._copy, "WORKDIR": self._workdir}[step.kind](step)

    def run(self, step: Step) -> None:
        """Run a command of the shell as an engine would while it builds."""
        if step.user != "root":
            raise BuildError(f"{step}: only root runs commands here.")
        told = f"{step} {sorted(step.environment.items())} {step.folder}"
        with self._layer(str(step), told) as (_, root):
            if root is not None:
                self._in(root, step.what[0], step.environment, step.folder)

    def said(self, command: str) -> str:
        """What a command says; what it writes is dropped."""
        (BUILD / "dropped").mkdir(exist_ok=True)
        with mounted(self.stack, BUILD / "dropped") as root:
            return self._in(root, command, {}, "/").strip()

    def _copy(self, step: Step) -> None:
        digest = hashlib.sha256()
        for path, to in files_for(step):
            mode = path.stat().st_mode & 0o777
            digest.update(f"{to} {mode} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        with self._layer(str(step), digest.hexdigest()) as (layer, root):
            if root is not None:
                copy(step, layer)

    def _workdir(self, step: Step) -> None:
        with self._layer(str(step), "") as (layer, root):
            if root is not None:
                (layer / step.folder.removeprefix("/")).mkdir(parents=True)

    @contextmanager
    def _layer(self, title: str, told: str) -> Iterator[tuple[Path, Path | None]]:
        """A new layer, and the root to work in; no root where the layer is there already."""
        name = hashlib.sha256(f"{self._name}\n{title}\n{told}".encode()).hexdigest()[:20]
        layer = self._folder / name
        if layer.exists():
            print(f"    kept  {title[:90]}", flush=True)
            yield layer, None
        else:
            print(f"    make  {title[:90]}", flush=True)
            unfinished = layer.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            if self.stack:
                with mounted(self.stack, unfinished) as root:
                    yield unfinished, root
            else:
                yield unfinished, unfinished
            unfinished.rename(layer)
        self.stack, self._name = (*self.stack, layer), name

    def _in(self, root: Path, command: str, environment: dict[str, str], folder: str) -> str:
        """Run a command with `root` as its root and the network of this machine."""
        for kind, place in (("proc", "proc"), ("sysfs", "sys")):
            subprocess.run(["mount", "-t", kind, kind, root / place], check=True)
        shown = [("/dev", "dev"), ("/etc/resolv.conf", "etc/resolv.conf")]
        if _CERTIFICATES.exists():
            # A network that looks into connections has a certificate of its own.
            shown.append((str(_CERTIFICATES), str(_CERTIFICATES).removeprefix("/")))
        for of_ours, place in shown:
            subprocess.run(["mount", "--bind", of_ours, root / place], check=True)
        told = {name: os.environ[name] for name in _OF_THIS_NETWORK if name in os.environ}
        told |= {"PATH": _PATH, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"} | environment
        inside = ["env", "-i", "-C", folder, *(f"{k}={v}" for k, v in told.items())]
        return _said(["chroot", str(root), *inside, "/bin/sh", "-c", command])


@contextmanager
def mounted(stack: Sequence[Path], changes: Path) -> Iterator[Path]:
    """All layers as one root; what is changed there is written below `changes`."""
    work, root = changes.with_suffix(".work"), changes.with_suffix(".root")
    for folder in (work, root):
        folder.mkdir(exist_ok=True)
    lower = ":".join(str(layer) for layer in reversed(stack))
    options = f"lowerdir={lower},upperdir={changes},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", root], check=True)
    try:
        yield root
    finally:
        subprocess.run(["umount", "--recursive", root], check=True)
        root.rmdir()
        shutil.rmtree(work)


def _said(command: list[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode(errors="replace")
    if done.returncode:
        end = "\n".join(said.splitlines()[-30:])
        raise BuildError(f"{command[-1]}\nended with {done.returncode}:\n{end}")
    return said


def layers_of(image: Image) -> Layers:
    """The layers of the app's image, each made unless it is kept."""
    layers = Layers()
    layers.begin(image.base)
    for step in image.steps:
        layers.add(step)
    return layers


def database_layers(base: str) -> Layers:
    """The layers of the database: the PostgreSQL of the Debian release that the app's image has."""
    layers = Layers()
    layers.begin(base)
    layers.run(Step("RUN", (_DATABASE,), {}, "/", "root"))
    return layers
