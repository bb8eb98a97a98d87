"""``python -m core networks``, and projects whose images another network looks at."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.bootstrap import networks_of, open_service
from core.cli import networks as module
from core.cli.cli import main
from core.cli.output import FAILED
from core.simulation.run import simulate
from tests.core.graph.embeddings.networks import onnx_model
from tests.core.graph.embeddings.test_hub import OFFER, Hub, hub

BUNCH = load_digits()

__all__ = ["hub"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("squares.onnx").write_bytes(onnx_model())
    return tmp_path / "home"


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def import_digits(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    np.savez("digits.npz", images=BUNCH.images[:60], labels=BUNCH.target[:60])
    assert main(["import", "digits.npz", *more]) == 0
    return last_line(capsys)


def test_a_network_is_added_listed_used_and_removed(capsys, home):
    assert main(["networks", "add", "squares.onnx", "--title", "My squares"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("Added “My squares”: 8 × 8 pixels, 12 features, licence unknown; abo")
    key = told[-1]
    assert main(["networks"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[0] == "-  EfficientNet-Lite0  224 × 224 pixels, 1,280 features, Apache-2.0"
    assert listed[1] == f"{key}  My squares  8 × 8 pixels, 12 features, licence unknown"
    assert listed[2] == "dinov2-small  DINOv2-small  89 MB, Apache-2.0, can be fetched"
    images = import_digits(capsys)
    assert main(["new", "Seen", "--set", images, "--network", "my squares"]) == 0
    project = last_line(capsys)
    with closing(open_service(home)) as service:
        view = service.view(project)
        assert (view.project.config.features, view.project.config.network) == ("embeddings", key)
        assert view.engine.sample().features.shape[1] == 12
    assert main(["networks", "remove", "My squares"]) == FAILED
    assert "“Seen” cannot do without this network" in capsys.readouterr().err
    with closing(open_service(home)) as service:
        service.delete_project(project)
    assert main(["networks", "remove", key]) == 0
    assert capsys.readouterr().out == "Removed “My squares”.\n"
    assert len(networks_of().entries()) == 1


def test_strategies_are_compared_on_what_a_network_sees(capsys, monkeypatch):
    main(["networks", "add", "squares.onnx", "--title", "My squares"])
    key = last_line(capsys)
    images = import_digits(capsys)
    plans = []

    def note(plan, *others):
        plans.append(plan)
        return simulate(plan, *others)

    monkeypatch.setattr("core.cli.simulate.simulate", note)
    asked = ["simulate", "--data", images, "--seeds", "1", "--budget", "20"]
    assert main([*asked, "--network", "my squares"]) == 0
    assert "Best known" in capsys.readouterr().out
    best, classic, random = (strategy.config for strategy in plans[0].strategies)
    assert (best.features, best.network) == (random.features, random.network) == ("embeddings", key)
    assert (classic.features, classic.network) == ("plain", "")
    with pytest.raises(SystemExit):
        main([*asked, "--network", "my squares", "--features", "shapes"])
    assert "--features shapes needs no network" in capsys.readouterr().err


def test_the_same_file_is_one_network_unless_it_is_meant_otherwise(capsys):
    main(["networks", "add", "squares.onnx"])
    key = last_line(capsys)
    assert main(["networks", "add", "squares.onnx", "--title", "Other"]) == 0
    assert capsys.readouterr().out == f"It is here already, as “squares”.\n{key}\n"
    means = {networks_of().network(key).mean}
    for said in (["--colours", "minus-one-to-one"], ["--mean", "0.1,0.2,0.3", "--std", "0.5"]):
        assert main(["networks", "add", "squares.onnx", "--side", "8", *said]) == 0
        means.add(networks_of().network(last_line(capsys)).mean)
    assert len(means) == 3


def test_one_is_fetched_from_the_hub_by_name(capsys, monkeypatch, hub: Hub):
    monkeypatch.setenv("HF_ENDPOINT", f"{hub.address}/")
    monkeypatch.setattr(module, "offer_of", lambda _: OFFER)
    assert main(["networks", "fetch", "dinov2-small"]) == 0
    told = capsys.readouterr().out
    assert "Added “DINOv2-small”: 8 × 8 pixels, 12 features, Apache-2.0" in told
    assert networks_of().find("dinov2-small").key == told.splitlines()[-1]
    assert main(["networks"]) == 0
    assert "dinov2-small  DINOv2-small  89 MB" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["networks", "add", "gone.onnx"], FAILED, "gone.onnx cannot be read"),
        (["networks", "add", "squares.onnx", "--side", "16"], FAILED, "8 × 8 pixels and no others"),
        (["networks", "add", "squares.onnx", "--side", "1"], FAILED, "Give 8 to 2,048"),
        (["networks", "add", "squares.onnx", "--mean", "1"], 2, "go together"),
        (["networks", "add", "squares.onnx", "--mean", "a", "--std", "1"], 2, "no row of numbers"),
        (["networks", "add", "squares.onnx", "--mean", "1,2", "--std", "1"], FAILED, "2 numbers"),
        (
            [
                "networks",
                "add",
                "squares.onnx",
                "--mean",
                "1",
                "--std",
                "1",
                "--colours",
                "zero-to-one",
            ],
            2,
            "stands for",
        ),
        (["networks", "fetch", "resnet"], FAILED, "There are: dinov2-small, siglip-base"),
        (["networks", "remove", "other"], FAILED, "There is no network “other”"),
        (["networks", "remove", "EfficientNet-Lite0"], FAILED, "is not here"),
        (["networks", "turn"], 2, "invalid choice"),
        (["new", "Seen", "--network", "other"], FAILED, "There is no network “other”"),
        (["new", "Seen", "--network", "other", "--features", "plain"], 2, "needs no network"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(capsys, arguments, status, told):
    if status == FAILED:
        assert main(arguments) == status
    else:
        with pytest.raises(SystemExit, match=str(status)):
            main(arguments)
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_features_that_came_with_the_images_win(capsys, home):
    np.save("features.npy", np.random.default_rng(0).normal(size=(60, 5)))
    images = import_digits(capsys, "--features", "features.npy")
    main(["networks", "add", "squares.onnx"])
    assert main(["new", "Own", "--set", images, "--network", "squares"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "The images came with features, which are used; no network looks at them." in told
    with closing(open_service(home)) as service:
        view = service.view(told[-1])
        assert view.project.config.network == ""
        assert view.engine.sample().features.shape[1] == 5
