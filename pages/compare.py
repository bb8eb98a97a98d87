"""Compare: which strategy needs fewest labels, where an oracle answers in a person's place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import streamlit as st

from core.config import ProjectConfig, make_config, recommended
from core.data.catalogue import Entry
from core.errors import LabelspreadError
from core.figures.base import CONFIG
from core.figures.comparison import comparison_data, draw_comparison
from core.jobs.progress import CancelledError
from core.simulation.comparisons import Comparison
from core.simulation.kept import LONGEST_TITLE, Kept
from core.simulation.kept import Entry as KeptEntry
from core.simulation.outcome import Outcome, outcome_csv
from core.simulation.plan import MOST_BATCH, MOST_RUNS, ClassSizes, Plan, Strategy, make_plan
from core.simulation.strategies import PRESETS
from core.wording import counted, visible
from pages._ui import handle, shell
from pages._ui.comparison_table import comparison_table
from pages._ui.downloads import downloads
from pages._ui.key_figures import figure_title
from pages._ui.model_fields import (
    alpha_field,
    asking_fields,
    decision_field,
    features_field,
    neighbours_field,
)

_OPENED: Final = "comparison"
_WATCHED: Final = "compare_watched"
_SAYS: Final = "compare_says"
_OWN: Final = "Custom"
_FIELDS: Final = "compare"
_CHOSEN: Final = ("best", "classic", "random")
_HEIGHT: Final = 322
_SIZES: Final[dict[ClassSizes, str]] = {
    "as_they_are": "As they are",
    "first_largest": "First one largest",
    "last_largest": "Last one largest",
}
_WRONG: Final = (0, 5, 10)
_WHOLE, _TOP = "Whole", "Above 90 %"


# ---- what to compare


def _choose_images() -> Entry:
    entries = [entry for entry in handle.service().datasets() if not entry.problem]
    return st.selectbox(
        "Images",
        entries,
        format_func=lambda entry: f"{visible(entry.title)} ({entry.n_items:,})",
        key="compare_images",
        help="Image sets whose true classes are known. An oracle, which knows them, answers in "
        "your place.",
    )


def _form(entry: Entry, *, is_free: bool) -> None:
    """What to compare, and the button that starts it."""
    with st.form("compare", border=False):
        with st.container(key="compare_strategies"):
            st.markdown(
                ":small[Strategies]",
                help="A strategy is a way to learn from labels and to choose which image to ask "
                "about next.",
            )
            chosen = [
                preset
                for preset in PRESETS
                if st.checkbox(
                    preset.title,
                    preset.key in _CHOSEN,
                    key=f"compare_{preset.key}",
                    help=preset.explanation,
                    persist_state="session",
                )
            ]
            own = _own()
        left, middle, right = st.columns(3, gap="small")
        values: dict[str, Any] = {
            "dataset": entry.key,
            "budget": left.number_input(
                "Labels",
                1,
                None,
                100,
                key="compare_budget",
                help="How many labels are given in a run, starting from none.",
                persist_state="session",
            ),
            "batch_size": middle.number_input(
                "Batch size",
                1,
                MOST_BATCH,
                10,
                key="compare_batch",
                help="How many labels are given before the model is fitted again and chooses "
                "the next images.",
                persist_state="session",
            ),
            "seeds": right.number_input(
                "Runs",
                1,
                MOST_RUNS,
                10,
                key="compare_runs",
                help="How many times each strategy is run, with different random numbers, to "
                "show how much is down to chance.",
                persist_state="session",
            ),
        }
        left, right = st.columns([1, 1], gap="small")
        values["sizes"] = left.selectbox(
            "Class sizes",
            list(_SIZES),
            format_func=_SIZES.__getitem__,
            key="compare_sizes",
            help="Rare classes are hard to find. Where one class is largest, each of the others "
            "has 0.6 times as many images as the one next to it.",
            persist_state="session",
        )
        wrong = right.selectbox(
            "Wrong answers",
            _WRONG,
            format_func=lambda share: f"{share} %",
            key="compare_wrong",
            help="Share of answers in which the oracle names another class, as a person might.",
            persist_state="session",
        )
        started = st.form_submit_button(
            "Start", type="primary", width="stretch", disabled=not is_free
        )
    if not started:
        return
    try:
        n_samples = entry.n_items
        strategies = [preset.strategy(entry.key, n_samples) for preset in chosen]
        if own is not None:
            config = make_config(own | {"dataset": entry.key, "n_samples": n_samples})
            strategies.append(Strategy(name=_OWN, config=config))
        plan = make_plan(**values, n_samples=n_samples, noise=wrong / 100, strategies=strategies)
        _start(plan, entry.title)
    except LabelspreadError as error:
        shell.say_error(error)


def _own() -> dict[str, Any] | None:
    """The settings of a strategy of one's own; None where it is not wanted."""
    with st.container(horizontal=True, vertical_alignment="center", key="compare_own_line"):
        wanted = st.checkbox(
            _OWN,
            key="compare_own",
            help="With settings of your own choice.",
            persist_state="session",
        )
        with st.popover("Settings", icon=":material/tune:", type="tertiary"):
            st.caption("Settings of your own strategy, starting from the best known ones.")
            values = _own_settings(recommended())
    return values if wanted else None


def _own_settings(base: ProjectConfig) -> dict[str, Any]:
    left, right = st.columns(2)
    return base.model_dump() | {
        "features": features_field(left, base, _FIELDS),
        "n_neighbors": neighbours_field(right, base, _FIELDS, most=200),
        "alpha": alpha_field(left, base, _FIELDS),
        "decision": decision_field(right, base, _FIELDS),
        **asking_fields(left, right, base, _FIELDS),
    }


def _start(plan: Plan, dataset_title: str) -> None:
    begun = handle.comparisons().start(plan, dataset_title)
    _open(None)
    st.session_state[_WATCHED] = begun
    st.rerun()


# ---- which comparison is on screen


def _open(comparison_id: str | None) -> None:
    st.session_state.pop(_WATCHED, None)
    if comparison_id is None:
        st.query_params.pop(_OPENED, None)
    else:
        st.query_params[_OPENED] = comparison_id


def _say(text: str) -> None:
    """Tell what was done, after the rerun that shows it."""
    st.session_state[_SAYS] = text


def _what_has_ended() -> None:
    """Open a comparison that has ended since it was watched, or say what has stopped it."""
    watched: Comparison | None = st.session_state.get(_WATCHED)
    if watched is None or not watched.done:
        return
    try:
        _open(watched.wait().id)
    except CancelledError:
        st.info("Cancelled before a run was complete.", icon=":material/block:")
    except LabelspreadError as error:
        shell.say_error(error)
        if watched.outcome is not None:
            # It could not be kept; better on screen once than lost.
            _results(watched.outcome, watched.title)


@st.fragment(run_every=1.0)
def _under_way(comparison: Comparison) -> None:
    """How far it has come, and what there is so far."""
    if comparison.done:
        st.rerun()
    st.session_state[_WATCHED] = comparison
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
            _figure(comparison.outcome)
            comparison_table(comparison.outcome, shell.palette())


def _results(outcome: Outcome, stem: str) -> None:
    _figure(outcome, key=stem)
    comparison_table(outcome, shell.palette())
    st.caption(_caption(outcome))


def _figure(outcome: Outcome, key: str = "under_way") -> None:
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
        yield f"Cancelled: {len(outcome.curves):,} of {counted(n_runs, 'run')} are there"
    yield f"{outcome.n_items:,} images of {shell.plain(outcome.title)}"
    if plan.sizes != "as_they_are":
        yield f"class sizes: {_SIZES[plan.sizes].lower()}"
    yield f"{plan.batch_size} at a time"
    yield f"{100 * plan.noise:g} % of the answers wrong" if plan.noise else "no wrong answers"
    if plan.seeds > 1:
        yield "±: half the width of a band"


def _opened(kept: Kept) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head_opened"):
        st.markdown(f"**{shell.plain(kept.title)}**", width="stretch")
        if st.button(
            "", icon=":material/edit:", type="tertiary", help="Rename", key="compare_rename"
        ):
            _rename(kept)
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
        _earlier_menu()
    _results(kept.outcome, kept.id)


def _empty() -> None:
    st.subheader("Which strategy needs the fewest labels?", anchor=False)
    st.markdown(
        "Choose strategies on the left and press *Start*. Each starts without a label on the "
        "same images, and an oracle that knows the true classes answers every question. You see "
        "the accuracy after each number of labels, and how many labels it takes to reach 90 to "
        "99 %."
    )
    entries = handle.comparisons().entries()
    if entries:
        st.markdown("**Earlier comparisons**")
        _earlier(entries, "list")


# ---- earlier comparisons


def _earlier_menu() -> None:
    entries = handle.comparisons().entries()
    with st.popover("Earlier", icon=":material/history:", disabled=not entries):
        _earlier(entries, "menu")


def _earlier(entries: tuple[KeptEntry, ...], where: str) -> None:
    with st.container(key=f"compare_{where}", gap=None):
        for entry in entries:
            opens, when, deletes = st.columns([8, 3, 0.6], vertical_alignment="center", gap="small")
            made_at = entry.made_at.astimezone(shell.zone())
            note = ", cancelled" if entry.cancelled else ""
            when.markdown(f":gray[:small[{made_at.day} {made_at:%b %Y, %H:%M}{note}]]")
            if entry.problem:
                opens.markdown(f":small[{shell.plain(entry.problem)}]")
            else:
                opens.button(
                    shell.plain(entry.title),
                    key=f"compare_{where}_open_{entry.id}",
                    type="tertiary",
                    on_click=_open,
                    args=(entry.id,),
                )
            if deletes.button(
                "",
                icon=":material/delete:",
                type="tertiary",
                help="Delete",
                key=f"compare_{where}_delete_{entry.id}",
            ):
                _delete(entry)


@st.dialog("Rename comparison")
def _rename(kept: Kept) -> None:
    with st.form("rename_comparison", border=False):
        title = st.text_input("Title", kept.title, max_chars=LONGEST_TITLE, key=f"rename_{kept.id}")
        if not st.form_submit_button("Rename", type="primary"):
            return
    try:
        handle.comparisons().rename(kept.id, title)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.rerun()


@st.dialog("Delete comparison?")
def _delete(entry: KeptEntry) -> None:
    st.write(f"“{shell.plain(entry.title)}” is removed for good.")
    cancel, confirm = st.columns(2)
    if cancel.button("Keep it", width="stretch"):
        st.rerun()
    if confirm.button("Delete", type="primary", width="stretch"):
        try:
            handle.comparisons().delete(entry.id)
        except LabelspreadError as error:
            shell.say_error(error)
            return
        if st.query_params.get(_OPENED) == entry.id:
            _open(None)
        _say("Deleted.")
        st.rerun()


def _beside(under_way: Comparison | None) -> None:
    """What is on screen at the right."""
    wanted = st.query_params.get(_OPENED)
    if wanted is not None:
        try:
            kept = handle.comparisons().load(wanted)
        except LabelspreadError as error:
            st.warning(shell.plain(str(error)), icon=":material/search_off:")
            _open(None)
        else:
            _opened(kept)
            return
    if under_way is None:
        _empty()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head_begun"):
        st.markdown(f"**{shell.plain(under_way.title)}**", width="stretch")
        _earlier_menu()
    _under_way(under_way)


with shell.errors_in_words():
    if said := st.session_state.pop(_SAYS, None):
        st.toast(said, icon=":material/check:")
    form, results = shell.side_by_side("compare", [1, 2.75], "medium")
    with results:
        _what_has_ended()
    under_way = handle.comparisons().under_way
    with form, st.container(key="compare_form"):
        st.subheader("Compare", anchor=False)
        _form(_choose_images(), is_free=under_way is None)
        if under_way is not None:
            st.caption("One comparison at a time; the next can start when this one is done.")
            if _OPENED in st.query_params:
                st.button("Show it", on_click=_open, args=(None,), icon=":material/timelapse:")
    with results:
        _beside(under_way)
