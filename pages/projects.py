"""Projects: make, open, rename and delete them."""

from __future__ import annotations

import logging

import streamlit as st

from core.config import DIGITS, ProjectConfig, make_config
from core.errors import LabelspreadError
from core.people.roles import Role
from core.storage import BrokenProject, Project
from core.wording import counted, percent
from pages._ui import handle, shell
from pages._ui.bring_back import bring_back, take_what_came
from pages._ui.identity import current_person
from pages._ui.login import login
from pages._ui.model_fields import features_field
from pages._ui.new_project import new_project, settings_in_words

_DONE = "projects_done"
_LOGGER = logging.getLogger("labelspread.projects")


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
        parts = [f"{config.n_samples:,} images of {shell.plain(_title(config.dataset))}"]
    if config.n_given:
        parts.append(f"{config.n_given} given")
    parts += settings_in_words(config)
    if config.refit == "label":
        parts.append("learns after each label")
    if config.overlap > 1:
        share = "" if config.overlap_share == 1 else f" on {100 * config.overlap_share:.0f} %"
        parts.append(f"{config.overlap} people an image{share}")
        if config.truth == "majority":
            parts.append("learns from what most say")
    if config.hidden_share:
        parts.append(f"hides {100 * config.hidden_share:.0f} % of predictions")
    return f":gray[{' · '.join(parts)}]"


def _title(key: str) -> str:
    """What a data set is called; its key where it is not there."""
    try:
        return handle.imports().sets.title(key)
    except LabelspreadError:
        return key.removesuffix(".npz")


@st.dialog("Change project")
def _change(project: Project | BrokenProject) -> None:
    key = project.project_id
    given: dict[str, str] = {}
    with st.form("change", border=False):
        name = st.text_input("Name", project.name, key=f"rename_{key}")
        if isinstance(project, Project) and handle.service().can_be_compared_otherwise(project):
            now, networks = project.config, handle.added_networks()
            field = f"change_{key}_{now.features}{now.network}"
            given = features_field(st.container(), now, field, networks)
            st.caption("All labels stay, whatever images are compared by.")
        if not st.form_submit_button("Save", type="primary"):
            return
    service = handle.service()
    try:
        service.rename_project(key, name)
        if isinstance(project, Project):
            config = make_config(project.config.model_dump() | given)
            if config != project.config:
                service.compare_by(key, config.features, config.network)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    _say(f"Saved “{shell.plain(name.strip())}”.")
    st.rerun()


@st.dialog("Delete project?")
def _delete(project: Project | BrokenProject, n_labels: int | None) -> None:
    has = "" if n_labels is None else f" has {counted(n_labels, 'label')}. It"
    st.write(
        f"“{shell.plain(project.name)}”{has} leaves the list; its labels are kept, and you can "
        "restore it."
    )
    cancel, confirm = st.columns(2)
    if cancel.button("Keep it", width="stretch"):
        st.rerun()
    if confirm.button("Delete", type="primary", width="stretch"):
        try:
            handle.service().delete_project(project.project_id)
        except LabelspreadError as error:
            shell.say_error(error)
            return
        if st.session_state.get("project") == project.project_id:
            handle.close_project()
        _say(f"Deleted “{shell.plain(project.name)}”.")
        st.rerun()


def _card(project: Project | BrokenProject) -> None:
    """One project. What is wrong with it stands on its card, and harms no other."""
    key = project.project_id
    n_labels, accuracy, problem = _known_of(project)
    origin = "" if n_labels is None else _origin(project)
    with st.container(border=True, key=f"card_{key}"):
        name, labels, right, opens, renames, deletes = st.columns(
            [5.2, 1.3, 1.9, 1.6, 0.7, 0.7], vertical_alignment="center", gap="small"
        )
        name.markdown(
            f"**{shell.plain(project.name)}**  \n{_second_line(project)}{origin}{_owners(project)}"
        )
        if n_labels is not None:
            labels.markdown(f"{n_labels:,}  \n:gray[{'label' if n_labels == 1 else 'labels'}]")
        if accuracy is not None:
            right.markdown(f"{percent(accuracy)}  \n:gray[accuracy]")
        can_open = isinstance(project, Project) and n_labels is not None
        if opens.button("Open", key=f"o_{key}", width="stretch", disabled=not can_open):
            assert isinstance(project, Project)
            _open(project)
        if renames.button(
            "", key=f"r_{key}", icon=":material/edit:", type="tertiary", help="Change"
        ):
            _change(project)
        if deletes.button(
            "", key=f"d_{key}", icon=":material/delete:", type="tertiary", help="Delete"
        ):
            _delete(project, n_labels)
        if problem:
            st.warning(shell.plain(problem), icon=":material/error:")


def _known_of(project: Project | BrokenProject) -> tuple[int | None, float | None, str]:
    """Labels and accuracy where they are known, and what is wrong with a project."""
    if isinstance(project, BrokenProject):
        return None, None, f"{project.problem} {project.remedy}"
    service, key = handle.service(), project.project_id
    n_labels: int | None = None
    try:
        n_labels, problem = service.n_labels(key), service.problem(key)
        accuracy = service.known_accuracy(key) if n_labels and not problem else None
    except LabelspreadError as error:
        return n_labels, None, str(error)
    except Exception:
        # Whatever is wrong with one project, the others stay in reach, and so does its removal.
        _LOGGER.exception("The project %s cannot be looked at.", key)
        return n_labels, None, "It cannot be read. The log of the server says why."
    return n_labels, accuracy, problem


def _origin(project: Project | BrokenProject) -> str:
    """Where a project was branched from; empty where it was not."""
    try:
        origin = handle.service().origin(project.project_id)
    except LabelspreadError:
        return ""
    if origin is None:
        return ""
    return f"  \n:gray[Branched from “{shell.plain(origin.name)}”, after round {origin.round:,}]"


def _owners(project: Project | BrokenProject) -> str:
    """Whose a project is, where it is not one's own alone; empty where nobody signs in."""
    if login() is None:
        return ""
    try:
        members = handle.service().members(project.project_id)
    except LabelspreadError:
        return ""
    owners = [member for member in members if Role(member.role) is Role.OWNER]
    if [member.person for member in owners] == [current_person().person_id]:
        return ""
    told = ", ".join(shell.plain(member.name) for member in owners)
    return f"  \n:gray[{'Owners' if len(owners) > 1 else 'Owner'}: {told or 'nobody'}]"


def _second_line(project: Project | BrokenProject) -> str:
    if isinstance(project, BrokenProject):
        return ":gray[Settings unknown]"
    return _settings_text(project.config)


def _deleted(projects: tuple[Project | BrokenProject, ...]) -> None:
    with st.expander(f"Deleted projects ({len(projects)})"):
        for project in projects:
            name, restores = st.columns([8, 1], vertical_alignment="center")
            name.markdown(f"{shell.plain(project.name)}  \n{_second_line(project)}")
            if restores.button("Restore", key=f"u_{project.project_id}", width="stretch"):
                handle.service().restore_project(project.project_id)
                _say(f"Restored “{shell.plain(project.name)}”.")
                st.rerun()


with shell.errors_in_words():
    shell.menu()
    if came := take_what_came():
        _say(shell.plain(came))
    if done := st.session_state.pop(_DONE, None):
        st.toast(done, icon=":material/check:")
    existing, new = shell.side_by_side("projects", [1.6, 1], "large")
    with existing:
        st.title("Projects", anchor=False)
        projects, broken = handle.service().projects(), handle.service().broken_projects()
        for project in projects:
            _card(project)
        for unusable in broken:
            _card(unusable)
        if not projects and not broken:
            st.info("There is no project yet. Create one here.")
        if deleted := handle.service().deleted_projects():
            _deleted(deleted)
        bring_back()
    with new:
        new_project(_open)
