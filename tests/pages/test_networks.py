"""Networks on the Data page: listed, added, fetched and removed; and chosen for a project."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from core.config import recommended
from core.graph.embeddings.networks import Entry, Origin
from core.service.labelling import Service
from pages._ui import handle
from pages._ui import networks as module
from pages._ui.model_fields import features_field
from tests.core.builders import wait_until
from tests.core.graph.embeddings.networks import onnx_model
from tests.core.graph.embeddings.test_hub import OFFER, Hub, hub
from tests.pages.conftest import OpenPage

__all__ = ["hub"]

PAGE = "pages/data.py"


def text_of(page: AppTest) -> str:
    return "\n".join(one.value for one in page.markdown).replace("\\", "").replace("\u2060", "")


def add(title: str = "My squares") -> str:
    return handle.networks().add(BytesIO(onnx_model()), Origin(title)).entry.key


def titles() -> list[str]:
    return [entry.title for entry in handle.networks().entries()]


def drop(page: AppTest, name: str, content: bytes) -> AppTest:
    """Drop a file on the place for networks, and press the button."""
    uploader = next(one for one in page.file_uploader if "ONNX" in one.label)
    uploader.set_value((name, content, "application/octet-stream"))
    return press(page, "Add network")


def press(page: AppTest, label: str) -> AppTest:
    return next(one for one in page.button if one.label == label).click().run()


def arrived(page: AppTest) -> AppTest:
    """The page once what is on its way has come."""
    wait_until(lambda: all(one.work.done for one in handle.arrivals().all()))
    return page.run()


def test_networks_are_listed_with_their_licences_and_offers(open_page: OpenPage):
    add("*mine*")
    page = open_page(PAGE)
    assert not page.exception
    text = text_of(page)
    assert (
        "**EfficientNet-Lite0**  \n"
        ":gray[comes with the app · 224 × 224 pixels · 1,280 features · Apache-2.0]" in text
    )
    assert "***mine***  \n:gray[8 × 8 pixels · 12 features · licence unknown]" in text
    assert "**DINOv2-small**  \n:gray[89 MB · Apache-2.0 · trained without labels]" in text
    assert "**SigLIP-base**  \n:gray[372 MB · Apache-2.0 ·" in text


def test_a_file_that_is_dropped_is_added(open_page: OpenPage, tmp_path: Path):
    page = drop(open_page(PAGE), "squares.onnx", onnx_model())
    page = arrived(page)
    assert not page.exception
    assert titles() == ["EfficientNet-Lite0", "squares"]
    assert "**squares**" in text_of(page)
    assert [*(tmp_path / "uploads").iterdir()] == []
    page.text_input(key="network_title_1").set_value("Again")
    page = arrived(drop(page, "squares.onnx", onnx_model()))
    assert titles() == ["EfficientNet-Lite0", "squares"]
    page.selectbox(key="network_colours_2").set_value("zero-to-one")
    page.text_input(key="network_title_2").set_value("Otherwise")
    arrived(drop(page, "squares.onnx", onnx_model()))
    assert titles() == ["EfficientNet-Lite0", "Otherwise", "squares"]


def test_what_is_no_network_is_said_to_be_none(open_page: OpenPage):
    page = open_page(PAGE)
    press(page, "Add network")
    assert page.warning[0].value == "Drop the file of a network first."
    page = arrived(drop(page, "cat.onnx", b"no network"))
    assert not page.exception
    assert "The network “cat” is no ONNX file, or a damaged one" in page.error[0].value
    page.number_input(key="network_side_1").set_value(64)
    page = arrived(drop(page, "squares.onnx", onnx_model()))
    assert "8 × 8 pixels and no others" in page.error[0].value
    page.text_input(key="network_title_2").set_value("a" * 81)
    page = drop(page, "squares.onnx", onnx_model())
    assert "needs a name" in page.error[-1].value
    assert titles() == ["EfficientNet-Lite0"]


def test_one_is_fetched_from_the_hub(open_page: OpenPage, monkeypatch, hub: Hub):
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setattr(module, "OFFERS", (OFFER,))
    hub.status = 404
    page = arrived(press(open_page(PAGE), "Fetch"))
    assert "does not have DINOv2-small any more" in page.error[0].value.replace("\\", "")
    hub.status = 302
    page = arrived(press(page, "Fetch"))
    assert not page.exception
    assert titles() == ["EfficientNet-Lite0", "DINOv2-small"]
    assert not [one for one in page.button if one.label == "Fetch"]


def test_what_is_on_its_way_shows_how_far_it_is_and_can_be_cancelled(
    open_page: OpenPage, monkeypatch
):
    monkeypatch.setattr(module, "_MOMENT", 0.01)
    monkeypatch.setattr(module, "fetch", waiting)
    page = press(open_page(PAGE), "Fetch")
    (bar,) = page.get("progress")
    assert bar.proto.text.replace("\\", "").startswith("DINOv2-small · Storing 34 of 89 MB · 40 %")
    page = arrived(press(page, "Cancel"))
    assert not page.exception
    assert page.toast[0].value == "Cancelled; nothing was stored."
    assert not page.get("progress")


def waiting(_offer: object, _networks: object, _hub: str, progress: object) -> None:
    assert callable(progress)
    while True:
        progress("Storing 34 of 89 MB", 0.4)


def test_one_is_removed_only_when_no_project_needs_it(open_page: OpenPage, service: Service):
    key = add()
    config = recommended(n_samples=40, features="embeddings", network=key)
    project = service.create_project("On it", config)
    page = open_page(PAGE)
    assert "12 features · licence unknown · 1 project]" in text_of(page)
    page.button(f"dn_{key}").click().run()
    assert "“On it” cannot do without this network" in text_of(page)
    assert "embeddings by My squares" in text_of(open_page("pages/projects.py"))
    service.delete_project(project.project_id)
    page = open_page(PAGE)
    page.button(f"dn_{key}").click().run()
    assert "“My squares” is removed from the disk" in text_of(page)
    service.delete_network(key)
    assert titles() == ["EfficientNet-Lite0"]


def test_a_damaged_one_takes_no_other_away(open_page: OpenPage, tmp_path: Path):
    key = add()
    (tmp_path / "networks" / f"{key}.json").write_text("{", encoding="utf-8")
    page = open_page(PAGE)
    assert not page.exception
    assert "is damaged" in page.warning[0].value
    assert "EfficientNet" in text_of(page)


def new_custom(open_page: OpenPage, **query: str) -> AppTest:
    page = open_page("pages/projects.py", **query)
    page.button_group[0].set_value("custom").run()
    return page


@pytest.mark.parametrize("chosen", ["shapes", "embeddings", "both"])
def test_a_new_project_may_be_compared_by_it(open_page: OpenPage, service: Service, chosen: str):
    key = add()
    page = new_custom(open_page)
    features = next(one for one in page.selectbox if one.label == "Features")
    assert features.options[4:] == ["My squares", "Edges and My squares"]
    if chosen != "shapes":
        features.set_value(f"{chosen} {key}")
    next(one for one in page.text_input if one.label == "Name").set_value("Seen")
    next(one for one in page.number_input if one.label == "Digits").set_value(40)
    press(page, "Create project")
    assert not page.exception
    made = service.projects()[-1].config
    assert (made.features, made.network) == (chosen, "" if chosen == "shapes" else key)


def test_images_that_came_with_features_need_none(open_page: OpenPage):
    add()
    random = np.random.default_rng(0)
    file = BytesIO()
    images = random.integers(0, 256, (20, 8, 8))
    np.savez(file, images=images, labels=np.arange(20) % 2, features=random.normal(size=(20, 3)))
    file.seek(0)
    one = handle.imports().send([("own.npz", file)])
    one.work.wait(30)
    page = new_custom(open_page, set=handle.imports().keep(one, "Own"))
    features = next(one for one in page.selectbox if one.label == "Features")
    assert features.options[2:] == ["Embeddings", "Edges and embeddings"]


class Field:
    """A place for a field that nobody touches."""

    def __init__(self) -> None:
        self.shown = ""

    def selectbox(self, _: str, options: list[str], index: int, format_func: Any, **__: Any) -> str:
        self.shown = format_func(options[index])
        return options[index]


@pytest.mark.parametrize(
    ("network", "features", "shown"),
    [
        ("", "embeddings", "Embeddings"),
        ("mine-0123456789ab", "embeddings", "My squares"),
        ("old-name-0123456789ab", "both", "Edges and My squares"),
        ("lost-ffffffffffff", "embeddings", "lost, not here"),
        ("lost-ffffffffffff", "both", "Edges and lost, not here"),
        ("lost-ffffffffffff", "shapes", "Pixels and edges"),
    ],
)
def test_features_that_are_not_touched_stay_whatever_became_of_their_network(
    network, features, shown
):
    here = Entry("mine-0123456789ab", "My squares")
    config = recommended(features=features, network=network)
    field = Field()
    given = features_field(cast(DeltaGenerator, field), config, "change", [here])
    assert given == {"features": features, "network": network}
    assert field.shown == shown
