"""Progress: how good the predictions are, and what each round of labels brought."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import log

import plotly.graph_objects as go
import streamlit as st

from core.arrays import IntArray
from core.figures.base import CONFIG
from core.figures.confusion import confusion_data, draw_confusion
from core.figures.confusions import MOST_CLASSES, confusions
from core.figures.entropy_histogram import draw_entropy_histogram, entropy_histogram_data
from core.figures.learning_curve import draw_learning_curve, project_curve
from core.figures.reliability import draw_reliability, reliability_data
from core.learning.metrics import LabelCheck, Report
from core.quality.calibration import FEWEST_LABELS
from core.service.auditing import Judged
from core.service.exploring import behind, by_entropy, confused, unreached
from core.service.view import NOT_SOLVED, View
from core.wording import counted, file_stem, percent
from pages._ui import handle, shell
from pages._ui.audit import checked_figure, show_audit
from pages._ui.confused import confusion_table
from pages._ui.differing import as_cell, show_differing
from pages._ui.downloads import downloads
from pages._ui.grid_wishes import show_in_grid
from pages._ui.key_figures import (
    KeyFigure,
    key_figures,
    labels_given,
    right_of_all,
    seconds_a_label,
    to_come,
)
from pages._ui.news import follow_news
from pages._ui.people import show_people
from pages._ui.pressed import (
    chosen_bar,
    chosen_cell,
    chosen_figure,
    pressed,
    pressed_figure,
)
from pages._ui.replays import published_curve
from pages._ui.stages import is_presenting, present_button, present_project
from pages._ui.times import figures_of_times, show_times

_MOST_CONFUSED = 25
_ALL, _REST = "All", "Unlabelled"
_SPLIT = (7, 6)
_COUNTS, _SHARES = "Counts", "% of row"
_QUALITY, _TIME, _PEOPLE = "Quality", "Time", "People"


def _with_truth(
    view: View, everything: Report, rest: Report, check: LabelCheck, truth: IntArray
) -> None:
    judged = handle.service().judged(view)
    _figures_with_truth(view, judged, everything, rest, check)
    left, right = shell.side_by_side("figures", _SPLIT, "medium")
    with left:
        _confusion(view, everything, rest)
    with right:
        _curve(view)
    left, right = shell.side_by_side("details", _SPLIT, "medium")
    with left:
        _classes(view, everything)
    with right:
        _uncertainty(view)
    left, right = shell.side_by_side("lists", _SPLIT, "medium")
    with left:
        _reliability(judged)
    with right:
        show_differing(view, check, truth)


def _without_truth(view: View) -> None:
    judged = handle.service().judged(view)
    key_figures([checked_figure(judged), labels_given(view), seconds_a_label(view)])
    left, right = shell.side_by_side("blank", _SPLIT, "medium")
    with left:
        show_audit(view, judged)
    with right:
        _uncertainty(view)
        _reliability(judged)


def _downloads(view: View, figures: Mapping[str, Callable[[], go.Figure]]) -> None:
    downloads(view.project.project_id, file_stem(view.project.name), figures)


def _figures_of(view: View) -> dict[str, Callable[[], go.Figure]]:
    """The figures about quality that can be taken away; with the truth there are more."""
    colours, everything = shell.palette(), view.report_all
    figures: dict[str, Callable[[], go.Figure]] = {}
    if everything is not None:
        figures["Confusion matrix"] = lambda: draw_confusion(
            confusion_data(everything, view.dataset.class_names), colours
        )
        figures["Learning curve"] = lambda: draw_learning_curve(
            project_curve(view),
            colours,
            published=published_curve(view.project.config.replays),
        )
    figures["Entropy"] = lambda: draw_entropy_histogram(
        entropy_histogram_data(view.beliefs), colours
    )
    return figures


def _figures_with_truth(
    view: View, judged: Judged | None, everything: Report, rest: Report, check: LabelCheck
) -> None:
    figures = [
        right_of_all(view, everything),
        KeyFigure(
            "Accuracy, unlabelled",
            percent(rest.accuracy),
            f"of {counted(rest.n_items, 'image')}",
            "Share of the images without a label whose predicted class is the true one, as in "
            "scikit-learn’s examples.",
        ),
        KeyFigure(
            "Macro F1",
            percent(everything.macro_f1),
            "classes count equally",
            "The mean over classes of F1, the harmonic mean of precision and recall.",
        ),
        labels_given(view),
        seconds_a_label(view),
    ]
    if not handle.is_blinded(view):
        # It would tell after each answer whether that was right.
        figures.append(
            KeyFigure(
                "Labels that differ",
                f"{len(check.differing):,}",
                f"of {check.n_labels:,} given",
                "Labels by a person that differ from the ground truth.",
            )
        )
    with st.container(key="six_figures"):
        key_figures(figures)
    st.caption(
        f"Accuracy over all {everything.n_items:,} can be compared between rounds. Accuracy over "
        "the unlabelled ones cannot: each round takes the hardest of them away."
    )
    if judged is not None and judged.audit.accuracy is not None:
        st.caption(
            f"Without the truth, no more than this would be known: {judged.audit.sentence()}"
        )


@st.fragment
def _confusion(view: View, everything: Report, rest: Report) -> None:
    """The confusion matrix, or a list in its place where there are too many classes for one.

    A fragment, so that its switches redraw nothing else. A cell that is pressed opens in the grid,
    for those who may see what others have said.
    """
    project, class_names = view.project.project_id, view.class_names
    opens = not handle.is_blinded(view)
    is_matrix = len(class_names) <= MOST_CLASSES
    with st.container(horizontal=True, vertical_alignment="center", key="head_confusion"):
        title = "Confusion matrix" if is_matrix else "Most frequent confusions"
        st.subheader(title, anchor=False)
        population = st.segmented_control(
            "Images",
            [_ALL, _REST],
            default=_ALL,
            required=True,
            label_visibility="collapsed",
            key=f"items_{project}",
        )
        numbers = _COUNTS
        if is_matrix:
            numbers = st.segmented_control(
                "Numbers",
                [_COUNTS, _SHARES],
                default=_COUNTS,
                required=True,
                label_visibility="collapsed",
                key=f"numbers_{project}",
            )
    is_all = population == _ALL
    report = everything if is_all else rest
    if not is_matrix:
        confusion_table(confusions(report, _MOST_CONFUSED), class_names)
        return
    colours, data = shell.palette(), confusion_data(report, class_names)
    drawn = st.plotly_chart(
        draw_confusion(data, colours, shares=numbers == _SHARES, pressed=opens),
        key="confusion",
        theme=None,
        config=CONFIG,
        on_select="rerun" if opens else "ignore",
        selection_mode="points",
        alt=f"Confusion matrix of {report.n_items:,} items: {percent(report.accuracy)} are "
        "predicted correctly.",
    )
    if not opens:
        return
    cell = pressed(drawn)
    with st.container(horizontal=True, vertical_alignment="center", key="head_cell"):
        st.caption("Press a cell to open its images in the grid.", width="stretch")
        with st.popover("Choose a cell"):
            cell = chosen_cell(class_names, has_unreached=data.has_unreached) or cell
    if cell is not None:
        predicted, true = (round(place) for place in cell)
        chosen = confused(view, true, predicted, is_all=is_all)
        if len(chosen.items):
            show_in_grid(project, chosen)
        st.toast("There is no such image.")


def _curve(view: View) -> None:
    data = project_curve(view)
    with st.container(horizontal=True, vertical_alignment="center", key="head_curve"):
        is_replay = view.project.config.replays is not None
        note = " :gray[:small[dotted: the published run]]" if is_replay else ""
        st.subheader(f"Accuracy by number of {data.unit}s{note}", anchor=False)
        if not handle.is_blinded(view):
            st.page_link("pages/history.py", label="All rounds", icon=":material/history:")
    if view.selection.is_thinned:
        st.caption(str(view.selection))
    if (measuring := view.measuring) is not None:
        shell.measuring(measuring)
    published = published_curve(view.project.config.replays)
    st.plotly_chart(
        draw_learning_curve(data, shell.palette(), published=published),
        key="learning_curve",
        theme=None,
        config=CONFIG,
        alt=f"Learning curve over {len(data.rounds)} rounds, in per cent of all items.",
    )


def _classes(view: View, report: Report) -> None:
    """Figures of each class; one that is pressed opens the images behind it, where it may."""
    opens = not handle.is_blinded(view)
    st.subheader("Classes", anchor=False)
    class_names = view.class_names
    per_cent = st.column_config.NumberColumn
    drawn = st.dataframe(
        {
            "Class": [as_cell(name) for name in class_names],
            "Precision": 100 * report.precision,
            "Recall": 100 * report.recall,
            "F1": 100 * report.f1,
            "Images": report.support,
        },
        key="classes",
        height="content",
        on_select="rerun" if opens else "ignore",
        selection_mode="single-cell",
        column_config={
            "Precision": per_cent(
                format="%.1f %%", help="Of the items predicted as this class: how many are of it."
            ),
            "Recall": per_cent(
                format="%.1f %%", help="Of the items of this class: how many are predicted as it."
            ),
            "F1": per_cent(format="%.1f %%", help="The harmonic mean of precision and recall."),
            "Images": st.column_config.NumberColumn(help="Images of this class (its support)."),
        },
    )
    if not opens:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="head_figure"):
        st.caption("Press a figure to open the images behind it in the grid.", width="stretch")
        with st.popover("Choose a figure"):
            wanted = chosen_figure(class_names) or pressed_figure(drawn, len(class_names))
    if wanted is not None:
        chosen = behind(view, *wanted)
        if len(chosen.items):
            show_in_grid(view.project.project_id, chosen)
        st.toast("There is no such image.")


def _uncertainty(view: View) -> None:
    opens = not handle.is_blinded(view)
    st.subheader("How unsure the model is", anchor=False)
    n_classes = view.dataset.n_classes
    st.caption(
        "Entropy of the images still unlabelled: 0 where one class has all the probability, "
        f"{log(n_classes):.2f} where all {n_classes} are equally likely."
    )
    data = entropy_histogram_data(view.beliefs)
    drawn = st.plotly_chart(
        draw_entropy_histogram(data, shell.palette()),
        key="entropy",
        theme=None,
        config=CONFIG,
        on_select="rerun" if opens else "ignore",
        selection_mode="points",
        alt=f"Histogram of entropy over {data.counts.sum():,} items; no label reaches "
        f"{data.n_unreached:,} others.",
    )
    if not opens:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="head_bar"):
        st.caption("Press a bar to open its images in the grid.", width="stretch")
        with st.popover("Choose a bar"):
            bar = chosen_bar(data)
    if bar is None and (point := pressed(drawn)) is not None:
        bar = data.bar_at(point[0])
    if bar is not None:
        edges = data.edges
        chosen = (
            unreached(view)
            if bar == len(data.counts)
            else by_entropy(view, float(edges[bar]), float(edges[bar + 1]))
        )
        show_in_grid(view.project.project_id, chosen)


def _reliability(judged: Judged | None) -> None:
    st.subheader("How far percentages hold", anchor=False)
    if judged is None or judged.calibration is None:
        to_come(
            f"From {FEWEST_LABELS} labels on, this shows how often predictions are right that are "
            "said to be so."
        )
        return
    bins = reliability_data(judged.labels, judged.drawn, judged.calibration)
    if not bins:
        to_come("No image was drawn at random so far: only these show how far percentages hold.")
        return
    st.caption(
        "Images drawn at random, each predicted without its own label: how often predictions are "
        "right, by how likely they are said to be. On the dotted line the percentages are exact."
    )
    st.plotly_chart(
        draw_reliability(bins, shell.palette()),
        key="reliability",
        theme=None,
        config=CONFIG,
        alt=f"Reliability diagram over {counted(sum(one.total for one in bins), 'image')}.",
    )


def _page(view: View) -> None:
    # Before the first label there is less in it.
    key = "head_progress" if view.labels else "head_page"
    head = st.container(horizontal=True, vertical_alignment="center", key=key)
    head.title("Progress", anchor=False, width="stretch")
    with head:
        part = st.segmented_control(
            "Part",
            [_QUALITY, _TIME, _PEOPLE],
            default=_QUALITY,
            required=True,
            label_visibility="collapsed",
            key="part",
            bind="query-params",
        )
        if view.labels:
            if not handle.is_blinded(view):
                present_button()
            _downloads(view, figures_of_times(view) if part == _TIME else _figures_of(view))
    truth = view.dataset.truth
    if not view.is_solved:
        st.info(NOT_SOLVED, icon=":material/info:")
    if part == _PEOPLE:
        show_people(view)
    elif not view.labels:
        st.info(
            "Nothing to measure yet: the first labels make the first predictions.",
            icon=":material/monitoring:",
        )
        st.page_link("pages/label.py", label="Label the first images", icon=":material/edit:")
    elif part == _TIME:
        show_times(view)
    elif truth is None or not (view.report_all and view.report_unlabelled and view.label_check):
        _without_truth(view)
    else:
        _with_truth(view, view.report_all, view.report_unlabelled, view.label_check, truth)


with shell.errors_in_words():
    # The stage shows images, and what was said of them.
    view = shell.require_view(is_unblinded=is_presenting())
    if is_presenting() and view.labels:
        present_project(view)
    else:
        _page(view)
        follow_news(view)
