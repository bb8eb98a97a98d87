"""Names for what can be rebuilt, made of the settings that matter and of the labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Final

from core.config import ProjectConfig

_LEARNING: Final = 2
"""Part of the name of every note: raise it when the same labels lead to other beliefs."""


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
        "hidden_share": 0.0,
        "overlap": 1,
        "overlap_share": 1.0,
        "truth": "majority",
        "network": config.network if config.uses_embeddings else "",
    }
    return config.model_copy(update=same)


def versioned(version: str, naming: str) -> str:
    """The version of a data set as a project sees it that calls its items and classes otherwise."""
    return f"{version} {naming}" if naming else version


def note_name(config: ProjectConfig, version: str) -> Callable[[int], str]:
    """Names for what is learned with these settings from sets of labels, by their digest."""
    settings = learning_settings(config).model_dump_json()

    def name(digest: int) -> str:
        told = json.dumps([_LEARNING, settings, version, digest]).encode()
        return hashlib.blake2b(told, digest_size=16).hexdigest()

    return name
