"""A short form of ``make faults``: whatever goes wrong, each acknowledged label is there once."""

from __future__ import annotations

import pytest

from tests.faults.storm.storm import Storm, run


@pytest.mark.parametrize(("database", "as_you_go"), [("sqlite", True), ("postgresql", False)])
def test_in_a_storm_each_acknowledged_label_is_stored_once_and_both_servers_agree(
    database: str, as_you_go: bool
):
    verdict = run(Storm(database, 2, n_annotators=6, seconds=10, every=0.4, as_you_go=as_you_go))
    assert verdict.n_faults > 20
    assert verdict.acknowledged > 20
    assert verdict.is_sound, verdict
