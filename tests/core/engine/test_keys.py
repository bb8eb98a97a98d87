"""What is learned is named by the settings that matter and by the labels, however they came."""

from __future__ import annotations

from core.config import ProjectConfig
from core.engine.keys import note_name
from core.session.labels import Labels

CONFIG = ProjectConfig(n_samples=100)


def test_the_same_labels_have_one_name_in_whichever_order_they_were_given():
    name = note_name(CONFIG, "1")
    assert name(Labels({1: "a", 2: "b"}).digest) == name(Labels({2: "b"}).with_label(1, "a").digest)


def test_other_labels_settings_or_data_have_another_name():
    labels = Labels({1: "a"})
    other_settings = CONFIG.model_copy(update={"alpha": 0.5})
    names = {
        note_name(CONFIG, "1")(labels.digest),
        note_name(CONFIG, "1")(Labels({1: "b"}).digest),
        note_name(CONFIG, "2")(labels.digest),
        note_name(other_settings, "1")(labels.digest),
    }
    assert len(names) == 4


def test_settings_that_change_nothing_of_what_is_learned_change_no_name():
    asks_otherwise = CONFIG.model_copy(update={"batch_size": 20, "query": "margin"})
    labels = Labels({1: "a"})
    assert note_name(asks_otherwise, "1")(labels.digest) == note_name(CONFIG, "1")(labels.digest)
