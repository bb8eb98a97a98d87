"""``make faults``: thousands of labels, thousands of faults, and what is there at the end."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from tests.faults.storm.storm import Storm, Verdict, run

STORMS: Final = (
    Storm("sqlite", n_servers=1, n_annotators=12, seconds=240, seed=1),
    Storm("sqlite", n_servers=2, n_annotators=12, seconds=240, seed=2),
    Storm("postgresql", n_servers=1, n_annotators=12, seconds=240, seed=3),
    Storm("postgresql", n_servers=2, n_annotators=12, seconds=240, seed=4),
)


def main() -> None:
    """Let all of them rage; the exit status is 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=float, help="how long each storm rages (240)")
    parser.add_argument("--seed", type=int, default=0, help="other faults, at other moments")
    options = parser.parse_args()
    verdicts = []
    print("| | faults | answers sent | acknowledged | lost | doubled | never sent | given twice |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for storm in STORMS:
        seconds = storm.seconds if options.seconds is None else options.seconds
        verdict = run(
            Storm(
                storm.database,
                storm.n_servers,
                storm.n_annotators,
                seconds,
                seed=storm.seed + 10 * options.seed,
            )
        )
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
        len(verdict.lost),
        len(verdict.doubled),
        len(verdict.unsent),
        len(verdict.shared),
    )
    return f"| {storm.database}, {servers} | {' | '.join(f'{n:,}' for n in numbers)} |"


if __name__ == "__main__":
    main()
