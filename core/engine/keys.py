"""Names for what can be rebuilt: the settings that matter, and sets of labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from core.config import ProjectConfig

_LEARNING: Final = 1
"""Part of the name of every note: raise it when the same labels lead to other beliefs."""

Labels = frozenset[tuple[int, str]]
"""Pairs of an item (its row in the data set) and the name of its class."""


def learning_settings(config: ProjectConfig) -> ProjectConfig:
    """The settings without those that change nothing of what is learned."""
    same = {
        "n_given": 0,
        "batch_size": 1,
        "replays": None,
        "refit": "round",
        "opening": "k_means",
        "query": "entropy",
        "random_share": 0.0,
        "assume_answers": False,
    }
    return config.model_copy(update=same)


def note_name(config: ProjectConfig, version: str) -> Callable[[Labels], str]:
    """Names for what is learned with these settings from sets of labels."""
    settings = learning_settings(config).model_dump_json()

    def name(labels: Labels) -> str:
        told = json.dumps([_LEARNING, settings, version, sorted(labels)]).encode()
        return hashlib.blake2b(told, digest_size=16).hexdigest()

    return name


def labels_key(labels: Mapping[int, str] | Iterable[tuple[int, str]]) -> Labels:
    """Labels in the form that engines take."""
    return frozenset(labels.items() if isinstance(labels, Mapping) else labels)
