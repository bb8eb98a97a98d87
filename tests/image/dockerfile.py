"""The Dockerfile as values: what an engine would do with it, for those who have none.

Only what stands in ours is known. Anything else is an error, so that a line which nobody has tried
is never taken for one that works.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]

_FLAG: Final = re.compile(r"--([a-z-]+)=(\S+)\s+")
_SECONDS: Final = re.compile(r"(\d+)s")


class UnknownStepError(Exception):
    """Something in the Dockerfile that this reader does not know.

    Attributes
    ----------
    line
        Where it stands, from 1.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"Dockerfile, line {line}: {problem}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Step:
    """What changes the files of the image: ``RUN``, ``COPY`` or ``WORKDIR``.

    Attributes
    ----------
    kind
        Its instruction.
    what
        What follows it: a command of the shell; what is copied, and where to; a folder.
    environment, folder, user
        As they are by then.
    """

    kind: str
    what: tuple[str, ...]
    environment: dict[str, str]
    folder: str
    user: str

    def __str__(self) -> str:
        return f"{self.kind} {' '.join(self.what)}"


@dataclass(frozen=True, slots=True)
class Health:
    """How an engine asks whether a container is well; times are seconds."""

    command: tuple[str, ...]
    interval: int
    timeout: int
    start_period: int
    start_interval: int


@dataclass(frozen=True, slots=True)
class Image:
    """What the Dockerfile makes.

    Attributes
    ----------
    base
        The image it begins with.
    steps
        In their order.
    environment, folder, user, volumes, ports, health, command
        What a container begins with.
    """

    base: str
    steps: tuple[Step, ...]
    environment: dict[str, str]
    folder: str
    user: str
    volumes: tuple[str, ...]
    ports: tuple[str, ...]
    health: Health
    command: tuple[str, ...]

    @property
    def copied(self) -> tuple[Step, ...]:
        """The steps that bring files of the project in."""
        return tuple(step for step in self.steps if step.kind == "COPY")


@dataclass
class _Draft:
    base: str = ""
    steps: list[Step] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "root"
    volumes: list[str] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)
    health: Health | None = None
    command: tuple[str, ...] = ()


def read_image(path: Path = ROOT / "Dockerfile") -> Image:
    """What a Dockerfile makes.

    Raises
    ------
    UnknownStepError
        If something in it is not known here.
    """
    draft = _Draft()
    for line, instruction, rest in _instructions(path.read_text(encoding="utf-8")):
        take = _TAKEN.get(instruction)
        if take is None:
            raise UnknownStepError(line, f"{instruction} is not known here.")
        if instruction != "RUN" and "$" in rest and instruction != "HEALTHCHECK":
            raise UnknownStepError(line, "variables are not put in here.")
        try:
            take(draft, rest)
        except ValueError as error:
            raise UnknownStepError(line, str(error)) from error
    if not draft.base or draft.health is None or not draft.command:
        raise UnknownStepError(1, "FROM, HEALTHCHECK or CMD is missing.")
    return Image(
        draft.base,
        tuple(draft.steps),
        draft.environment,
        draft.folder,
        draft.user,
        tuple(draft.volumes),
        tuple(draft.ports),
        draft.health,
        draft.command,
    )


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """The line, name and rest of each instruction; continued lines are one."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        # A comment between continued lines is no part of them.
        if not stripped or stripped.startswith("#"):
            continue
        begun = begun or number
        parts.append(stripped.removesuffix("\\").strip())
        if not stripped.endswith("\\"):
            name, _, rest = " ".join(parts).partition(" ")
            yield begun, name, rest.strip()
            begun, parts = 0, []
    if parts:
        raise UnknownStepError(begun, "the last line is continued.")


def _plain(rest: str) -> list[str]:
    """Words without flags, quotes or lists."""
    words = rest.split()
    if not words or any(word.startswith(("--", "[", '"', "'")) for word in words):
        raise ValueError(f"“{rest}” is not known here.")
    return words


def _one(rest: str) -> str:
    (word,) = _plain(rest)
    return word


def _listed(rest: str) -> tuple[str, ...]:
    """A command as a list, which no shell looks at."""
    words = json.loads(rest) if rest.startswith("[") else None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("a command has to be a list of texts.")
    return tuple(words)


def _step(draft: _Draft, kind: str, *what: str) -> None:
    draft.steps.append(Step(kind, what, dict(draft.environment), draft.folder, draft.user))


def _from(draft: _Draft, rest: str) -> None:
    if draft.base:
        raise ValueError("a second stage is not known here.")
    draft.base = _one(rest)


def _env(draft: _Draft, rest: str) -> None:
    for word in shlex.split(rest):
        name, is_set, value = word.partition("=")
        if not is_set:
            raise ValueError(f"“{word}” sets nothing.")
        draft.environment[name] = value


def _run(draft: _Draft, rest: str) -> None:
    if rest.startswith(("--", "[")):
        raise ValueError("RUN takes a command of the shell here.")
    _step(draft, "RUN", rest)


def _workdir(draft: _Draft, rest: str) -> None:
    draft.folder = _one(rest)
    if not draft.folder.startswith("/"):
        raise ValueError("WORKDIR takes a whole path here.")
    _step(draft, "WORKDIR", draft.folder)


def _copy(draft: _Draft, rest: str) -> None:
    source, target = _plain(rest)
    if any(sign in source for sign in "*?["):
        raise ValueError("COPY takes one name here.")
    _step(draft, "COPY", source, target)


def _user(draft: _Draft, rest: str) -> None:
    draft.user = _one(rest)


def _volume(draft: _Draft, rest: str) -> None:
    draft.volumes.append(_one(rest))


def _expose(draft: _Draft, rest: str) -> None:
    draft.ports.append(_one(rest))


def _healthcheck(draft: _Draft, rest: str) -> None:
    times: dict[str, int] = {}
    while found := _FLAG.match(rest):
        seconds = _SECONDS.fullmatch(found[2])
        if seconds is None:
            raise ValueError(f"“{found[2]}” is no number of seconds.")
        times[found[1].replace("-", "_")] = int(seconds[1])
        rest = rest[found.end() :]
    word, _, command = rest.partition(" ")
    if word != "CMD" or set(times) != {"interval", "timeout", "start_period", "start_interval"}:
        raise ValueError("HEALTHCHECK takes its four times and CMD here.")
    draft.health = Health(_listed(command.strip()), **times)


def _cmd(draft: _Draft, rest: str) -> None:
    draft.command = _listed(rest)


_TAKEN: Final = {
    "FROM": _from,
    "ENV": _env,
    "RUN": _run,
    "WORKDIR": _workdir,
    "COPY": _copy,
    "USER": _user,
    "VOLUME": _volume,
    "EXPOSE": _expose,
    "HEALTHCHECK": _healthcheck,
    "CMD": _cmd,
}


class Ignored:
    """What ``.dockerignore`` keeps out: the last pattern that fits a file, or a folder of its,
    decides.
    """

    def __init__(self, text: str) -> None:
        self._rules: list[tuple[re.Pattern[str], bool]] = []
        for line in map(str.strip, text.splitlines()):
            if line and not line.startswith("#"):
                is_kept = line.startswith("!")
                self._rules.append((_pattern(line.removeprefix("!").strip("/")), is_kept))

    def takes(self, path: str) -> bool:
        """Whether a file, named from the folder of the Dockerfile, is there for ``COPY``."""
        parts = path.split("/")
        names = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        is_taken = True
        for pattern, is_kept in self._rules:
            if any(map(pattern.fullmatch, names)):
                is_taken = is_kept
        return is_taken


def _pattern(text: str) -> re.Pattern[str]:
    if any(sign in text for sign in "[]\\"):
        raise ValueError(f".dockerignore: “{text}” is not known here.")
    signs = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", text)
    return re.compile("".join(signs.get(part) or re.escape(part) for part in parts))


def files_for(step: Step, context: Path = ROOT) -> list[tuple[Path, str]]:
    """Each file that a ``COPY`` brings, and its path in the image.

    Raises
    ------
    FileNotFoundError
        If there is none, where an engine would stop.
    """
    source, target = step.what
    ignored = Ignored((context / ".dockerignore").read_text(encoding="utf-8"))
    place = Path(step.folder) / target
    here = context / source
    if here.is_dir():
        found = sorted(path for path in here.rglob("*") if path.is_file())
        pairs = [(path, str(place / path.relative_to(here))) for path in found]
    else:
        is_folder = target == "." or target.endswith("/")
        pairs = [(here, str(place / here.name if is_folder else place))]
    taken = [
        (path, to)
        for path, to in pairs
        if path.is_file() and ignored.takes(path.relative_to(context).as_posix())
    ]
    if not taken:
        raise FileNotFoundError(f"{step}: nothing is there to be copied.")
    return taken


def copy(step: Step, root: Path, context: Path = ROOT) -> None:
    """Do what a ``COPY`` does, below a folder that stands for the root."""
    for path, to in files_for(step, context):
        place = root / to.removeprefix("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)
