"""What is being brought in, as it will be: looked at, corrected, and kept or dropped."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.config import ProjectConfig, make_config
from core.data.classes import typed_classes
from core.data.incoming import Import
from core.data.looks import Look
from core.data.parts.elsewhere import Elsewhere
from core.data.readers.found import Choice
from core.data.sets import Draft, Report
from core.engine.best import best_for, why_so
from core.errors import LabelspreadError
from core.jobs.progress import CancelledError
from core.session.class_rules import FEWEST_CLASSES
from core.storage import Project
from core.wording import counted, spreadsheet, visible
from pages._ui import handle, shell
from pages._ui.key_figures import figure_title
from pages._ui.new_project import classes_field, known_labels_field
from pages._ui.samples import samples

_SAMPLES: Final = 24
_MOST_CLASSES: Final = 12
_MOST_BAD: Final = 5

_LOOKS: Final = {
    "photo": "photographs",
    "dark": "drawings, light on dark",
    "light": "drawings, dark on light",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a person has decided.

    Attributes
    ----------
    text
        What was done, in a sentence.
    project
        That was made on the set; None if none was.
    """

    text: str
    project: Project | None = None


def preview(one: Import) -> Said | None:
    """Show what was found; what was decided, once it has been."""
    if not one.work.done:
        return _reading(one)
    try:
        draft = one.work.wait()
    except CancelledError:
        handle.imports().drop(one)
        return Said("The import was cancelled; nothing was stored.")
    except LabelspreadError as error:
        shell.say_error(error)
        return _back(one)
    return _found(one, draft)


def _back(one: Import) -> Said | None:
    if st.button("Back to the data", icon=":material/arrow_back:"):
        handle.imports().drop(one)
        return Said("Nothing was stored.")
    return None


def _reading(one: Import) -> Said | None:
    st.title(shell.plain(one.source.title), anchor=False)
    st.caption("It goes on when you leave this page, and is found on the Data page.")
    _progress(one)
    return None


@st.fragment(run_every=0.5)
def _progress(one: Import) -> None:
    if one.work.done:
        st.rerun()
    step = one.work.step
    st.progress(step.share, text=shell.plain(shell.step_text(step)))
    if st.button("Cancel", icon=":material/close:"):
        one.work.cancel()


def _found(one: Import, draft: Draft) -> Said | None:
    report = draft.report
    left, right = shell.side_by_side("preview", [1.6, 1], "large")
    with left:
        with st.container(horizontal=True, vertical_alignment="center", key="head_preview"):
            noun = "images" if draft.stored.head.elsewhere is None else "landmarks"
            st.title(f"{report.n_items:,} {noun}", anchor=False, width="stretch")
            st.caption(" · ".join(_told(report, draft.stored.head.elsewhere)), width="content")
        samples(draft.stored, _SAMPLES, tall=True)
    with right:
        said = _decide(one, report)
        head = draft.stored.head
        if head.features is None:
            st.caption(why_so(head))
        _classes(report)
        if head.elsewhere is None:
            _guesses(one, report)
        for note in report.notes:
            st.caption(shell.plain(note))
        _doubtful(draft, report)
    return said


def _told(report: Report, elsewhere: Elsewhere | None) -> Iterator[str]:
    sizes = report.sizes
    (height, width), _ = sizes[0] if sizes else ((0, 0), 0)
    if elsewhere is not None:
        drawn = "all there are" if elsewhere.drawn == "all" else "drawn at random"
        yield f"of {counted(elsewhere.n_rows, 'item')}, {drawn}"
    elif len(sizes) == 1:
        yield f"{width} × {height} pixels"
    else:
        heights = [h for (h, _), _ in sizes]
        widths = [w for (_, w), _ in sizes]
        yield f"{min(widths)} × {min(heights)} to {max(widths)} × {max(heights)} pixels"
    if report.n_known:
        yield f"{report.n_known:,} labelled"


def _decide(one: Import, report: Report) -> Said | None:
    """Ask what is to become of it."""
    with st.form("keep_set", border=False):
        name = st.text_input("Name", one.source.title, max_chars=80)
        labels = "truth"
        if report.n_known:
            labels = known_labels_field()
        classes = () if report.class_counts else classes_field()
        skips = bool(report.bad) and st.checkbox(
            f"Leave out {counted(len(report.bad), 'image')} that cannot be used"
        )
        with st.container(horizontal=True, gap="small"):
            starts = st.form_submit_button("Import and label", type="primary")
            keeps = st.form_submit_button("Import only")
            drops = st.form_submit_button("Discard", type="tertiary")
    if drops:
        handle.imports().drop(one)
        return Said("Discarded; nothing was stored.")
    if not (starts or keeps):
        return None
    if report.bad and not skips:
        st.warning("Some images cannot be used: leave them out, or mend them and start again.")
        return None
    return _kept(one, report, name, labels if starts else None, classes)


def _kept(
    one: Import, report: Report, name: str, labels: str | None, classes: tuple[str, ...]
) -> Said | None:
    """Keep the set, and make a project on it unless ``labels`` is None; None where it cannot be."""
    try:
        if labels and not report.class_counts and len(typed_classes(classes)) < FEWEST_CLASSES:
            st.warning("Name at least two classes, one a line.")
            return None
        key = handle.imports().keep(one, name)
        title = handle.imports().sets.head(key).title
    except LabelspreadError as error:
        shell.say_error(error)
        return None
    told = f"Imported “{shell.plain(title)}”."
    if title != " ".join(name.split()):
        told = f"These images were here already, as “{shell.plain(title)}”."
    try:
        return Said(told, _project(key, name, labels, classes) if labels else None)
    except LabelspreadError as error:
        return Said(f"{told} No project was made: {shell.plain(str(error))}")


def _project(key: str, name: str, labels: str, classes: tuple[str, ...]) -> Project:
    service = handle.service()
    entry = next(entry for entry in service.datasets() if entry.key == key)
    config: ProjectConfig = make_config(
        best_for(entry).model_dump() | {"known_labels": labels if entry.n_known else "truth"}
    )
    with st.spinner("Building the similarity graph …"):
        return service.create_project(service.free_name(name), config, classes=classes)


def _classes(report: Report) -> None:
    if not report.class_counts:
        return
    counts = [*report.class_counts.items()]
    n_classes = len(counts)
    figure_title(f"{n_classes:,} {'class' if n_classes == 1 else 'classes'}")
    told = [f"{shell.plain(name)} :gray[{number:,}]" for name, number in counts[:_MOST_CLASSES]]
    if n_classes > _MOST_CLASSES:
        told.append(f":gray[and {n_classes - _MOST_CLASSES:,} more]")
    st.markdown(" · ".join(told))


def _guesses(one: Import, report: Report) -> None:
    """What was guessed, to be said otherwise; that reads all anew."""
    figure_title("How the files were read", "change what was guessed wrong")
    look = _asked_look(report.look, one.id)
    said = {}
    for choice in report.choices:
        if (value := _asked(choice, one.id)) != choice.value:
            said[choice.key] = value
    if look != report.look or said:
        handle.imports().again(
            one, {**one.source.said, **said}, look if look != report.look else one.source.look
        )
        st.rerun()


def _asked_look(look: Look, key: str) -> Look:
    now = look.paper if look.is_ink else "photo"
    value = st.selectbox(
        "Images",
        list(_LOOKS),
        index=list(_LOOKS).index(now),
        format_func=_LOOKS.__getitem__,
        key=f"look_of_{key}",
        help="Drawings and digits are drawn in the colour of the text, on any ground; photographs "
        "are shown as they are.",
    )
    if value == "photo":
        return look.model_copy(update={"kind": "photo"})
    return look.model_copy(update={"kind": "ink", "paper": value})


def _asked(choice: Choice, key: str) -> str:
    value: str = st.selectbox(
        visible(choice.title),
        choice.options,
        index=choice.options.index(choice.value),
        format_func=lambda option: visible(option) or "none",
        key=f"choice_{key}_{choice.key}",
    )
    return value


def _doubtful(draft: Draft, report: Report) -> None:
    """What is bad, and what is there twice."""
    if report.n_repeats:
        shows = "shows" if report.n_repeats == 1 else "show"
        told = f"{counted(report.n_repeats, 'image')} {shows} exactly what an earlier one does"
        if report.n_conflicts:
            told += f"; {report.n_conflicts:,} of them with another label"
        st.caption(f"{told}.")
    if report.near:
        with st.expander(f"Nearly alike: {counted(len(report.near), 'pair')}"):
            for one, other in report.near[:_MOST_CLASSES]:
                names = [shell.plain(draft.stored.name(row)) for row in (one, other)]
                st.caption(" and ".join(names))
    if report.bad:
        figure_title(f"{counted(len(report.bad), 'image')} cannot be used")
        for bad in report.bad[:_MOST_BAD]:
            st.caption(shell.plain(f"{bad.name}: {bad.problem} {bad.remedy}"))
        st.download_button(
            "All of them as CSV",
            _as_csv(report),
            "cannot-be-used.csv",
            "text/csv",
            icon=":material/download:",
        )


def _as_csv(report: Report) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["name", "problem", "remedy"])
    for bad in report.bad:
        writer.writerow(
            [spreadsheet(visible(text)) for text in (bad.name, bad.problem, bad.remedy)]
        )
    return file.getvalue().encode()
