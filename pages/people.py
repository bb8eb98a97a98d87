"""People: who may do what in a project, and links by which others come in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import streamlit as st

from core.errors import LabelspreadError
from core.people.persons import Person
from core.people.roles import Role
from core.session.events import Invited
from core.session.state import Member
from core.storage import Project
from pages._ui import handle, shell
from pages._ui.identity import current_person
from pages._ui.login import OpenIdLogin, PasswordLogin, login
from pages._ui.site import JOIN

_ROLES: Final = {
    Role.ANNOTATOR: "Annotator",
    Role.REVIEWER: "Reviewer",
    Role.OWNER: "Owner",
}
_MAY: Final = (
    "**Annotators** label, and change their own answers. **Reviewers** also change those of others "
    "and the classes, and export. **Owners** decide about the project and who is in it."
)
_LASTS: Final = {
    "1 hour": timedelta(hours=1),
    "1 day": timedelta(days=1),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
}
_DONE: Final = "people_done"
_LINK: Final = "people_link"


def _may_change(project: Project) -> bool:
    role = handle.service().role_of(project.project_id)
    return handle.is_administrator() or role is Role.OWNER


def _give(project: Project, person: Person, role: Role | None) -> None:
    """Give a role, and say so after the rerun that shows it."""
    try:
        handle.service().give_role(project.project_id, person, role)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    name = shell.plain(person.name)
    said = f"{name} is out." if role is None else f"{name}: {role}."
    if role is not None and not _can_sign_in(person):
        said += " Nobody of this name can sign in yet: see that it is written as in the passwords."
    st.session_state[_DONE] = said
    st.rerun()


def _can_sign_in(person: Person) -> bool:
    """Whether there is an account of this name, as far as that is known here."""
    how = login()
    return not isinstance(how, PasswordLogin) or how.accounts.hash_of(person.person_id) is not None


def _member(project: Project, member: Member, *, may_change: bool) -> None:
    """One person, with a role that can be changed."""
    key, role = member.person, Role(member.role)
    person = Person(member.person, member.name)
    row = st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"member_{key}"
    )
    with row:
        is_me = key == current_person().person_id
        told = f"**{shell.plain(member.name)}**{' :gray[(you)]' if is_me else ''}"
        told = told if member.name == key else f"{told}  \n:gray[{shell.plain(key)}]"
        st.markdown(told, width="stretch")
        if not may_change:
            st.markdown(_ROLES[role], width="content")
            return
        chosen = st.selectbox(
            f"Role of {shell.plain(member.name)}",
            list(_ROLES),
            index=role.rank,
            format_func=_ROLES.__getitem__,
            label_visibility="collapsed",
            width=180,
            key=f"role_{key}_{role}",
        )
        out = st.button(
            "", key=f"out_{key}", icon=":material/close:", type="tertiary", help="Take out"
        )
    if out:
        _give(project, person, None)
    if chosen is not role:
        _give(project, person, chosen)


def _by_name(project: Project) -> None:
    """Give somebody a role who has an account already."""
    is_openid = isinstance(login(), OpenIdLogin)
    with st.form("by_name", border=False, clear_on_submit=True):
        st.subheader("Add somebody", anchor=False)
        name, has = st.columns([1.6, 1])
        typed = name.text_input(
            "E-mail address" if is_openid else "Name",
            help="As this person signs in.",
            max_chars=200,
        )
        role = has.selectbox("Role", list(_ROLES), format_func=_ROLES.__getitem__, key="by_name")
        sent = st.form_submit_button("Add")
    typed = typed.strip().casefold() if is_openid else typed.strip()
    if sent and typed:
        _give(project, Person(typed, typed), role)


def _invite(project: Project) -> None:
    """Make a link by which others come in."""
    with st.form("invite", border=False):
        st.subheader("Invite by link", anchor=False)
        st.caption(
            "Whoever opens the link and signs in gets the role, until it ends. It takes an account "
            "here; those come from whoever runs this server."
        )
        has, until = st.columns(2)
        role = has.selectbox("Role", list(_ROLES), format_func=_ROLES.__getitem__)
        lasts = until.selectbox("For", list(_LASTS), index=2)
        sent = st.form_submit_button("Make a link", type="primary")
    if sent:
        secret = handle.service().invite(project.project_id, role, _LASTS[lasts])
        address = shell.address_of(JOIN, project=project.project_id, key=secret)
        st.session_state[_LINK] = project.project_id, address
        st.rerun()
    kept: tuple[str, str] | None = st.session_state.get(_LINK)
    if kept is not None and kept[0] == project.project_id:
        st.code(kept[1], language=None, wrap_lines=True)
        st.caption("Copy it now: it is not shown again.")


def _invitation(project: Project, invited: Invited) -> None:
    until = invited.until.astimezone(shell.zone())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"{_ROLES[Role(invited.role)]}  \n:gray[until {until.day} {until:%B %Y, %H:%M}]",
            width="stretch",
        )
        is_over = st.button("Withdraw", key=f"withdraw_{invited.invitation}")
    if is_over:
        handle.service().withdraw_invitation(project.project_id, invited.invitation)
        st.session_state.pop(_LINK, None)
        st.session_state[_DONE] = "The link leads nowhere any more."
        st.rerun()


def _page(project: Project) -> None:
    may_change = _may_change(project)
    members, more = shell.side_by_side("people", [1.6, 1], "large")
    with members:
        st.title(f"People of {shell.plain(project.name)}", anchor=False)
        st.caption(_MAY)
        found = handle.service().members(project.project_id)
        for member in found:
            _member(project, member, may_change=may_change)
        if not found:
            st.info(
                "Nobody has a role yet: the project is from before there was a login. An "
                "administrator can say whose it is.",
                icon=":material/group:",
            )
        if not may_change:
            return
        invitations = handle.service().invitations(project.project_id)
        if invitations:
            st.subheader("Links", anchor=False)
        for invited in invitations:
            _invitation(project, invited)
    with more:
        _invite(project)
        _by_name(project)


with shell.errors_in_words():
    if done := st.session_state.pop(_DONE, None):
        st.toast(done, icon=":material/check:")
    project_id = handle.current_project_id()
    if login() is None:
        st.title("People", anchor=False)
        st.info(
            "Nobody signs in here, so whoever comes may do everything. The README says how people "
            "get accounts.",
            icon=":material/group:",
        )
    elif project_id is None:
        shell.account_menu()
        st.info("There is no project yet.", icon=":material/folder_open:")
        st.page_link("pages/projects.py", label="Create a project", icon=":material/add:")
    else:
        project = handle.service().project(project_id)
        shell.project_menu(project)
        _page(project)
