"""Projects whose images another network looks at: where it is, and where it is not."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from core.config import ProjectConfig, recommended
from core.data.catalogue import Catalogue
from core.engine import building
from core.engine.building import build_engine
from core.engine.caches import Caches
from core.engine.keys import learning_settings
from core.errors import InvalidNetworkError
from core.export.log import write_log
from core.export.log_file import LogFile
from core.graph.embeddings.kept import Embeddings
from core.graph.embeddings.networks import Networks, Origin
from core.service.labelling import Service
from core.storage import MemoryStore
from tests.core.graph.embeddings.networks import colours, onnx_model


def served(folder: Path) -> tuple[Service, Networks]:
    networks = Networks(
        folder / "networks", lambda: colours(notes={"mean": "0", "scale": "200,100,50"})
    )
    embeddings = Embeddings(folder / "embeddings", networks.network)
    return Service(MemoryStore(), caches=Caches(None, embeddings, networks=networks)), networks


def add(networks: Networks, title: str = "Mine") -> str:
    return networks.add(BytesIO(onnx_model()), Origin(title)).entry.key


def config_with(network: str, **others: object) -> ProjectConfig:
    return recommended(n_samples=40, features="embeddings", network=network, **others)


def test_each_project_has_the_network_that_it_names(tmp_path):
    service, networks = served(tmp_path)
    key = add(networks)
    by_own = service.create_project("Own", config_with("")).project_id
    by_mine = service.create_project("Mine", config_with(key)).project_id
    own, mine = (service.view(one).engine.sample().features for one in (by_own, by_mine))
    assert own.shape == mine.shape
    assert abs(own - mine).max() > 0.01
    assert len([*(tmp_path / "embeddings").iterdir()]) == 2
    assert [p.name for p in service.projects_with(key)] == ["Mine"]
    assert [p.name for p in service.projects_with("")] == ["Own"]
    service.close()


def test_on_other_features_a_network_is_of_no_effect():
    pixels = recommended(network="mine-0123456789ab")
    assert learning_settings(pixels) == learning_settings(recommended())
    seen = config_with("mine-0123456789ab")
    assert learning_settings(seen) != learning_settings(config_with(""))


def test_graphs_and_settings_of_before_are_found_under_their_names(tmp_path, monkeypatch):
    told = []

    def note(_dataset: object, settings: dict[str, object]) -> str:
        told.append(dict(settings))
        return f"{len(told)}"

    class Kept:
        def load(self, _name: str) -> None:
            return None

        def save(self, _name: str, _graph: object) -> None:
            return None

    monkeypatch.setattr(building, "fingerprint", note)
    monkeypatch.setattr(building, "SMALL", 10)
    networks = Networks(tmp_path / "networks", colours)
    key = add(networks)
    embeddings = Embeddings(tmp_path / "embeddings", networks.network)
    caches = Caches(Kept(), embeddings)  # type: ignore[arg-type]
    for network in ("", key):
        build_engine(config_with(network), Catalogue(), caches=caches)
    before = {"features": "embeddings", "kernel": "symmetric_knn", "n_neighbors": 10}
    assert told == [before, before | {"network": key}]
    assert "network" not in config_with("").model_dump()
    assert "network" not in config_with("").model_dump_json()
    assert config_with(key).model_dump()["network"] == key


def test_where_a_network_is_missing_the_project_says_so_and_goes_on_when_it_is_back(tmp_path):
    service, networks = served(tmp_path)
    key = add(networks)
    project = service.create_project("Mine", config_with(key)).project_id
    with pytest.raises(InvalidNetworkError, match="“Mine” cannot do without this network"):
        service.delete_network(key)
    networks.remove(key)
    assert "The network “mine” is not here. Add the same file" in service.problem(project)
    for _ in ("begun", "begun anew"):
        with pytest.raises(InvalidNetworkError, match="is not here"):
            service.view(project)
    with pytest.raises(InvalidNetworkError, match="is not here"):
        service.create_project("Another", config_with(key))
    other = service.create_project("Other", config_with("")).project_id
    assert service.problem(other) == ""
    assert service.view(other).dataset.n_items == 40
    add(networks)
    assert service.problem(project) == ""
    assert service.view(project).engine.sample().features.shape[1] == 12
    service.delete_project(project)
    service.delete_network(key)
    assert len(networks.entries()) == 1
    service.close()


def test_without_any_networks_none_can_be_deleted():
    service = Service(MemoryStore())
    with pytest.raises(InvalidNetworkError, match="no networks here"):
        service.delete_network("mine-0123456789ab")
    service.close()


def test_a_project_in_a_file_names_its_network_and_says_if_it_is_missing(tmp_path):
    service, networks = served(tmp_path / "here")
    key = add(networks)
    project = service.create_project("Mine", config_with(key)).project_id
    place = tmp_path / "project.zip"
    with place.open("wb") as file:
        write_log(service.log_pack(project), file)
    service.close()

    there, its_networks = served(tmp_path / "there")
    with LogFile(place) as log:
        brought = there.bring_back(log)
    assert brought.project.config.network == key
    assert "The network “mine” is not here. Add the same file" in brought.missing
    assert brought.told.endswith(brought.missing)
    add(its_networks, "As it is called there")
    assert there.view(brought.project.project_id).engine.sample().features.shape[1] == 12
    there.close()
