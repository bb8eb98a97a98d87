"""The form that says what to compare: images, strategies, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import streamlit as st

from core.config import ProjectConfig, make_config, recommended
from core.data.catalogue import Entry
from core.engine.best import best_features
from core.simulation.plan import MOST_BATCH, MOST_RUNS, ClassSizes, Plan, Strategy, make_plan
from core.simulation.strategies import PRESETS, Preset
from core.wording import visible
from pages._ui import handle
from pages._ui.model_fields import (
    alpha_field,
    asking_fields,
    decision_field,
    features_field,
    neighbours_field,
)

SIZE_NAMES: Final[dict[ClassSizes, str]] = {
    "as_they_are": "As they are",
    "first_largest": "First one largest",
    "last_largest": "Last one largest",
}
"""What class sizes are called."""

_OWN: Final = "Custom"
_FIELDS: Final = "compare"
_CHOSEN: Final = ("best", "classic", "random")
_WRONG: Final = (0, 5, 10)


class Asked(NamedTuple):
    """What the form asks for.

    Attributes
    ----------
    images
        What to label.
    presets
        The strategies that were chosen.
    own
        The settings of one's own strategy; None where it is not wanted.
    values
        All else that makes a plan.
    """

    images: Entry
    presets: Sequence[Preset]
    own: Mapping[str, Any] | None
    values: Mapping[str, Any]

    def plan(self) -> Plan:
        """What is to be done.

        Raises
        ------
        InvalidConfigError
            If that cannot be compared.
        """
        key, n_samples = self.images.key, self.images.n_items
        features = best_features(self.images)
        strategies = [preset.strategy(key, n_samples, features) for preset in self.presets]
        if self.own is not None:
            config = make_config({**self.own, "dataset": key, "n_samples": n_samples})
            strategies.append(Strategy(name=_OWN, config=config))
        return make_plan(**self.values, dataset=key, n_samples=n_samples, strategies=strategies)


def comparison_form(*, is_free: bool) -> Asked | None:
    """Draw the form; what it asks for once its button is pressed.

    Parameters
    ----------
    is_free
        Whether a comparison can be started now.
    """
    images = _choose_images()
    with st.form("compare", border=False):
        with st.container(key="compare_strategies"):
            presets, own = _presets(), _own()
        values = _runs() | _answers()
        started = st.form_submit_button(
            "Start", type="primary", width="stretch", disabled=not is_free
        )
    return Asked(images, presets, own, values) if started else None


def _choose_images() -> Entry:
    """An image set that can be read."""
    entries = [entry for entry in handle.service().datasets() if not entry.problem]
    return st.selectbox(
        "Images",
        entries,
        format_func=lambda entry: f"{visible(entry.title)} ({entry.n_items:,})",
        key="compare_images",
        help="Image sets whose true classes are known. An oracle, which knows them, answers in "
        "your place.",
    )


def _presets() -> list[Preset]:
    """The strategies that are chosen."""
    st.markdown(
        ":small[Strategies]",
        help="A strategy is a way to learn from labels and to choose which image to ask "
        "about next.",
    )
    return [
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


def _runs() -> dict[str, Any]:
    """How many labels, and how often."""
    left, middle, right = st.columns(3, gap="small")
    return {
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


def _answers() -> dict[str, Any]:
    """How large the classes are, and how often the oracle is wrong."""
    left, right = st.columns([1, 1], gap="small")
    sizes = left.selectbox(
        "Class sizes",
        list(SIZE_NAMES),
        format_func=SIZE_NAMES.__getitem__,
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
    return {"sizes": sizes, "noise": wrong / 100}


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
        **features_field(left, base, _FIELDS, handle.added_networks()),
        "n_neighbors": neighbours_field(right, base, _FIELDS, most=200),
        "alpha": alpha_field(left, base, _FIELDS),
        "decision": decision_field(right, base, _FIELDS),
        **asking_fields(left, right, base, _FIELDS),
    }
