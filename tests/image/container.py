"""A container as an engine would run it: the files, the user, the limits and the network."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PATH: Final = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
START_SECONDS: Final = 90

_DEVICES: Final = ("null", "zero", "full", "random", "urandom", "tty")
_SUBNET: Final = "10.77.0"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a container is begun with.

    Attributes
    ----------
    layers
        Its files, the lowest layer first.
    mounts
        A place in it, what is to be there, and whether that may be written to.
    changes
        Where it writes what it writes to its root; None where that is read-only.
    capabilities
        What its user may do beyond others.
    """

    layers: tuple[Path, ...]
    command: tuple[str, ...]
    environment: dict[str, str]
    user: str = "root"
    folder: str = "/"
    mounts: tuple[tuple[str, Path, bool], ...] = ()
    tmpfs: tuple[str, ...] = ()
    changes: Path | None = None
    capabilities: tuple[str, ...] = ()

    def find(self, path: str) -> Path | None:
        """A file or folder of the image."""
        places = (layer / path.removeprefix("/") for layer in reversed(self.layers))
        return next((place for place in places if place.exists()), None)

    def account(self) -> tuple[int, int, str]:
        """The number of the user, of its group, and its home."""
        file = self.find("/etc/passwd")
        assert file is not None
        for line in file.read_text().splitlines():
            name, _, number, group, _, home, _ = line.split(":")
            if self.user in {name, number}:
                return int(number), int(group), home
        raise ValueError(f"There is no user {self.user}.")


@dataclass
class Network:
    """A bridge without a way out, on which each container has an address and a name."""

    folder: Path
    addresses: list[tuple[str, str]] = field(default_factory=list)
    _n: int = 10

    def __post_init__(self) -> None:
        self.gateway = f"{_SUBNET}.1"
        for command in (
            "link set lo up",
            "link add labelspread type bridge",
            f"addr add {self.gateway}/24 dev labelspread",
            "link set labelspread up",
        ):
            _ip(command)
        self.hosts = self.folder / "hosts"
        self._write()
        # Whoever tests knows the names, too; this file is seen by nobody else.
        subprocess.run(["mount", "--bind", self.hosts, "/etc/hosts"], check=True)

    def one_more_address(self) -> str:
        """Another one for whoever asks from here."""
        self._n += 1
        address = f"{_SUBNET}.{self._n}"
        _ip(f"addr add {address}/24 dev labelspread")
        return address

    def join(self, name: str) -> tuple[str, str]:
        """A new namespace of the network, and its address."""
        self._n += 1
        space, address = f"c{self._n}", f"{_SUBNET}.{self._n}"
        for command in (
            f"netns add {space}",
            f"link add v{space} type veth peer name eth0 netns {space}",
            f"link set v{space} master labelspread up",
            f"-n {space} addr add {address}/24 dev eth0",
            f"-n {space} link set eth0 up",
            f"-n {space} link set lo up",
        ):
            _ip(command)
        self.addresses.append((name, address))
        self._write()
        return space, address

    def remove(self, space: str, address: str) -> None:
        """Nothing is there any more and no name leads there, as when a container is removed."""
        _ip(f"link set v{space} down")
        self.forget(address)

    def forget(self, address: str) -> None:
        """No name leads there any more, as when a container has ended."""
        self.addresses = [pair for pair in self.addresses if pair[1] != address]
        self._write()

    def _write(self) -> None:
        # Into the same file: it is mounted by itself.
        lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in self.addresses)]
        self.hosts.write_text("\n".join(lines) + "\n")


def _ip(command: str) -> None:
    subprocess.run(["ip", *command.split()], check=True)


class Container:
    """One that runs until it is stopped.

    Parameters
    ----------
    folder
        Where its log and its places to mount at are.
    """

    def __init__(self, name: str, settings: Settings, network: Network, folder: Path) -> None:
        self.settings = settings
        self._network = network
        self._folder = folder
        self._log = folder / "log"
        self._space, self.address = network.join(name)
        self._root = folder / "root"
        self._root.mkdir(parents=True)
        self._points = folder / "points"
        self._inside = self._entered(settings.command)
        self.start()

    def start(self) -> None:
        """Begin, or begin again after it has ended."""
        script = self._folder / "begin.sh"
        script.write_text("\n".join(self._begun()) + "\n")
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self._space, "sh", script],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait(self, is_ready: Callable[[], bool]) -> None:
        """Return once it is ready; one that does not become so is ended."""
        until = time.monotonic() + START_SECONDS
        while not is_ready():
            is_late = time.monotonic() > until
            if is_late or self.process.poll() is not None:
                self.kill()
                raise AssertionError(
                    "\n".join(["It is not ready.", *self.log().splitlines()[-20:]])
                )
            time.sleep(0.2)

    def run(
        self, command: Sequence[str], given: bytes = b"", user: str = ""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run something in it beside what runs already, as ``exec`` does."""
        entered = self.entered(command, user)
        return subprocess.run(entered, input=given, capture_output=True, check=False)

    def entered(self, command: Sequence[str], user: str = "") -> list[str]:
        """What runs something in it when it is run here."""
        entered = ["nsenter", f"--target={self.process.pid}", "--mount", "--net", "--root", "--"]
        return [*entered, *self._entered(tuple(command), user)]

    def stop(self, grace: float) -> int:
        """Ask it to end, and give its status.

        Raises
        ------
        subprocess.TimeoutExpired
            If it still runs after so many seconds, when an engine would kill it.
        """
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(grace)

    def kill(self) -> None:
        """End it at once; its name and its address lead nowhere then."""
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self._network.remove(self._space, self.address)

    def log(self) -> str:
        """All it has said since the first start."""
        return self._log.read_text(errors="replace")

    def fact(self, name: str, file: str = "status") -> list[str]:
        """What the kernel says of its process, in lines that begin so."""
        lines = Path(f"/proc/{self.process.pid}/{file}").read_text().splitlines()
        return [line.removeprefix(name).strip() for line in lines if line.startswith(name)]

    def _begun(self) -> list[str]:
        """The commands that lay out its root, and become what it runs."""
        settings, root = self.settings, self._root
        shown = [*settings.mounts, ("/etc/hosts", self._network.hosts, False)]
        shutil.rmtree(self._points, ignore_errors=True)
        for place in ("proc", "sys", "dev", *(t.removeprefix("/") for t in settings.tmpfs)):
            (self._points / place).mkdir(parents=True)
        for place, source, _ in shown:
            point = self._points / place.removeprefix("/")
            if settings.find(place) is None:
                (point if source.is_dir() else point.parent).mkdir(parents=True, exist_ok=True)
                if not source.is_dir():
                    point.touch()
        lower = ":".join(map(str, (self._points, *reversed(settings.layers))))
        if settings.changes is None:
            options = f"ro,lowerdir={lower}"
        else:
            work = settings.changes.with_suffix(".work")
            for folder in (settings.changes, work):
                folder.mkdir(exist_ok=True)
            options = f"lowerdir={lower},upperdir={settings.changes},workdir={work}"
        lines = [
            "set -e",
            _command("mount", "-t", "overlay", "-o", options, "overlay", root),
            _command("mount", "--bind", "/proc", root / "proc"),
            _command("mount", "-t", "sysfs", "-o", "ro", "sysfs", root / "sys"),
            _command("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", root / "dev"),
            _command("mkdir", "-m", "1777", root / "dev/shm"),
            _command("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", root / "dev/shm"),
        ]
        for device in _DEVICES:
            lines.append(_command("touch", root / "dev" / device))
            lines.append(_command("mount", "--bind", f"/dev/{device}", root / "dev" / device))
        for name, end in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            lines.append(_command("ln", "-s", f"/proc/self/fd{end}", root / "dev" / name))
        for place in settings.tmpfs:
            there = root / place.removeprefix("/")
            lines.append(_command("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", there))
        for place, source, is_writable in shown:
            there = root / place.removeprefix("/")
            lines.append(_command("mount", "--bind", source, there))
            if not is_writable:
                lines.append(_command("mount", "-o", "remount,bind,ro", there))
        return [*lines, "exec " + _command("chroot", root, *self._inside)]

    def _entered(self, command: tuple[str, ...], user: str = "") -> list[str]:
        """A command as its user, in its environment, with no more rights than it is to have."""
        settings = self.settings
        number, group, home = settings.account()
        allowed = "".join(f",+{name.lower()}" for name in settings.capabilities)
        told = {"PATH": PATH, "HOME": home, "HOSTNAME": self._space} | settings.environment
        limits = ["--no-new-privs", "--inh-caps=-all", f"--bounding-set=-all{allowed}"]
        return [
            "/usr/bin/setpriv",
            f"--reuid={user or number}",
            f"--regid={group}",
            "--clear-groups",
            *limits,
            "/usr/bin/env",
            "-i",
            "-C",
            settings.folder,
            *(f"{name}={value}" for name, value in told.items()),
            *command,
        ]


def _command(*words: str | os.PathLike[str]) -> str:
    return shlex.join(str(word) for word in words)
