"""All partitions, by the workers of Dask: those of a scheduler, or processes on this machine.

The state of a run is in its output alone. Each file of it says which rows of which version of
which part it holds, and by which model; it is moved into place when it is whole. So whatever stops
a run, the next one finds what is done and does the rest, and a partition that two workers have
done, since one of them was taken for lost, is there once.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from multiprocessing import resource_tracker
from typing import Any, Final

from core.data.parts.opening import changed_since
from core.data.parts.parts import Parts, changed
from core.errors import LabelspreadError, NotPredictedError
from core.jobs.files import remove_unfinished
from core.jobs.progress import Progress, silent
from core.predicting.partitions import Partition
from core.predicting.places import KEPT, Output
from core.predicting.table import Counts
from core.predicting.task import Done, Job, predict_partition
from core.wording import counted

ABOUT: Final = f"{KEPT}/about.json"
"""What the output is, and of which files it consists."""

_RETRIES: Final = 2
"""How often a partition is tried again after an error; after a lost worker Dask does so itself."""

_PATIENCE: Final = "20s"


@dataclass(frozen=True, slots=True)
class Failed:
    """A partition that could not be predicted, and why."""

    partition: Partition
    problem: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    Attributes
    ----------
    counts
        Of all files that are there.
    n_done, n_found
        Partitions that were written, and those that were there already.
    failed
        Those that were not.
    """

    counts: Counts
    n_done: int
    n_found: int
    failed: tuple[Failed, ...]


class StoppedError(KeyboardInterrupt):
    """A run was stopped by Ctrl-C; it carries how many files are known to be there by then."""

    def __init__(self, n_there: int, n_files: int) -> None:
        super().__init__(
            f"at least {n_there:,} of {counted(n_files, 'file')} are there: the same command goes "
            "on from them"
        )


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work.

    Attributes
    ----------
    scheduler
        The address of one of Dask's; None starts processes here.
    n_here
        How many.
    """

    scheduler: str | None = None
    n_here: int = os.cpu_count() or 1


def check_target(output: Output, model: str, input_url: str, *, again: bool = False) -> None:
    """See that an output holds nothing else than what this model says of this input.

    Parameters
    ----------
    again
        Whether what another state of a project has said of it may go.

    Raises
    ------
    NotPredictedError
        If it does.
    """
    if f"{output.url}/".startswith(f"{input_url}/"):
        raise NotPredictedError(
            f"{output.url} lies in what is to be read, and would be read with it.",
            "Choose a folder beside it.",
        )
    told = output.read(ABOUT)
    if told is None:
        if any(not name.startswith(KEPT) for name in output.names()):
            raise NotPredictedError(
                f"{output.url} is not empty, and holds no predictions.", "Choose a new folder."
            )
        return
    try:
        about = json.loads(told)
        was = (str(about["model"]), str(about["input"]["url"]))
    except (ValueError, KeyError, TypeError):
        raise NotPredictedError(
            f"What {output.url}/{ABOUT} says cannot be read.", "Choose a new folder."
        ) from None
    if was[1] != input_url:
        raise NotPredictedError(
            f"{output.url} holds predictions for {was[1]}.", "Choose another folder."
        )
    if was[0] != model and not again:
        raise NotPredictedError(
            f"{output.url} holds predictions by another state of the project, by another project, "
            "or made in another way.",
            "Choose another folder, or say --again to have them made anew.",
        )


def predict(
    parts: Parts,
    partitions: Sequence[Partition],
    output: Output,
    model: str,
    about: dict[str, Any],
    workers: Workers,
    progress: Progress = silent,
) -> Outcome:
    """Write what a model says of all items of a set.

    Parameters
    ----------
    model
        Its name; it lies in the output already.
    about
        What is told of the output, as JSON takes it.

    Raises
    ------
    NotPredictedError
        If there are no workers.
    FileNotWrittenError
        If nothing can be written there.
    InvalidDatasetError
        If the set cannot be reached any more at the end, to see whether it has changed.
    StoppedError
        If Ctrl-C has stopped it.
    """
    told = {**about, "model": model, "input": _told_of(parts)}
    output.write(ABOUT, _as_json({**told, "complete": False}))
    names = set(output.names())
    _remove_others(output, names, {partition.name for partition in partitions})
    job = Job(replace(parts, files=(), choices=()), output.url, model)
    whole, rows = sum(partition.n_rows for partition in partitions), 0
    done, failed = [], []
    stage = "Looking for what is there"
    try:
        for result in _results(job, partitions, workers, progress):
            rows += result.partition.n_rows
            if isinstance(result, Failed):
                failed.append(result)
            else:
                done.append(result)
            if isinstance(result, Failed) or not result.was_there or rows == whole:
                stage = "Predicting"
            progress(f"{stage}, {rows:,} of {whole:,} items", rows / max(1, whole))
    except KeyboardInterrupt:
        raise StoppedError(len(done), len(partitions)) from None
    others = set(changed_since(parts)) if done else set()
    failed += [
        _failed_since(parts, one.partition) for one in done if one.partition.file.path in others
    ]
    done = [one for one in done if one.partition.file.path not in others]
    counts = reduce(Counts.plus, (one.counts for one in done), Counts())
    told |= {
        "complete": not failed,
        "rows": {"all": counts.rows, **counts._asdict()},
        "files": [_told_of_file(one) for one in sorted(done, key=lambda one: one.partition.name)],
        "failed": [
            {"part": one.partition.file.path, "problem": one.problem}
            for one in sorted(failed, key=lambda one: one.partition.name)
        ],
    }
    if counts.known:
        told["quality"] = counts.told
    output.write(ABOUT, _as_json(told))
    if not failed:
        _remove_models(output)
    # One that was done twice, since the word of it was lost, was not there before.
    n_found = sum(one.was_there and one.partition.name in names for one in done)
    return Outcome(counts, len(done) - n_found, n_found, tuple(failed))


def _failed_since(parts: Parts, partition: Partition) -> Failed:
    """A partition that may have been read from something else than what its file says."""
    return Failed(partition, str(changed(parts.address(partition.file))))


def _results(
    job: Job, partitions: Sequence[Partition], workers: Workers, progress: Progress
) -> Iterator[Done | Failed]:
    """What came of each partition, as they are done."""
    from distributed import as_completed

    with _client(workers) as client:
        # Some clusters start workers only once there is work for them.
        has_workers = bool(client.scheduler_info()["workers"])
        progress("Predicting" if has_workers else "Waiting for workers", 0.0)
        futures = {
            client.submit(
                predict_partition,
                job,
                partition,
                key=f"predict-{job.model}-{partition.name}",
                retries=_RETRIES,
                pure=False,
            ): partition
            for partition in partitions
        }
        for future in as_completed(list(futures), loop=client.loop):
            partition = futures.pop(future)
            error = future.exception()
            if error is None:
                yield future.result()
            elif _is_without_us(error):
                raise NotPredictedError(
                    f"The scheduler at {workers.scheduler}, or one of its workers, does not find "
                    "Labelspread.",
                    "Start all of them with --preload labelspread, where this version of it is.",
                ) from error
            else:
                yield Failed(partition, _in_words(error, job, partition))
            future.release()


@contextmanager
def _client(workers: Workers) -> Iterator[Any]:
    """A client of Dask, with a cluster of its own where there is no scheduler."""
    # Takes most of a second to load, and nothing else needs it.
    from distributed import Client, LocalCluster

    if workers.scheduler is not None:
        try:
            client = Client(workers.scheduler, timeout=_PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise NotPredictedError(
                f"There is no scheduler of Dask at {workers.scheduler}.",
                "See that it runs and can be reached, or leave --scheduler out.",
            ) from error
        with client:
            yield client
        return
    with _interrupts_held_back():
        cluster = LocalCluster(
            n_workers=workers.n_here,
            threads_per_worker=1,
            processes=True,
            # Whoever reaches a scheduler can run anything: none but this process has the keys.
            security=True,
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            # Each takes what it needs, which is known; Dask would stop them too early.
            memory_limit=0,
            silence_logs=logging.CRITICAL,
        )
    with cluster, Client(cluster, set_as_default=False) as client:
        yield client


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let threads and processes that begin meanwhile never hear of Ctrl-C: this one stops them.

    A terminal sends it to all of them, and each would show where it was. It reaches this thread
    afterwards.
    """
    if sys.platform == "win32":
        yield
        return
    # Where it is started later, it lets the signal through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _is_without_us(error: BaseException) -> bool:
    """Whether an error says that a process does not know what it is asked to do."""
    if isinstance(error, ModuleNotFoundError):
        return True
    return isinstance(error, RuntimeError) and "deserialization of the task graph" in str(error)


def _in_words(error: BaseException, job: Job, partition: Partition) -> str:
    if isinstance(error, LabelspreadError):
        return str(error)
    address = job.parts.address(partition.file)
    if type(error).__name__ == "KilledWorker":
        return (
            f"{address}: each worker that took it was lost. See that they have enough memory; "
            "smaller groups of rows need less."
        )
    detail = str(error).strip().splitlines() or [""]
    return f"{address}: {type(error).__name__}: {detail[0][:200]}"


def _remove_models(output: Output) -> None:
    """Remove this model, which has served, and what was left of others."""
    for name in output.names():
        kept, _, rest = name.partition("/")
        if kept == KEPT and "/" in rest:
            output.remove(name)


def _remove_others(output: Output, names: set[str], wanted: set[str]) -> None:
    """Remove what earlier runs wrote of parts that are not there any more, or shared otherwise."""
    for name in sorted(names - wanted):
        if name.endswith(".parquet") and output.note(name) is not None:
            output.remove(name)
    folder = output.folder(KEPT)
    if folder is not None:
        remove_unfinished(folder)


def _told_of(parts: Parts) -> dict[str, Any]:
    columns = parts.columns
    return {
        "url": parts.url,
        "parts": len(parts.files),
        "rows": parts.n_rows,
        "features": list(columns.features),
        "names": columns.ids or (columns.images if columns.are_addresses else None),
        "labels": columns.labels,
    }


def _told_of_file(done: Done) -> dict[str, Any]:
    partition = done.partition
    return {
        "file": partition.name,
        "part": partition.file.path,
        "version": partition.file.version,
        "first_row": partition.first_row,
        "rows": partition.n_rows,
    }


def _as_json(told: dict[str, Any]) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
