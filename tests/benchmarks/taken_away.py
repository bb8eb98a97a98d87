"""How long it takes to write labels and predictions to a file, beside pandas with the same table.

It is part of ``make bench``; ``python -m tests.benchmarks.taken_away 100000`` prints it alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Final

import numpy as np
import pandas as pd

from core.config import recommended
from core.data.dataset import Dataset
from core.engine.building import engine_for
from core.export.formats import FORMATS, FormatKey
from core.export.pack import Pack
from core.export.rows import Choice, Labelled, Row
from core.jobs.resources import Resources
from core.service.auditing import judge
from core.session.events import Answer, Answered, AnswerKind, Event, Served
from core.session.fold import fold_records
from core.session.state import State
from tests.benchmarks.made_up import made_up_items
from tests.benchmarks.timing import Times, timed, times, told

SECTION: Final = "Labels, taken away"
BAR: Final = 3_000.0
_REPEATS: Final = 5
_SIDE: Final = 28
_BATCH: Final = 10
_HEAD: Final = "| | median | p95 | bar | pandas | |\n| --- | --- | --- | --- | --- | --- |\n"


def taken_away_report(n_items: int, n_answers: int) -> str:
    """The section of the report."""
    pack = _pack(n_items, n_answers)
    table = pd.DataFrame(
        [row for some in pack.some() for row in some.rows], columns=list(Row._fields)
    )
    peers: dict[FormatKey, Callable[[BytesIO], object]] = {
        "csv": lambda file: table.to_csv(file, index=False),
        "parquet": lambda file: table.to_parquet(file, index=False),
    }
    lines = [_line(key, pack, peers.get(key)) for key in FORMATS]
    return f"""## {SECTION}

{_HEAD}{"".join(lines)}
{n_items:,} made-up items of {_SIDE} x {_SIDE} pixels, {n_answers:,} of them answered, all
exported. Milliseconds of {_REPEATS} runs, from the state of the project to the last byte, in
memory. *pandas*: the same table, which it has in memory already, written by `to_csv` and
`to_parquet` in the same run.
"""


def _line(key: FormatKey, pack: Pack, peer: Callable[[BytesIO], object] | None) -> str:
    def write() -> None:
        FORMATS[key].write(pack, BytesIO())

    own = _timed(write)
    bar = told(BAR) if key in {"csv", "parquet"} else ""
    if peer is None:
        return f"| {FORMATS[key].title} | {told(own.median)} | {told(own.p95)} | {bar} | | |\n"
    other = _timed(lambda: peer(BytesIO()))
    ratio = own.median / other.median
    return (
        f"| {FORMATS[key].title} | {told(own.median)} | {told(own.p95)} | {bar} | "
        f"{told(other.median)} | {told(ratio)} times that |\n"
    )


def _timed(work: Callable[[], object]) -> Times:
    return times(timed(work)[0] for _ in range(_REPEATS))


def _pack(n_items: int, n_answers: int) -> Pack:
    features, truth = made_up_items(n_items)
    names = tuple(str(number) for number in range(int(truth.max()) + 1))
    images = np.random.default_rng(1).integers(0, 255, (n_items, _SIDE, _SIDE), dtype=np.uint8)
    dataset = Dataset(
        title="Made up",
        rows=np.arange(n_items, dtype=np.int64),
        images=images,
        features=features,
        class_names=names,
        truth=truth,
        question="",
        has_own_features=True,
    )
    config = recommended(dataset="made-up.npz", n_samples=n_items)
    engine = engine_for(config, dataset, resources=Resources(threads=2))
    state = _answered(n_answers, [names[i] for i in truth.tolist()])
    judged = judge(state, engine, config.decision)
    beliefs = engine.believe(state.labels)
    labelled = Labelled(engine, state, beliefs, judged.calibration, judged.audit.sentence())
    choice = Choice()
    return Pack(labelled, choice, labelled.count(choice), {"program": "a benchmark"})


def _answered(n_answers: int, said: list[str]) -> State:
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def records() -> Iterator[tuple[int, datetime, Event]]:
        for first in range(0, n_answers, _BATCH):
            items = tuple(range(first, min(first + _BATCH, n_answers)))
            number, at = first // _BATCH + 1, start + timedelta(seconds=first)
            yield (
                2 * number - 1,
                at,
                Served(
                    batch_id=str(number),
                    round=number,
                    items=items,
                    predicted=(None,) * len(items),
                    confidence=(0.0,) * len(items),
                ),
            )
            answers = tuple(
                Answer(item=item, kind=AnswerKind.LABEL, label=said[item], milliseconds=1_500)
                for item in items
            )
            yield 2 * number, at, Answered(batch_id=str(number), answers=answers)

    return fold_records(State(), records())


def main() -> None:
    """Measure it alone."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.taken_away")
    parser.add_argument("items", type=int)
    options = parser.parse_args()
    print(taken_away_report(options.items, options.items // 2))


if __name__ == "__main__":
    main()
