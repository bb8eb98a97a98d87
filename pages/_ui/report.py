"""A report of the project, to be downloaded."""

from __future__ import annotations

from typing import IO, Final

import streamlit as st

from core.jobs.progress import Progress
from core.report.gathering import gather
from core.report.page import html
from core.service.view import View
from core.wording import file_stem
from pages._ui import handle
from pages._ui.key_figures import figure_title
from pages._ui.offers import Offer, offer

EXPLANATION: Final = (
    "One page to read, to print and to cite: how good the labels are, what is known and what is "
    "not, with some of the images. It needs nothing else, and no network."
)

_MANY_IMAGES: Final = 20_000
_MANY_LABELS: Final = 400
"""Of which it takes longer than a person waits without a word: each label is left out in turn."""

_SECTIONS: Final = (
    ("Settings", "How images are compared, how labels spread, and what is asked."),
    ("Data", "The images, their classes, and examples of each."),
    ("Curve", "How much is right after how many labels, where the truth is known."),
    ("Metrics", "Accuracy, precision, recall and F1, likewise."),
    ("Matrix", "Which classes are taken for which, likewise."),
    ("Audit", "How good all labels are, from images drawn at random."),
    ("Mistakes", "Labels and predictions that are wrong or doubtful, with their images."),
    ("Time", "Seconds per label, and whether predictions sway answers."),
    ("Record", "Fingerprints of data, settings and labels, to cite it by."),
)


def offer_report(view: View) -> None:
    """The button that writes it, and the one that downloads it."""
    project, service = view.project, handle.service()
    service.view_to_take_away(project.project_id)

    def write(file: IO[bytes], progress: Progress) -> int:
        service.view_to_take_away(project.project_id)
        return file.write(html(gather(service, project.project_id, progress=progress)).encode())

    offer(
        Offer(
            (project.project_id, "report", view.state.seq, project.config, project.name),
            "the report",
            f"{file_stem(project.name)}-report.html",
            "text/html",
            write,
            is_large=view.dataset.n_items > _MANY_IMAGES or len(view.labels) > _MANY_LABELS,
        )
    )
    st.caption("For a PDF, print it from the browser, or use the command “python -m core report”.")


def show_sections() -> None:
    """What is in it."""
    figure_title("What is in it")
    lines = "".join(f"<dt>{name}</dt><dd>{told}</dd>" for name, told in _SECTIONS)
    st.html(f'<dl class="sections">{lines}</dl>')
