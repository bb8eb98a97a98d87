"""The label page without a browser: what it hands to its component, and what it takes from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import sqlalchemy as sa
from streamlit import get_option
from streamlit.testing.v1 import AppTest

from core import bootstrap, storage
from core.config import ProjectConfig, recommended
from core.service.conversation import respond
from core.service.labelling import Service
from core.service.view import NOT_SOLVED
from core.session.events import Answer, AnswerKind
from core.session.ledger import Placed
from pages._ui import handle
from pages._ui.answers import Changes, changes_of
from pages._ui.labeler import KEY
from tests.core.builders import label

pytestmark = pytest.mark.usefixtures("few_digits")

PAGE = "pages/label.py"
DESK = "test session id"
"""Of all sessions that run without a browser."""
PAGES = [PAGE, "pages/progress.py", "pages/projects.py"]

OpenPage = Callable[..., AppTest]


def shown(page: AppTest) -> dict[str, Any]:
    """What the component was told to show."""
    assert not page.exception
    data: dict[str, Any] = json.loads(page.get("bidi_component")[0].proto.json)
    return data


def said(page: AppTest) -> str:
    """Everything that the page says in a box."""
    boxes = (*page.error, *page.warning, *page.info)
    return " ".join(box.value for box in boxes).replace("\\", "")


def send(page: AppTest, message: Any) -> dict[str, Any]:
    """Act as the browser, and give the receipt for the message."""
    page.session_state[KEY] = {"message": message}
    page.run()
    assert not page.exception
    receipt: dict[str, Any] = shown(page)["receipts"][-1]
    return receipt


def submit(page: AppTest, labels: dict[int, str] | None = None, **changes: Any) -> dict[str, Any]:
    """A message that labels the first image on screen as 3, or with some of it changed."""
    data = shown(page)
    labels = {data["items"][0]["id"]: "3"} if labels is None else labels
    answers = [
        {"item": item, "kind": "label", "label": label, "ms": 900} for item, label in labels.items()
    ]
    message = {
        "v": 1,
        "id": "m1",
        "kind": "submit",
        "project": data["project"],
        "batch_id": data["batch_id"],
        "answers": answers,
    }
    return message | changes


def answers_of(service: Service, project: str = "digits") -> list[tuple[int, str | None]]:
    placed = service.view(project).state.placed
    return [(one.answer.item, one.answer.label) for one in placed]


# ---- what is shown


def test_the_first_visit_shows_ten_digits_and_no_prediction(open_page: OpenPage):
    data = shown(open_page(PAGE))
    assert (data["project"], data["round"], len(data["items"])) == ("digits", 1, 10)
    assert [one["key"] for one in data["classes"]] == list("0123456789")
    assert all(item["beliefs"] == [] for item in data["items"])
    assert data["saved"] == 0
    assert data["last"] is None
    assert "knows nothing yet" in data["summary"]


def test_a_batch_is_stored_and_the_next_one_shown_with_what_was_learned(
    open_page: OpenPage, service: Service
):
    page = open_page(PAGE)
    first = shown(page)
    labels = {item["id"]: str(number) for number, item in enumerate(first["items"])}
    receipt = send(page, submit(page, labels))
    assert receipt == {"id": "m1", "outcome": "done", "text": ""}
    assert answers_of(service) == list(labels.items())
    second = shown(page)
    assert second["batch_id"] != first["batch_id"]
    assert (second["round"], second["saved"]) == (2, 10)
    assert second["summary"].startswith("Round 1: 10 labels added, 10 in all")
    assert all(item["beliefs"] for item in second["items"])
    assert second["last"] == {"batch_id": first["batch_id"], "item": list(labels)[-1], "said": "9"}


def test_the_same_message_twice_counts_once(open_page: OpenPage, service: Service):
    page = open_page(PAGE)
    message = submit(page)
    send(page, message)
    send(page, message)
    # Such as from a second session, which knows nothing of the first one's receipts.
    receipt = send(open_page(PAGE), message)
    assert receipt == {"id": "m1", "outcome": "done", "text": ""}
    assert len(answers_of(service)) == 1


def test_an_undo_sent_twice_undoes_once(open_page: OpenPage, service: Service):
    page = open_page(PAGE)
    items = [item["id"] for item in shown(page)["items"]]
    batch = shown(page)["batch_id"]
    send(page, submit(page, {items[0]: "1", items[1]: "2"}))
    undo = {"v": 1, "id": "m2", "kind": "undo", "project": "digits"}
    undo |= {"batch_id": batch, "item": items[1]}
    assert send(page, undo)["outcome"] == "done"
    assert [item["id"] for item in shown(page)["items"]] == [items[1]]
    assert "Undone" in shown(page)["summary"]
    assert send(open_page(PAGE), undo)["outcome"] == "done"
    assert answers_of(service) == [(items[0], "1")]


def test_when_all_is_answered_nothing_is_shown_but_undo_is_left(
    open_page: OpenPage, service: Service
):
    project = service.create_project("Two", ProjectConfig(n_samples=2)).project_id
    page = open_page(PAGE, project=project)
    send(page, submit(page, {item["id"]: "1" for item in shown(page)["items"]}))
    data = shown(page)
    assert (data["batch_id"], data["items"], data["saved"]) == (None, [], 2)
    assert data["last"] is not None


def test_as_you_go_one_answer_brings_the_next_batch_and_what_was_learned(
    open_page: OpenPage, service: Service
):
    project = service.create_project("Quick", ProjectConfig(n_samples=60, refit="label")).project_id
    page = open_page(PAGE, project=project)
    first = shown(page)
    assert (first["as_you_go"], first["answered"], first["round_size"]) == (True, 0, 10)
    assert send(page, submit(page))["outcome"] == "done"
    second = shown(page)
    assert second["batch_id"] != first["batch_id"]
    assert (second["round"], second["answered"], second["saved"]) == (1, 1, 1)
    assert second["items"][0]["id"] == first["items"][1]["id"]
    assert second["summary"].startswith("Round 1: 1 label added, 1 in all")


# ---- bad input


def changed_answer(**changes: Any) -> Callable[[dict[str, Any]], Any]:
    def change(message: dict[str, Any]) -> Any:
        return message | {"answers": [message["answers"][0] | changes]}

    return change


def changed(**changes: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda message: message | changes


BAD: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "unknown item": (changed_answer(item=10**9), "which was not in its batch"),
    "unknown class": (changed_answer(label="cat"), "“cat” is not one of the classes"),
    "no class": (changed_answer(label=None), "does not fit together"),
    "skip with a label": (changed_answer(kind="skip"), "does not fit together"),
    "unknown batch": (changed(batch_id="0" * 32), "that this project never showed"),
    "unknown project": (changed(project="nothing"), "does not exist"),
    "another version": (changed(v=2), "does not understand"),
    "item as text": (changed_answer(item="5"), "does not understand"),
    "answers as text": (changed(answers="all"), "does not understand"),
    "no answers": (changed(answers=[]), "does not understand"),
    "label of 10 MB": (changed_answer(label="x" * 10_000_000), "does not understand"),
    "batch of 10 MB": (changed(batch_id="x" * 10_000_000), "does not understand"),
    "unknown kind": (changed(kind="drop"), "does not understand"),
    "same item twice": (lambda m: m | {"answers": m["answers"] * 2}, "answered twice"),
    "id is a list": (changed(id=["m1"]), "does not understand"),
    "id of 10 MB": (changed(id="x" * 10_000_000), "does not understand"),
    "text": (lambda _: "submit", "does not understand"),
    "number": (lambda _: 0, "does not understand"),
    "list": (lambda m: [m], "does not understand"),
    "empty": (lambda _: {}, "does not understand"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_message_is_refused_in_a_sentence_and_nothing_is_stored(
    name: str, open_page: OpenPage, service: Service
):
    change, sentence = BAD[name]
    page = open_page(PAGE)
    before = shown(page)
    receipt = send(page, change(submit(page)))
    assert receipt["outcome"] == "refused"
    assert sentence in receipt["text"]
    assert len(receipt["text"]) < 400
    assert answers_of(service) == []
    # The page goes on as if nothing had been.
    assert shown(page)["batch_id"] == before["batch_id"]
    assert send(page, submit(page, id="m2"))["outcome"] == "done"
    assert len(answers_of(service)) == 1


def test_a_good_answer_beside_a_bad_one_is_not_stored_either(open_page: OpenPage, service: Service):
    page = open_page(PAGE)
    first = shown(page)["items"][0]["id"]
    assert send(page, submit(page, {first: "1", 10**6: "2"}))["outcome"] == "refused"
    assert answers_of(service) == []


def test_an_answer_to_an_old_batch_counts_if_it_is_new_and_is_told_if_it_is_not(
    open_page: OpenPage, service: Service
):
    page = open_page(PAGE)
    items = [item["id"] for item in shown(page)["items"]]
    old = shown(page)["batch_id"]
    send(page, submit(page, {items[0]: "1"}))
    late = {items[0]: "2", items[1]: "2"}
    receipt = send(page, submit(page, late, id="m2", batch_id=old))
    assert receipt["outcome"] == "done"
    assert receipt["text"].startswith("1 image had been answered differently before")
    assert answers_of(service) == [(items[0], "1"), (items[1], "2")]


@pytest.mark.parametrize("page", [PAGE, "pages/progress.py"])
def test_a_model_that_was_not_solved_to_the_end_is_said_to_be_less_exact(
    page: str, open_page: OpenPage, service: Service
):
    near_one = recommended(alpha=1 - 1e-9, n_samples=60, n_given=20)
    project = service.create_project("Near one", near_one).project_id
    for opened, is_told in ((open_page(page, project=project), True), (open_page(page), False)):
        assert not opened.exception
        told = [element.value for element in (*opened.caption, *opened.info)]
        assert (NOT_SOLVED in told) == is_told


@pytest.mark.parametrize("page", PAGES)
def test_a_project_that_is_not_there_is_told(page: str, open_page: OpenPage):
    opened = open_page(page, project="nothing")
    assert not opened.exception
    if page != "pages/projects.py":
        assert "This project does not exist" in said(opened)
        # The next visit falls back on a project that does exist.
        opened.run()
        assert not opened.exception
        assert "does not exist" not in said(opened)


def test_a_project_deleted_meanwhile_is_told_and_its_answers_wait(
    open_page: OpenPage, service: Service
):
    project = service.create_project("Short-lived", ProjectConfig(n_samples=20)).project_id
    page = open_page(PAGE, project=project)
    message = submit(page)
    service.delete_project(project)
    page.session_state[KEY] = {"message": message}
    page.run()
    assert not page.exception
    assert "This project does not exist, or it was deleted." in said(page)
    service.restore_project(project)
    assert send(open_page(PAGE, project=project), message)["outcome"] == "done"
    assert len(answers_of(service, project)) == 1


# ---- a bad database


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> list[storage.SqlStore]:
    """What the pages open; it waits for a lock but a moment."""
    opened: list[storage.SqlStore] = []

    def open_store(url: str) -> storage.SqlStore:
        opened.append(storage.open_store(url, busy_seconds=0.05))
        return opened[-1]

    monkeypatch.setattr(bootstrap, "open_store", open_store)
    return opened


@pytest.fixture
def database(stores: list[storage.SqlStore], service: Service, tmp_path: Path) -> Path:  # noqa: ARG001
    """A database with one answer in the default project."""
    batch = service.batch("digits")
    assert batch is not None
    answer = Answer(item=batch.items[0], kind=AnswerKind.LABEL, label="1")
    service.submit("digits", batch.batch_id, [answer])
    service.batch("digits")
    return tmp_path / "labelspread.db"


@contextmanager
def pragma(text: str) -> Iterator[None]:
    """Set a pragma on each connection when a store takes it from its pool."""

    def apply(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {text}")

    sa.event.listen(sa.pool.Pool, "checkout", apply)
    try:
        yield
    finally:
        sa.event.remove(sa.pool.Pool, "checkout", apply)


@contextmanager
def read_only(_: Path) -> Iterator[None]:
    with pragma("query_only=1"):
        yield
    with pragma("query_only=0"):
        handle.whole_service().ping()


@contextmanager
def locked(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database)) as other:
        (pages,) = other.execute("PRAGMA page_count").fetchone()
        # Use up what is free within the file's pages, with events of a project that is not there.
        other.execute(f"PRAGMA max_page_count={pages}")
        with suppress(sqlite3.OperationalError):
            for seq in count():
                other.execute("INSERT INTO events VALUES ('nobody', ?, '', '')", (seq,))
                other.commit()
    with pragma(f"max_page_count={pages}"):
        yield
    with pragma("max_page_count=1073741823"):
        handle.whole_service().ping()


WRITING_FAILS = {
    "read-only": (read_only, "is read-only"),
    "locked": (locked, "is locked by another program"),
    "full": (full, "There is no room left"),
}


@pytest.mark.parametrize("name", WRITING_FAILS)
def test_when_nothing_can_be_written_the_page_says_so_and_the_answer_can_be_sent_again(
    name: str, database: Path, open_page: OpenPage, service: Service
):
    obstacle, sentence = WRITING_FAILS[name]
    page = open_page(PAGE)
    before = answers_of(service)
    items = [item["id"] for item in shown(page)["items"]]
    # Enough of it that it needs a new page of the file.
    message = submit(page, dict.fromkeys(items, "3"))
    with obstacle(database):
        while answers_of(service) == before:
            receipt = send(page, message)
            if receipt["outcome"] == "failed":
                break
            before = answers_of(service)
            page = open_page(PAGE)
            items = [item["id"] for item in shown(page)["items"]]
            message = submit(page, dict.fromkeys(items, "3"))
        assert receipt["outcome"] == "failed"
        assert sentence in receipt["text"]
        assert answers_of(service) == before
        # It is not tried again before the browser asks for it.
        assert [one["outcome"] for one in shown(page)["receipts"]].count("failed") == 1
        for other in PAGES:
            opened = open_page(other)
            assert not opened.exception
    assert send(open_page(PAGE), message)["outcome"] == "done"
    assert answers_of(service) == [*before, *((item, "3") for item in items)]


@contextmanager
def newer(database: Path) -> Iterator[None]:
    def set_revision(revision: str) -> str:
        with closing(sqlite3.connect(database)) as other, other:
            (before,) = other.execute("SELECT version_num FROM alembic_version").fetchone()
            other.execute("UPDATE alembic_version SET version_num = ?", [revision])
        return str(before)

    before = set_revision("9999")
    handle.close()
    yield
    set_revision(before)
    handle.close()


@contextmanager
def corrupt(database: Path) -> Iterator[None]:
    content = database.read_bytes()
    database.write_bytes(b"This is no database. " * 400)
    handle.close()
    yield
    database.write_bytes(content)
    handle.close()


@contextmanager
def out_of_reach(database: Path) -> Iterator[None]:
    aside = database.with_suffix(".aside")
    database.rename(aside)
    database.mkdir()
    handle.close()
    yield
    database.rmdir()
    aside.rename(database)
    handle.close()


OPENING_FAILS = {
    "newer": (newer, "was written by a newer version of Labelspread"),
    "corrupt": (corrupt, "is damaged, or is not a database"),
    "out of reach": (out_of_reach, "cannot be used"),
}


@pytest.mark.parametrize("name", OPENING_FAILS)
def test_when_the_database_cannot_be_opened_every_page_says_so_and_later_all_is_there(
    name: str,
    database: Path,
    stores: list[storage.SqlStore],
    open_page: OpenPage,
    service: Service,
):
    obstacle, sentence = OPENING_FAILS[name]
    page = open_page(PAGE)
    message = submit(page)
    before = answers_of(service)
    stores[0].close()
    with obstacle(database):
        page.session_state[KEY] = {"message": message}
        page.run()
        assert not page.exception
        assert sentence in said(page)
        assert "Answers that are not saved yet are kept in this browser." in said(page)
        for other in PAGES:
            opened = open_page(other)
            assert not opened.exception
            assert sentence in said(opened)
            assert "Traceback" not in said(opened)
    assert send(open_page(PAGE), message)["outcome"] == "done"
    assert answers_of(handle.service()) == [*before, (message["answers"][0]["item"], "3")]


def test_the_page_shows_no_text_but_that_of_its_parts(open_page: OpenPage):
    """Streamlit would show every text that stands on a line of its own."""
    assert [markdown.value for markdown in open_page(PAGE).markdown] == []
    assert get_option("runner.magicEnabled") is False


# ---- the list of answers


def test_what_is_edited_in_the_list_of_one_project_is_not_edited_in_another(
    open_page: OpenPage, service: Service
):
    other = service.create_project("Other", ProjectConfig(n_samples=200)).project_id
    for project in ("digits", other):
        batch = service.batch(project)
        assert batch is not None
        service.submit(
            project,
            batch.batch_id,
            [Answer(item=item, kind=AnswerKind.LABEL, label="3") for item in batch.items],
        )
    states = [service.view(project).state for project in ("digits", other)]
    assert len({state.seq for state in states}) == 1, "as far as can be told, both are alike"
    page = open_page(PAGE, project="digits")
    page.session_state["label_dialog"] = "answers"
    page.run()
    editor = page.dataframe[0].proto.id
    page.selectbox[0].set_value(("class", "3")).run()
    narrowed = page.dataframe[0].proto.id
    page.query_params["project"] = other
    page.run()
    assert not page.exception
    assert page.selectbox[0].value == ("all", None), "all answers"
    assert page.dataframe[0].proto.id not in {editor, narrowed}
    page.selectbox[0].set_value(("class", "3")).run()
    assert page.dataframe[0].proto.id not in {editor, narrowed}


def test_a_class_that_is_called_like_a_choice_of_the_list_is_not_that_choice(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    names = ["All answers", "\N{EN DASH} skipped"]
    (tmp_path / "datasets").mkdir()
    images = np.random.default_rng(0).integers(0, 256, (30, 4, 4)).astype(np.uint8)
    np.savez(tmp_path / "datasets" / "odd.npz", images=images, class_names=names)
    config = ProjectConfig(dataset="odd.npz", n_samples=30, kernel="knn", batch_size=3)
    project = service.create_project("Odd", config).project_id
    batch = service.batch(project)
    assert batch is not None
    said_of = dict(zip(batch.items, [names[0], names[1], names[1]], strict=True))
    service.submit(
        project,
        batch.batch_id,
        [Answer(item=i, kind=AnswerKind.LABEL, label=name) for i, name in said_of.items()],
    )
    page = open_page(PAGE, project=project)
    page.session_state["label_dialog"] = "answers"
    page.run()
    assert sorted(page.dataframe[0].value["Answer"]) == sorted(said_of.values())
    page.selectbox[0].set_value(("class", names[0])).run()
    assert page.dataframe[0].value["Answer"].tolist() == [names[0]]
    listed = service.answers(project, names[0]).answers
    assert changes_of(names, listed, {0: {"Answer": names[1]}}, {}) == {
        listed[0]: Answer(item=batch.items[0], kind=AnswerKind.LABEL, label=names[1])
    }


def test_a_change_that_was_made_before_a_table_was_drawn_is_kept_until_it_is_undone():
    at = (
        Placed(Answer(item=1, kind=AnswerKind.LABEL, label="3"), "b", 1),
        Placed(Answer(item=2, kind=AnswerKind.SKIP), "b", 1),
    )
    eight = Answer(item=1, kind=AnswerKind.LABEL, label="8")
    begun: Changes = {at[0]: eight, at[1]: None}
    names = ("3", "8")
    assert changes_of(names, at, {}, begun) == begun
    assert changes_of(names, at, {0: {"Answer": "3"}}, begun) == {at[1]: None}
    assert changes_of(names, at, {1: {"Take back": False}}, begun) == {at[0]: eight}
    assert changes_of(names, at, {0: {"Take back": True}}, begun) == {at[0]: None, at[1]: None}


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that any database runs, BEGIN and COMMIT too, as SQLite itself counts."""
    run: list[str] = []

    def watch(connection: Any, *_: object) -> None:
        connection.set_trace_callback(run.append)

    sa.event.listen(sa.pool.Pool, "checkout", watch)
    yield run
    sa.event.remove(sa.pool.Pool, "checkout", watch)


@pytest.mark.parametrize("refit", ["round", "label"])
def test_an_answer_takes_five_transactions_from_the_key_to_the_next_image(
    open_page: OpenPage,
    service: Service,
    statements: list[str],
    refit: Literal["round", "label"],
):
    config = ProjectConfig(n_samples=200, refit=refit)
    page = open_page(PAGE, project=service.create_project("Some", config).project_id)
    for number in range(3):
        before = shown(page)["batch_id"]
        statements.clear()
        # A browser's message comes by a callback, before the page runs once.
        receipt = respond(service, submit(page, id=f"m{number}"), desk=DESK)
        assert receipt.outcome == "done"
        page.run()
        assert shown(page)["batch_id"] != before
        within = statements[statements.index("BEGIN IMMEDIATE") : statements.index("COMMIT") + 1]
        assert len(within) == 5, "the batch and its leases are one transaction"
        assert len(statements) - len(within) == 4, statements


# ---- a file that changes


def pets(folder: Path, names: list[str], order: slice = slice(None)) -> None:
    images = np.random.default_rng(0).integers(0, 256, (30, 4, 4), dtype=np.uint8)
    (folder / "datasets").mkdir(exist_ok=True)
    np.savez(folder / "datasets" / "pets.npz", images=images[order], class_names=names)


def test_a_file_that_has_changed_is_told_of_and_a_class_that_is_gone_is_asked_about(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    pets(tmp_path, ["cat", "dgo"])
    config = ProjectConfig(dataset="pets.npz", n_samples=30, kernel="knn")
    project = service.create_project("Pets", config).project_id
    page = open_page(PAGE, project=project)
    items = [item["id"] for item in shown(page)["items"]]
    send(page, submit(page, {items[0]: "dgo", items[1]: "dgo", items[2]: "cat"}))
    pets(tmp_path, ["cat", "dog"], slice(None, None, -1))
    page.run()
    captions = " ".join(one.value for one in page.caption).replace("\\", "")
    assert "pets.npz has changed. All images that you have seen are in it" in captions
    assert [one["name"] for one in shown(page)["classes"]] == ["cat", "dog"]
    (ask,) = page.selectbox
    assert ask.label.replace("\\", "").startswith("2 labels name “dgo”, which is not a class")
    ask.select("dog").run()
    next(button for button in page.button if button.label == "Apply").click().run()
    assert not page.exception
    assert not page.selectbox
    assert sorted(service.view(project).labels.values()) == ["cat", "dog", "dog"]


def test_answers_to_images_that_are_gone_are_listed(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    pets(tmp_path, ["cat", "dog"])
    config = ProjectConfig(dataset="pets.npz", n_samples=30, kernel="knn")
    project = service.create_project("Pets", config).project_id
    page = open_page(PAGE, project=project)
    items = [item["id"] for item in shown(page)["items"]]
    send(page, submit(page, dict.fromkeys(items, "cat")))
    pets(tmp_path, ["cat", "dog"], slice(max(items[0], 1), None))
    n_gone = sum(item < max(items[0], 1) for item in items)
    page.session_state["label_dialog"] = "answers"
    page.run()
    assert not page.exception
    captions = " ".join(one.value for one in page.caption).replace("\\", "")
    assert (f"{n_gone} image" in captions) == (n_gone > 0)
    assert len(service.view(project).labels) == len(items)


def test_a_class_can_be_added_where_nobody_knows_the_truth(service: Service, open_page: OpenPage):
    config = ProjectConfig(n_samples=40, kernel="knn", n_neighbors=3, known_labels="ignored")
    project = service.create_project("Digits and blots", config).project_id
    page = open_page(PAGE, project=project)
    page.session_state["label_dialog"] = "classes"
    page.run()
    page.text_input[0].set_value(" blot ")
    next(button for button in page.button if button.label == "Add").click().run()
    assert not page.exception
    assert service.view(project).class_names == (*"0123456789", "blot")
    page.text_input[0].set_value("3")
    next(button for button in page.button if button.label == "Add").click().run()
    assert "already" in page.warning[0].value
    assert not open_page(PAGE, project="digits").text_input


def test_the_page_says_whether_to_stop_and_the_target_can_be_set(
    service: Service, open_page: OpenPage
):
    project = service.create_project("Some", recommended(n_samples=120)).project_id
    page = open_page(PAGE, project=project)
    assert "From 20 labels on, this says when you may stop." in [one.value for one in page.caption]
    for _ in range(4):
        batch = service.batch(project)
        assert batch is not None
        truth = service.view(project).dataset.truth
        assert truth is not None
        answers = map(label, batch.items, map(str, truth[list(batch.items)]))
        service.submit(project, batch.batch_id, [*answers])
    page.run()
    assert any(": labels alone suggest " in one.value for one in page.caption)
    (target,) = (field for field in page.number_input if "Target" in field.label)
    assert target.value == 97.0
    target.set_value(99.5).run()
    assert not page.exception
    assert service.view(project).state.target == 0.995


@pytest.mark.parametrize("share", [1.0, 0.001])
def test_a_target_that_the_page_would_not_set_takes_nothing_away(
    open_page: OpenPage, service: Service, share: float
):
    service.set_target("digits", share)
    page = open_page(PAGE)
    assert not page.exception
    (target,) = (field for field in page.number_input if "Target" in field.label)
    assert target.value == round(100 * share, 1)
