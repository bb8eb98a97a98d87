"""The graph on the stage shows the run's own graph and beliefs, or a sample that says so."""

from __future__ import annotations

from base64 import b64decode

import numpy as np

from core.config import recommended
from core.data import catalogue
from core.engine.building import engine_for
from core.figures.stage_graph import MOST, Subject, graph_data, seen_of, subject_of
from core.learning.arriving import arrivals
from core.replay.published import find_run
from core.replay.run import graph_of, replay
from core.session.labels import Labels

RUN = find_run("digits-active-0.20")
ROUNDS = tuple(replay(RUN))
DATASET = catalogue.load(RUN.config)
GRAPH = graph_of(RUN, DATASET)


def numbers(text: str, kind: str = "u1") -> np.ndarray:
    return np.frombuffer(b64decode(text), dtype=kind)


SUBJECT = Subject(DATASET, np.arange(330), GRAPH, DATASET.features, RUN.config.alpha, "digits")
SHOWN = graph_data(SUBJECT, [seen_of(SUBJECT, step.beliefs) for step in ROUNDS])


def test_every_item_has_a_place_and_is_linked_with_those_most_like_it():
    assert SHOWN.n_items == 330
    assert SHOWN.about == "330 digits, each linked with those most like it."
    places = numbers(SHOWN.places, "<u2").reshape(-1, 2)
    assert places.shape == (330, 2)
    assert len(np.unique(places, axis=0)) == 330
    links = numbers(SHOWN.links, "<u2").reshape(-1, 2)
    weights = np.asarray(GRAPH.matrix)
    for item in (0, 100, 329):
        linked = {*links[links[:, 0] == item, 1], *links[links[:, 1] == item, 0]}
        nearest = np.argsort(-weights[item], kind="stable")[:3]
        assert {*nearest.tolist()} <= linked


def test_what_is_believed_of_each_item_is_that_of_the_round():
    for step, told in zip(ROUNDS, SHOWN.rounds, strict=True):
        beliefs = step.beliefs
        assert numbers(told.labelled).tolist() == beliefs.labelled.astype(int).tolist()
        expected = np.where(beliefs.reached, beliefs.predicted, 255)
        assert numbers(told.classes).tolist() == expected.tolist()
        top = np.sort(np.asarray(beliefs.probabilities, dtype=np.float64), axis=1)
        sure = numbers(told.leads)[top[:, -1] - top[:, -2] > 0.999]
        assert (sure == 255).all()


def test_labels_spread_as_their_powers_do_one_of_each_class_and_the_farthest_first():
    first = ROUNDS[0].beliefs
    found = {a.item: a for a in arrivals(GRAPH, np.flatnonzero(first.labelled), 0.2, most=6)}
    reach = {item: float(a.shares[-1].sum()) for item, a in found.items()}
    assert len({one.number for one in SHOWN.spreads}) == len(SHOWN.spreads) > 3
    assert SHOWN.spreads[0].item == max(reach, key=reach.__getitem__)
    for spread in SHOWN.spreads:
        assert first.labels[spread.item] == spread.number
        arrival = found[spread.item]
        assert tuple(sweep.sweeps for sweep in spread.sweeps) == arrival.sweeps
        for sweep, shares, heard in zip(spread.sweeps, arrival.shares, arrival.heard, strict=True):
            assert sweep.reached == heard.sum()
            assert numbers(sweep.heard).tolist() == heard.astype(int).tolist()
            np.testing.assert_allclose(numbers(sweep.shares) / 255, shares, atol=0.003)


def test_of_many_items_a_sample_is_shown_and_said_to_be_one():
    config = recommended(n_samples=900)
    engine = engine_for(config, catalogue.load(config))
    labelled = np.arange(20)
    subject = subject_of(engine, labelled, config.alpha, "images", ())
    assert len(subject.positions) == MOST
    assert {*labelled} <= {*subject.positions.tolist()}
    assert subject.graph.n_items == MOST
    labels = Labels({int(engine.dataset.rows[i]): "0" for i in labelled})
    shown = graph_data(subject, [seen_of(subject, engine.believe(labels))])
    assert shown.about.startswith("A sample of 600 of the 900 images")
    assert numbers(shown.rounds[0].labelled).sum() == len(labelled)


def test_a_set_without_labels_or_of_two_items_is_drawn_too():
    config = recommended(n_samples=2)
    engine = engine_for(config, catalogue.load(config))
    subject = subject_of(engine, np.arange(0), config.alpha, "digits", ())
    shown = graph_data(subject, [seen_of(subject, engine.believe(Labels()))])
    assert shown.spreads == ()
    assert shown.n_items == 2
