"""``python -m core report``."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from core.bootstrap import open_service
from core.cli.cli import main
from core.cli.output import FAILED
from core.config import ProjectConfig
from tests.core.builders import label


@pytest.fixture(autouse=True)
def _few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project called Few, with four labels."""
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with closing(open_service(tmp_path / "home")) as service:
        config = ProjectConfig(n_samples=40, kernel="knn", n_neighbors=3, batch_size=4)
        project = service.create_project("Few", config).project_id
        batch = service.batch(project)
        assert batch is not None
        answers = [label(item, str(number), 900) for number, item in enumerate(batch.items)]
        service.submit(project, batch.batch_id, answers)


def test_a_report_is_written_and_said_in_a_line(capsys):
    assert main(["report", "few", "-o", "few.html"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Wrote a report of “Few” to few.html: ")
    assert told.count("\n") == 1
    page = Path("few.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<h1>Few</h1>" in page


def test_what_goes_on_to_another_program_is_the_report_alone(capfdbinary):
    assert main(["report", "Few", "-o", "-"]) == 0
    told = capfdbinary.readouterr()
    assert told.out.startswith(b"<!doctype html>")
    assert told.out.rstrip().endswith(b"</html>")
    assert b"Wrote a report" in told.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "-o", "a.html"), "no project called “nothing”. There are: “Digits”, “Few”."),
        (("Few", "-o", "missing/a.html"), "There is no folder 'missing'."),
        (("Few", "-o", "a.pdf"), "The browser that prints PDF files failed (/nowhere/browser)."),
        (("Few", "-o", "."), "The file '.' cannot be written"),
        (("Few", "-o", "a.docx"), "a report is HTML or PDF: let FILE end in .html or .pdf"),
        (("Few",), "the following arguments are required: -o/--output"),
    ],
)
def test_bad_input_is_said_in_one_line_and_leaves_no_file(
    arguments, message, capsys, tmp_path, monkeypatch
):
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/browser")
    before = sorted(tmp_path.iterdir())
    try:
        status, due = main(["report", *arguments]), FAILED
    except SystemExit as stop:
        status, due = int(str(stop.code)), 2
    told = capsys.readouterr()
    assert (status, told.out) == (due, "")
    assert message in told.err
    assert told.err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before
