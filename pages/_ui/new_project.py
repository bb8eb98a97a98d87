"""The form for a new project: the best settings known, the classic ones, or custom ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

import streamlit as st

from core.config import (
    DIGITS,
    MOST_VOTES,
    RBF_MOST,
    ProjectConfig,
    Truth,
    classic,
    make_config,
    recommended,
    recommended_settings,
)
from core.data.catalogue import Entry
from core.engine.best import NAMES, best_features, why_so
from core.errors import LabelspreadError
from core.graph.similarity import Kernel
from core.learning.decisions import DECISIONS
from core.querying.queries import QUERIES
from core.storage import Project
from core.wording import visible
from pages._ui import handle, shell
from pages._ui.model_fields import (
    alpha_field,
    asking_fields,
    decision_field,
    features_field,
    neighbours_field,
)

Settings = Literal["best", "classic", "custom"]

_CLASSIC: Final = ProjectConfig()
_BEST: Final = recommended()
_SETTINGS: Final[dict[Settings, str]] = {
    "best": "Best known",
    "classic": "Classic",
    "custom": "Custom",
}
_MEANING: Final[dict[Settings, str]] = {
    "best": "Needed the fewest labels over all the image sets that were measured. One "
    "question in five is drawn at random, to check the result.",
    "classic": "As in scikit-learn's examples: images are compared by their pixels, and those "
    "the model is least sure of are asked about.",
    "custom": "Everything can be set, starting from the best known settings.",
}
_KERNELS: Final[dict[Kernel, str]] = {
    "symmetric_knn": "Weighted",
    "knn": "Neighbours",
    "rbf": "RBF",
}


def new_project(open_project: Callable[[Project], None]) -> None:
    """Let the person make a project, and open it.

    Parameters
    ----------
    open_project
        Called with the project that was made.
    """
    st.subheader("New project", anchor=False)
    # What comes and goes has a place of its own, so that nothing below it is ever there twice.
    with st.container(key="new_images"):
        entry = _choose_images()
    settings: Settings = st.segmented_control(
        "Settings",
        list(_SETTINGS),
        default="best",
        required=True,
        format_func=_SETTINGS.__getitem__,
        help="How similarity is measured, how labels spread, and which images are asked about.",
    )
    meaning = _MEANING[settings]
    if settings == "best" and best_features(entry) != _BEST.features:
        meaning += f" {why_so(entry)}"
    st.caption(meaning)
    with st.container(key="new_kernel"):
        kernel = _choose_kernel(entry) if settings == "custom" else None
    is_shared = _choose_people()
    sent = _form(entry, settings, kernel, is_shared=is_shared)
    if sent is None:
        return
    name, values, classes = sent
    try:
        config = make_config(values)
        with st.spinner("Building the similarity graph …"):
            project = handle.service().create_project(name, config, classes=classes)
            handle.service().look(project.project_id)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    open_project(project)


def settings_in_words(
    config: ProjectConfig, shown_as: Callable[[str], str] = shell.plain
) -> list[str]:
    """How a project learns and asks, in a few words each.

    Parameters
    ----------
    shown_as
        Makes of what a network is called what can be shown; it may be called anything.
    """
    shown = {"features", "kernel", "mode", "n_neighbors", "alpha", "decision", *_ASKING}
    values = config.model_dump(include=shown)
    others = [NAMES[config.features]] if config.uses_embeddings else []
    best = recommended(features=config.features if others else _BEST.features)
    if others and config.network:
        others = [f"{others[0]} by {shown_as(handle.networks().title(config.network))}"]
    if values == best.model_dump(include=shown):
        return ["best known settings", *others]
    match config.kernel:
        case "rbf":
            words = [f"RBF, gamma {config.gamma:g}"]
        case "knn":
            words = [f"{config.n_neighbors} neighbours"]
        case "symmetric_knn":
            words = [f"{config.n_neighbors} weighted neighbours"]
    words.append(f"alpha {config.alpha:g}")
    words.append(QUERIES[config.query].title.lower())
    if config.decision != "raw":
        words.append(DECISIONS[config.decision].title.lower())
    return words + others


SET: Final = "set"
"""The query parameter that names the set of images a new project is to be on."""

KNOWN_LABELS: Final = {
    "truth": "the truth, to measure against",
    "given": "given, to learn from",
    "ignored": "ignored",
}
"""What the labels may be that came with images."""

TRUTHS: Final[dict[Truth, str]] = {
    "dawid_skene": "what is likeliest, by how often each is right",
    "majority": "what most say",
}
"""What the model may learn from where several people answer an image."""

_ASKING: Final = ("opening", "query", "random_share", "assume_answers")


def _choose_images() -> Entry:
    """The data set, where there is more than one."""
    entries = handle.service().datasets()
    usable = [entry for entry in entries if not entry.problem]
    if len(entries) == 1:
        st.caption(
            "On the digits that come with the app. Your own images come in on the Data page."
        )
        return entries[0]
    keys = [entry.key for entry in usable]
    wanted = st.query_params.get(SET, DIGITS)
    chosen = st.selectbox(
        "Images",
        usable,
        index=keys.index(wanted) if wanted in keys else 0,
        format_func=lambda entry: f"{visible(entry.title)} ({entry.n_items:,})",
        help="The digits that come with the app, and the sets on the Data page.",
    )
    for entry in entries:
        if entry.problem:
            st.warning(shell.plain(entry.problem), icon=":material/broken_image:")
    return chosen


def _choose_kernel(entry: Entry) -> Kernel:
    offered = [kernel for kernel in _KERNELS if kernel != "rbf" or entry.n_items <= RBF_MOST]
    chosen: Kernel = st.segmented_control(
        "Similarity",
        offered,
        default="symmetric_knn",
        required=True,
        format_func=_KERNELS.__getitem__,
        key=f"kernel_{entry.key}",
        help="How similar two images are. *Weighted* links each image with the few most similar to "
        "it, makes close ones count for more, and lets labels spread until nothing changes; it is "
        "quick for any number of images. *Neighbours* links without weights, *RBF* compares all "
        "pairs; both are as in scikit-learn.",
    )
    return chosen


def known_labels_field() -> str:
    """Ask what the labels are that came with the images."""
    chosen: str = st.selectbox(
        "The labels that came along are",
        list(KNOWN_LABELS),
        format_func=KNOWN_LABELS.__getitem__,
        help="The truth is never learned from: it shows how good the result is. Given labels are "
        "what the model starts from.",
    )
    return chosen


def classes_field() -> tuple[str, ...]:
    """Ask for the names of classes."""
    typed: str = st.text_area(
        "Classes, one a line",
        placeholder="cat\ndog",
        height=96,
        help="What images can be labelled as.",
    )
    return tuple(typed.splitlines())


def _form(
    entry: Entry, settings: Settings, kernel: Kernel | None, *, is_shared: bool
) -> tuple[str, Any, tuple[str, ...]] | None:
    """The name, the settings and the classes, once the person has sent them."""
    given: dict[str, Any] = {"dataset": entry.key}
    with st.form("new", border=False):
        # A field outside of the form that a click takes the focus from would swallow the click.
        name = st.text_input("Name", placeholder=f"{visible(entry.title)}, second try")
        if entry.key != DIGITS and entry.n_known != 0:
            given["known_labels"] = known_labels_field()
        typed = classes_field() if entry.class_names == () else ()
        left, right = st.columns(2)
        given["n_samples"] = left.number_input(
            "Digits" if entry.key == DIGITS else "Images",
            2,
            entry.n_items,
            entry.n_items,
            help=f"How many of the {entry.n_items:,} images to use.",
        )
        given["batch_size"] = right.number_input(
            "Batch size",
            1,
            20,
            _CLASSIC.batch_size,
            help="How many images are shown at a time. One batch is one round.",
        )
        if settings != "best":
            given["n_given"] = left.number_input(
                "True labels at the start",
                0,
                entry.n_items,
                0,
                help="The first ones start with their true label, as in scikit-learn's examples.",
            )
            given["shuffle_seed"] = right.number_input(
                "Shuffle seed",
                0,
                2**32 - 1,
                None,
                placeholder="not shuffled",
                help="The same seed always gives the same order; empty keeps the original one.",
            )
        if kernel is not None:
            given |= _spreading(entry, kernel)
            left, right = st.columns(2)
            asking = recommended(features=best_features(entry))
            given |= asking_fields(left, right, asking, f"new_{asking.query}")
        given["refit"] = st.selectbox(
            "Learn",
            ["round", "label"],
            format_func=lambda unit: f"after each {unit}",
            help="When the model is fitted again and chooses the next images: after each batch, or "
            "after each label (as you go).",
        )
        if is_shared:
            given |= _overlap()
        sent = st.form_submit_button("Create project", type="primary")
    if settings == "best":
        given = recommended_settings(best_features(entry)) | given
    elif settings == "classic":
        given["kernel"] = classic(dataset=entry.key).kernel
    return (name, given, typed) if sent else None


def _choose_people() -> bool:
    """Whether several people are to answer an image."""
    chosen: str = st.segmented_control(
        "An image is answered by",
        ["one", "several"],
        default="one",
        required=True,
        format_func={"one": "One person", "several": "Several people"}.__getitem__,
        help="Several answer without seeing what others say. What they agree on is the label; "
        "where they disagree, a reviewer decides on the Review page.",
    )
    return chosen == "several"


def _overlap() -> dict[str, Any]:
    """Fields for how many people answer an image, and what follows from what they say."""
    left, right = st.columns(2)
    people = left.number_input(
        "People an image", 2, MOST_VOTES, 2, help="How many people answer an image."
    )
    share = right.number_input(
        "On a share of images, %",
        0,
        100,
        100,
        step=5,
        help="So many images, drawn by lot, are answered by more than one person.",
    )
    truth = st.selectbox(
        "The model learns from",
        list(TRUTHS),
        format_func=TRUTHS.__getitem__,
        help="*What is likeliest* weighs each answer by how often that person turns out to be "
        "right (Dawid and Skene). *What most say* counts all people alike.",
    )
    return {"overlap": people, "overlap_share": share / 100, "truth": truth}


def _spreading(entry: Entry, kernel: Kernel) -> dict[str, Any]:
    """Fields for similarity and spreading."""
    is_weighted = kernel == "symmetric_knn"
    start = recommended(features=best_features(entry)) if is_weighted else _CLASSIC
    start = start.model_copy(update={"kernel": kernel})
    prefix = f"new_{kernel}_{start.features}"
    given: dict[str, Any] = {"kernel": kernel, "mode": start.mode}
    left, right = st.columns(2)
    if kernel == "rbf":
        given["gamma"] = left.number_input(
            "Gamma",
            0.0001,
            1000.0,
            start.gamma,
            step=0.05,
            format="%.4g",
            help="How fast similarity falls with distance. If large, only close images count.",
        )
    else:
        given["n_neighbors"] = neighbours_field(left, start, prefix, most=min(entry.n_items, 1_000))
    given["alpha"] = alpha_field(right, start, prefix)
    if not is_weighted:
        given["max_iter"] = left.number_input(
            "Sweeps at most",
            1,
            10_000,
            start.max_iter,
            help="A fit stops after this many passes over the graph (max_iter in scikit-learn).",
        )
    networks = () if entry.has_features else handle.added_networks()
    given |= features_field(left if is_weighted else right, start, prefix, networks)
    given["decision"] = decision_field(right if is_weighted else left, start, prefix)
    return given
