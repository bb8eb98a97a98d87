"""A graph comes back from the disk as it was, or not at all."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from core.config import ProjectConfig
from core.data.catalogue import load
from core.graph import kept
from core.graph.kept import GraphStore, fingerprint
from core.graph.similarity import SimilarityGraph, rbf_graph, symmetric_knn_graph

NAME = "0" * 32


@pytest.fixture
def graph() -> SimilarityGraph:
    return symmetric_knn_graph(np.random.default_rng(0).normal(size=(60, 4)), 5)


@pytest.fixture
def store(tmp_path: Path) -> GraphStore:
    return GraphStore(tmp_path / "graphs")


def only_file(store: GraphStore) -> Path:
    (file,) = store._folder.iterdir()
    return file


def test_a_graph_comes_back_as_it_was(store, graph):
    assert store.load(NAME) is None
    assert store.save(NAME, graph)
    again = store.load(NAME)
    assert again is not None
    assert again.symmetric
    assert (again.matrix != graph.matrix).nnz == 0
    assert again.matrix.dtype == graph.matrix.dtype
    assert again.matrix.indices.dtype == graph.matrix.indices.dtype


def test_degrees_that_are_not_known_are_not_made_up(store, graph):
    assert store.save(NAME, SimilarityGraph(graph.matrix, symmetric=True))
    assert store.load(NAME).root_degrees is None


@pytest.mark.parametrize("roots", [np.ones(3), np.zeros(60), np.full(60, np.nan)])
def test_degrees_that_make_no_sense_are_found(store, graph, roots):
    store.save(NAME, SimilarityGraph(graph.matrix, symmetric=True, root_degrees=roots))
    assert store.load(NAME) is None


def test_a_dense_graph_is_not_kept(store):
    assert not store.save(NAME, rbf_graph(np.zeros((3, 1)), 1))


@pytest.mark.parametrize("share", [0, 0.2, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_as_good_as_none(store, graph, share, caplog):
    store.save(NAME, graph)
    content = only_file(store).read_bytes()
    only_file(store).write_bytes(content[: int(share * len(content))])
    assert store.load(NAME) is None
    assert "is damaged and is built anew" in caplog.text


def test_a_file_with_any_byte_changed_is_as_good_as_none_or_the_same(store, graph):
    store.save(NAME, graph)
    content = only_file(store).read_bytes()
    for place in np.random.default_rng(0).choice(len(content), 200, replace=False):
        changed = bytearray(content)
        changed[place] ^= 0x55
        only_file(store).write_bytes(changed)
        found = store.load(NAME)
        assert found is None or (found.matrix != graph.matrix).nnz == 0


def test_the_graph_of_something_else_is_as_good_as_none(store, graph):
    store.save(NAME, graph)
    other = "1" * 32
    only_file(store).rename(store._folder / f"{other}.npz")
    assert store.load(other) is None


def test_indices_that_point_nowhere_are_found(store, graph):
    matrix = sparse.csr_array(graph.matrix).copy()
    matrix.indices[3] = 999
    store.save(NAME, SimilarityGraph(matrix, symmetric=True))
    assert store.load(NAME) is None


def test_a_folder_that_cannot_be_written_loses_the_graph_and_nothing_else(tmp_path, graph, caplog):
    (tmp_path / "file").write_text("in the way")
    store = GraphStore(tmp_path / "file" / "graphs")
    assert not store.save(NAME, graph)
    assert "could not be kept" in caplog.text
    assert store.load(NAME) is None


def test_a_write_that_fails_leaves_nothing_half_done(store, graph, monkeypatch, caplog):
    store.save(NAME, graph)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert not store.save("2" * 32, graph)
    assert "No space left" in caplog.text
    assert only_file(store).name == f"{NAME}.npz"
    assert store.load(NAME) is not None


def test_only_the_graphs_used_last_are_kept(store, graph, monkeypatch):
    monkeypatch.setattr(kept, "_KEPT", 3)
    for number in range(5):
        store.save(f"{number:032}", graph)
        os.utime(store._folder / f"{number:032}.npz", (number, number))
        store.load(f"{0:032}")
    left = {file.stem for file in store._folder.iterdir()}
    assert left == {f"{0:032}", f"{3:032}", f"{4:032}"}


def test_the_fingerprint_tells_data_and_settings_apart():
    some = load(ProjectConfig(n_samples=50))
    same = load(ProjectConfig(n_samples=50))
    other = load(ProjectConfig(n_samples=50, shuffle_seed=0))
    assert fingerprint(some, {"k": 5}) == fingerprint(same, {"k": 5})
    names = {fingerprint(some, {"k": 5}), fingerprint(other, {"k": 5}), fingerprint(some, {"k": 6})}
    assert len(names) == 3


def test_the_same_pixels_in_another_shape_have_a_graph_of_their_own():
    square = load(ProjectConfig(n_samples=50))
    flat = replace(square, images=square.pixels.reshape(50, 4, 16))
    assert flat.features is square.features
    assert fingerprint(flat, {"k": 5}) != fingerprint(square, {"k": 5})


def test_nothing_is_said_where_all_is_well(store, graph, caplog):
    with caplog.at_level(logging.INFO):
        store.save(NAME, graph)
        store.load(NAME)
    assert caplog.text == ""
