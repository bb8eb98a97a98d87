"""What every page stands in: its width, its errors, and the menu of projects."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, tzinfo
from html import escape
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.engine.registry import Build
from core.errors import (
    LabelspreadError,
    NotAllowedError,
    NotSignedInError,
    UnknownProjectError,
)
from core.figures.palette import DARK, LIGHT, Palette
from core.graph.embeddings.kept import STAGE as LOOKING
from core.jobs.progress import CancelledError
from core.jobs.work import Step, Work
from core.service.view import View
from core.storage import Project
from core.wording import visible
from pages._ui import handle, site
from pages._ui.addresses import base_path
from pages._ui.identity import current_person
from pages._ui.login import login

ICON = str(Path(__file__).with_name("icon.svg"))
_MOMENT = 1.0
_MARKDOWN = frozenset(r"\`*_{}[]()<>#+-.!|:$~&=")
_TAKEN = re.compile(r":(?=\S)|@|[-<=](?=[-<>=])|[wW]{3}(?=\.)")
_JOINER = "\N{WORD JOINER}"


def style() -> None:
    """Set the distances and sizes that Streamlit's theme has no option for."""
    st.html(f"<style>{site.STYLE}</style>")


def side_by_side(
    key: str, spec: Sequence[float], gap: Literal["medium", "large"]
) -> list[DeltaGenerator]:
    """Columns of a page; where it is narrow they stand below one another.

    Parameters
    ----------
    key
        A name that no other columns of the page have.
    """
    with st.container(key=f"side_by_side_{key}"):
        return st.columns(spec, gap=gap)


def sent(key: str, name: str) -> Any:  # noqa: ANN401 - whatever a browser sent
    """What a component has sent under a name; None where it has not, or is gone by now.

    Streamlit may forget a widget's state before the callback that its change has caused.
    """
    state = st.session_state.get(key)
    return None if state is None else state.get(name)


def palette() -> Palette:
    """The colours for figures, for the theme that the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def zone() -> tzinfo:
    """The time zone that the browser shows; UTC where it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return UTC


@contextmanager
def errors_in_words(comfort: str = "") -> Iterator[None]:
    """Show an error of ours as a sentence on the page, and end the page there.

    Parameters
    ----------
    comfort
        What is safe all the same, in a sentence.
    """
    try:
        yield
    except UnknownProjectError as error:
        handle.close_project()
        st.warning(plain(str(error)), icon=":material/folder_off:")
        st.page_link("pages/projects.py", label="Go to the projects", icon=":material/folder_open:")
        st.stop()
    except NotSignedInError as error:
        st.warning(plain(str(error)), icon=":material/lock:")
        st.html(f'<a class="account" href="{_root()}/sign-in" target="_self">Sign in</a>')
        st.stop()
    except NotAllowedError as error:
        st.info(plain(str(error)), icon=":material/lock:")
        st.stop()
    except CancelledError as error:
        st.info(plain(error.problem), icon=":material/block:")
        st.button("Start again", icon=":material/refresh:")
        st.page_link("pages/projects.py", label="Other projects", icon=":material/folder_open:")
        st.stop()
    except LabelspreadError as error:
        say_error(error, comfort)
        st.button("Try again", icon=":material/refresh:")
        st.stop()


def say_error(error: LabelspreadError, comfort: str = "") -> None:
    """Show an error in its own words, which may name files and classes: nothing of it is markup."""
    st.error(plain(f"{error} {comfort}".strip()), icon=":material/error:")


def require_view(*, is_complete: bool = True, is_unblinded: bool = False) -> View:
    """The session's project; else an empty state that says how to make one, and the page's end.

    A large project whose graph is not there yet shows how far it has come instead of the page.

    Parameters
    ----------
    is_complete
        Whether a model that knows only some of the images will not do for the page.
    is_unblinded
        Whether the page shows what is said or predicted of single images.

    Raises
    ------
    NotAllowedError
        If the page shows that, and the person is not to see it.
    """
    project_id = handle.current_project_id()
    if project_id is None:
        account_menu()
        st.info("There is no project yet.", icon=":material/folder_open:")
        st.page_link("pages/projects.py", label="Create a project", icon=":material/add:")
        st.stop()
    try:
        service = handle.service()
        look = service.look_unblinded if is_unblinded else service.look
        return _view(project_id, look(project_id, is_complete=is_complete), is_complete=is_complete)
    except UnknownProjectError:
        raise
    except LabelspreadError:
        # The way to the other projects is there all the same.
        project_menu(handle.service().project(project_id))
        raise


def _view(project_id: str, view: View | Build, *, is_complete: bool) -> View:
    """What was found, or how far that has come and the page's end."""
    if isinstance(view, Build):
        # What is nearly done gets a moment, so that nothing flickers.
        if not view.ends_within(_MOMENT):
            waiting(view, handle.service().project(project_id), is_complete=is_complete)
            st.page_link("pages/projects.py", label="Other projects", icon=":material/folder_open:")
            st.stop()
        view = handle.service().view(project_id)
    project_menu(view.project)
    return view


@st.fragment(run_every=0.5)
def waiting(build: Build, project: Project, *, is_complete: bool) -> None:
    """How far the graph of a large project has come, until it will do."""
    if build.done or not (is_complete or build.early is None):
        st.rerun()
    step = build.step
    with st.container(key="waiting"):
        st.subheader(f"Building the similarity graph of {plain(project.name)}", anchor=False)
        st.markdown(
            "It links each image with those most similar to it, and labels spread along the links. "
            "It is built once and kept."
        )
        st.progress(step.share, text=plain(step_text(step, project.config.n_samples)))
        if st.button("Cancel", icon=":material/close:"):
            build.cancel()


@st.fragment(run_every=1.0)
def measuring(work: Work[int]) -> None:
    """How far measuring has come, until all of them are known."""
    if work.done:
        st.rerun()
    step = work.step
    st.progress(step.share, text=plain(step_text(step)))


@st.fragment(run_every=1)
def still_coming(view: View, *, is_waiting: bool) -> None:
    """How many images the model knows by now, until it knows all.

    Parameters
    ----------
    is_waiting
        Whether all that it knows is answered: then the page goes on as soon as it knows more.
    """
    coming = view.engine.coming
    if not isinstance(coming, Build) or coming.done:
        st.rerun()
    early = coming.early
    if is_waiting and early is not None and early.n_known > view.engine.n_known:
        st.rerun()
    step = coming.step
    told = f"Learning from {view.engine.n_known:,} of {view.dataset.n_items:,} images"
    with st.container(key="coming"):
        st.progress(step.share, text=" · ".join([told, *_left(step, view.dataset.n_items)]))


def step_text(step: Step, n_images: int = 0) -> str:
    """A step of a build in words, such as ``Finding neighbours · 40 % · 12 s left``.

    Parameters
    ----------
    n_images
        How many images it is about, where it may be said how many a second are looked at.
    """
    return " · ".join([step.stage, f"{100 * step.share:.0f} %", *_left(step, n_images)])


def _left(step: Step, n_images: int) -> Iterator[str]:
    """How fast it goes and how long it will take, as far as that is known."""
    if step.seconds_left is not None:
        if step.stage == LOOKING and step.seconds_left > 0:
            pace = n_images * (1 - step.share) / step.seconds_left
            if pace >= 1:
                yield f"{pace:,.0f} images a second"
        seconds = math.ceil(step.seconds_left)
        yield f"{seconds} s left" if seconds < 120 else f"{math.ceil(seconds / 60)} min left"


def project_menu(opened: Project) -> None:
    """The open project's name at the top right; a click lists the others."""
    projects = handle.service().projects()
    with (
        st.container(key="project_menu"),
        st.popover(plain(opened.name), width="content"),
        st.container(key="project_list"),
    ):
        for project in projects:
            is_open = project.project_id == opened.project_id
            if st.button(
                plain(project.name),
                key=f"open_{project.project_id}",
                icon=":material/check:" if is_open else ":material/folder:",
                type="tertiary",
                disabled=is_open,
            ):
                handle.open_project(project.project_id)
                st.rerun()
        st.page_link("pages/projects.py", label="All projects", icon=":material/settings:")
        st.page_link(site.ROOM.file, label="Lecture room", icon=":material/qr_code_2:")
        if login() is not None:
            st.page_link(site.PEOPLE.file, label="People", icon=":material/group:")
        account()


def account() -> None:
    """Who is signed in, and the way out; nothing where nobody signs in."""
    if login() is None:
        return
    name = escape(visible(current_person().name))
    st.html(
        f'<p class="account"><span title="{name}">{name}</span>'
        f'<a href="{_root()}/sign-out" target="_self">Sign out</a></p>'
    )


def account_menu() -> None:
    """The same at the top right, for pages on which no project is open."""
    if login() is None:
        return
    with (
        st.container(key="project_menu"),
        st.popover(plain(current_person().name), width="content"),
        st.container(key="project_list"),
    ):
        account()


def menu() -> None:
    """The menu at the top right, for pages that concern all projects."""
    project_id = handle.current_project_id()
    try:
        opened = None if project_id is None else handle.service().project(project_id)
    except LabelspreadError:
        # It was deleted, or cannot be read: the page says so, if it concerns it.
        opened = None
    if opened is None:
        account_menu()
    else:
        project_menu(opened)


def address_of(page: site.SitePage, **query: str) -> str:
    """The whole address of a page, as others can open it."""
    shown = urlsplit(st.context.url or "")
    root = f"{shown.scheme}://{shown.netloc}{_root()}" if shown.netloc else _root()
    return f"{root}/{page.address}?{urlencode(query)}"


def _root() -> str:
    base = base_path()
    return f"/{base}" if base else ""


def plain(text: str) -> str:
    """Text from a person or a file, so that Markdown draws it as it is.

    What would be Markdown is escaped. Streamlit looks for emoji, icons, arrows and links once more
    in what came out; there, a sign without width keeps them apart.
    """
    apart = _TAKEN.sub(lambda found: found.group() + _JOINER, visible(text))
    return "".join(f"\\{sign}" if sign in _MARKDOWN else sign for sign in apart)
