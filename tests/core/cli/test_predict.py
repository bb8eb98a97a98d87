"""``python -m core predict``, on a project whose images came with features."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pytest
from distributed import LocalCluster
from pyarrow import parquet

from core.bootstrap import open_service
from core.cli.cli import main
from core.cli.output import FAILED, STOPPED
from core.export.rows import Choice
from core.jobs.files import UNFINISHED
from core.predicting.run import ABOUT
from core.service.exporting import labelled_of
from tests.core.builders import label
from tests.core.predicting.making import write_part

N_ITEMS, N_PARTS, N_ROWS = 200, 80, 20
ALL = N_ITEMS + (N_PARTS - 1) * N_ROWS
ROOT = Path(__file__).parents[3]


def items(n_items: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and classes: a cloud each."""
    random = np.random.default_rng(seed)
    classes = random.integers(3, size=n_items)
    return (4 * np.eye(3)[classes] + random.normal(size=(n_items, 3))).astype(np.float32), classes


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project called Birds with labels, one without, and a set in parts that lies beside them."""
    folder = tmp_path_factory.mktemp("home")
    features, classes = items(N_ITEMS, seed=0)
    images = np.random.default_rng(0).integers(256, size=(N_ITEMS, 4, 4), dtype=np.uint8)
    names = np.array(["jay", "owl", "tit"])
    np.savez(folder / "birds.npz", images=images, labels=names[classes], features=features)
    np.savez(folder / "plain.npz", images=images, labels=names[classes])
    for part in range(N_PARTS):
        # The first part holds the items of the project.
        rest, of_rest = (features, classes) if part == 0 else items(N_ROWS, seed=part)
        write_part(folder / f"in/part-{part:03}.parquet", rest, names[of_rest])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABELSPREAD_HOME", str(folder / "app"))
        for name, made_on in (("Birds", "birds"), ("Bare", "birds"), ("Plain", "plain")):
            assert main(["import", str(folder / f"{made_on}.npz"), "--name", made_on]) == 0
            (key,) = [path.name for path in folder.glob(f"app/sets/{made_on}-*")]
            assert main(["new", name, "--set", key]) == 0
        with closing(open_service(folder / "app")) as service:
            for project in service.projects():
                if project.name in {"Birds", "Plain"}:
                    batch = service.batch(project.project_id)
                    assert batch is not None
                    answers = [label(item, names[classes[item]]) for item in batch.items]
                    service.submit(project.project_id, batch.batch_id, answers)
        yield folder


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """One of Dask with a worker of its own, for what need not show how workers are started."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0
    ) as cluster:
        yield cluster.scheduler_address


def predict(home: Path, output: Path, *others: str, project: str = "Birds") -> list[str]:
    return ["predict", project, "--input", str(home / "in"), "--output", str(output), *others]


@pytest.fixture(scope="module")
def whole(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of it, in one go."""
    output = tmp_path_factory.mktemp("whole") / "out"
    assert main(predict(home, output, "--workers", "1")) == 0
    return output


def rows_of(output: Path) -> list[dict[str, Any]]:
    return sorted(parquet.read_table(output).to_pylist(), key=lambda row: (row["part"], row["row"]))


def test_all_items_get_their_labels_and_people_keep_theirs(home, whole):
    rows = rows_of(whole)
    assert len(rows) == ALL
    assert len({(row["part"], row["row"]) for row in rows}) == len(rows)
    by_people = [row for row in rows if row["source"] == "human"]
    with closing(open_service(home / "app")) as service:
        (birds,) = [project for project in service.projects() if project.name == "Birds"]
        state = service.view(birds.project_id).state
        said = dict(state.labels.items())
    assert {row["row"]: row["label"] for row in by_people} == said
    assert {row["part"] for row in by_people} == {"part-000.parquet"}
    right = [row["label"] == row["true_label"] for row in rows]
    assert np.mean(right) > 0.9
    about = json.loads((whole / ABOUT).read_text())
    assert about["rows"]["human"] == len(said)
    assert about["labels"] == len(said)
    known = [row for row in rows if row["source"] == "model"]
    assert about["rows"]["known"] == len(known)
    n_right = sum(row["label"] == row["true_label"] for row in known)
    assert about["rows"]["right"] == n_right
    assert f"{len(known):,} items" in about["quality"]
    assert f"{100 * n_right / len(known):.1f} %" in about["quality"]
    assert about["compared_by"].startswith("the 3 numbers of each item")
    assert not {"features", "network"} & about["project"]["settings"].keys()


def test_the_model_says_of_landmarks_what_it_says_in_the_project_nearly_always(home, whole):
    with closing(open_service(home / "app")) as service:
        (birds,) = [project for project in service.projects() if project.name == "Birds"]
        view = service.view(birds.project_id)
        within = [view.class_names[number] for number in view.beliefs.model_class]
    said = [row["model_label"] for row in rows_of(whole)[:N_ITEMS]]
    assert np.mean([one == other for one, other in zip(said, within, strict=True)]) > 0.9


def begun(home: Path, output: Path) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """The command under way, with some files written, and the processes it has started."""
    command = [sys.executable, "-m", "core", *predict(home, output, "--workers", "1")]
    # With nohup it would begin without hearing of Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    signal.signal(signal.SIGINT, before)
    until = time.monotonic() + 60
    while len(list(output.glob("*.parquet"))) < 3:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.005)
    return process, psutil.Process(process.pid).children(recursive=True)


def test_when_all_is_killed_the_next_run_does_the_rest(home, whole, scheduler, tmp_path, capsys):
    output = tmp_path / "out"
    process, others = begun(home, output)
    process.kill()
    process.communicate(timeout=60)
    _, alive = psutil.wait_procs(others, timeout=30)
    assert not alive, "workers end when the command does"
    times = {path: path.stat().st_mtime_ns for path in output.glob("*.parquet")}
    assert 3 <= len(times) < N_PARTS
    assert main(predict(home, output, "--scheduler", scheduler)) == 0
    assert f"Of {N_PARTS} files {len(times)} were there already." in capsys.readouterr().out
    assert {path.stat().st_mtime_ns == at for path, at in times.items()} == {True}
    assert {path.name: path.read_bytes() for path in output.glob("*.parquet")} == {
        path.name: path.read_bytes() for path in whole.glob("*.parquet")
    }
    left = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    beside = {name for name in left if not name.startswith("part-")}
    assert {name for name in beside if not name.endswith(UNFINISHED)} == {ABOUT}


def test_ctrl_c_stops_it_in_one_line_and_what_is_done_stays(home, tmp_path):
    output = tmp_path / "out"
    process, others = begun(home, output)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == STOPPED
    stopped = re.fullmatch(
        rf"python -m core: stopped; at least (\d+) of {N_PARTS} files are there: "
        r"the same command goes on from them\n",
        told,
    )
    assert stopped is not None
    assert int(stopped[1]) <= len(list(output.glob("*.parquet"))) < N_PARTS
    _, alive = psutil.wait_procs(others, timeout=30)
    assert not alive
    for path in output.glob("*.parquet"):
        assert parquet.read_table(path).num_rows in {N_ITEMS, N_ROWS}


def test_what_another_state_has_predicted_is_made_anew_only_if_that_is_said(
    home, scheduler, tmp_path, capsys
):
    output = tmp_path / "out"
    (output / ABOUT).parent.mkdir(parents=True)
    told = {"model": "b" * 32, "input": {"url": str((home / "in").resolve())}}
    (output / ABOUT).write_text(json.dumps(told))
    assert main(predict(home, output, "--scheduler", scheduler)) == FAILED
    assert "by another state of the project" in capsys.readouterr().err
    assert main(predict(home, output, "--scheduler", scheduler, "--again")) == 0
    assert f"labelled {ALL:,} items" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("choice", ["id=label", "labels=id", "features=others"])
def test_what_was_predicted_from_other_columns_is_not_taken_for_done(
    choice, scheduler, tmp_path, capsys
):
    features, _ = items(N_ROWS, seed=0)
    columns = {"id": list("abcdefghijklmnopqrst"), "label": ["jay"] * N_ROWS}
    columns |= {"features": list(features), "others": list(features[::-1])}
    (tmp_path / "in").mkdir()
    parquet.write_table(pa.table(columns), tmp_path / "in/part.parquet")
    command = ["predict", "Birds", "--input", str(tmp_path / "in"), "--scheduler", scheduler]
    command += ["--output", str(tmp_path / "out")]
    assert main(command) == 0
    assert main([*command, "--choose", choice]) == FAILED
    assert "made in another way" in capsys.readouterr().err
    assert main([*command, "--choose", choice, "--again"]) == 0
    assert "were there already" not in capsys.readouterr().out
    assert main([*command, "--choose", choice]) == 0
    assert "Of 1 file 1 were there already." in capsys.readouterr().out


def test_a_part_that_cannot_be_read_is_named_and_the_exit_status_says_so(
    scheduler, tmp_path, capsys
):
    for part in range(3):
        write_part(tmp_path / f"in/part-{part}.parquet", items(50, seed=part)[0])
    broken = tmp_path / "in/part-1.parquet"
    content = bytearray(broken.read_bytes())
    content[4 : len(content) // 2] = bytes(len(content) // 2 - 4)
    broken.write_bytes(content)
    output = tmp_path / "out"
    command = ["predict", "Birds", "--input", str(tmp_path / "in"), "--output", str(output)]
    assert main([*command, "--scheduler", scheduler]) == FAILED
    captured = capsys.readouterr()
    assert f"not done: The file {broken}" in captured.err or f"{broken} cannot" in captured.err
    assert "All else is done." in captured.err
    assert "labelled 100 items" in captured.out
    broken.write_bytes(bytes(content[:-20]))
    assert main([*command, "--scheduler", scheduler]) == FAILED
    assert str(broken) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("project", "problem"),
    [
        ("Plain", "are compared by what is made of their pixels"),
        ("Bare", "has no labels yet"),
        ("Nobody", "There is no project called “Nobody”"),
    ],
)
def test_a_project_that_cannot_say_anything_says_why(project, problem, home, tmp_path, capsys):
    assert main(predict(home, tmp_path / "out", project=project)) == FAILED
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("home")
def test_items_with_other_features_are_refused(tmp_path, capsys):
    write_part(tmp_path / "in/part.parquet", np.ones((9, 5), np.float32))
    command = ["predict", "Birds", "--input", str(tmp_path / "in"), "--output", str(tmp_path)]
    assert main(command) == FAILED
    assert "have 3 features, those of" in capsys.readouterr().err


def test_workers_are_those_of_a_scheduler_or_of_this_machine(home, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(predict(home, tmp_path, "--workers", "2", "--scheduler", "tcp://localhost:1"))
    assert "leave out --scheduler" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(predict(home, tmp_path, "--workers", "none"))
    assert "is no number of processes" in capsys.readouterr().err


def test_landmarks_of_the_set_itself_are_known_again_and_its_columns_are_taken_as_they_were(
    home, scheduler, tmp_path, capsys
):
    features, classes = items(300, seed=3)
    # Twins: only their names tell them apart.
    features[1::2] = features[::2]
    for part in range(3):
        here = slice(100 * part, 100 * part + 100)
        path = tmp_path / f"in/part-{part}.parquet"
        write_part(path, features[here])
        table = parquet.read_table(path)
        names = table["id"].to_pylist()
        table = table.append_column("image", [[f"{name}.png" for name in names]])
        table = table.append_column("other", [features[::-1][here].tolist()])
        table = table.append_column("species", [[str(number) for number in classes[here]]])
        parquet.write_table(table, path)
    chosen = ["--choose", "features=features", "--choose", "labels=species"]
    assert (
        main(["import", str(tmp_path / "in"), "--landmarks", "120", "--name", "Far", *chosen]) == 0
    )
    key = capsys.readouterr().out.splitlines()[-1]
    assert main(["new", "Far", "--set", key]) == 0
    with closing(open_service(home / "app")) as service:
        (far,) = [project for project in service.projects() if project.name == "Far"]
        batch = service.batch(far.project_id)
        assert batch is not None
        exported = labelled_of(service.view(far.project_id)).some(Choice())
        called = {row.number: row.file for some in exported for row in some.rows}
        said = {called[item]: str(item % 3) for item in batch.items}
        answers = [label(item, said[called[item]]) for item in batch.items]
        service.submit(far.project_id, batch.batch_id, answers)
    output = tmp_path / "out"
    command = ["predict", "Far", "--input", str(tmp_path / "in"), "--output", str(output)]
    assert main([*command, "--scheduler", scheduler]) == 0
    rows = rows_of(output)
    assert {row["file"]: row["label"] for row in rows if row["source"] == "human"} == said
    assert [row["true_label"] for row in rows] == [str(number) for number in classes]
