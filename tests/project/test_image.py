"""What the Dockerfile says, as far as it can be tried without an engine, root or a network.

``make image`` tries the rest.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.e2e.book import Book
from tests.e2e.server import START_SECONDS, free_port
from tests.image.dockerfile import (
    ROOT,
    Ignored,
    Image,
    UnknownStepError,
    copy,
    files_for,
    read_image,
)
from tests.image.labeller import Labeller

HEALTH = 'HEALTHCHECK --interval=1s --timeout=1s --start-period=1s --start-interval=1s CMD ["a"]'


@pytest.fixture(scope="module")
def image() -> Image:
    return read_image()


@pytest.fixture(scope="module")
def files(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the Dockerfile copies, and nothing else."""
    root = tmp_path_factory.mktemp("image")
    for step in image.copied:
        copy(step, root)
    return root / image.folder.removeprefix("/")


class Container:
    """The image's command, in its files and its environment, over a folder for its data."""

    def __init__(self, image: Image, files: Path, home: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._image = image
        self._folder = files
        self._log = home.parent / "log"
        # Another port and folder than in the image, for there they are a container's own.
        self._environment = image.environment | {
            "PATH": str(Path(sys.executable).parent),
            "LABELSPREAD_HOME": str(home),
            "LABELSPREAD_HOST": "127.0.0.1",
            "LABELSPREAD_PORT": str(self.port),
        }
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(image.command),
                cwd=files,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def is_well(self) -> bool:
        """Whether the image's own check says so."""
        command = self._command(self._image.health.command)
        asked = subprocess.run(command, env=self._environment, capture_output=True, check=False)
        return asked.returncode == 0

    def wait(self) -> None:
        """Return once it is well."""
        until = time.monotonic() + START_SECONDS
        while not self.is_well():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < until, self.log()

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @staticmethod
    def _command(command: tuple[str, ...]) -> list[str]:
        assert command[0] == "python"
        return [sys.executable, *command[1:]]


@contextmanager
def running(image: Image, files: Path, home: Path) -> Iterator[Container]:
    container = Container(image, files, home)
    try:
        container.wait()
        yield container
    finally:
        container.process.kill()
        container.process.wait()


def test_what_is_copied_is_there_and_nothing_else_comes_along(image: Image):
    copied = {path for step in image.copied for path, _ in files_for(step)}
    names = {path.relative_to(ROOT).as_posix() for path in copied}
    assert {"app.py", "requirements.txt", ".streamlit/config.toml", "core/__main__.py"} <= names
    code = {path for folder in ("core", "pages") for path in (ROOT / folder).rglob("*.py")}
    assert code <= copied
    assert not {name for name in names if "__pycache__" in name or "/src/" in name}
    assert not {name for name in names if name.startswith(("tests/", "deploy/", ".git/"))}


def test_the_image_begins_as_one_who_may_write_to_its_volume_alone(image: Image):
    assert image.user == "10001"
    assert image.volumes == (image.environment["LABELSPREAD_HOME"],)
    assert image.ports == (image.environment["LABELSPREAD_PORT"],)
    assert all(step.user == "root" for step in image.steps)


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGTERM")
def test_what_is_copied_runs_and_ends_with_all_that_was_acknowledged(
    image: Image, files: Path, tmp_path: Path
):
    home = tmp_path / "data"
    home.mkdir()
    before = {path.relative_to(files) for path in files.rglob("*")}
    with running(image, files, home) as container:
        with closing(Book(f"sqlite:///{home / 'labelspread.db'}")) as book:
            (project,) = book.store.projects()
        with httpx.Client(base_url=container.url, timeout=30) as client:
            labeller = Labeller(client, project.project_id)
            labeller.look()
            ended = threading.Timer(0.3, container.process.send_signal, [signal.SIGTERM])
            ended.start()
            with suppress(httpx.HTTPError):
                for _ in range(100):
                    labeller.answer()
        assert container.process.wait(image.health.start_period) in {0, -signal.SIGTERM}
        assert "Traceback" not in container.log()
    assert {path.relative_to(files) for path in files.rglob("*")} == before
    with closing(Book(f"sqlite:///{home / 'labelspread.db'}")) as book:
        assert labeller.acknowledged
        assert labeller.acknowledged.items() <= book.labels(project.project_id).items()


def test_the_health_check_fails_where_nothing_listens(image: Image):
    environment = image.environment | {"LABELSPREAD_PORT": str(free_port())}
    command = [sys.executable, *image.health.command[1:]]
    asked = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert asked.returncode == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM a\nONBUILD RUN b\n", 2),
        ("FROM a\nADD b c\n", 2),
        ("FROM a\n\n# b\nCOPY --chmod=644 b c\n", 4),
        ("FROM a\nRUN a \\\n  # b\n  && c\nCOPY b c d\n", 5),
        ("FROM a\nENV b=$c\n", 2),
        ("FROM a AS b\n", 1),
        ("FROM a\nFROM b\n", 2),
        ("FROM a\nCMD b\n", 2),
        ("FROM a\nWORKDIR b\n", 2),
        ("FROM a\nHEALTHCHECK NONE\n", 2),
        ("FROM a\nRUN b \\\n", 2),
        (f"FROM a\n{HEALTH}\n", 1),
    ],
)
def test_a_line_that_nobody_has_tried_is_refused(text: str, line: int, tmp_path: Path):
    file = tmp_path / "Dockerfile"
    file.write_text(text)
    with pytest.raises(UnknownStepError) as caught:
        read_image(file)
    assert caught.value.line == line


def test_continued_lines_are_one_and_each_step_knows_what_stands_before_it(tmp_path: Path):
    file = tmp_path / "Dockerfile"
    text = (
        f"FROM a\nRUN b \\\n  # why\n  && c\nENV d=1 \\\n  e='2 3'\nWORKDIR /f\nCOPY g .\n{HEALTH}"
    )
    file.write_text(f'{text}\nCMD ["h", "i j"]\n')
    image = read_image(file)
    run, _, copied = image.steps
    assert run.what == ("b && c",)
    assert run.environment == {}
    assert (copied.environment, copied.folder) == ({"d": "1", "e": "2 3"}, "/f")
    assert image.command == ("h", "i j")


@pytest.mark.parametrize(
    ("path", "is_taken"),
    [
        ("app.py", True),
        ("core/a/b.py", True),
        ("core/a/__pycache__/b.pyc", False),
        ("__pycache__/b.pyc", False),
        ("corex/a.py", False),
        ("pages/_ui/grid/src/a.ts", False),
        ("pages/_ui/grid/a.js", True),
        (".streamlit/secrets.toml", False),
    ],
)
def test_the_last_pattern_that_fits_a_file_or_a_folder_of_it_decides(path: str, is_taken: bool):
    assert Ignored((ROOT / ".dockerignore").read_text()).takes(path) is is_taken


def test_a_copy_of_nothing_is_an_error(image: Image, tmp_path: Path):
    (tmp_path / ".dockerignore").write_text("core\n")
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "a.py").touch()
    step = next(step for step in image.copied if step.what[0] == "core")
    with pytest.raises(FileNotFoundError, match="core"):
        files_for(step, tmp_path)
