"""Settings are checked when made, and every wrong one is named."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.config import ProjectConfig, classic, make_config, recommended
from core.errors import InvalidConfigError

configs = st.builds(
    ProjectConfig,
    n_samples=st.integers(30, 1797),
    shuffle_seed=st.none() | st.integers(0, 2**32 - 1),
    n_given=st.integers(0, 30),
    kernel=st.sampled_from(["rbf", "knn"]),
    gamma=st.floats(0, 1000, exclude_min=True),
    n_neighbors=st.integers(2, 30),
    alpha=st.floats(0, 1, exclude_min=True, exclude_max=True),
    max_iter=st.integers(1, 10_000),
    tol=st.floats(0, 1e9),
    batch_size=st.integers(1, 20),
    refit=st.sampled_from(["round", "label"]),
)


def test_the_defaults_are_those_of_the_digits_examples_on_all_digits():
    config = ProjectConfig()
    assert (config.dataset, config.n_samples, config.shuffle_seed) == ("digits", 1797, None)
    assert (config.kernel, config.gamma, config.max_iter) == ("rbf", 0.25, 20)
    assert (config.alpha, config.tol, config.n_neighbors) == (0.2, 1e-3, 7)
    assert (config.n_given, config.batch_size, config.refit) == (0, 10, "round")


def test_settings_stored_before_a_project_could_learn_as_you_go_learn_after_each_round():
    stored = ProjectConfig(batch_size=7).model_dump(exclude={"refit"})
    assert make_config(stored) == ProjectConfig(batch_size=7, refit="round")


@given(config=configs)
def test_settings_read_back_are_the_same_to_the_last_bit(config):
    assert ProjectConfig.model_validate_json(config.model_dump_json()) == config
    assert make_config(config.model_dump()) == config
    assert hash(make_config(config.model_dump())) == hash(config)


def test_settings_cannot_be_changed():
    config = ProjectConfig()
    with pytest.raises(ValidationError):
        config.alpha = 0.5


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"n_samples": 1}, "n samples: "),
        ({"n_samples": 1798}, "there are 1,797 digits"),
        ({"n_samples": 10_000_001, "dataset": "many.npz"}, "n samples: "),
        ({"n_samples": 10_001, "dataset": "many.npz"}, "do not fit into memory"),
        ({"n_samples": "many"}, "n samples: "),
        ({"n_given": -1}, "n given: "),
        ({"gamma": 0}, "gamma: "),
        ({"gamma": math.nan}, "gamma: "),
        ({"gamma": math.inf}, "gamma: "),
        ({"n_neighbors": 1}, "n neighbors: "),
        ({"alpha": 0}, "alpha: "),
        ({"alpha": 1}, "alpha: "),
        ({"alpha": math.nan}, "alpha: "),
        ({"max_iter": 0}, "max iter: "),
        ({"tol": -0.1}, "tol: "),
        ({"tol": math.nan}, "tol: "),
        ({"batch_size": 0}, "batch size: "),
        ({"batch_size": 21}, "batch size: "),
        ({"shuffle_seed": 2**32}, "shuffle seed: "),
        ({"refit": "never"}, "refit: "),
        ({"kernel": "cosine"}, "kernel: "),
        ({"dataset": ""}, "dataset: "),
        ({"mode": "converged"}, "mode: "),
        ({"colour": "red"}, "colour: "),
    ],
)
def test_a_setting_out_of_range_is_named(values, text):
    with pytest.raises(InvalidConfigError) as caught:
        make_config(values)
    assert text in caught.value.problem
    assert caught.value.problem.startswith("These settings do not work: ")
    assert "pydantic" not in str(caught.value)


def test_all_settings_that_are_wrong_are_named_at_once():
    with pytest.raises(InvalidConfigError) as caught:
        make_config({"alpha": 2, "max_iter": 0})
    assert "alpha: " in str(caught.value)
    assert "max iter: " in str(caught.value)


def test_no_more_labels_can_be_given_than_there_are_samples():
    assert make_config({"n_samples": 20, "n_given": 20}).n_given == 20
    with pytest.raises(
        InvalidConfigError, match="21 labels cannot be given when there are 20 samples"
    ):
        make_config({"n_samples": 20, "n_given": 21})


def test_no_more_neighbours_can_be_found_than_there_are_samples():
    assert make_config({"kernel": "knn", "n_samples": 7, "n_neighbors": 7}).n_neighbors == 7
    with pytest.raises(InvalidConfigError, match="8 neighbours cannot be found among 7 samples"):
        make_config({"kernel": "knn", "n_samples": 7, "n_neighbors": 8})


def test_neighbours_do_not_matter_to_a_kernel_without_them():
    assert make_config({"kernel": "rbf", "n_samples": 5, "n_neighbors": 7}).n_samples == 5


def test_projects_from_before_there_were_queries_ask_as_they_did():
    assert make_config({"mode": "fixed_point", "kernel": "symmetric_knn"}).query == "margin"
    assert make_config({"mode": "exact"}).query == "entropy"
    assert make_config({"mode": "fixed_point", "query": "entropy"}).query == "entropy"


def test_classic_settings_are_those_of_scikit_learns_example_where_they_fit():
    assert classic() == ProjectConfig()
    many = classic(dataset="mnist.npz", n_samples=70_000)
    assert (many.kernel, many.mode, many.alpha) == ("knn", "exact", 0.2)


def test_recommended_settings_take_what_a_project_is_on():
    config = recommended(dataset="mnist.npz", n_samples=70_000, batch_size=1)
    assert (config.dataset, config.batch_size) == ("mnist.npz", 1)
    assert (config.kernel, config.features, config.random_share) == ("symmetric_knn", "shapes", 0.2)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_by_chance_is_between_none_and_all(share):
    with pytest.raises(InvalidConfigError, match="random share"):
        make_config({"random_share": share})


def test_some_of_the_settings_can_be_told_whatever_they_are():
    for overlap in (1, 3):
        config = ProjectConfig(overlap=overlap)
        assert config.model_dump(include={"alpha"}) == {"alpha": 0.2}
