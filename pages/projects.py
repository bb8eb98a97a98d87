"""Projects: make, open, rename and delete them."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from core.config import DIGITS, RBF_MOST, ProjectConfig, make_config
from core.datasets import Entry
from core.errors import LabelspreadError
from core.graph import Kernel
from core.service import LONGEST_NAME
from core.storage import Project
from core.wording import counted, percent
from pages._ui import handle, shell

_DEFAULTS = ProjectConfig()
_DONE = "projects_done"
_KERNELS: Final[dict[Kernel, str]] = {
    "rbf": "RBF",
    "knn": "Neighbours",
    "symmetric_knn": "Weighted",
}
_WEIGHTED_NEIGHBOURS: Final = 10
_WEIGHTED_ALPHA: Final = 0.99


def _say(text: str) -> None:
    """Tell what was done, after the rerun that shows it."""
    st.session_state[_DONE] = text


def _open(project: Project) -> None:
    handle.open_project(project.project_id)
    st.switch_page("pages/label.py", query_params={"project": project.project_id})


def _settings_text(config: ProjectConfig) -> str:
    if config.dataset == DIGITS:
        parts = [f"{config.n_samples:,} digits"]
    else:
        name = config.dataset.removesuffix(".npz")
        parts = [f"{config.n_samples:,} images of {shell.plain(name)}"]
    if config.n_given:
        parts.append(f"{config.n_given} given")
    match config.kernel:
        case "rbf":
            parts.append(f"RBF, gamma {config.gamma:g}")
        case "knn":
            parts.append(f"{config.n_neighbors} neighbours")
        case "symmetric_knn":
            parts.append(f"{config.n_neighbors} weighted neighbours")
    parts.append(f"alpha {config.alpha:g}")
    if config.refit == "label":
        parts.append("learns after each label")
    return f":gray[{' · '.join(parts)}]"


@st.dialog("Rename project")
def _rename(project: Project) -> None:
    with st.form("rename", border=False):
        name = st.text_input("Name", project.name, max_chars=LONGEST_NAME)
        if not st.form_submit_button("Rename", type="primary"):
            return
    try:
        handle.service().rename_project(project.project_id, name)
    except LabelspreadError as error:
        st.error(str(error))
        return
    _say(f"Renamed to “{name.strip()}”.")
    st.rerun()


@st.dialog("Delete project?")
def _delete(project: Project, n_labels: int) -> None:
    st.write(
        f"“{shell.plain(project.name)}” has {counted(n_labels, 'label')}. It leaves the list; "
        "its labels are kept, and you can restore it."
    )
    cancel, confirm = st.columns(2)
    if cancel.button("Keep it", width="stretch"):
        st.rerun()
    if confirm.button("Delete", type="primary", width="stretch"):
        try:
            handle.service().delete_project(project.project_id)
        except LabelspreadError as error:
            st.error(str(error))
            return
        if st.session_state.get("project") == project.project_id:
            handle.close_project()
        _say(f"Deleted “{project.name}”.")
        st.rerun()


def _list(projects: tuple[Project, ...]) -> None:
    for project in projects:
        key = project.project_id
        n_labels = handle.service().n_labels(key)
        with st.container(border=True, key=f"card_{key}"):
            name, labels, right, opens, renames, deletes = st.columns(
                [6, 1.3, 1.3, 1.4, 0.7, 0.7], vertical_alignment="center", gap="small"
            )
            name.markdown(f"**{shell.plain(project.name)}**  \n{_settings_text(project.config)}")
            labels.markdown(f"{n_labels:,}  \n:gray[labels]")
            accuracy = handle.service().known_accuracy(key) if n_labels else None
            if accuracy is not None:
                right.markdown(f"{percent(accuracy)}  \n:gray[right]")
            if opens.button("Open", key=f"o_{key}", width="stretch"):
                _open(project)
            if renames.button(
                "", key=f"r_{key}", icon=":material/edit:", type="tertiary", help="Rename"
            ):
                _rename(project)
            if deletes.button(
                "", key=f"d_{key}", icon=":material/delete:", type="tertiary", help="Delete"
            ):
                _delete(project, n_labels)


def _deleted(projects: tuple[Project, ...]) -> None:
    with st.expander(f"Deleted projects ({len(projects)})"):
        for project in projects:
            name, restores = st.columns([8, 1], vertical_alignment="center")
            name.markdown(f"{shell.plain(project.name)}  \n{_settings_text(project.config)}")
            if restores.button("Restore", key=f"u_{project.project_id}", width="stretch"):
                handle.service().restore_project(project.project_id)
                _say(f"Restored “{project.name}”.")
                st.rerun()


def _choose_images() -> Entry:
    """The data set, where there is more than one."""
    entries = handle.service().datasets()
    usable = [entry for entry in entries if not entry.problem]
    if len(entries) == 1:
        st.caption(
            "On the digits that come with the app. To choose your own images here, put an .npz "
            "file of them into the folder “datasets” of the app's data; the README says how."
        )
        return entries[0]
    chosen = st.selectbox(
        "Images",
        usable,
        format_func=lambda entry: f"{entry.title} ({entry.n_items:,})",
        help="The digits that come with the app, and the .npz files in the folder “datasets” of "
        "the app's data.",
    )
    for entry in entries:
        if entry.problem:
            st.warning(entry.problem, icon=":material/broken_image:")
    return chosen


def _choose_kernel(entry: Entry) -> Kernel:
    offered: list[Kernel] = ["rbf", "knn", "symmetric_knn"]
    if entry.n_items > RBF_MOST:
        offered.remove("rbf")
    chosen: Kernel = st.segmented_control(
        "Similarity",
        offered,
        default=_DEFAULTS.kernel if entry.key == DIGITS else "symmetric_knn",
        required=True,
        format_func=_KERNELS.__getitem__,
        key=f"kernel_{entry.key}",
        help="How alike two images are. *RBF* compares all pairs by the distance of their pixels; "
        "*neighbours* links each image with the few most like it. Both are as in scikit-learn. "
        "*Weighted* makes close neighbours count for more and lets labels spread until nothing "
        "changes; it is quick for any number of images.",
    )
    return chosen


def _form(entry: Entry, kernel: Kernel) -> tuple[str, dict[str, Any]] | None:
    """The name and the settings, once the person has sent them."""
    given: dict[str, Any] = {"dataset": entry.key, "kernel": kernel}
    is_weighted = kernel == "symmetric_knn"
    given["mode"] = "fixed_point" if is_weighted else "exact"
    with st.form("new", border=False):
        # A field outside of the form that a click takes the focus from would swallow the click.
        name = st.text_input("Name", placeholder="Digits, second try", max_chars=LONGEST_NAME)
        left, right = st.columns(2)
        given["n_samples"] = left.number_input(
            "Digits" if entry.key == DIGITS else "Images",
            2,
            entry.n_items,
            entry.n_items,
            help=f"How many of the {entry.n_items:,} take part.",
        )
        given["shuffle_seed"] = right.number_input(
            "Shuffle seed",
            0,
            2**32 - 1,
            None,
            placeholder="not shuffled",
            help="The same seed always gives the same order; empty keeps the original one.",
        )
        given["n_given"] = left.number_input(
            "True labels at the start",
            0,
            entry.n_items,
            0,
            help="The first ones start with their true label, as in scikit-learn's examples.",
        )
        given["batch_size"] = right.number_input(
            "Batch size", 1, 20, _DEFAULTS.batch_size, help="Images shown at a time: one round."
        )
        if kernel == "rbf":
            given["gamma"] = left.number_input(
                "Gamma",
                0.0001,
                1000.0,
                _DEFAULTS.gamma,
                step=0.05,
                format="%.4g",
                help="How fast likeness falls with distance: if large, only close ones count.",
            )
        else:
            given["n_neighbors"] = left.number_input(
                "Neighbours",
                2,
                min(entry.n_items, 1_000),
                _WEIGHTED_NEIGHBOURS if is_weighted else _DEFAULTS.n_neighbors,
                help="Those most like an image."
                if is_weighted
                else "Those most like an image, which itself counts as one.",
            )
        given["alpha"] = right.number_input(
            "Alpha",
            0.01,
            0.99,
            _WEIGHTED_ALPHA if is_weighted else _DEFAULTS.alpha,
            step=0.05,
            help="How much an image listens to its neighbours instead of its own label, 0 to 1.",
        )
        if not is_weighted:
            given["max_iter"] = left.number_input(
                "Sweeps at most",
                1,
                10_000,
                _DEFAULTS.max_iter,
                help="A fit stops after this many passes over the graph (max_iter in "
                "scikit-learn).",
            )
        given["refit"] = (left if is_weighted else right).selectbox(
            "Learn",
            ["round", "label"],
            format_func=lambda unit: f"after each {unit}",
            help="When the model is fitted again and asks anew: after a batch, or as you go.",
        )
        return (name, given) if st.form_submit_button("Make project", type="primary") else None


def _new() -> None:
    st.subheader("New project", anchor=False)
    entry = _choose_images()
    sent = _form(entry, _choose_kernel(entry))
    if sent is None:
        return
    name, settings = sent
    try:
        config = make_config(settings)
        with st.spinner("Building the similarity graph …"):
            project = handle.service().create_project(name, config)
            if handle.service().preparation(project.project_id) is None:
                handle.service().view(project.project_id)
    except LabelspreadError as error:
        st.error(str(error))
        return
    _open(project)


with shell.errors_in_words():
    if done := st.session_state.pop(_DONE, None):
        st.toast(done, icon=":material/check:")
    existing, new = st.columns([1.9, 1], gap="large")
    with existing:
        st.subheader("Projects", anchor=False)
        projects = handle.service().projects()
        if projects:
            _list(projects)
        else:
            st.info("There is no project yet. Make one on the right.")
        if deleted := handle.service().deleted_projects():
            _deleted(deleted)
    with new:
        _new()
