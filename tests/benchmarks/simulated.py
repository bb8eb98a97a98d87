"""Projects as the app would go on with them, as you go: its questions, answered with the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from core.config import recommended
from core.engine.building import engine_for
from core.engine.engine import Engine, policy_of
from core.session.events import Answer, Answered, AnswerKind, Event, Served
from core.session.fold import fold
from core.session.state import State
from tests.benchmarks.label_sets import ALL_DIGITS, LabelSet, digits, mnist_digits, unbalanced
from tests.benchmarks.labels import images_of

Make = Callable[[int], LabelSet]
"""Gives a set by a seed."""


def engine_of(found: LabelSet) -> Engine:
    """An engine on the best settings known."""
    dataset = images_of(found)
    return engine_for(recommended(dataset="set.npz", n_samples=dataset.n_items), dataset)


def answered(engine: Engine, seed: int, n_labels: int) -> Iterator[State]:
    """The states of a project, one after each answer."""
    truth, names = engine.dataset.truth, engine.dataset.class_names
    assert truth is not None
    state, random = State(), np.random.default_rng(seed)
    policy = policy_of(recommended())
    for number in range(n_labels):
        (chosen,) = engine.choose(policy, state.labels, state.labels, 1, random)
        batch = Served(
            batch_id=str(number),
            round=1 + number // 10,
            items=(chosen.item,),
            predicted=(None,),
            confidence=(0.0,),
            reasons=(chosen.reason,),
            draws={} if chosen.draw is None else {chosen.item: chosen.draw},
        )
        (place,) = engine.positions([chosen.item])
        answer = Answer(chosen.item, AnswerKind.LABEL, names[truth[place]])
        events: list[Event] = [batch, Answered(batch_id=str(number), answers=(answer,))]
        state = fold(state, events)
        yield state


def sets_of_digits(mnist: Path | None) -> list[tuple[str, Make]]:
    """The sets on which what is said of quality is measured, by their names."""
    found: list[tuple[str, Make]] = [
        ("digits, 1,797", partial(digits, ALL_DIGITS)),
        ("digits, 443, first class largest", partial(_uneven_digits, "first")),
        ("digits, 448, last class largest", partial(_uneven_digits, "last")),
    ]
    if mnist is not None:
        found.append(("MNIST, 2,000", partial(mnist_digits, mnist, 2_000)))
    return found


def _uneven_digits(largest: str, seed: int) -> LabelSet:
    return unbalanced(digits(ALL_DIGITS, seed), "first" if largest == "first" else "last", seed)
