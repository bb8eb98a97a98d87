"""What a room races against, worked out in a process of its own.

It takes a processor for half a minute and would hold Python's lock for most of it: every phone
would wait for that.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from core.bootstrap import service_of
from core.jobs.progress import Progress
from core.simulation.baselines import Contender, race_of

if TYPE_CHECKING:
    from core.service.view import View

_ROOT: Final = Path(__file__).resolve().parents[2]
_BEGIN: Final = "import sys; sys.path.insert(0, sys.argv.pop(1)); from pages._ui import " + (
    "room_race; room_race.main()"
)
_AFTER_OTHERS: Final = 15
"""How much the process stands back behind others, as ``nice`` has it."""

_LOOK: Final = 0.5
_STAGE: Final = "Comparing with other ways"
_CONTENDERS: Final[TypeAdapter[tuple[Contender, ...]]] = TypeAdapter(tuple[Contender, ...])

_LOGGER: Final = logging.getLogger("labelspread.rooms")


def race_apart(view: View, progress: Progress) -> tuple[Contender, ...]:
    """What :func:`core.simulation.baselines.race_of` gives; nothing where the process fails.

    Raises
    ------
    CancelledError
        If ``progress`` says so; the process is ended.
    """
    command = [sys.executable, "-c", _BEGIN, str(_ROOT), view.project.project_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            while True:
                progress(_STAGE, 0.5)
                try:
                    told, _ = process.communicate(timeout=_LOOK)
                    break
                except subprocess.TimeoutExpired:
                    continue
        finally:
            process.kill()
    if process.returncode:
        _LOGGER.warning("What the room %s races against is not known.", view.project.name)
        return ()
    return _CONTENDERS.validate_json(told)


def main() -> None:
    """What the process does: it opens the database that its environment names."""
    if hasattr(os, "nice"):
        os.nice(_AFTER_OTHERS)
    service = service_of(with_default=False)
    view = service.view(sys.argv[1])
    found = race_of(view.engine, view.project.config)
    service.close()
    sys.stdout.buffer.write(_CONTENDERS.dump_json(found))
