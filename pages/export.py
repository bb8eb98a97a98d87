"""Export: labels and predictions, or the whole project, taken away in a file."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import IO, Final, Literal

import streamlit as st

from core.config import DIGITS
from core.data.pictures import thumbnail_at
from core.export.about import about_text
from core.export.formats import FORMATS, FormatKey, choice_for, takes_long
from core.export.log import LOG, write_log
from core.export.pack import Pack
from core.export.rows import EXPLAINED, LEAST, Choice, Wanted
from core.jobs.progress import Progress
from core.quality.calibration import FEWEST_LABELS
from core.service.exporting import pack_of
from core.service.view import View
from core.wording import counted, file_stem, spreadsheet, visible
from pages._ui import handle, report, shell
from pages._ui.key_figures import KeyFigure, figure_title, key_figures
from pages._ui.offers import Offer, offer

_WANTED: Final[dict[Wanted, str]] = {
    "all": "All images",
    "labelled": "Labelled by people, or given",
    "sure": "Labelled, and what the model is sure of",
}
_PREVIEWED: Final = 8
_Kind = FormatKey | Literal["log", "report"]
_TITLES: Final[dict[_Kind, str]] = {
    **{key: kind.title for key, kind in FORMATS.items()},
    "report": "Report",
    LOG: "Whole project",
}
_EXPLAINED: Final[dict[_Kind, str]] = {
    **{key: kind.explanation for key, kind in FORMATS.items()},
    "report": report.EXPLANATION,
    LOG: "All answers with who gave them and when, and the settings: to keep, or to bring back on "
    "another Labelspread, where the project goes on as it was.",
}
_MANY_EVENTS: Final = 20_000
"""In a log; so many are written in half a second."""


def _format(view: View) -> _Kind:
    """The kind of file."""
    key: _Kind = st.selectbox(
        "Format",
        list(_TITLES),
        format_func=_TITLES.__getitem__,
        key=f"export_format_{view.project.project_id}",
        persist_state="session",
    )
    st.caption(_EXPLAINED[key])
    return key


def _choose(view: View, key: FormatKey) -> Choice:
    """Which images."""
    project = view.project.project_id
    wanted: Wanted = st.radio(
        "Images",
        list(_WANTED),
        format_func=_WANTED.__getitem__,
        key=f"export_wanted_{project}",
        persist_state="session",
        help="Given labels are those that the project came with.",
    )
    least = LEAST
    if wanted == "sure":
        least = (
            st.slider(
                "Sure from (%)",
                50,
                100,
                round(100 * least),
                key=f"export_least_{project}",
                persist_state="session",
                help="How likely a prediction is right, as your labels have it. It is no "
                "guarantee: look at some of these before you rely on them. With fewer than "
                f"{FEWEST_LABELS} labels nobody knows, so none is taken.",
            )
            / 100
        )
    return choice_for(key, wanted, least)


def _whole(view: View) -> None:
    """The project with all that ever happened in it."""
    project = view.project.project_id
    is_everywhere = view.project.config.dataset == DIGITS
    with_set = not is_everywhere and st.checkbox(
        "With the images",
        key=f"export_with_set_{project}",
        persist_state="session",
        help="Without them the file is small, and the project finds its images where it is brought "
        "back if they are there too.",
    )
    service = handle.service()
    pack = service.log_pack(project, with_set=with_set)

    def write(file: IO[bytes], progress: Progress) -> None:
        # As with other formats.
        service.log_pack(project)
        write_log(replace(pack, progress=progress), file)

    offer(
        Offer(
            (project, LOG, pack.head.n_events, with_set),
            "the project",
            f"{file_stem(view.project.name)}.labelspread.zip",
            "application/zip",
            write,
            is_large=with_set or pack.head.n_events > _MANY_EVENTS,
        )
    )
    st.caption(
        "It comes back on the Projects page, under “Bring back a project”, or with "
        "`python -m core import`."
    )


def _figures_of_whole(view: View) -> None:
    state = view.state
    people = "by people, and those given" if state.given else "by people"
    key_figures(
        [
            KeyFigure("Labels", f"{len(state.labels):,}", people, ""),
            KeyFigure("Answers", f"{state.n_answers:,}", "in force", ""),
            KeyFigure("Rounds", f"{state.round:,}", "", ""),
            KeyFigure(
                "Events",
                f"{state.seq:,}",
                "",
                "What was shown and answered, undone and corrected, one after the other.",
            ),
        ]
    )


def _figures(pack: Pack) -> None:
    counts = pack.counts
    key_figures(
        [
            KeyFigure("Images", f"{counts.rows:,}", "in the file", ""),
            KeyFigure(
                "Labelled by people",
                f"{counts.human:,}",
                f"and {counts.given:,} given" if counts.given else "",
                "Their labels always win over the model’s.",
            ),
            KeyFigure(
                "Labelled by the model",
                f"{counts.model:,}",
                "unverified",
                "The class that it predicts; no person has given these a label.",
            ),
            KeyFigure(
                "Without a label",
                f"{counts.bare:,}",
                "",
                "Bad images, and those that no label reaches. Folders of classes leave them out.",
            ),
        ]
    )


def _preview(pack: Pack) -> None:
    """The first rows, as far as a person has a use for them here."""
    figure_title("The first rows")
    rows = [
        (row, place)
        for some in islice(pack.labelled.some(pack.choice), 1)
        for row, place in islice(zip(*some, strict=True), _PREVIEWED)
    ]
    if not rows:
        st.caption("No image is chosen.")
        return
    palette = shell.palette()
    st.dataframe(
        {
            "Image": [
                thumbnail_at(pack.dataset, place, ink=palette.ink, paper=palette.page)
                if place >= 0
                else None
                for _, place in rows
            ],
            "number": [row.number for row, _ in rows],
            "label": [_as_cell(row.label) for row, _ in rows],
            "source": [row.source for row, _ in rows],
            "answer": [row.answer for row, _ in rows],
            "model_label": [_as_cell(row.model_label) for row, _ in rows],
            "model_probability": [row.model_probability for row, _ in rows],
        },
        key="export_rows",
        row_height=40,
        height="content",
        placeholder="–",
        column_config={
            "Image": st.column_config.ImageColumn(width="small"),
            "number": st.column_config.NumberColumn(format="%d", help=EXPLAINED["number"]),
            "label": st.column_config.TextColumn(help=EXPLAINED["label"]),
            "source": st.column_config.TextColumn(help=EXPLAINED["source"]),
            "answer": st.column_config.TextColumn(help=EXPLAINED["answer"]),
            "model_label": st.column_config.TextColumn(help=EXPLAINED["model_label"]),
            "model_probability": st.column_config.NumberColumn(
                format="%.3f", help=EXPLAINED["model_probability"]
            ),
        },
    )


def _as_cell(name: str | None) -> str | None:
    return None if name is None else spreadsheet(visible(name))


def _download(view: View, pack: Pack, key: FormatKey) -> None:
    kind, stem = FORMATS[key], file_stem(view.project.name)
    is_large, service = takes_long(key, pack), handle.service()

    def write(file: IO[bytes], progress: Progress) -> None:
        # Whoever clicks later than the page was drawn has to have the right to it then.
        service.labelled(view)
        kind.write(replace(pack, progress=progress), file)

    # How far it has come takes all the room there is.
    with st.container(horizontal=not is_large, vertical_alignment="center", gap="small"):
        offer(
            Offer(
                (view.project.project_id, key, pack.choice, view.state.seq),
                counted(pack.counts.rows, kind.unit),
                f"{stem}.{kind.ending}",
                kind.mime,
                write,
                is_large=is_large,
                is_empty=not pack.counts.rows,
            )
        )
        st.download_button(
            "About this export",
            about_text(pack.about),
            file_name=f"{stem}.about.json",
            mime="application/json",
            on_click="ignore",
            type="tertiary",
            help="Settings, images, accuracy and what each column holds, as JSON."
            + (" It is in the file too." if kind.tells else ""),
            key="export_about",
        )


with shell.errors_in_words():
    view = shell.require_view()
    with st.container(horizontal=True, vertical_alignment="center", key="head_page"):
        st.title("Export", anchor=False)
    if not view.state.n_answers and not view.labels:
        st.info(
            "Nothing to take away yet: the first labels make the first predictions.",
            icon=":material/download:",
        )
        st.page_link("pages/label.py", label="Label the first images", icon=":material/edit:")
    else:
        form, shown = shell.side_by_side("export", [1, 2.2], "large")
        with form:
            key = _format(view)
            if key == LOG:
                _whole(view)
            elif key == "report":
                report.offer_report(view)
            else:
                pack = pack_of(view, handle.service().labelled(view), _choose(view, key))
                _download(view, pack, key)
        with shown:
            if key in {LOG, "report"}:
                with st.container(key="four_figures"):
                    _figures_of_whole(view)
                if key == "report":
                    report.show_sections()
            else:
                with st.container(key="four_figures"):
                    _figures(pack)
                _preview(pack)
                st.caption("All columns are explained in “About this export”.")
