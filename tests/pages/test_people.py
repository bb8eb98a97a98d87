"""The part of the Progress page that is about people."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from core.config import recommended
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from tests.pages.conftest import OpenPage


def _shared(service: Service) -> str:
    config = recommended(n_samples=60, overlap=2, batch_size=5, truth="majority")
    project = service.create_project("Shared", config).project_id
    for person, name in (("Ann", "3"), ("Bob", "8")):
        batch = service.batch(project, desk=person, by=person)
        assert batch is not None
        answers = [Answer(item, AnswerKind.LABEL, name, 900) for item in batch.items]
        service.submit(project, batch.batch_id, answers, by=person)
    return project


def _press(page: AppTest) -> None:
    next(one for one in page.button if one.label == "Ask about them").click().run()


def test_it_says_who_has_answered_and_how_far_they_agree(open_page: OpenPage, service: Service):
    page = open_page("pages/progress.py", project=_shared(service), part="People")
    assert not page.exception
    persons, pairs, classes = (table.value for table in page.dataframe)
    assert [*persons["Person"]] == ["Ann", "Bob"]
    assert [*persons["Answers"]] == [5, 5]
    assert [*pairs["Images"]] == [5]
    assert [*classes["Class"]] == ["3", "8"]
    assert "Decide 5 disputed images" in [link.proto.label for link in page.get("page_link")]


def test_known_answers_are_set_and_ended(open_page: OpenPage, service: Service):
    project = _shared(service)
    page = open_page("pages/progress.py", project=project, part="People")
    page.number_input[0].set_value(20)
    _press(page)
    assert not page.exception
    assert len(service.standing(project).state.votes.known) == 20
    page.number_input[0].set_value(0)
    _press(page)
    assert not service.standing(project).state.votes.known


def test_where_one_answer_is_enough_it_says_so(open_page: OpenPage, service: Service):
    project = service.create_project("Alone", recommended(n_samples=60)).project_id
    page = open_page("pages/progress.py", project=project, part="People")
    assert page.info[0].value == "Nobody has answered yet."
    batch = service.batch(project)
    assert batch is not None
    service.submit(project, batch.batch_id, [Answer(batch.items[0], AnswerKind.LABEL, "3")])
    page = open_page("pages/progress.py", project=project, part="People")
    assert not page.exception
    assert "one answer an image is enough" in page.info[0].value
