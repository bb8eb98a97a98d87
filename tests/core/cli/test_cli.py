"""The command line prints what the examples print, and fails in one line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from runpy import run_module
from types import ModuleType
from typing import NamedTuple, NoReturn

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Playwright
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.semi_supervised import LabelSpreading

from core.cli import backup, simulate
from core.cli.cli import main
from core.cli.replay import report_text
from core.cli.simulate import outcome_text
from core.data import catalogue
from core.figures.palette import DARK, LIGHT, Palette
from core.replay.check import rounds_csv
from core.replay.published import Run, all_runs, find_run
from core.replay.run import ReportRow, replay
from core.simulation.strategies import BY_KEY
from tests.core.learners import curve, outcome_of, strategy
from tests.e2e.browser import chromium_executable

ROOT = Path(__file__).parents[3]
DEMO = "digits-demo-plotly-0.18"

PRINTED = """\
Iteration 0 ______________________________________________________________________
Label Spreading model: 30 labeled & 300 unlabeled (330 total)
             precision    recall  f1-score   support

          0       1.00      1.00      1.00        23
          1       0.58      0.54      0.56        28
          2       0.96      0.93      0.95        29
          3       0.00      0.00      0.00        28
          4       0.91      0.80      0.85        25
          5       0.96      0.79      0.87        33
          6       0.97      0.97      0.97        36
          7       0.89      1.00      0.94        34
          8       0.48      0.83      0.61        29
          9       0.54      0.77      0.64        35

avg / total       0.73      0.77      0.74       300

Confusion matrix
[[23  0  0  0  0  0  0  0  0]
 [ 0 15  1  0  0  1  0 11  0]
 [ 0  0 27  0  0  0  2  0  0]
 [ 0  5  0 20  0  0  0  0  0]
 [ 0  0  0  0 26  0  0  1  6]
 [ 0  1  0  0  0 35  0  0  0]
 [ 0  0  0  0  0  0 34  0  0]
 [ 0  5  0  0  0  0  0 24  0]
 [ 0  0  0  2  1  0  2  3 27]]
"""


class Outcome(NamedTuple):
    status: int | str | None
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``python -m core`` with these arguments."""

    def run(*arguments: str | Path, runs: tuple[Run, ...] | None = None) -> Outcome:
        try:
            status: int | str | None = main([str(argument) for argument in arguments], runs)
        except SystemExit as stop:
            status = stop.code
        return Outcome(status, *capsys.readouterr())

    return run


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch, playwright: Playwright) -> str:
    """The browser of the tests, as the one that draws pictures."""
    executable = chromium_executable() or playwright.chromium.executable_path
    monkeypatch.setenv("BROWSER_PATH", executable)
    return executable


def altered() -> Run:
    """A run of which one published figure and one count were something else."""
    run = find_run(DEMO)
    (printed,) = run.rounds
    report = tuple(
        row._replace(recall="0.99") if row.name == "8" else row for row in printed.report
    )
    confusion = ((22, *(printed.confusion or ())[0][1:]), *(printed.confusion or ())[1:])
    return replace(run, rounds=(replace(printed, report=report, confusion=confusion),))


def test_a_run_is_printed_as_its_example_prints_it(command: Command):
    assert command("replay", DEMO) == (0, PRINTED, "")


def test_a_run_of_several_rounds_has_a_header_for_each(command: Command):
    status, out, _ = command("replay", "digits-active-0.20")
    heads = [line for line in out.splitlines() if line.startswith(("Iteration", "Label"))]
    assert status == 0
    assert heads == [
        line
        for i, n in enumerate((40, 45, 50, 55, 60))
        for line in (
            f"Iteration {i} " + 70 * "_",
            f"Label Spreading model: {n} labeled & {330 - n} unlabeled (330 total)",
        )
    ]
    assert out.count("Confusion matrix\n[[") == 5


def test_report_and_matrix_are_those_that_scikit_learn_prints(command: Command):
    run = find_run("digits-demo-current")
    dataset = catalogue.load(run.config)
    assert dataset.truth is not None
    labels = np.where(np.arange(340) < 40, dataset.truth, -1)
    theirs = LabelSpreading(gamma=0.25, max_iter=20).fit(dataset.features, labels)
    true, predicted = dataset.truth[40:], theirs.transduction_[40:]
    report = classification_report(true, predicted)
    matrix = confusion_matrix(true, predicted, labels=theirs.classes_)
    _, out, _ = command("replay", run.id)
    assert out.split("\n", 2)[2] == f"{report}\nConfusion matrix\n{matrix}\n"


@pytest.mark.parametrize(
    ("summary", "width"), [("avg / total", 11), ("micro avg", 9), ("weighted avg", 12)]
)
def test_a_report_is_as_wide_as_its_longest_name(summary: str, width: int):
    text = report_text([ReportRow("0", 1.0, 0.5, 2 / 3, 2), ReportRow(summary, 1, 0.5, 0.666, 2)])
    head, *lines = text.splitlines()
    assert head == " " * width + "  precision    recall  f1-score   support"
    assert {len(line) for line in lines if line} == {len(head)}


def test_without_a_name_all_runs_are_printed_under_their_titles(command: Command):
    status, out, _ = command("replay")
    assert status == 0
    titles = [out.index(f"{run.title}\n{'=' * len(run.title)}\n") for run in all_runs()]
    assert titles == sorted(titles)
    assert out.count("Iteration ") == 12


def test_the_runs_are_listed_by_name_and_title(command: Command):
    status, out, _ = command("replay", "--list")
    assert status == 0
    assert [line.split("  ")[0].strip() for line in out.splitlines()] == [
        run.id for run in all_runs()
    ]
    assert all(run.title in out for run in all_runs())


def test_the_check_finds_all_published_figures_identical(command: Command):
    status, out, err = command("replay", "--check")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "digits-demo-plotly-0.18: identical: 126 figures",
        "digits-active-0.17: identical: 674 figures",
        "  round 0, report, 7, f1-score: published 0.83, computed 0.82, a rounding tie",
        "digits-demo-current: identical: 71 figures",
        "digits-active-0.20: identical: 765 figures",
    ]


def test_the_check_of_one_run_is_of_that_run_alone(command: Command):
    status, out, _ = command("replay", DEMO, "--check")
    assert (status, out) == (0, f"{DEMO}: identical: 126 figures\n")


def test_the_check_lists_what_differs_and_fails(command: Command):
    runs = (altered(), find_run("digits-demo-current"))
    status, out, _ = command("replay", "--check", runs=runs)
    assert status == 1
    assert out.splitlines() == [
        f"{DEMO}: 2 of 126 figures differ",
        "  round 0, report, 8, recall: published 0.99, computed 0.83",
        "  round 0, confusion matrix, 0, 0: published 22, computed 23",
        "digits-demo-current: identical: 71 figures",
    ]


def test_the_figure_and_the_numbers_are_written(command: Command, tmp_path: Path):
    figure, numbers = tmp_path / "rounds.html", tmp_path / "rounds.csv"
    run_id = "digits-active-0.20"
    status, out, err = command("replay", run_id, "--figure", figure, "--csv", numbers)
    assert (status, err) == (0, "")
    assert out.startswith("Iteration 0 ")
    assert numbers.read_text(encoding="utf-8") == rounds_csv(replay(find_run(run_id)))
    page = figure.read_text(encoding="utf-8")
    assert find_run(run_id).title in page
    assert "fit with 60 labels" in page


def test_a_figure_as_a_page_is_drawn_without_a_network(
    command: Command, chromium: str, playwright: Playwright, tmp_path: Path
):
    file = tmp_path / "demo.html"
    assert command("replay", DEMO, "--figure", file).status == 0
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    page = browser.new_context(offline=True).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector("text=predicted 8")
    assert page.locator("image").count() == 10
    browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.usefixtures("chromium")
@pytest.mark.parametrize(("option", "palette"), [((), LIGHT), (("--dark",), DARK)])
def test_a_figure_as_png_stands_on_its_ground_with_a_border(
    option: tuple[str, ...], palette: Palette, command: Command, tmp_path: Path
):
    file = tmp_path / "demo.PNG"
    assert command("replay", DEMO, "--figure", file, *option).status == 0
    picture = Image.open(BytesIO(file.read_bytes())).convert("RGB")
    pixels = np.asarray(picture)
    ground = tuple(bytes.fromhex(palette.page[1:]))
    assert (pixels[:40] == ground).all()
    assert (pixels[:, :40] == ground).all()
    assert (pixels[:, -40:] == ground).all()
    assert (pixels != ground).any(axis=2).mean() > 0.2
    assert picture.width == pytest.approx(2 * (544 + 48), abs=4)


@pytest.mark.usefixtures("chromium")
def test_a_figure_as_svg_has_text_that_can_be_found(command: Command, tmp_path: Path):
    file = tmp_path / "demo.svg"
    assert command("replay", DEMO, "--figure", file).status == 0
    drawn = file.read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert drawn.count("<image") == 10
    assert "Learning with small amount of labeled data" in drawn


def test_without_a_browser_a_picture_is_refused_with_advice(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "nowhere"))
    file = tmp_path / "demo.png"
    status, out, err = command("replay", DEMO, "--figure", file)
    assert (status, out) == (2, "")
    assert err.startswith("python -m core: PNG and SVG files are drawn by a Chrome or Chromium")
    assert "BROWSER_PATH" in err
    assert err.count("\n") == 1
    assert not file.exists()


def test_without_kaleido_a_picture_is_refused_with_advice_and_a_page_is_drawn(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setitem(sys.modules, "kaleido", None)  # as if it were not installed
    picture, page = tmp_path / "demo.png", tmp_path / "demo.html"
    status, out, err = command("replay", DEMO, "--figure", picture)
    assert (status, out) == (2, "")
    assert err == (
        "python -m core: PNG and SVG files need the package Kaleido, which is not installed. "
        "Install it (pip install kaleido), or choose HTML, which does without.\n"
    )
    assert not picture.exists()
    assert command("replay", DEMO, "--figure", page).status == 0
    assert page.stat().st_size > 1_000_000, "all of Plotly is in it"


def test_a_browser_that_does_not_start_is_said_in_one_line(tmp_path: Path):
    """In a process of its own, where other programs' complaints would be seen too."""
    environment = {**os.environ, "BROWSER_PATH": sys.executable}
    file = tmp_path / "demo.svg"
    ended = module("replay", DEMO, "--figure", str(file), environment=environment)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(
        "python -m core: The browser that draws PNG and SVG files failed."
    )
    assert ended.stderr.count("\n") == 1


BAD_INPUT = [
    (("replay", "digits-active-0.21"), "There is no run 'digits-active-0.21'. Those there are: "),
    (("replay", DEMO, "--figure", "a.gif"), "'a.gif' does not end in .html, .png or .svg"),
    (("replay", DEMO, "--figure", "html"), "'html' does not end in .html, .png or .svg"),
    (("replay", "--figure", "a.html"), "--figure and --csv need the name of a run"),
    (("replay", "--csv", "a.csv", "--check"), "--figure and --csv need the name of a run"),
    (("replay", DEMO, "--csv", "missing/a.csv"), "There is no folder 'missing'."),
    (("replay", DEMO, "--figure", "missing/a.html"), "There is no folder 'missing'."),
    (("replay", DEMO, "--csv", "."), "The file '.' cannot be written"),
    (("replay", "--lst"), "unrecognized arguments: --lst"),
    (("relpay",), "invalid choice: 'relpay'"),
    (("simulate", "--strategy", "lucky"), "invalid choice: 'lucky'"),
    (("simulate", "--data", "shoes.npz"), "There is no data set 'shoes.npz'. Those there are: "),
    (("simulate", "--data", "../digits"), "There is no data set '../digits'."),
    (("simulate", "--seeds", "0"), "there can be 1 to 50 runs, not 0"),
    (("simulate", "--seeds", "many"), "invalid int value: 'many'"),
    (("simulate", "--budget", "2000"), "2,000 labels cannot be given to 1,797 images"),
    (("simulate", "--batch", "50"), "1 to 20 labels can be given at a time, not 50"),
    (("simulate", "--noise", "0.6"), "0 to 50 % of the answers can be wrong"),
    (("simulate", "--noise", "nan"), "finite"),
    (("simulate", "--samples", "1"), "has 1,797 images, and 1 are wanted. Take 2 to 1,797."),
    (("simulate", "--samples", "1798"), "has 1,797 images, and 1,798 are wanted."),
    (("simulate", "--sizes", "odd"), "invalid choice: 'odd'"),
    (("simulate", "--csv", "missing/a.csv"), "There is no folder 'missing'."),
    (("simulate", "--csv", "."), "The file '.' cannot be written"),
    ((), "the following arguments are required: COMMAND"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_INPUT)
def test_bad_input_is_said_in_one_line_and_prints_nothing_else(
    arguments: tuple[str, ...],
    message: str,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path))
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("python -m core")
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_help_shows_examples_and_what_the_exit_status_means(command: Command):
    status, out, _ = command("replay", "--help")
    assert status == 0
    for expected in ("--figure FILE", "examples:", "--check", "exit status:", "BROWSER_PATH"):
        assert expected in out
    assert "replay" in command("--help").out


SIMULATE = ("simulate", "--samples", "200", "--budget", "20", "--seeds", "2")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for data."""
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("home")
def test_strategies_are_compared_and_their_progress_is_told_apart(command: Command):
    status, out, err = command(*SIMULATE, "--strategy", "best", "--strategy", "random")
    assert status == 0
    head, _, _, titles, *rows = out.splitlines()
    assert head == (
        "Handwritten digits: 200 images, 2 runs, 10 labels per round, 0.0 % of the answers wrong"
    )
    assert " ".join(titles.split()) == "90 % 95 % 98 % 99 % at 10 at 20 found"
    assert [row.split("  ")[0] for row in rows] == ["Best known", "Random"]
    assert len({len(row) for row in (titles, *rows)}) == 1
    assert all(row.endswith("of 10") for row in rows)
    assert err.splitlines()[-4:] == [
        f"{name}, run {run} of 2" for run in (1, 2) for name in ("Best known", "Random")
    ]


@pytest.mark.usefixtures("home")
def test_the_same_simulation_prints_the_same(command: Command):
    options = (*SIMULATE, "--strategy", "best", "--noise", "0.1", "--sizes", "first")
    first, second = command(*options), command(*options)
    assert first == second
    assert "10.0 % of the answers wrong" in first.out


def test_all_curves_are_written(command: Command, home: Path):
    file = home / "curves.csv"
    status, _, _ = command(*SIMULATE, "--strategy", "random", "--batch", "5", "--csv", file)
    assert status == 0
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    assert head == "strategy,seed,labels,accuracy,macro_recall,classes_found"
    assert [line.split(",")[:3] for line in lines] == [
        ["Random", str(seed), str(labels)] for seed in (0, 1) for labels in (5, 10, 15, 20)
    ]


def test_an_image_set_without_known_classes_is_refused(command: Command, home: Path):
    (home / "datasets").mkdir()
    images = np.random.default_rng(0).integers(0, 255, (30, 4, 4), dtype=np.uint8)
    np.savez(home / "datasets" / "dots.npz", images=images, class_names=["a", "b"])
    status, out, err = command("simulate", "--data", "dots.npz", "--budget", "10")
    assert (status, out) == (2, "")
    assert err.splitlines()[-1].startswith("python -m core: The true classes of dots are not known")


def test_how_a_comparison_is_written():
    levels = outcome_of(curve(0, 0.5, 0.9), curve(1, 0.7, 0.96), seeds=2)
    assert outcome_text(levels).splitlines()[-1].split("  ")[0] == "One"
    assert " 20 " in outcome_text(levels)
    assert "1 of 2 reached" in outcome_text(levels)
    assert "not reached" in outcome_text(levels)
    assert "2 of 3" in outcome_text(levels)


INTERRUPTIBLE = """
import signal, sys
from core.cli.cli import main
# As in a terminal: a process begun in the background may have been told to ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""


def test_ctrl_c_keeps_the_runs_that_were_finished(home: Path):
    """The second run is under way, and 48 more would take a minute."""
    file = home / "curves.csv"
    options = ("--samples", "600", "--batch", "1", "--seeds", "50", "--csv", str(file))
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "simulate", "--strategy", "random", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line == "Random, run 2 of 50\n":
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    *_, said = err.splitlines()
    assert said == "Stopped: the figures are those of the runs that were finished."
    found = re.search(r"600 images, (\d+) of 50 runs, ", out)
    assert found
    n_runs = int(found[1])
    assert 1 <= n_runs < 50
    _, *lines = file.read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1:3] for line in lines] == [
        [str(seed), str(labels)] for seed in range(n_runs) for labels in range(1, 101)
    ]


def interrupted(*_: object, **__: object) -> NoReturn:
    raise KeyboardInterrupt


def test_ctrl_c_before_a_run_was_finished_says_so_and_writes_nothing(
    command: Command, home: Path, monkeypatch: pytest.MonkeyPatch
):
    file = home / "curves.csv"
    file.write_text("of yesterday")
    monkeypatch.setattr(simulate, "builder_of", lambda: interrupted)
    assert command(*SIMULATE, "--csv", file) == (
        130,
        "",
        "Stopped before a run was finished: there are no figures.\n",
    )
    assert file.read_text() == "of yesterday"


@pytest.mark.usefixtures("home")
def test_ctrl_c_ends_any_command_in_one_line(command: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backup, "backup", interrupted)
    assert command("backup", "mine.db") == (130, "", "python -m core: stopped\n")


def test_a_strategy_that_has_no_run_yet_has_no_figures():
    both = [strategy(), strategy("Two")]
    outcome = outcome_of(curve(0, 0.5, 0.9), strategies=both, seeds=2).finished(cancelled=True)
    head, *_, one, two = outcome_text(outcome).splitlines()
    assert "1 of 4 runs" in head
    assert "not reached" in one
    assert set(two.split()) == {"Two", "-"}


def test_the_help_of_simulate_explains_each_strategy(command: Command):
    _, out, _ = command("simulate", "--help")
    for expected in ("--csv FILE", "examples:", *BY_KEY, "exit status:"):
        assert expected in out
    assert max(len(line) for line in out.splitlines()) <= 100


def module(
    *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_module_is_a_program():
    ended = module("replay", "--list")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(DEMO)
    assert module("replay", "nothing").returncode == 2


def test_a_reader_that_has_seen_enough_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "core", "replay"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_ctrl_c_while_the_program_is_loaded_leaves_no_traceback(monkeypatch, capsys):
    class Loading(ModuleType):
        def __getattr__(self, name: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "core.cli.cli", Loading("core.cli.cli"))
    with pytest.raises(SystemExit) as stopped:
        run_module("core", run_name="__main__")
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "python -m core: stopped\n"
