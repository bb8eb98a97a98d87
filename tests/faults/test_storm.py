"""A short form of ``make faults``: whatever goes wrong, each acknowledged label is there once."""

from __future__ import annotations

import pytest

from tests.faults.storm.storm import Storm, run


@pytest.mark.parametrize(("database", "as_you_go"), [("sqlite", True), ("postgresql", False)])
def test_in_a_storm_each_acknowledged_label_is_stored_once_and_both_servers_agree(
    database: str, as_you_go: bool
):
    storm = Storm(database, 2, 6, seconds=10, every=0.4, as_you_go=as_you_go, least=20)
    verdict = run(storm)
    assert verdict.n_faults >= storm.least
    assert verdict.acknowledged >= storm.least
    assert verdict.is_sound, verdict
