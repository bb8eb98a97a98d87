"""A report as one HTML file that needs nothing else: no network, no script, no font.

Names of projects, files and classes come from anywhere. The template escapes whatever it is given,
and the page forbids all scripts; only drawings, which hold nothing but numbers, are taken as they
are.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from core.report.findings import Findings


def html(findings: Findings) -> str:
    """The report as a page: light and dark as the reader's system is, and fit for printing."""
    start = findings.audit.start if findings.audit else 0.0

    def place(share: float) -> float:
        """Where a share lies on the scale of the audit, in per cent."""
        return round(100 * (share - start) / (1 - start), 2)

    return _template().render(report=findings, place=place)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("core.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_kept_together,
    )
    return environment.get_template("report.html")


def _kept_together(value: object) -> object:
    """A number and its unit stay on one line."""
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value
