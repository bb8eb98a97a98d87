"""The handle that pages hold on the core: one service a process, one open project a session."""

from __future__ import annotations

import os
from functools import lru_cache

import streamlit as st

from core.comparisons import Comparisons, builder
from core.datasets import Catalogue
from core.service import Service
from core.settings import (
    cache_folder,
    comparisons_folder,
    database_url,
    datasets_folder,
    resources,
)
from core.storage import open_store
from core.storage.comparisons import ComparisonStore
from core.storage.graphs import GraphStore
from core.storage.notes import Notes

_PROJECT = "project"


@lru_cache(maxsize=1)
def service() -> Service:
    """The service that all sessions of this process share; opened at first use.

    Raises
    ------
    StoreError
        If the database cannot be used; the next call tries again.
    InvalidSettingError
        If an environment variable makes no sense.
    """
    cache = cache_folder(os.environ)
    opened = Service(
        open_store(database_url(os.environ)),
        catalogue=Catalogue(datasets_folder(os.environ)),
        resources=resources(os.environ),
        graphs=GraphStore(cache / "graphs"),
        notes=Notes(cache / "accuracies.txt"),
    )
    opened.ensure_default_project()
    return opened


@lru_cache(maxsize=1)
def comparisons() -> Comparisons:
    """The comparisons of strategies that all sessions of this process share.

    Raises
    ------
    InvalidSettingError
        If an environment variable makes no sense.
    """
    graphs = GraphStore(cache_folder(os.environ) / "graphs")
    return Comparisons(
        ComparisonStore(comparisons_folder(os.environ)),
        builder(
            Catalogue(datasets_folder(os.environ)), resources=resources(os.environ), graphs=graphs
        ),
    )


def ping() -> None:
    """Raise a ``StoreError`` if the database cannot be used."""
    service().ping()


def warm_up() -> None:
    """Do what the first visitor would otherwise wait for: open the database, build the graph."""
    projects = service().projects()
    if projects:
        service().batch(projects[0].project_id)


def current_project_id() -> str | None:
    """The project of this session: as the address says, as opened before, or the oldest one."""
    wanted = st.query_params.get(_PROJECT) or st.session_state.get(_PROJECT)
    if wanted is None:
        projects = service().projects()
        wanted = projects[0].project_id if projects else None
    if wanted is not None:
        open_project(wanted)
    return wanted


def open_project(project_id: str) -> None:
    """Make a project the one that this session works on; the address names it from now on."""
    st.session_state[_PROJECT] = project_id
    st.query_params[_PROJECT] = project_id


def close_project() -> None:
    """Let the session fall back to the oldest project."""
    st.session_state.pop(_PROJECT, None)
    st.query_params.pop(_PROJECT, None)
