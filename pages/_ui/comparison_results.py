"""What came out of a comparison: its curves, its table, and a line on how it was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import streamlit as st

from core.figures.base import CONFIG
from core.figures.comparison import comparison_data, draw_comparison
from core.simulation.outcome import Outcome
from core.wording import counted
from pages._ui import shell
from pages._ui.comparison_form import SIZE_NAMES
from pages._ui.comparison_table import comparison_table
from pages._ui.key_figures import figure_title

_HEIGHT: Final = 322
_WHOLE, _TOP = "Whole", "Above 90 %"


def comparison_results(outcome: Outcome, key: str) -> None:
    """Draw all that came out; ``key`` tells it from others on the page."""
    _figure(outcome, key)
    comparison_table(outcome, shell.palette())
    st.caption(_caption(outcome))


def results_so_far(outcome: Outcome) -> None:
    """Draw what there is of a comparison that is under way."""
    _figure(outcome, "under_way")
    comparison_table(outcome, shell.palette())


def _figure(outcome: Outcome, key: str) -> None:
    n_runs = max(len(outcome.curves_of(one.name)) for one in outcome.plan.strategies)
    with st.container(key=f"head_{key}"):
        title, switch = st.columns([2.9, 1], vertical_alignment="center", gap="small")
    with title:
        figure_title(
            "Accuracy by number of labels",
            f"mean of {n_runs} runs; bands are 95 % confidence intervals"
            if n_runs > 1
            else "one run; with more runs, a band shows how much is down to chance",
        )
    axis = switch.segmented_control(
        "Axis",
        [_WHOLE, _TOP],
        default=_WHOLE,
        required=True,
        label_visibility="collapsed",
        key=f"compare_axis_{key}",
        width="stretch",
    )
    lines = comparison_data(outcome)
    st.plotly_chart(
        draw_comparison(lines, shell.palette(), height=_HEIGHT, top=axis == _TOP),
        key=f"comparison_{key}",
        theme=None,
        config=CONFIG,
        alt=f"Learning curves, in per cent of all images: {', '.join(one.name for one in lines)}.",
    )


def _caption(outcome: Outcome) -> str:
    return " · ".join(_told_of(outcome))


def _told_of(outcome: Outcome) -> Iterator[str]:
    plan = outcome.plan
    if outcome.cancelled:
        n_runs = plan.seeds * len(plan.strategies)
        yield f"Cancelled after {len(outcome.curves):,} of {counted(n_runs, 'run')}"
    yield f"{outcome.n_items:,} images of {shell.plain(outcome.title)}"
    if plan.sizes != "as_they_are":
        yield f"class sizes: {SIZE_NAMES[plan.sizes].lower()}"
    yield f"{plan.batch_size} at a time"
    yield f"{100 * plan.noise:g} % of the answers wrong" if plan.noise else "no wrong answers"
    if plan.seeds > 1:
        yield "±: half the width of a band; ± ? with too few runs"
