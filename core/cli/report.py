"""``python -m core report``: a project as one file to read, to print and to cite."""

from __future__ import annotations

import sys
from argparse import Namespace, RawDescriptionHelpFormatter
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from core.bootstrap import service_there
from core.cli.output import FAILED, Shown, is_stream, require_place, write_stream
from core.cli.projects import find_project
from core.report.gathering import gather
from core.report.page import html
from core.report.printed import pdf, require_browser
from core.wording import visible

_REPORT: Final = """\
Write a report of a project: settings, data, learning curve, metrics, confusion matrix, audit,
mistakes and time, in one HTML file that needs nothing else. The app may keep running. A FILE that
ends in .pdf is printed by a Chrome or Chromium, if there is one; BROWSER_PATH names it.
"""
_MORE: Final = """\
examples:
  python -m core report Digits -o digits.html
  python -m core report Digits -o digits.pdf

exit status:
  0    done
  1    bad input, a file that cannot be written, or no browser for a PDF
  2    arguments that make no sense
"""

_ENDINGS: Final = {"", ".html", ".htm", ".pdf"}


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "report",
        help="write a report of a project, as HTML or PDF",
        description=_REPORT,
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.add_argument("project", metavar="PROJECT", help="its name, or its id")
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        required=True,
        help="the file to write, .html or .pdf; - for HTML on the standard output",
    )
    command.set_defaults(act=_act, failed=FAILED, refuse=command.error)


def _act(options: Namespace) -> int:
    path = options.output
    if not is_stream(path) and path.suffix.lower() not in _ENDINGS:
        options.refuse("a report is HTML or PDF: let FILE end in .html or .pdf")
    require_place(path)
    is_pdf = path.suffix.lower() == ".pdf"
    if is_pdf:
        # Said before anything is computed.
        require_browser()
    with closing(service_there()) as service:
        project = find_project(service, options.project)
        findings = gather(service, project.project_id, progress=Shown())
    page = html(findings)
    content = pdf(page) if is_pdf else page.encode()
    write_stream(path, lambda file: file.write(content))
    print(
        f"Wrote a report of “{visible(project.name)}” to {path}: {findings.headline}",
        # What goes on to somebody else is the report alone.
        file=sys.stderr if is_stream(path) else sys.stdout,
    )
    return 0
