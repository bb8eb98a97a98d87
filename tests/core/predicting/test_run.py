"""All parts of a set by workers, some of which are lost; and what a second run does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from distributed import Client, LocalCluster
from pyarrow import parquet

from core.data.parts.opening import open_parts
from core.data.parts.parts import Parts
from core.errors import FileNotWrittenError, InvalidDatasetError, NotPredictedError
from core.jobs.files import UNFINISHED
from core.predicting.partitions import ROWS, Partition, partitions_of, rows_for
from core.predicting.places import KEPT, Output
from core.predicting.run import ABOUT, Outcome, Workers, check_target, predict
from core.predicting.task import Job, predict_partition
from tests.core.data.parts.bucket_server import KEY, bucket_server
from tests.core.predicting.making import features_of as made_features
from tests.core.predicting.making import hand_over, model, write_part, write_set

N_PARTS, N_ROWS = 30, 100
MADE = model()


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return open_parts(write_set(tmp_path_factory.mktemp("set"), N_PARTS, N_ROWS))


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0
    ) as made:
        yield made


def ready(folder: Path, url: str | None = None) -> Output:
    output = Output(url or str(folder / "out"))
    hand_over(MADE, output, folder / "model")
    return output


def run(parts: Parts, output: Output, cluster: LocalCluster, **others) -> Outcome:
    workers = Workers(cluster.scheduler_address)
    partitions = partitions_of(parts)
    return predict(parts, partitions, output, MADE.name, {}, workers, **others)


def contents(output: Output) -> dict[str, bytes]:
    names = [name for name in output.names() if name.endswith(".parquet")]
    return {name: output.read(name) or b"" for name in names}


@pytest.fixture(scope="module")
def expected(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What is written without any workers, one part after the other."""
    output = ready(tmp_path_factory.mktemp("expected"))
    for partition in partitions_of(parts):
        predict_partition(Job(parts, output.url, MADE.name), partition)
    return contents(output)


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(parts, expected, cluster, tmp_path):
    output = ready(tmp_path)
    killed: list[int] = []

    def kill(_stage: str, share: float) -> None:
        if share > 0.2 and not killed:
            with Client(cluster.scheduler_address, set_as_default=False) as client:
                pid = next(iter(client.run(os.getpid).values()))
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    outcome = run(parts, output, cluster, progress=kill)
    assert killed
    assert not outcome.failed
    assert outcome.counts.rows == N_PARTS * N_ROWS
    assert contents(output) == expected
    about = json.loads(output.read(ABOUT) or b"")
    assert about["complete"]
    assert about["rows"]["all"] == N_PARTS * N_ROWS
    assert [file["file"] for file in about["files"]] == sorted(expected)
    assert sum(file["rows"] for file in about["files"]) == N_PARTS * N_ROWS
    others = {name for name in output.names() if name not in expected}
    assert {name for name in others if not name.endswith(UNFINISHED)} == {ABOUT}
    assert all(name.startswith(f"{KEPT}/") for name in others)
    assert parquet.read_table(tmp_path / "out").num_rows == N_PARTS * N_ROWS


def test_a_second_run_does_what_is_left_and_touches_nothing_else(
    parts, expected, cluster, tmp_path
):
    output = ready(tmp_path)
    assert run(parts, output, cluster).n_done == N_PARTS
    names = sorted(expected)
    (tmp_path / "out" / names[3]).unlink()
    (tmp_path / "out" / names[4]).write_bytes(expected[names[5]])
    (tmp_path / "out" / names[6]).write_bytes(expected[names[6]][:-9])
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.parquet")}
    hand_over(MADE, output, tmp_path / "model")
    outcome = run(parts, output, cluster)
    assert (outcome.n_done, outcome.n_found) == (3, N_PARTS - 3)
    assert outcome.counts.rows == N_PARTS * N_ROWS
    assert contents(output) == expected
    changed = {path.name for path, at in times.items() if path.stat().st_mtime_ns != at}
    assert changed == {names[4], names[6]}


def test_a_part_that_is_damaged_is_named_and_all_others_are_written(cluster, tmp_path):
    folder = Path(write_set(tmp_path / "set", 4, N_ROWS))
    broken = folder / "part-02.parquet"
    parts = open_parts(str(folder))
    whole = broken.read_bytes()
    broken.write_bytes(whole[:4] + bytes(len(whole) // 2) + whole[4 + len(whole) // 2 :])
    output = ready(tmp_path)
    outcome = run(parts, output, cluster)
    (failed,) = outcome.failed
    assert str(broken) in failed.problem
    assert "Traceback" not in failed.problem
    assert (outcome.n_done, outcome.counts.rows) == (3, 3 * N_ROWS)
    about = json.loads(output.read(ABOUT) or b"")
    assert not about["complete"]
    assert about["failed"] == [{"part": "part-02.parquet", "problem": failed.problem}]
    broken.write_bytes(whole)
    again = run(open_parts(str(folder)), output, cluster)
    assert (again.n_done, again.n_found, again.failed) == (1, 3, ())
    rows = {name: parquet.read_table(tmp_path / "out" / name) for name in contents(output)}
    assert {table["part"][0].as_py() for table in rows.values()} == {
        f"part-{part:02}.parquet" for part in range(4)
    }


def test_a_part_that_changes_while_it_is_predicted_is_not_taken_for_done(cluster, tmp_path):
    folder = Path(write_set(tmp_path / "set", 3, N_ROWS))
    parts, output = open_parts(str(folder)), ready(tmp_path)
    write_part(folder / "part-01.parquet", made_features(N_ROWS, seed=7), groups=N_ROWS)
    outcome = run(parts, output, cluster)
    (failed,) = outcome.failed
    assert f"{folder}/part-01.parquet has changed" in failed.problem
    assert (outcome.n_done, outcome.counts.rows) == (2, 2 * N_ROWS)
    about = json.loads(output.read(ABOUT) or b"")
    assert not about["complete"]
    assert [one["part"] for one in about["files"]] == ["part-00.parquet", "part-02.parquet"]
    again = run(open_parts(str(folder)), output, cluster)
    assert (again.n_done, again.n_found, again.failed) == (1, 2, ())


def test_parts_that_have_changed_are_done_anew_and_those_that_are_gone_go(cluster, tmp_path):
    folder = Path(write_set(tmp_path / "set", 4, 20))
    output = ready(tmp_path)
    run(open_parts(str(folder)), output, cluster)
    theirs = tmp_path / "out" / "theirs.parquet"
    write_part(theirs, made_features(3))
    (folder / "part-00.parquet").unlink()
    write_part(folder / "part-01.parquet", made_features(30, seed=5))
    write_part(folder / "part-04.parquet", made_features(10, seed=6))
    hand_over(MADE, output, tmp_path / "model")
    outcome = run(open_parts(str(folder)), output, cluster)
    assert (outcome.n_done, outcome.n_found, outcome.counts.rows) == (2, 2, 30 + 40 + 10)
    names = [f"part-{part:02}-00000.parquet" for part in (1, 2, 3, 4)]
    assert sorted(contents(output)) == [*names, "theirs.parquet"], "what is not ours stays"


def test_without_a_scheduler_it_is_done_by_processes_here(parts, expected, tmp_path):
    output = ready(tmp_path)
    told: list[tuple[str, float]] = []
    outcome = predict(
        parts,
        partitions_of(parts),
        output,
        MADE.name,
        {},
        Workers(n_here=1),
        lambda stage, share: told.append((stage, share)),
    )
    assert outcome.n_done == N_PARTS
    assert contents(output) == expected
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[-1] == ("Predicting, 3,000 of 3,000 items", 1.0)


def test_a_scheduler_that_is_not_there_is_named(parts, tmp_path, monkeypatch):
    monkeypatch.setattr("core.predicting.run._PATIENCE", "0.5s")
    with pytest.raises(NotPredictedError, match=r"no scheduler of Dask at tcp://127\.0\.0\.1:9"):
        predict(parts, (), ready(tmp_path), MADE.name, {}, Workers("tcp://127.0.0.1:9"))


def test_a_scheduler_that_does_not_find_the_app_is_told_of_in_words(parts, tmp_path):
    place = tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "dask", "scheduler", "--scheduler-file", str(place)]
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with subprocess.Popen([*command, *options], cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 60
            while not (place.exists() and place.read_text()):
                assert time.monotonic() < until
                time.sleep(0.05)
            address = json.loads(place.read_text())["address"]
            partitions = partitions_of(parts)[:1]
            with pytest.raises(NotPredictedError, match="does not find Labelspread"):
                predict(parts, partitions, ready(tmp_path), MADE.name, {}, Workers(address))
        finally:
            process.terminate()


def test_workers_that_come_later_are_waited_for(parts, expected, tmp_path):
    output = ready(tmp_path)
    told: list[str] = []
    with LocalCluster(
        n_workers=0, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0
    ) as cluster:

        def note(stage: str, _share: float) -> None:
            told.append(stage)
            if stage == "Waiting for workers":
                cluster.scale(1)

        outcome = run(parts, output, cluster, progress=note)
    assert told[:1] == ["Waiting for workers"]
    assert outcome.n_done == N_PARTS
    assert contents(output) == expected


def test_an_output_in_a_bucket_is_written_as_one_on_this_machine(parts, expected, tmp_path):
    output = ready(tmp_path, f"memory://{tmp_path.name}/out")
    job = Job(parts, output.url, MADE.name)
    first, second, *_ = partitions_of(parts)
    done = predict_partition(job, first)
    assert contents(output) == {first.name: expected[first.name]}
    assert predict_partition(job, first).was_there
    assert predict_partition(job, first).counts == done.counts
    assert not predict_partition(job, second).was_there
    output.remove(first.name)
    assert output.read(first.name) is None
    assert output.note(first.name) is None


def test_an_output_in_a_bucket_of_s3_is_too(parts, expected, tmp_path, monkeypatch):
    (tmp_path / "served/labels").mkdir(parents=True)
    with bucket_server(tmp_path / "served") as (address, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        output = ready(tmp_path, "s3://labels/by us")
        check_target(output, MADE.name, parts.url)
        few = partitions_of(parts)[:3]
        job = Job(parts, output.url, MADE.name)
        assert [predict_partition(job, one).was_there for one in few[:2]] == [False, False]
        assert predict_partition(job, few[0]).was_there
        assert contents(output) == {one.name: expected[one.name] for one in few[:2]}
        output.remove(few[0].name)
        assert set(contents(output)) == {few[1].name}
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
        with pytest.raises((FileNotWrittenError, InvalidDatasetError), match="s3://labels/by us"):
            predict_partition(job, few[2])


def test_a_model_that_is_not_there_is_said_in_words(parts, tmp_path):
    partition = partitions_of(parts)[0]
    with pytest.raises(NotPredictedError, match="cannot be seen from all workers"):
        predict_partition(Job(parts, str(tmp_path), "b" * 32), partition)


def test_large_parts_are_shared_out_by_groups_of_rows(tmp_path):
    write_part(tmp_path / "set" / "small.parquet", made_features(130), groups=20)
    write_part(tmp_path / "set" / "large.parquet", made_features(480), groups=30)
    write_part(tmp_path / "set" / "one.parquet", made_features(400), groups=400)
    write_part(tmp_path / "set" / "none.parquet", made_features(0))
    found = partitions_of(open_parts(str(tmp_path / "set")), rows=100)
    assert [(one.name, one.first_row, one.n_rows) for one in found] == [
        ("large-00000.parquet", 0, 90),
        ("large-00001.parquet", 90, 90),
        ("large-00002.parquet", 180, 90),
        ("large-00003.parquet", 270, 90),
        ("large-00004.parquet", 360, 90),
        ("large-00005.parquet", 450, 30),
        ("one-00000.parquet", 0, 400),
        ("small-00000.parquet", 0, 130),
    ]


@pytest.mark.parametrize("kind", ["text", "codes", "whole", "broken"])
def test_an_item_whose_class_its_set_does_not_know_comes_with_none(kind, tmp_path):
    names = ["cat", "", "-1", " ", "nan", None]
    labels = {
        "text": pa.array(names),
        "codes": pa.array(names).dictionary_encode(),
        "whole": pa.array([3, -1, -1, -1, -1, None]),
        "broken": pa.array([3.0, np.nan, -1.0, np.nan, -1.0, None]),
    }[kind]
    features = list(made_features(len(names)))
    parquet.write_table(pa.table({"features": features, "label": labels}), tmp_path / "a.parquet")
    parts = open_parts(str(tmp_path / "a.parquet"), {"labels": "label"})
    made = model("d" * 32, known_labels="given")
    output = Output(str(tmp_path / "out"))
    hand_over(made, output, tmp_path / "model")
    (partition,) = partitions_of(parts)
    done = predict_partition(Job(parts, output.url, made.name), partition)
    table = parquet.read_table(tmp_path / "out")
    known = "cat" if kind in {"text", "codes"} else "3"
    assert table["given_label"].to_pylist() == [known, None, None, None, None, None]
    assert (done.counts.given, done.counts.model) == (1, 5)


def test_with_many_classes_a_partition_has_fewer_rows():
    assert [rows_for(n) for n in (0, 2, 100)] == [ROWS] * 3
    assert rows_for(1_000) * 1_000 == ROWS * 100


def test_a_large_part_says_the_same_however_it_is_shared_out(tmp_path):
    write_part(tmp_path / "set.parquet", made_features(480), groups=30)
    parts = open_parts(str(tmp_path / "set.parquet"))

    def rows(which: tuple[Partition, ...], folder: Path) -> list[dict[str, Any]]:
        output = ready(folder)
        for partition in which:
            predict_partition(Job(parts, output.url, MADE.name), partition)
        return list(parquet.read_table(folder / "out").to_pylist())

    whole = rows(partitions_of(parts), tmp_path / "whole")
    assert rows(partitions_of(parts, 100), tmp_path / "shared") == whole
    assert [row["row"] for row in whole] == list(range(480))


def test_the_rows_of_a_partition_are_told_together_where_the_model_says_so(tmp_path):
    made = model("c" * 32, together=True)
    features = made_features(480)
    write_part(tmp_path / "set.parquet", features, groups=30)
    parts = open_parts(str(tmp_path / "set.parquet"))
    output = Output(str(tmp_path / "out"))
    hand_over(made, output, tmp_path / "model")
    for partition in partitions_of(parts):
        predict_partition(Job(parts, output.url, made.name), partition)
    shares = np.stack(parquet.read_table(tmp_path / "out")["shares"].to_pylist())
    np.testing.assert_allclose(shares, made.predictor.predict(features).shares, atol=1e-6)
    assert np.abs(shares - MADE.predictor.predict(features).shares).max() > 0.01


@pytest.mark.parametrize(
    ("about", "problem"),
    [
        ({"model": "b" * 32, "input": {"url": "in"}}, "another state of the project"),
        ({"model": "a" * 32, "input": {"url": "elsewhere"}}, "holds predictions for elsewhere"),
        ({"model": "a" * 32}, "cannot be read"),
    ],
)
def test_an_output_of_something_else_is_refused(about, problem, tmp_path):
    output = Output(str(tmp_path))
    output.write(ABOUT, json.dumps(about).encode())
    with pytest.raises(NotPredictedError, match=problem):
        check_target(output, "a" * 32, "in")


def test_another_state_is_replaced_where_that_is_said(tmp_path):
    output = Output(str(tmp_path))
    output.write(ABOUT, json.dumps({"model": "b" * 32, "input": {"url": "in"}}).encode())
    check_target(output, "a" * 32, "in", again=True)
    check_target(output, "b" * 32, "in")


def test_a_folder_with_anything_else_in_it_is_refused(tmp_path):
    (tmp_path / "letters.txt").write_text("Dear all")
    with pytest.raises(NotPredictedError, match="is not empty"):
        check_target(Output(str(tmp_path)), "a" * 32, "in", again=True)
    check_target(Output(str(tmp_path / "new")), "a" * 32, "in")


@pytest.mark.parametrize("inside", ["", "/labels"])
def test_an_output_within_the_input_is_refused(inside, tmp_path):
    with pytest.raises(NotPredictedError, match="lies in what is to be read"):
        check_target(Output(f"{tmp_path}{inside}"), "a" * 32, str(tmp_path))
    check_target(Output(f"{tmp_path}-labels"), "a" * 32, str(tmp_path))


def test_nothing_is_written_to_a_web_server():
    with pytest.raises(InvalidDatasetError, match="Nothing can be written"):
        Output("https://example.org/out")
