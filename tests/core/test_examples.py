"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITH_EXAMPLES = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for file in sorted(ROOT.glob("core/**/*.py"))
    if ">>> " in file.read_text(encoding="utf-8")
]


def test_the_estimator_has_examples():
    assert "core.learning.estimator" in WITH_EXAMPLES


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_give_what_they_show(module):
    result = doctest.testmod(import_module(module))
    assert result.attempted
    assert not result.failed
