"""Two rounds of a project side by side: figures, labels, predictions and images."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import islice

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.arrays import UNLABELLED
from core.data.pictures import thumbnail_at
from core.figures.base import CONFIG
from core.figures.confusion import confusion_data, draw_confusion
from core.figures.confusions import MOST_CLASSES
from core.jobs.work import Work
from core.service.auditing import Audit
from core.service.changes import NOT_REACHED, Changed, Compared, Move, Side
from core.service.grid import Chosen
from core.service.history import changed_between
from core.service.past import Past
from core.service.view import View
from core.wording import at_least, counted, percent, points, spreadsheet, visible
from pages._ui import handle, shell
from pages._ui.grid_wishes import show_in_grid
from pages._ui.key_figures import figure_title
from pages._ui.past_rounds import round_field

_IMAGES_SHOWN = 24
_MOVES_SHOWN = 200
_CLASSES_NAMED = 10
_ROW_HEIGHT = 35
_ROWS_SHOWN = 6


def show_two(past: Past, view: View) -> None:
    """Let a person choose two rounds, and draw what has changed from one to the other."""
    if len(past.rounds) < 2:
        st.info("There is one round so far. After the next one, the two can be compared.")
        return
    before, after, told = _choose(past)
    if before == after:
        st.info("This is one round twice. Choose another one beside it.")
        return
    compared = handle.service().compare_rounds(view, before, after)
    if isinstance(compared, Work):
        _under_way(compared)
        return
    with told:
        st.caption(shell.plain(compared.model))
    left, right = shell.side_by_side("two", (6, 7), "medium")
    with left:
        _figures(compared)
        _labels(compared)
        _moves(compared, view)
    with right:
        _images(compared, view)
    _matrices(compared, view)


def _choose(past: Past) -> tuple[int, int, DeltaGenerator]:
    """The two rounds, and where to say something of them."""
    project = past.project.project_id
    with st.container(horizontal=True, vertical_alignment="bottom", key="head_two"):
        before, after = (
            round_field(past, label, f"history_{which}_{project}", start, with_labels=True)
            for label, which, start in (
                ("From round", "from", past.rounds[0].record.round),
                ("To round", "to", past.last),
            )
        )
        told = st.container(width="stretch")
    return before, after, told


@st.fragment(run_every=0.5)
def _under_way(work: Work[Compared]) -> None:
    """How far the comparison has come, until it is there."""
    if work.done:
        st.rerun()
    step = work.step
    st.progress(step.share, text=shell.plain(shell.step_text(step)))


def _figures(compared: Compared) -> None:
    before, after = compared.before, compared.after
    rows: list[tuple[str, str, str, str]] = [
        ("Labels", f"{before.n_labels:,}", f"{after.n_labels:,}", _more(before, after))
    ]
    if before.report is not None and after.report is not None:
        for name, was, now in (
            ("Accuracy, all images", before.report.accuracy, after.report.accuracy),
            ("Macro F1", before.report.macro_f1, after.report.macro_f1),
        ):
            rows.append((name, percent(was), percent(now), points(now - was)))
    rows.append(("Right at least, 95 % sure", _known(before.audit), _known(after.audit), ""))
    rows.append(("Seconds per label, median", _seconds(before), _seconds(after), ""))
    body = "".join(
        f'<tr><th scope="row">{name}</th><td>{was}</td><td>{now}</td><td>{change}</td></tr>'
        for name, was, now, change in rows
    )
    heads = "".join(
        f'<th scope="col">{text}</th>'
        for text in ("", f"Round {before.round:,}", f"Round {after.round:,}", "Change")
    )
    st.html(
        f'<div class="wide"><table class="two-rounds"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _more(before: Side, after: Side) -> str:
    return f"{after.n_labels - before.n_labels:+,}".replace("-", "−")


def _known(audit: Audit | None) -> str:
    """What the audit said then; a dash where too little had been checked, or it takes long."""
    return "–" if audit is None or audit.accuracy is None else at_least(audit.accuracy.least)


def _seconds(side: Side) -> str:
    return "–" if side.seconds is None else f"{side.seconds:.1f}"


def _labels(compared: Compared) -> None:
    """What people have said in between, in a sentence or two."""
    labels = compared.labels
    n_added = sum(labels.added.values())
    parts = []
    if n_added:
        first = islice(labels.added.items(), _CLASSES_NAMED)
        named = [f"{n:,} × “{name}”" for name, n in first]
        if rest := len(labels.added) - len(named):
            named.append(f"{rest:,} other classes" if rest > 1 else "one other class")
        told = f"{counted(n_added, 'label')} more: {', '.join(named)}."
        if labels.n_unforeseen:
            told += f" {labels.n_unforeseen:,} of them differ from what was predicted before."
        parts.append(told)
    if labels.other:
        parts.append(f"{counted(labels.other, 'label')} changed.")
    if labels.taken:
        parts.append(f"{counted(labels.taken, 'label')} taken back.")
    st.caption(shell.plain(" ".join(parts) or "The labels are the same."))


def _moves(compared: Compared, view: View) -> None:
    changed = compared.changed
    moves = changed.moves
    figure_title("Predictions that changed", "unlabelled images, by class")
    if not moves:
        st.caption("None: the same is predicted of every image without a label.")
        return
    if compared.righted is not None:
        st.caption(
            f"Of {counted(len(changed.items), 'image')}, {compared.righted:,} became right and "
            f"{compared.spoiled:,} became wrong."
        )
    names = [*view.class_names, NOT_REACHED]
    shown = moves[:_MOVES_SHOWN]
    if len(shown) < len(moves):
        st.caption(f"The {len(shown)} most frequent of {len(moves):,} pairs.")
    table = [spreadsheet(visible(name)) for name in names]
    drawn = st.dataframe(
        {
            "Before": [table[move.before] for move in shown],
            "Now": [table[move.after] for move in shown],
            "Images": [move.n_images for move in shown],
        },
        key="history_moves",
        height=_ROW_HEIGHT * (min(len(shown), _ROWS_SHOWN) + 1) + 3,
        on_select="rerun",
        selection_mode="single-row",
    )
    with st.container(horizontal=True, vertical_alignment="center", key="head_moves"):
        st.caption("Choose a row to open its images in the grid.", width="stretch")
        with st.popover("Choose a pair"):
            wanted = _chosen_move(shown, names)
    rows = drawn.selection.rows
    move = wanted or (shown[rows[0]] if rows and rows[0] < len(shown) else None)
    if move is not None:
        _open(compared, changed.of(move), view, f" ({names[move.before]} → {names[move.after]})")


def _chosen_move(moves: Sequence[Move], names: Sequence[str]) -> Move | None:
    """A pair of classes, chosen without a pointer; None until its images are to be opened."""
    place = st.selectbox(
        "From one class to another",
        range(len(moves)),
        format_func=lambda at: (
            f"{visible(names[moves[at].before])} → {visible(names[moves[at].after])}"
        ),
    )
    return moves[place] if st.button("Open in the grid", key="history_open_move") else None


def _open(compared: Compared, changed: Changed, view: View, which: str = "") -> None:
    said = f"{changed_between(compared)}{which}"
    show_in_grid(view.project.project_id, Chosen(said, changed.items))


def _images(compared: Compared, view: View) -> None:
    changed = compared.changed
    n_changed = len(changed.items)
    shown = changed.examples(_IMAGES_SHOWN)
    with st.container(horizontal=True, vertical_alignment="center", key="head_changed"):
        parts = [f"{len(shown):,} of {n_changed:,}"] if n_changed > len(shown) else []
        parts += ["orange: wrong now"] if view.dataset.truth is not None and n_changed else []
        note = "; ".join(parts)
        figure_title("Images whose prediction changed", note)
        if n_changed and st.button(
            f"Open all {n_changed:,} in the grid" if n_changed > 1 else "Open it in the grid",
            icon=":material/grid_view:",
            key="history_open_all",
        ):
            _open(compared, changed, view)
    if not n_changed:
        st.caption("None.")
        return
    tiles = "".join(_tile(view, changed, at) for at in shown)
    st.html(f'<ul class="changed-images">{tiles}</ul>')


def _tile(view: View, changed: Changed, at: int) -> str:
    """An image, with what was predicted before and is now; marked where that is known wrong."""
    dataset, palette = view.dataset, shell.palette()
    item, names = int(changed.items[at]), [*view.class_names, NOT_REACHED]
    places = view.engine.present([item])
    if not places:
        return ""
    source = thumbnail_at(dataset, places[0], ink=palette.ink, paper=palette.page)
    before, after = (
        escape(visible(names[int(which)])) for which in (changed.before[at], changed.after[at])
    )
    state, told = "", ""
    if dataset.truth is not None and (true := int(dataset.truth[places[0]])) != UNLABELLED:
        is_right = true == int(changed.after[at])
        state = "right" if is_right else "wrong"
        told = f"; in truth {escape(visible(names[true]))}"
    return (
        f'<li class="{state}" title="{before} → {after}{told}">'
        f'<img src="{source}" alt="image {item}"><span><i>{before}</i> <b>→ {after}</b></span></li>'
    )


def _matrices(compared: Compared, view: View) -> None:
    reports = [
        (side.round, side.report)
        for side in (compared.before, compared.after)
        if side.report is not None
    ]
    if not reports or len(view.class_names) > MOST_CLASSES:
        return
    columns = shell.side_by_side("matrices", (1, 1), "medium")
    for place, (number, report) in enumerate(reports):
        with columns[place]:
            figure_title(f"Confusion matrix after round {number:,}", "all images")
            st.plotly_chart(
                draw_confusion(confusion_data(report, view.class_names), shell.palette()),
                key=f"history_matrix_{place}",
                theme=None,
                config=CONFIG,
                alt=f"Confusion matrix after round {number:,}: {percent(report.accuracy)} of "
                f"{report.n_items:,} images are predicted correctly.",
            )
