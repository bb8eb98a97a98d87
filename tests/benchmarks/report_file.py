"""Reports whose sections are measured by different commands, and outlive each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

REPORT: Final = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"

_ELSEWHERE: Final = ("Many people at once",)
"""Sections that ``make bench`` does not measure and keeps as they are."""


def write_report(text: str) -> Path:
    """Replace the report but for the sections that are measured elsewhere."""
    kept = [(name, section(name)) for name in _ELSEWHERE]
    _write(text.rstrip() + "\n" + "".join(f"\n## {n}\n\n{body}\n" for n, body in kept if body))
    return REPORT


def write_section(name: str, text: str, report: Path = REPORT, before: str = "") -> Path:
    """Replace one section; a new one is put before the one that is named, or at the end."""
    whole = report.read_text(encoding="utf-8") if report.exists() else "# Benchmarks\n"
    new = f"## {name}\n\n{text.strip()}\n"
    found = _pattern(name).search(whole)
    following = _pattern(before).search(whole) if before and not found else None
    if found:
        start, rest = found.start(), whole[found.end() :]
    elif following:
        start, rest = following.start(), whole[following.start() :]
    else:
        start, rest = len(whole), ""
    kept = whole[:start].rstrip()
    _write(f"{kept}\n\n{new}" + (f"\n{rest}" if rest else ""), report)
    return report


def section(name: str, report: Path = REPORT) -> str:
    """What a section says, without its heading; empty if there is none."""
    found = _pattern(name).search(report.read_text(encoding="utf-8")) if report.exists() else None
    return found["body"].strip() if found else ""


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"^## {re.escape(name)}\n(?P<body>.*?)(?=^## |\Z)", re.M | re.S)


def _write(text: str, report: Path = REPORT) -> None:
    report.parent.mkdir(exist_ok=True)
    report.write_text(text, encoding="utf-8")
