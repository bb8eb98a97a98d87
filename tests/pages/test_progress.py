import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import xlogy
from sklearn.datasets import load_digits
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
)
from sklearn.semi_supervised import LabelSpreading
from streamlit.testing.v1 import AppTest

from core.config import ProjectConfig, recommended
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from core.wording import file_stem
from pages._ui import news, talk_route
from tests.pages.conftest import OpenPage, metrics

PAGE = "pages/progress.py"
DIGITS = load_digits()


def label_rounds(
    service: Service, n_rounds: int, wrong: int = 0, project: str = "digits"
) -> dict[int, int]:
    """Answer with the truth, except the first few items; skip the last item of every round."""
    given: dict[int, int] = {}
    for _ in range(n_rounds):
        batch = service.batch(project)
        assert batch is not None
        answers = []
        for item in batch.items[:-1]:
            label = int(DIGITS.target[item])
            if len(given) < wrong:
                label = (label + 1) % 10
            given[item] = label
            answers.append(
                Answer(item=item, kind=AnswerKind.LABEL, label=str(label), milliseconds=1300)
            )
        answers.append(Answer(item=batch.items[-1], kind=AnswerKind.SKIP))
        service.submit(project, batch.batch_id, answers)
    return given


def spread(labels: dict[int, int]) -> np.ndarray:
    """What scikit-learn predicts from these labels, a given label standing as it is."""
    y = np.full(len(DIGITS.target), -1)
    y[list(labels)] = list(labels.values())
    model = LabelSpreading(kernel="rbf", gamma=0.25, max_iter=20).fit(DIGITS.data, y)
    return np.where(y >= 0, y, model.transduction_)


def texts(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.info, page.warning, page.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def heatmap_text(page: AppTest) -> dict[tuple[int, int], str]:
    """The numbers that the confusion matrix shows, by row and column."""
    charts = [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]
    numbers = next(c["data"][1] for c in charts if c["data"][0]["type"] == "heatmap")
    return dict(zip(zip(numbers["y"], numbers["x"], strict=True), numbers["text"], strict=True))


@pytest.fixture
def classic_project(service: Service) -> str:
    """A project that learns as scikit-learn does."""
    return service.create_project("Classic", ProjectConfig()).project_id


def test_before_the_first_label_the_page_says_what_to_do(open_page):
    page = open_page(PAGE)
    assert not page.exception
    assert "Nothing to measure yet" in page.info[0].value
    assert not metrics(page)


def test_the_figures_are_those_that_scikit_learn_computes(open_page, service, classic_project):
    labels = label_rounds(service, 4, wrong=2, project=classic_project)
    predicted, truth = spread(labels), DIGITS.target
    rest = np.setdiff1d(np.arange(len(truth)), list(labels))
    page = open_page(PAGE, project=classic_project)
    assert not page.exception
    shown = metrics(page)
    assert shown == {
        "Accuracy, all": f"{100 * accuracy_score(truth, predicted):.1f} %",
        "Accuracy, unlabelled": f"{100 * accuracy_score(truth[rest], predicted[rest]):.1f} %",
        "Macro F1": f"{100 * f1_score(truth, predicted, average='macro'):.1f} %",
        "Labels given": "36",
        "Seconds per label": "1.3",
        "Labels that differ": "2",
    }


def test_the_table_of_classes_is_scikit_learns_report(open_page, service, classic_project):
    predicted = spread(label_rounds(service, 3, project=classic_project))
    precision, recall, f1, support = precision_recall_fscore_support(DIGITS.target, predicted)
    table = open_page(PAGE, project=classic_project).dataframe[0].value
    np.testing.assert_allclose(table["Precision"], 100 * precision)
    np.testing.assert_allclose(table["Recall"], 100 * recall)
    np.testing.assert_allclose(table["F1"], 100 * f1)
    assert table["Images"].tolist() == support.tolist()


def test_the_matrix_counts_all_items_or_the_unlabelled_and_shows_shares(
    open_page, service, classic_project
):
    labels = label_rounds(service, 3, project=classic_project)
    predicted, truth = spread(labels), DIGITS.target
    rest = np.setdiff1d(np.arange(len(truth)), list(labels))
    page = open_page(PAGE, project=classic_project)
    everything = confusion_matrix(truth, predicted)
    shown = heatmap_text(page)
    assert shown == {(y, x): str(everything[y, x]) for y, x in np.argwhere(everything).tolist()}

    population, numbers = page.segmented_control[-2:]
    population.set_value("Unlabelled").run()
    counts = confusion_matrix(truth[rest], predicted[rest])
    shown = heatmap_text(page)
    assert shown == {(y, x): str(counts[y, x]) for y, x in np.argwhere(counts).tolist()}

    numbers.set_value("% of row").run()
    share = 100 * counts[8, 8] / counts[8].sum()
    assert heatmap_text(page)[8, 8] == f"{share:.1f}"


def test_labels_that_differ_from_the_truth_are_listed(open_page, service):
    labels = label_rounds(service, 1, wrong=2)
    table = open_page(PAGE).dataframe[1].value
    wrong = sorted(item for item, label in labels.items() if label != DIGITS.target[item])
    assert table["Number"].tolist() == wrong
    assert table["Label given"].tolist() == [str(labels[item]) for item in wrong]
    assert table["Truth"].tolist() == [str(DIGITS.target[item]) for item in wrong]
    assert table["Image"].str.startswith("data:image/png;base64,").all()


def test_when_all_labels_are_true_the_list_says_none_so_far(open_page, service):
    label_rounds(service, 1)
    page = open_page(PAGE)
    assert "None so far." in texts(page)
    assert len(page.dataframe) == 1


def test_a_project_that_starts_with_labels_is_measured_before_the_first_round(open_page, service):
    config = ProjectConfig(n_samples=330, shuffle_seed=0, n_given=40)
    project = service.create_project("Begun", config)
    page = open_page(PAGE, project=project.project_id)
    assert not page.exception
    assert metrics(page)["Labels given"] == "40"
    assert metrics(page)["Seconds per label"] == "–"


def test_where_nobody_knows_the_truth_the_rest_is_still_shown(open_page, service, tmp_path):
    (tmp_path / "datasets").mkdir()
    np.savez(
        tmp_path / "datasets" / "unknown.npz",
        images=np.round(DIGITS.images * 15.9375).astype(np.uint8),
        class_names=[str(digit) for digit in range(10)],
    )
    project = service.create_project("Unknown", ProjectConfig(dataset="unknown.npz"))
    label_rounds(service, 2, project=project.project_id)
    page = open_page(PAGE, project=project.project_id)
    assert not page.exception
    assert metrics(page) == {
        "Right, at least": "–",
        "Labels given": "18",
        "Seconds per label": "1.3",
    }
    assert any("10 images drawn at random" in html.proto.body for html in page.get("html"))
    assert not page.dataframe


def go_to(page: AppTest, project: str) -> None:
    """Open another project in the same tab."""
    page.query_params["project"] = project
    page.run()
    assert not page.exception


def switches(page: AppTest) -> dict[str, str]:
    return {one.label: str(one.value) for one in page.segmented_control}


def test_what_is_chosen_in_one_project_is_not_chosen_in_another(open_page, service):
    other = service.create_project("Other", ProjectConfig()).project_id
    for project in ("digits", other):
        label_rounds(service, 2, project=project)
    page = open_page(PAGE, project="digits")
    untouched = switches(page)
    for control, value in zip(
        page.segmented_control[1:], ("svg", "Unlabelled", "% of row"), strict=True
    ):
        control.set_value(value)
    page.selectbox[0].set_value("Entropy").run()
    assert list(switches(page).values()) == ["Quality", "svg", "Unlabelled", "% of row"]
    go_to(page, other)
    assert switches(page) == untouched
    assert page.selectbox[0].value == "Confusion matrix"


def saves(page: AppTest) -> list[str]:
    """Files that were drawn and can be saved, besides the numbers."""
    return [one.proto.label for one in page.get("download_button") if "Save" in one.proto.label]


def test_a_file_drawn_for_one_project_is_not_offered_in_one_whose_name_makes_the_same_file(
    open_page, service
):
    names = ("Digits 2", "Digits-2")
    first, second = (service.create_project(name, ProjectConfig()).project_id for name in names)
    assert len({file_stem(name) for name in names}) == 1
    for project in (first, second):
        label_rounds(service, 1, project=project)
    page = open_page(PAGE, project=first)
    next(one for one in page.button if one.label == "Create the file").click().run()
    assert len(saves(page)) == 1
    go_to(page, second)
    assert saves(page) == []


def test_an_unknown_project_in_the_address_is_a_sentence(open_page):
    page = open_page(PAGE, project="nobody-made-this")
    assert not page.exception
    assert "does not exist" in page.warning[0].value


def test_a_class_named_like_a_formula_is_text_in_a_table_saved_as_csv(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    names = ["=HYPERLINK(1)", *(f"@{i}+1" for i in range(9))]
    (tmp_path / "datasets").mkdir()
    np.savez(
        tmp_path / "datasets" / "names.npz",
        images=DIGITS.images[:100] / 16,
        labels=DIGITS.target[:100],
        class_names=names,
    )
    config = ProjectConfig(dataset="names.npz", n_samples=100, batch_size=5)
    project = service.create_project("Names", config).project_id
    batch = service.batch(project)
    assert batch is not None
    answers = [
        Answer(item=i, kind=AnswerKind.LABEL, label=names[DIGITS.target[i] - 1])
        for i in batch.items
    ]
    service.submit(project, batch.batch_id, answers)
    page = open_page(PAGE, project=project)
    assert not page.exception
    assert page.dataframe[0].value["Class"].tolist() == [f"'{name}" for name in names]
    differing = page.dataframe[1].value
    assert all(name.startswith("'") for name in [*differing["Label given"], *differing["Truth"]])


def many_classes(service: Service, home: Path, n_classes: int = 50) -> str:
    """A project on digits that are cut up into many classes, half of them labelled."""
    (home / "datasets").mkdir(exist_ok=True)
    truth = DIGITS.target[:600] + 10 * (np.arange(600) % (n_classes // 10))
    names = [f"class of the long name {number}" for number in range(n_classes)]
    np.savez(
        home / "datasets" / "many.npz",
        images=DIGITS.images[:600] / 16,
        labels=truth,
        class_names=names,
    )
    config = ProjectConfig(
        dataset="many.npz", n_samples=600, kernel="knn", n_neighbors=5, batch_size=20
    )
    project = service.create_project("Many", config).project_id
    for _ in range(3):
        batch = service.batch(project)
        assert batch is not None
        answers = [
            Answer(item=item, kind=AnswerKind.LABEL, label=names[truth[item]])
            for item in batch.items
        ]
        service.submit(project, batch.batch_id, answers)
    return project


def test_of_many_classes_the_most_frequent_confusions_are_listed(open_page, service, tmp_path):
    project = many_classes(service, tmp_path)
    view = service.view(project)
    truth, predicted = view.dataset.truth, view.beliefs.predicted
    assert truth is not None
    matrix = confusion_matrix(truth, predicted, labels=range(50))
    np.fill_diagonal(matrix, 0)
    page = open_page(PAGE, project=project)
    assert not page.exception
    table = page.dataframe[0].value
    assert [*table.columns] == ["True", "Predicted as", "Images", "Share of the class"]
    assert table["Images"].tolist() == sorted(matrix.ravel(), reverse=True)[:25]
    names = [*view.class_names]
    for _, row in table.iterrows():
        true, other = names.index(row["True"]), names.index(row["Predicted as"])
        assert row["Images"] == matrix[true, other]
        share = 100 * matrix[true, other] / np.count_nonzero(truth == true)
        np.testing.assert_allclose(row["Share of the class"], share)
    n_pairs, n_wrong = np.count_nonzero(matrix), matrix.sum()
    assert f"The first 25 of {n_pairs}: {table['Images'].sum()} of {n_wrong} images" in texts(page)
    # The label page shows some of them, each with its whole name where the pointer rests.
    label = open_page("pages/label.py", project=project)
    assert not label.exception
    (shown,) = (
        e.proto.body for e in label.get("html") if '<div class="confusions">' in e.proto.body
    )
    assert shown.count("<li>") == 8
    assert shown.count(table["True"][0]) >= 1


def test_a_cell_of_the_matrix_is_opened_in_the_grid_without_a_pointer(
    open_page: OpenPage, service: Service
):
    label_rounds(service, 3)
    page = open_page(PAGE)
    for field in page.selectbox:
        if field.label in {"True class", "Predicted as"}:
            field.select(3)
    next(one for one in page.button if one.label == "Open in the grid").click()
    page.run()
    assert not page.exception
    grid = json.loads(page.get("bidi_component")[0].proto.json)
    report = service.view("digits").report_all
    assert report is not None
    assert grid["among"]["said"] == "that are 3 and predicted as 3"
    assert grid["among"]["n_items"] == report.confusion[3, 3]


def test_checks_can_be_asked_for_and_called_off(open_page, service, tmp_path):
    (tmp_path / "datasets").mkdir()
    images = np.round(DIGITS.images[:80] * 15.9375).astype(np.uint8)
    names = [str(digit) for digit in range(10)]
    np.savez(tmp_path / "datasets" / "unknown.npz", images=images, class_names=names)
    project = service.create_project(
        "Unknown", recommended(dataset="unknown.npz", n_samples=80)
    ).project_id
    label_rounds(service, 3, project=project)
    page = open_page(PAGE, project=project)
    button = next(one for one in page.button if one.key == "checks_ask")
    assert "at least" in button.help
    button.click().run()
    assert not page.exception
    assert service.view(project).state.checks_wanted == 20
    next(one for one in page.button if one.key == "checks_stop").click().run()
    assert not page.exception
    assert service.view(project).state.checks_wanted == 0


def grid_of(page: AppTest) -> dict[str, Any]:
    assert not page.exception
    return dict(json.loads(page.get("bidi_component")[0].proto.json)["among"])


def test_a_figure_of_a_class_and_a_bar_are_opened_in_the_grid_without_a_pointer(
    open_page: OpenPage, service: Service, classic_project: str
):
    label_rounds(service, 1, project=classic_project)
    view = service.view(classic_project)
    truth, predicted = DIGITS.target, view.beliefs.predicted
    page = open_page(PAGE, project=classic_project)
    fields = {one.label: one for one in page.selectbox}
    fields["Class"].select(8)
    fields["Images"].select("recall")
    page.button(key="open_figure").click().run()
    assert grid_of(page) | {"n_open": 0, "n_answered": 0} == {
        "said": "that are 8 and not predicted as it",
        "n_items": int(np.count_nonzero((truth == 8) & (predicted != 8))),
        "n_open": 0,
        "n_answered": 0,
    }
    page = open_page(PAGE, project=classic_project)
    entropies = -np.sum(xlogy(view.beliefs.probabilities, view.beliefs.probabilities), axis=1)
    bars = np.minimum((entropies / np.log(10) * 20).astype(int), 19)
    bar = int(bars[~view.beliefs.labelled].max())
    next(one for one in page.selectbox if one.label == "Bar").select(bar)
    page.button(key="open_bar").click().run()
    assert grid_of(page)["n_items"] == np.count_nonzero((bars == bar) & ~view.beliefs.labelled)


def test_what_no_label_reaches_is_opened_in_the_grid(open_page: OpenPage, service: Service):
    config = ProjectConfig(n_samples=400, kernel="knn", n_neighbors=2)
    project = service.create_project("Few links", config).project_id
    label_rounds(service, 1, project=project)
    n_unreached = np.count_nonzero(~service.view(project).beliefs.reached)
    page = open_page(PAGE, project=project)
    # It stands last, and is chosen to begin with.
    assert next(one for one in page.selectbox if one.label == "Bar").value == 20
    page.button(key="open_bar").click().run()
    shown = grid_of(page)
    assert (shown["said"], shown["n_items"]) == ("that no label reaches", n_unreached)


def test_a_project_is_presented_as_it_was_when_the_presenter_began(
    open_page: OpenPage, service: Service
):
    project = "digits"
    label_rounds(service, 1)
    page = open_page(PAGE, project=project, present="1", round="2")
    assert not page.exception
    shown = json.loads(page.get("bidi_component")[0].proto.json)
    assert [told["name"] for told in shown["rounds"]] == ["Round 1 of 1", "After 1 round"]
    assert shown["current"] == 1
    label_rounds(service, 1)
    again = json.loads(page.run().get("bidi_component")[0].proto.json)
    assert len(again["rounds"]) == 2
    page.session_state["stage"] = {"leave": {"round": 1}}
    page.run()
    assert not page.exception
    assert {"present", "round"}.isdisjoint(page.query_params)


def test_without_a_label_there_is_nothing_to_present(open_page: OpenPage):
    page = open_page(PAGE, project="digits", present="1")
    assert not page.exception
    assert not page.get("bidi_component")
    assert not [button for button in page.button if button.label == "Present"]


@pytest.mark.parametrize("path", [PAGE, "pages/history.py", "pages/grid.py", "pages/review.py"])
def test_a_page_follows_what_others_do(
    open_page: OpenPage, service: Service, monkeypatch: pytest.MonkeyPatch, path: str
):
    def known() -> dict[str, Any]:
        """What the component that follows was told."""
        told = [json.loads(one.proto.json) for one in page.get("bidi_component")]
        return next(one for one in told if "address" in one)

    monkeypatch.setattr(talk_route, "_served", True)
    monkeypatch.setattr(news, "named_desk", lambda: "a" * 32)
    label_rounds(service, 1)
    page = open_page(path)
    assert known() == {"address": "/talk/digits/news", "news": service.last_news("digits")}
    label_rounds(service, 1)
    assert known()["news"] < service.last_news("digits")
    page.session_state[news.KEY] = {"redraw": 1.0}
    page.run()
    assert not page.exception
    assert known()["news"] == service.last_news("digits")
    if path == PAGE:
        assert metrics(page)["Labels given"] == "18"


def test_a_page_follows_nothing_where_nothing_tells(open_page: OpenPage, service: Service):
    label_rounds(service, 1)
    page = open_page(PAGE)
    assert not page.get("bidi_component")
