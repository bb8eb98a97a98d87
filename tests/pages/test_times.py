"""The part of the Progress page that is about time."""

from __future__ import annotations

import numpy as np

from core.config import ProjectConfig
from tests.pages.conftest import metrics
from tests.pages.test_progress import PAGE, label_rounds, texts


def test_how_long_answers_took_is_told_by_class_and_how_much_time_in_all(open_page, service):
    given = label_rounds(service, 3)
    page = open_page(PAGE, part="Time")
    assert not page.exception
    assert metrics(page) == {"Seconds per label": "1.3", "Time spent": "35 s"}
    table = page.dataframe[0].value
    counts = np.bincount(list(given.values()), minlength=10)
    assert table["Answers"].tolist() == counts[counts > 0].tolist()
    assert set(table["Seconds"]) == {1.3}
    assert "no prediction was hidden" in texts(page)


def test_the_share_of_hidden_predictions_is_set_where_it_is_explained(open_page, service):
    label_rounds(service, 2)
    page = open_page(PAGE, part="Time")
    page.segmented_control[-1].set_value(0.25).run()
    assert not page.exception
    assert service.project("digits").config.hidden_share == 0.25
    assert page.segmented_control[-1].value == 0.25
    # What another tab has set since is not set back.
    service.hide_predictions("digits", 0.5)
    assert page.run().segmented_control[-1].value == 0.5
    assert service.project("digits").config.hidden_share == 0.5


def test_before_anybody_has_answered_there_are_no_times(open_page, service):
    project = service.create_project("Given", ProjectConfig(n_samples=100, n_given=10)).project_id
    page = open_page(PAGE, project=project, part="Time")
    assert not page.exception
    assert "Nobody has answered yet" in texts(page)
    assert not metrics(page)
