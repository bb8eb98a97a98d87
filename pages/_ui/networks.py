"""The networks that can look at images: listed, added, fetched from the hub and removed."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st

from core.errors import LabelspreadError
from core.graph.embeddings.arriving import Arrival
from core.graph.embeddings.hub import OFFERS, Offer, fetch
from core.graph.embeddings.networks import Added, Entry, add_file, checked_title, megabytes
from core.graph.embeddings.preparing import LEAST_SIDE, MOST_SIDE, PRESETS, Preparing
from core.jobs.progress import CancelledError, Progress
from core.settings import hub
from core.wording import counted
from pages._ui import handle, shell
from pages._ui.upload_pass import let_this_session_send

_TOLD: Final = "networks_told"
_REMOVED: Final = "networks_removed"
_ROUND: Final = "networks_round"
"""Counts the uploaders there were: a new one is empty."""

_MOMENT: Final = 1.0
_AS_THE_FILE_SAYS: Final = "file"
_COLOURS: Final = {
    _AS_THE_FILE_SAYS: "As the file says, or ImageNet",
    "imagenet": "ImageNet",
    "zero-to-one": "0 to 1",
    "minus-one-to-one": "−1 to 1",
    "as-they-are": "0 to 255",
}


def networks() -> None:
    """List the networks there are, and offer more."""
    may_add = handle.is_administrator()
    arriving = handle.arrivals().all() if may_add else ()
    told: str | None = st.session_state.get(_TOLD)
    with st.expander("Networks", expanded=bool(arriving or told), key="networks"):
        st.caption(
            "What photographs are compared by. New projects take the first one; another is chosen "
            "among the *Custom* settings, under *Features*."
        )
        if told:
            st.error(shell.plain(told), icon=":material/error:")
        entries = handle.networks().entries()
        for entry in entries:
            _row(entry, may_remove=may_add)
        if not may_add:
            return
        coming = {one.title for one in arriving}
        for one in arriving:
            _progress(one)
        for offer in OFFERS:
            if offer.title not in {*coming, *(entry.title for entry in entries)}:
                _offer(offer)
        _add_own()


def take_what_arrived() -> str | None:
    """What was added or removed, in a sentence, told once; call it before the list is drawn."""
    removed: str | None = st.session_state.pop(_REMOVED, None)
    if removed is not None:
        return removed
    if not handle.is_administrator():
        return None
    for one in handle.arrivals().all():
        if one.work.done:
            handle.arrivals().forget(one)
            return _what_came_of(one)
    return None


def _what_came_of(one: Arrival) -> str | None:
    st.session_state[_TOLD] = None
    try:
        added = one.work.wait()
    except CancelledError:
        return "Cancelled; nothing was stored."
    except LabelspreadError as error:
        st.session_state[_TOLD] = str(error)
        return None
    title = shell.plain(added.entry.title)
    if not added.is_new:
        return f"This network is here already, as “{title}”."
    return f"Added “{title}”: {added.pace}."


def _row(entry: Entry, *, may_remove: bool) -> None:
    """One network. What is wrong with it stands in its row, and harms no other."""
    with st.container(key=f"network_{entry.key or 'own'}"):
        text, removes = st.columns([11, 0.7], vertical_alignment="center", gap="small")
        users = [p for p in handle.service().projects_with(entry.key) if p.deleted_at is None]
        told = [] if entry.problem else list(entry.told)
        told += [counted(len(users), "project")] if users else []
        told = ["comes with the app", *told] if not entry.key else told
        line = " · ".join(shell.plain(part) for part in told)
        text.markdown(f"**{shell.plain(entry.title)}**  \n:gray[{line}]")
        can_go = may_remove and bool(entry.key)
        if can_go and removes.button(
            "", key=f"dn_{entry.key}", icon=":material/delete:", type="tertiary", help="Remove"
        ):
            _remove(entry, [project.name for project in users])
        if entry.problem:
            st.warning(shell.plain(entry.problem), icon=":material/error:")


@st.dialog("Remove network?")
def _remove(entry: Entry, users: list[str]) -> None:
    if users:
        names = ", ".join(f"“{shell.plain(name)}”" for name in users[:3])
        more = f" and {len(users) - 3:,} more" if len(users) > 3 else ""
        st.write(f"{names}{more} cannot do without this network. Delete what uses it first.")
        if st.button("Keep it", width="stretch"):
            st.rerun()
        return
    st.write(f"“{shell.plain(entry.title)}” is removed from the disk. It can be added again.")
    cancel, confirm = st.columns(2)
    if cancel.button("Keep it", width="stretch"):
        st.rerun()
    if confirm.button("Remove", type="primary", width="stretch"):
        try:
            handle.service().delete_network(entry.key)
        except LabelspreadError as error:
            shell.say_error(error)
            return
        st.session_state[_REMOVED] = f"Removed “{shell.plain(entry.title)}”."
        st.rerun()


def _offer(offer: Offer) -> None:
    """A network on the hub that is not here yet."""
    text, fetches = st.columns([8.4, 2.5], vertical_alignment="center", gap="small")
    told = [megabytes(offer.n_bytes), offer.licence, offer.told]
    line = " · ".join(shell.plain(part) for part in told)
    text.markdown(f"**{shell.plain(offer.title)}**  \n:gray[{line}]")
    if fetches.button(
        "Fetch",
        key=f"fetch_{offer.key}",
        icon=":material/download:",
        help=f"From {shell.plain(offer.repository)} on the Hugging Face hub, checked by its "
        "checksum.",
        width="stretch",
    ):
        address = hub(os.environ)
        _begin(offer.title, lambda told: fetch(offer, handle.networks(), address, told))


@st.fragment(run_every=0.5)
def _progress(one: Arrival) -> None:
    if one.work.done:
        st.rerun()
    text, stops = st.columns([8.4, 2.5], vertical_alignment="center", gap="small")
    step = one.work.step
    told = f"{one.title} · {shell.step_text(step)}"
    text.progress(min(1.0, step.share), text=shell.plain(told))
    if stops.button("Cancel", key=f"stop_{one.id}", icon=":material/close:", width="stretch"):
        one.work.cancel()


def _add_own() -> None:
    """Ask for an ONNX file, and for what it may not say of itself."""
    let_this_session_send()
    number = st.session_state.get(_ROUND, 0)
    with st.form("add_network", border=False):
        sent = st.file_uploader(
            "Drop an ONNX image model of your own here", "onnx", key=f"network_file_{number}"
        )
        left, middle, right = st.columns([1.1, 1.1, 1.5])
        title = left.text_input("Name", placeholder="from file", key=f"network_title_{number}")
        side = middle.number_input(
            "Side in pixels",
            LEAST_SIDE,
            MOST_SIDE,
            None,
            placeholder="from file",
            key=f"network_side_{number}",
            help="Of the images that it takes, where the file does not say it; 224 if left empty.",
        )
        colours = right.selectbox(
            "Colours",
            list(_COLOURS),
            format_func=_COLOURS.__getitem__,
            key=f"network_colours_{number}",
            help="What the network takes: values less *ImageNet*'s mean, over their deviation, or "
            "values in a range.",
        )
        is_sent = st.form_submit_button("Add network")
    if not is_sent:
        return
    if sent is None:
        st.warning("Drop the file of a network first.")
        return
    try:
        name = checked_title(title or Path(sent.name).stem)
        path = handle.imports().receive(sent.name, sent)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    # What was sent is in memory as long as the uploader shows it.
    st.session_state[_ROUND] = number + 1
    said = Preparing(side).otherwise(PRESETS.get(colours, Preparing()))
    _begin(name, partial(_add, path, name, said))


def _begin(title: str, add: Callable[[Progress], Added]) -> None:
    handle.require_administrator()
    st.session_state[_TOLD] = None
    handle.arrivals().start(title, add).work.ends_within(_MOMENT)
    st.rerun()


def _add(path: Path, name: str, said: Preparing, progress: Progress) -> Added:
    try:
        return add_file(handle.networks(), path, name, said, progress)
    finally:
        handle.whole_imports().discard(path)
