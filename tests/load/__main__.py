"""``make load``: print what many people at once wait for; write it to ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import Final

from tests.benchmarks.report_file import write_section
from tests.load.phones import run_room
from tests.load.report import SECTION, load_report, load_table, room_table
from tests.load.scenarios import Outcome, Scenario, run

SCENARIOS: Final = (
    Scenario("alone", 1, 1, as_you_go=False, times=20, bar=(None, None, 60)),
    Scenario("own projects", 20, 20, as_you_go=False, times=8, bar=(200, 500, None)),
    Scenario("ten", 10, 1, as_you_go=True, times=12, bar=(None, 300, None)),
    Scenario("twenty", 20, 1, as_you_go=True, times=15, bar=(None, 300, None)),
    Scenario("fifty", 50, 1, as_you_go=True, times=15),
    Scenario("fifty at two", 50, 1, as_you_go=True, times=15, servers=2, bar=(None, 500, None)),
)
PHONES: Final = 200
_TOUCHES: Final = 20
_ROOM: Final = "room"
_PEOPLE_AT_LENGTH: Final = 20
_MOST_AT_LENGTH: Final = 3_500


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument(
        "--rounds",
        type=int,
        metavar="N",
        help=f"so many rounds in all (at most {_MOST_AT_LENGTH}), to watch memory; writes no file",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=0.0,
        metavar="M",
        help="how long these rounds take; without a pause, unless this is given",
    )
    names = [*(s.name for s in SCENARIOS), _ROOM]
    parser.add_argument("--only", choices=names, help="writes no file")
    options = parser.parse_args()
    if options.rounds is not None:
        outcome = _told(run(_at_length(options.rounds, options.minutes)))
        print("Memory on the way, MB:", " ".join(f"{mb:,.0f}" for mb in outcome.megabytes))
        return
    wanted = [s for s in SCENARIOS if options.only in {None, s.name}]
    outcomes = [_told(run(scenario)) for scenario in wanted]
    room = run_room(PHONES, _TOUCHES) if options.only in {None, _ROOM} else None
    if room is not None:
        print(room_table(room), flush=True)
    if options.only is None and room is not None:
        where = write_section(SECTION, load_report(outcomes, room))
        print(f"Written to {where}.", file=sys.stderr)


def _told(outcome: Outcome) -> Outcome:
    print(load_table([outcome]), flush=True)
    return outcome


def _at_length(rounds: int, minutes: float) -> Scenario:
    each = max(min(rounds, _MOST_AT_LENGTH) // _PEOPLE_AT_LENGTH, 1)
    thinks = 60 * minutes / each
    return replace(SCENARIOS[1], name="at length", times=each, thinks=thinks)


if __name__ == "__main__":
    main()
