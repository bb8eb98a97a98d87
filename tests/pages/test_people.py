"""The part of the Progress page that is about people."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.config import recommended
from core.people.persons import Person
from core.people.roles import Role
from core.service.guarded import Administrators
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from pages._ui import handle, map_route
from tests.pages.conftest import OpenPage
from tests.pages.test_explore import Reply


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


def test_what_its_columns_mean_is_said(open_page: OpenPage, service: Service):
    project = _shared(service)
    item, *_ = service.standing(project).state.votes.in_dispute()
    service.decide(project, Answer(item, AnswerKind.LABEL, "3"))
    page = open_page("pages/progress.py", project=project, part="People")
    assert {"Agrees", "Compared"} < {*page.dataframe[0].value.columns}
    assert any("what is taken for true" in caption.value for caption in page.caption)


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


@pytest.fixture
def blind(service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project of which Bob, who has this session, is one of those who answer each image."""
    project, bob = _shared(service), Person("Bob", "Bob")
    service.give_role(project, bob, Role.ANNOTATOR)
    monkeypatch.setattr(handle, "current_person", lambda: bob)
    monkeypatch.setattr(map_route, "person_of", lambda _: bob)
    monkeypatch.setattr(handle, "roles", lambda: Administrators(has_login=True))
    return project


@pytest.mark.parametrize("name", ["grid", "review", "explore", "history", "progress"])
def test_who_is_blind_is_refused_what_shows_single_images_and_finds_the_way_back(
    open_page: OpenPage, blind: str, name: str
):
    page = open_page(f"pages/{name}.py", project=blind, present="1")
    assert not page.exception
    assert [one.value for one in page.info] == [
        "In this project, people answer without seeing what others say, so answers and "
        "predictions are for reviewers and owners\\. Ask an owner of the project\\."
    ]
    assert "Shared" in [button.label for button in page.button]
    assert not page.get("bidi_component")


def test_who_is_blind_sees_figures_that_lead_to_no_image(
    open_page: OpenPage, service: Service, blind: str
):
    item = service.standing(blind).state.votes.in_dispute()[0]
    service.decide(blind, Answer(item, AnswerKind.LABEL, "3"))
    page = open_page("pages/progress.py", project=blind)
    assert not page.exception
    assert not page.info
    assert "How unsure the model is" in [title.value for title in page.subheader]
    assert "All rounds" not in [link.proto.label for link in page.get("page_link")]
    assert "Present" not in [button.label for button in page.button]
    assert not [one.value for one in page.caption if "Press a" in one.value]
    # Nor does a figure say after each answer whether it was right.
    figures = " ".join(one.proto.body for one in page.get("html"))
    assert "Macro F1" in figures
    assert "Labels that differ" not in figures
    differing = "Which these are is for the reviewers and owners of this project."
    assert differing in [one.value for one in page.caption]


def test_who_is_blind_is_not_told_how_long_which_class_took(
    open_page: OpenPage, service: Service, blind: str
):
    batch = service.batch(blind, desk="bob", by="Bob")
    assert batch is not None
    said = Answer(batch.items[0], AnswerKind.LABEL, "3", 900)
    service.submit(blind, batch.batch_id, [said], by="Bob")
    page = open_page("pages/progress.py", project=blind, part="Time")
    assert not page.exception
    titles = [title.value for title in page.subheader]
    assert "Seconds per label, by round" in titles
    assert "By class" not in titles
    assert page.selectbox(key=f"times_class_{blind}").options == ["All classes"]


@pytest.mark.parametrize("part", ["state", "places/x", "marks/x", "image/x/5"])
def test_who_is_blind_is_sent_nothing_of_the_map(service: Service, blind: str, part: str):
    service.stop_layout(service.view(blind))
    reply = Reply(f"/maps/{blind}/{part}")
    assert reply.status == 404
    assert b"without seeing what others say" in reply.body
