"""Compare: which strategy needs fewest labels, where an oracle answers in a person's place."""

from __future__ import annotations

import streamlit as st

from core.errors import LabelspreadError
from core.figures.comparison import comparison_data, draw_comparison
from core.figures.stage_curve import comparison_page
from core.jobs.progress import CancelledError
from core.simulation.comparisons import Comparison
from core.simulation.kept import Kept
from core.simulation.outcome import outcome_csv
from pages._ui import handle, shell
from pages._ui.comparison_form import comparison_form
from pages._ui.comparison_results import comparison_results, results_so_far
from pages._ui.downloads import downloads
from pages._ui.earlier_comparisons import (
    earlier_list,
    earlier_menu,
    open_comparison,
    opened_comparison,
    rename,
    say_what_was_done,
    watch,
    watched_comparison,
)
from pages._ui.stages import (
    at_wanted_round,
    is_presenting,
    leave_stage,
    present_button,
    show_stage,
)


def _form(*, is_free: bool) -> None:
    """What to compare; starts it when that is asked for."""
    asked = comparison_form(is_free=is_free)
    if asked is None:
        return
    try:
        begun = handle.comparisons().start(asked.plan(), asked.images.title)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    open_comparison(None)
    watch(begun)
    st.rerun()


def _what_has_ended() -> None:
    """Open a comparison that has ended since it was watched, or say what has stopped it."""
    watched = watched_comparison()
    if watched is None or not watched.done:
        return
    try:
        open_comparison(watched.wait().id)
    except CancelledError:
        st.info("Cancelled before a run was complete.", icon=":material/block:")
    except LabelspreadError as error:
        shell.say_error(error)
        if watched.outcome is not None:
            # It could not be kept; better on screen once than lost.
            comparison_results(watched.outcome, watched.title)


@st.fragment(run_every=1.0)
def _under_way(comparison: Comparison) -> None:
    """How far it has come, and what there is so far."""
    if comparison.done:
        st.rerun()
    watch(comparison)
    with st.container(key="compare_under_way"):
        bar, cancel = st.columns([5, 1], vertical_alignment="center")
        step = comparison.step
        bar.progress(step.share, text=shell.plain(shell.step_text(step)))
        if cancel.button(
            "Cancel",
            icon=":material/close:",
            width="stretch",
            help="Complete runs are kept.",
        ):
            comparison.cancel()
        if comparison.outcome is None:
            st.caption("Curves appear after the first round.")
        else:
            results_so_far(comparison.outcome)


def _opened(kept: Kept) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head_opened"):
        st.markdown(f"**{shell.plain(kept.title)}**", width="stretch")
        if st.button(
            "", icon=":material/edit:", type="tertiary", help="Rename", key="compare_rename"
        ):
            rename(kept)
        downloads(
            kept.id,
            f"comparison-{kept.id[:8]}",
            {
                "Learning curves": lambda: draw_comparison(
                    comparison_data(kept.outcome), shell.palette()
                ),
                "Above 90 %": lambda: draw_comparison(
                    comparison_data(kept.outcome), shell.palette(), top=True
                ),
            },
            csv=lambda: outcome_csv(kept.outcome),
        )
        present_button(disabled=not kept.outcome.curves)
        earlier_menu()
    comparison_results(kept.outcome, kept.id)


def _empty() -> None:
    st.subheader("Which strategy needs the fewest labels?", anchor=False)
    st.markdown(
        "Choose strategies and press *Start*. Each starts without a label on the "
        "same images, and an oracle that knows the true classes answers every question. You see "
        "the accuracy after each number of labels, and how many labels it takes to reach 90 to "
        "99 %."
    )
    entries = handle.comparisons().entries()
    if entries:
        st.markdown("**Earlier comparisons**")
        earlier_list(entries, "list")


def _beside(under_way: Comparison | None) -> None:
    """What is on screen at the right."""
    wanted = opened_comparison()
    if wanted is not None:
        try:
            kept = handle.comparisons().load(wanted)
        except LabelspreadError as error:
            st.warning(shell.plain(str(error)), icon=":material/search_off:")
            open_comparison(None)
        else:
            _opened(kept)
            return
    if under_way is None:
        _empty()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head_begun"):
        st.markdown(f"**{shell.plain(under_way.title)}**", width="stretch")
        earlier_menu()
    _under_way(under_way)


def _present() -> bool:
    """Fill the screen with a comparison, if the address asks for that and it is there."""
    wanted = opened_comparison()
    if not is_presenting() or wanted is None:
        return False
    try:
        kept = handle.comparisons().load(wanted)
    except LabelspreadError:
        # The page says it.
        leave_stage()
        return False
    if not kept.outcome.curves:
        leave_stage()
        return False
    show_stage(at_wanted_round(comparison_page(kept)), None)
    return True


def _page() -> None:
    say_what_was_done()
    form, results = shell.side_by_side("compare", [1, 2.75], "medium")
    with results:
        _what_has_ended()
    under_way = handle.comparisons().under_way
    with form, st.container(key="compare_form"):
        st.title("Compare", anchor=False)
        _form(is_free=under_way is None)
        if under_way is not None:
            st.caption("One comparison at a time; the next can start when this one is done.")
            if opened_comparison() is not None:
                st.button(
                    "Show it", on_click=open_comparison, args=(None,), icon=":material/timelapse:"
                )
    with results:
        _beside(under_way)


with shell.errors_in_words():
    if not _present():
        shell.account_menu()
        _page()
