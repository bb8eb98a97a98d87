"""What many people at once wait for, as a table beside its bars."""

from __future__ import annotations

from typing import Final

from tests.benchmarks.timing import told
from tests.load.phones import THINKS as ROOM_THINKS
from tests.load.phones import RoomOutcome
from tests.load.scenarios import THINKS, Outcome

SECTION: Final = "Many people at once"

_ROOM_HEAD: Final = (
    "| | next image, p95, ms | receipt, median and p95 | p95 with cuts | emptiest phone | screen, "
    "p95 | answers | processor, of one core | cut | acknowledged | lost, doubled | memory |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)

_HEAD: Final = (
    "| | submit to next batch, median | p95 | server's CPU a submit | sent again | acknowledged, "
    "labels | lost | seen by two at once | memory |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)


def load_table(outcomes: list[Outcome]) -> str:
    """One row a scenario."""
    return _HEAD + "".join(map(_row, outcomes))


def room_table(room: RoomOutcome) -> str:
    """The row of a room."""
    seconds = room.screen.p95 / 1000
    cells = [
        f"{room.phones} phones",
        f"{room.next_images.p95:.0f} (bar 100)",
        f"{told(room.clean.median)}, {told(room.clean.p95)}",
        told(room.receipts.p95),
        f"{room.emptiest}",
        f"{seconds:.1f} s (bar 2)",
        f"{room.rate:.0f} a second",
        f"{100 * room.cpu:.0f} %",
        f"{room.cut:,}",
        f"{room.acknowledged:,}",
        f"{room.lost:,}, {room.doubled:,}",
        " → ".join(f"{one:,.0f}" for one in room.megabytes) + " MB",
    ]
    trouble = "".join(f"\n{line}\n" for line in room.failed)
    return f"{_ROOM_HEAD}| {' | '.join(cells)} |\n{trouble}"


def load_report(outcomes: list[Outcome], room: RoomOutcome) -> str:
    """The section of the report."""
    return f"""\
{load_table(outcomes)}
`make load`: a scripted client that opens the Label page over Streamlit's websocket, sends its
answers to `/talk` and has the page run for its figures as that page does, as many sessions as
named, against servers of their own on the same machine (one with SQLite; two with PostgreSQL, half
of the people at each); 1,797 digits, best known settings, {THINKS:.0f} s of thought before each
answer. Milliseconds. A message without a receipt is sent again after 3 s, as the label page does.
*CPU a submit*: processor time of the servers once all pages are open, solving ahead and figures
included, for a round of ten or, as you go, an answer. *Acknowledged, labels*: answers said to be
saved, and labels in the store afterwards; several answers to one image are one label. *Lost*:
answers said to be saved whose label is not in the store. *Seen by two at once*: images that came on
one screen while they were on another.

A room full of phones:

{room_table(room)}
Scripted phones that answer every {ROOM_THINKS} s, five people an image, while a big screen asks
once a second; one connection in twenty is cut after a message was sent, and the message is sent
again after a second. *Next image*: from a touch to the next image, which the phone holds already;
*emptiest phone*: how many were left on the phone that had fewest. *Receipt*: from a touch to the
news that it is stored, without and with what was cut. *Screen*: from there to the big screen.
*Lost, doubled*: answers that were acknowledged and are not in the store, and those that are there
twice.
"""


def _row(outcome: Outcome) -> str:
    scenario = outcome.scenario
    median, p95, cpu = scenario.bar
    people = "one session" if scenario.sessions == 1 else f"{scenario.sessions} sessions"
    where = "on one project" if scenario.projects == 1 else "each on a project of its own"
    servers = "" if scenario.servers == 1 else f", {scenario.servers} servers"
    how = "as you go" if scenario.as_you_go else "rounds of ten"
    first, *_, last = outcome.megabytes
    cells = [
        f"{people}, {where}, {how}{servers}" if scenario.sessions > 1 else f"{people}, {how}",
        _beside(outcome.waits.median, median),
        _beside(outcome.waits.p95, p95),
        _beside(outcome.cpu, cpu),
        f"{outcome.sent_again:,}",
        f"{outcome.acknowledged:,}, {outcome.kept:,}",
        f"{outcome.lost:,}",
        f"{100 * outcome.shared:.0f} %",
        f"{first:,.0f} → {last:,.0f} MB",
    ]
    trouble = [f"{outcome.refused} refused"] * bool(outcome.refused) + list(outcome.failed)
    return f"| {' | '.join(cells)} |\n" + "".join(f"\n{line}\n" for line in trouble)


def _beside(value: float, bar: int | None) -> str:
    return told(value) if bar is None else f"{told(value)} (bar {bar})"
