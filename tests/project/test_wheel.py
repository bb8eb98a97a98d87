"""What `pip install .` installs."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from core.replay.published import all_runs

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def run(*arguments: str | Path, folder: Path, path: Path | None = None) -> str:
    """The output of Python with these arguments, which sees nothing of this clone."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ended = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env=environment if path is None else {**environment, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "hatchling", "build", "--target", "wheel", "--directory", folder, folder=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as site-packages would be."""
    folder = tmp_path_factory.mktemp("site-packages")
    ZipFile(wheel).extractall(folder)
    return folder


def files_of(*folders: str) -> set[str]:
    """What the app consists of: code, and what lies beside it."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_all_of_the_app_in_one_folder_and_no_tests(wheel: Path):
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    inside = files_of("core", "pages") | {"app.py", ".streamlit/config.toml"}
    own = files_of("labelspread")
    assert names == {f"labelspread/{name}" for name in inside} | own


def test_the_wheel_asks_for_what_the_project_asks_for(wheel: Path):
    archive = ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    said = message_from_bytes(archive.read(metadata))
    asked = {Requirement(text) for text in said.get_all("Requires-Dist", [])}
    plain = {one for one in asked if "extra" not in str(one.marker)}
    assert plain == {Requirement(text) for text in PROJECT["dependencies"]}
    extras = PROJECT["optional-dependencies"].values()
    optional = {Requirement(text).name for extra in extras for text in extra}
    assert {one.name for one in asked - plain} == optional
    assert said["Requires-Python"] == PROJECT["requires-python"]


def test_its_command_serves_the_app(wheel: Path, installed: Path, tmp_path: Path):
    archive = ZipFile(wheel)
    (points,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
    assert "labelspread = labelspread.__main__:main" in archive.read(points).decode()
    said = run("-m", "labelspread", "--help", folder=tmp_path, path=installed)
    assert "--port" in said
    served = run(
        "-c",
        "import labelspread; from pages._ui import server; print(server.APP_FILE)",
        folder=tmp_path,
        path=installed,
    )
    assert Path(served.strip()).resolve() == (installed / "labelspread" / "app.py").resolve()


def test_its_command_runs_the_commands_of_the_core(installed: Path, tmp_path: Path):
    said = run("-m", "labelspread", "replay", "--list", folder=tmp_path, path=installed)
    assert [line.split()[0] for line in said.splitlines()] == [run.id for run in all_runs()]


def test_the_estimator_and_the_service_can_be_imported(installed: Path, tmp_path: Path):
    program = (
        "from labelspread import LabelSpreading, open_service\n"
        "print(LabelSpreading().fit([[0.0], [1.0], [9.0]], [0, -1, 1]).predict([[0.9]])[0])\n"
        "print([project.name for project in open_service('home').projects()])\n"
    )
    assert run("-c", program, folder=tmp_path, path=installed) == "0\n['Digits']\n"
