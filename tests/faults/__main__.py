"""``make faults``: thousands of labels, thousands of faults, and what is there at the end."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from itertools import product
from typing import Final

from tests.faults.storm.storm import Storm, Verdict, run

STORMS: Final = (
    *(
        Storm(
            database,
            n_servers,
            n_annotators=12,
            seconds=150,
            thinks=0.2 if as_you_go else 4.0,
            as_you_go=as_you_go,
            seed=seed,
        )
        for seed, (database, n_servers, as_you_go) in enumerate(
            product(("sqlite", "postgresql"), (1, 2), (True, False))
        )
    ),
    Storm("postgresql", 2, 20, 150, thinks=2.0, as_you_go=False, n_items=5_000, seed=8),
)

_HEAD: Final = (
    "faults",
    "answers sent",
    "acknowledged",
    "another stands",
    "lost",
    "doubled",
    "never sent",
    "given twice",
)


def main() -> None:
    """Let all of them rage; the exit status is 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=float, help="how long each storm rages (150)")
    parser.add_argument("--seed", type=int, default=0, help="other faults, at other moments")
    options = parser.parse_args()
    verdicts = []
    print(f"| | {' | '.join(_HEAD)} |\n| --- |{' --- |' * len(_HEAD)}")
    for storm in STORMS:
        seconds = storm.seconds if options.seconds is None else options.seconds
        verdict = run(replace(storm, seconds=seconds, seed=storm.seed + 100 * options.seed))
        verdicts.append(verdict)
        print(_row(storm, verdict), flush=True)
    for verdict in verdicts:
        told = ", ".join(f"{name} {number:,}" for name, number in verdict.faults.most_common())
        print(f"\n{told}")
    sys.exit(0 if all(verdict.is_sound for verdict in verdicts) else 1)


def _row(storm: Storm, verdict: Verdict) -> str:
    servers = "one server" if storm.n_servers == 1 else f"{storm.n_servers} servers"
    numbers = (
        verdict.n_faults,
        verdict.sent,
        verdict.acknowledged,
        verdict.overtaken,
        len(verdict.lost),
        len(verdict.doubled),
        len(verdict.unsent),
        len(verdict.shared),
    )
    how = "as you go" if storm.as_you_go else "rounds of ten"
    where = f"{storm.database}, {servers}, {how}, {storm.n_annotators} people"
    if storm.n_items is not None:
        where += f", {storm.n_items:,} images"
    return f"| {where} | {' | '.join(f'{number:,}' for number in numbers)} |"


if __name__ == "__main__":
    main()
