"""The one place that wires everything together: for the pages, the server and the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from core.data.catalogue import Catalogue
from core.data.incoming import Imports
from core.data.parts.kept import KeptFiles
from core.data.readers.found import Limits
from core.data.sets import Sets
from core.engine.accuracies import Notes
from core.engine.caches import Caches
from core.engine.judging import judged
from core.export.written import Exports
from core.graph.embeddings.kept import Embeddings
from core.graph.embeddings.network import can_run, has_network
from core.graph.embeddings.networks import Networks
from core.graph.kept import GraphStore, LayoutStore
from core.jobs.files import remove_unfinished
from core.service.labelling import Service
from core.settings import (
    HOME_VARIABLE,
    cache_folder,
    comparisons_folder,
    database_url,
    datasets_folder,
    exports_folder,
    import_bytes,
    import_folder,
    networks_folder,
    resources,
    sets_folder,
    uploads_folder,
)
from core.simulation.comparisons import Comparisons, PlanBuilder, builder
from core.simulation.kept import ComparisonStore
from core.storage import open_store, require_database, tidy


def open_service(home: str | Path) -> Service:
    """The service on a folder: its database, image sets and caches.

    Parameters
    ----------
    home
        The folder; made if it is not there.

    Raises
    ------
    StoreError
        If the database cannot be used.
    """
    return service_of({HOME_VARIABLE: str(home)})


def service_of(
    environment: Mapping[str, str] = os.environ, *, with_default: bool = True
) -> Service:
    """The service that an environment asks for.

    Parameters
    ----------
    with_default
        Whether the default project is made where there is none at all.

    Raises
    ------
    StoreError
        If the database cannot be used.
    InvalidSettingError
        If a variable makes no sense.
    """
    url = database_url(environment)
    tidy(url)
    service = Service(
        open_store(url),
        catalogue=catalogue_of(environment),
        resources=resources(environment),
        caches=_caches_of(environment),
    )
    if with_default:
        service.ensure_default_project()
    return service


def service_there(environment: Mapping[str, str] = os.environ) -> Service:
    """The service on what there is already: no database is made where none is.

    Raises
    ------
    StoreError
        If there is no database, or it cannot be used.
    InvalidSettingError
        If a variable makes no sense.
    """
    require_database(database_url(environment))
    return service_of(environment)


def comparisons_of(environment: Mapping[str, str] = os.environ) -> Comparisons:
    """The comparisons of strategies that an environment asks for.

    Raises
    ------
    InvalidSettingError
        If a variable makes no sense.
    """
    folder = comparisons_folder(environment)
    remove_unfinished(folder)
    return Comparisons(ComparisonStore(folder), builder_of(environment))


def builder_of(environment: Mapping[str, str] = os.environ) -> PlanBuilder:
    """What builds the engines of a comparison.

    Raises
    ------
    InvalidSettingError
        If a variable makes no sense.
    """
    return builder(
        catalogue_of(environment),
        resources=resources(environment),
        caches=_caches_of(environment),
    )


def catalogue_of(environment: Mapping[str, str] = os.environ) -> Catalogue:
    """The image sets there are."""
    return Catalogue(datasets_folder(environment), sets_of(environment))


def sets_of(environment: Mapping[str, str] = os.environ) -> Sets:
    """The sets that were brought in."""
    embeddings = _embeddings_of(environment, networks_of(environment)) if has_network() else None
    judge = None if embeddings is None else partial(judged, embeddings)
    return Sets(
        sets_folder(environment),
        threads=resources(environment).threads,
        judge=judge,
        fetched=KeptFiles(cache_folder(environment) / "images"),
    )


def imports_of(environment: Mapping[str, str] = os.environ) -> Imports:
    """What is being brought in.

    Raises
    ------
    InvalidSettingError
        If a variable makes no sense.
    """
    return Imports(
        sets_of(environment),
        limits_of(environment),
        uploads_folder(environment),
        import_folder(environment),
    )


def networks_of(environment: Mapping[str, str] = os.environ) -> Networks:
    """The networks that can look at images."""
    return Networks(networks_folder(environment))


def exports_of(environment: Mapping[str, str] = os.environ) -> Exports:
    """The exports that are written in the background."""
    return Exports(exports_folder(environment))


def limits_of(environment: Mapping[str, str] = os.environ) -> Limits:
    """The most that is taken of a set that is brought in.

    Raises
    ------
    InvalidSettingError
        If a variable makes no sense.
    """
    return Limits(n_bytes=import_bytes(environment))


def _caches_of(environment: Mapping[str, str]) -> Caches:
    folder = cache_folder(environment)
    remove_unfinished(folder / "graphs")
    remove_unfinished(folder / "layouts")
    networks = networks_of(environment)
    networks.tidy()
    return Caches(
        GraphStore(folder / "graphs"),
        _embeddings_of(environment, networks),
        LayoutStore(folder / "layouts"),
        Notes(folder / "accuracies.txt"),
        networks,
    )


def _embeddings_of(environment: Mapping[str, str], networks: Networks) -> Embeddings | None:
    if not can_run():
        return None
    folder = cache_folder(environment) / "embeddings"
    return Embeddings(folder, networks.network, threads=resources(environment).threads)
