"""What an answer and a restart take when there are a hundred answers in the log, and very many.

Each case is measured in a process of its own, on a folder as the app has it, as part of
``make bench``: ``python -m tests.benchmarks.long_logs FOLDER made-up.npz 100000 label`` prints
what was measured as JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TypeVar

import numpy as np
from streamlit.testing.v1 import AppTest

from core.bootstrap import open_service
from core.config import ProjectConfig, recommended
from core.data.catalogue import Catalogue
from core.engine.accuracies import Notes
from core.engine.keys import note_name
from core.figures.confusion import confusion_data, draw_confusion
from core.figures.learning_curve import draw_learning_curve, learning_curve_data
from core.figures.palette import LIGHT
from core.service.conversation import describe, respond
from core.service.labelling import Service
from core.service.rounds import select
from core.service.view import View
from core.session.events import Answer, Answered, AnswerKind, Classes, Event, Reason, Served
from core.settings import HOME_VARIABLE, cache_folder, database_url, datasets_folder
from core.storage import Project, open_store
from tests.benchmarks.made_up import N_CLASSES, made_up_items

SECTION: Final = "An answer after very many"
BATCH: Final = 10
ANSWERS: Final = 20
_PIXELS: Final = 8
_CHUNK: Final = 5_000
_LABELLED: Final = 0.75
"""Share of all items that get a label; what is answered beyond is skipped again and again."""

_ROOT: Final = Path(__file__).resolve().parents[2]
_REASON: Final[tuple[Reason, ...]] = ("query",)
Refit = Literal["round", "label"]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class LongLog:
    """One log. Times in milliseconds, medians over some answers; memory in MB.

    Attributes
    ----------
    submit, batch, page
        From an answer to its receipt; from there to the next batch; and to all that the label page
        shows, figures too.
    opening, opening_mb
        The first look at the project after a restart, to all that its page shows, with accuracies
        noted; and the memory it took on the way.
    unnoted
        The same with no accuracy noted.
    progress
        The Progress page, without the browser.
    rounds
        How many there are.
    """

    n_items: int
    n_answers: int
    refit: Refit
    submit: float
    batch: float
    page: float
    opening: float
    opening_mb: float
    unnoted: float
    progress: float
    rounds: int

    @property
    def together(self) -> float:
        """All that an answer takes."""
        return self.submit + self.batch + self.page


# ---- a folder with a data set and logs of several lengths


def prepare(home: Path, n_items: int, lengths: Sequence[int], refits: Sequence[Refit]) -> str:
    """Write a data set, and a project for each log; the data set's name."""
    features, truth = made_up_items(n_items)
    folder = home / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"made-up-{n_items}.npz"
    images = np.random.default_rng(1).integers(0, 255, (n_items, _PIXELS, _PIXELS), dtype=np.uint8)
    names = [str(number) for number in range(N_CLASSES)]
    np.savez(folder / name, images=images, features=features, labels=truth, class_names=names)
    store = open_store(database_url({HOME_VARIABLE: str(home)}))
    for refit in refits:
        for n_answers in (0, *lengths):
            config = _config(name, n_items, refit)
            project = Project(
                project_name(name, n_answers, refit),
                f"{refit} {n_answers} {name}",
                config,
                datetime.now(UTC),
            )
            store.create(project, [Classes(names=tuple(names))])
            events = _history(truth.tolist(), n_answers, refit)
            at = 1
            while some := list(islice(events, _CHUNK)):
                store.append(project.project_id, at, some, datetime.now(UTC))
                at += len(some)
    store.close()
    return name


def _config(name: str, n_items: int, refit: Refit) -> ProjectConfig:
    settings = recommended(dataset=name, n_samples=n_items).model_dump()
    return ProjectConfig(**settings | {"refit": refit})


def project_name(name: str, n_answers: int, refit: Refit) -> str:
    """The id of a project that :func:`prepare` has written."""
    return f"{name}-{refit}-{n_answers}"


def _history(truth: list[int], n_answers: int, refit: Refit) -> Iterator[Event]:
    """Batches and answers, as the app writes them."""
    n_items = len(truth)
    order = np.random.default_rng(2).permutation(n_items).tolist()
    n_labelled = min(n_answers, int(_LABELLED * n_items))
    rest = order[n_labelled:]
    asked = [*order[:n_labelled], *(rest[i % len(rest)] for i in range(n_answers - n_labelled))]
    step = BATCH if refit == "round" else 1
    for number, first in enumerate(range(0, n_answers, step)):
        # As you go a batch of ten is shown for each answer.
        items = tuple(dict.fromkeys(asked[first : first + BATCH])) or (asked[first],)
        yield Served(
            batch_id=f"{number:032x}",
            round=first // BATCH + 1,
            items=items,
            predicted=tuple(str(truth[item]) for item in items),
            confidence=(0.612345,) * len(items),
            reasons=_REASON * len(items),
        )
        yield Answered(
            batch_id=f"{number:032x}",
            answers=tuple(
                _answer(item, truth) if place < n_labelled else _skipped(item)
                for place, item in enumerate(items[:step], first)
            ),
        )


def _answer(item: int, truth: list[int]) -> Answer:
    return Answer(
        item=item, kind=AnswerKind.LABEL, label=str(truth[item]), milliseconds=700 + item % 997
    )


def _skipped(item: int) -> Answer:
    return Answer(item=item, kind=AnswerKind.SKIP, milliseconds=500 + item % 997)


# ---- one log, in a process of its own


def measure_unnoted(home: Path, name: str, n_answers: int, refit: Refit) -> float:
    """Measure the first look at a log with no accuracy noted; note them for what comes next."""
    project = project_name(name, n_answers, refit)
    unnoted, _ = _restarted(home, name, refit, project)
    service = open_service(home)
    _note_all(home, service.view(project))
    service.close()
    return unnoted


def measure(home: Path, name: str, n_answers: int, refit: Refit, unnoted: float) -> LongLog:
    """Measure the log of so many answers, with accuracies noted."""
    project = project_name(name, n_answers, refit)
    opening, megabytes = _restarted(home, name, refit, project)
    service = open_service(home)
    view = service.view(project)
    _show(service, view)
    times = [_one_answer(service, project, number) for number in range(ANSWERS)]
    submit, batch, page = (float(np.median(some)) for some in zip(*times, strict=True))
    rounds = len(service.view(project).state.rounds)
    service.close()
    return LongLog(
        n_items=view.dataset.n_items,
        n_answers=n_answers,
        refit=refit,
        submit=submit,
        batch=batch,
        page=page,
        opening=opening,
        opening_mb=megabytes,
        unnoted=unnoted,
        progress=_progress_page(project),
        rounds=rounds,
    )


def _restarted(home: Path, name: str, refit: Refit, project: str) -> tuple[float, float]:
    """How long the first look at a project takes on a new server, and the memory it needs.

    The graph is there, and the engine warm, as on a server that runs.
    """
    service = open_service(home)
    _show(service, service.view(project_name(name, 0, refit)))
    gc.collect()
    # From here on the kernel counts the highest anew.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _memory("VmRSS")
    taken, _ = _timed(lambda: _show(service, service.view(project)))
    grown = _memory("VmHWM") - before
    service.close()
    return taken, grown


def _note_all(home: Path, view: View) -> None:
    """Note an accuracy for each round that is shown, as a server has that went through them."""
    environment = {HOME_VARIABLE: str(home)}
    config = view.project.config
    version = Catalogue(datasets_folder(environment)).version(config.dataset)
    name = note_name(config, version)
    notes = Notes(cache_folder(environment) / "accuracies.txt")
    for number in select(view.state).numbers:
        notes.put(name(view.state.rounds[number].digest), 0.9)


def _show(service: Service, view: View) -> None:
    """All that the label page shows."""
    service.projects()
    describe(view, service.serve(view), [])
    if view.report_all is not None:
        draw_confusion(confusion_data(view.report_all, view.class_names), LIGHT, compact=True)
    draw_learning_curve(learning_curve_data(view.rounds), LIGHT, compact=True)


def _one_answer(service: Service, project: str, number: int) -> tuple[float, float, float]:
    view = service.view(project)
    batch = service.serve(view)
    assert batch is not None
    # A person looks at the batch meanwhile.
    view.engine.prepare(batch.items)
    n_answers = BATCH if view.project.config.refit == "round" else 1
    message = {
        "v": 1,
        "id": f"m{number}",
        "kind": "submit",
        "project": project,
        "batch_id": batch.batch_id,
        "answers": [
            {"item": item, "kind": "label", "label": "3", "ms": 900}
            for item in batch.items[:n_answers]
        ],
    }
    submit, receipt = _timed(lambda: respond(service, message))
    assert receipt.outcome == "done", receipt
    seen: list[View] = []

    def next_batch() -> None:
        seen.append(service.view(project))
        describe(seen[0], service.serve(seen[0]), [receipt])

    to_batch, _ = _timed(next_batch)
    to_page, _ = _timed(lambda: _show(service, seen[0]))
    return submit, to_batch, to_page


def _progress_page(project: str) -> float:
    page = AppTest.from_file(_ROOT / "app.py", default_timeout=120)
    page.query_params["project"] = project
    page.switch_page("pages/progress.py")
    page.run()
    taken, _ = _timed(page.run)
    assert not page.exception, page.exception
    return taken


def _timed(work: Callable[[], Found]) -> tuple[float, Found]:
    begun = time.perf_counter()
    found = work()
    return 1e3 * (time.perf_counter() - begun), found


def _memory(name: str) -> float:
    """What the kernel says of this process, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(name))


# ---- the report


_COLUMNS: Final = (
    "",
    "submit",
    "next batch",
    "the page",
    "together",
    "ratio",
    "first look after a restart",
    "its memory, MB",
    "the same, nothing noted",
    "Progress page",
)


def long_logs_report(cases: Sequence[tuple[int, Sequence[int]]]) -> str:
    """A section of the report: numbers of items, and the lengths of their logs."""
    refits: tuple[Refit, ...] = ("round", "label")
    rows: list[str] = []
    for n_items, lengths in cases:
        with tempfile.TemporaryDirectory() as folder:
            name = prepare(Path(folder), n_items, lengths, refits)
            for refit in refits:
                found = [_apart(folder, name, n_answers, refit) for n_answers in lengths]
                rows += [_row(one, found[0]) for one in found]
    return f"""## {SECTION}

| {" | ".join(_COLUMNS)} |
|{" --- |" * len(_COLUMNS)}
{"".join(rows)}
Made-up items of 64 features, best known settings, on SQLite; milliseconds, medians over {ANSWERS}
answers (a batch of ten in rounds, one as you go). {100 * _LABELLED:.0f} % of the items at most have
labels, all further answers are skips. *The page*: all that the label page shows, figures too,
without the browser. Bars: together at most 1.5 times that of the shortest log; a first look 3 s
and 300 MB with accuracies noted; Progress 2 s.
"""


def _apart(folder: str, name: str, n_answers: int, refit: Refit) -> LongLog:
    command = [sys.executable, "-m", "tests.benchmarks.long_logs", folder, name]

    def run(*more: str) -> str:
        whole = [*command, str(n_answers), refit, *more]
        environment = os.environ | {HOME_VARIABLE: folder}
        ran = subprocess.run(whole, check=True, stdout=subprocess.PIPE, text=True, env=environment)
        return ran.stdout.splitlines()[-1]

    # Each in a process of its own, for the sake of what is measured of memory.
    return LongLog(**json.loads(run("--unnoted", run())))


def _row(one: LongLog, first: LongLog) -> str:
    how = "rounds" if one.refit == "round" else "as you go"
    return (
        f"| {one.n_items:,} items, {how}, {one.n_answers:,} answers | {one.submit:.1f} | "
        f"{one.batch:.1f} | {one.page:.1f} | {one.together:.1f} | "
        f"{one.together / first.together:.2f} | {one.opening:,.0f} | {one.opening_mb:,.0f} | "
        f"{one.unnoted:,.0f} | {one.progress:,.0f} |\n"
    )


def main() -> None:
    """Measure one log in this process, and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.long_logs")
    parser.add_argument("folder", type=Path)
    parser.add_argument("name")
    parser.add_argument("answers", type=int)
    parser.add_argument("refit", choices=["round", "label"])
    parser.add_argument("--unnoted", type=float, help="what was measured with nothing noted")
    options = parser.parse_args()
    case = options.folder, options.name, options.answers, options.refit
    if options.unnoted is None:
        print(measure_unnoted(*case))
    else:
        print(json.dumps(asdict(measure(*case, options.unnoted))))


if __name__ == "__main__":
    main()
