"""``python -m core export`` and ``projects``, on a folder with a labelled project."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from pathlib import Path

import pytest

from core.bootstrap import open_service
from core.cli.cli import main
from core.cli.output import FAILED
from core.config import ProjectConfig
from core.export.formats import FORMATS
from tests.core.builders import label


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """A project called Few, and what was said of its digits."""
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with closing(open_service(tmp_path / "home")) as service:
        config = ProjectConfig(n_samples=40, kernel="knn", n_neighbors=3, batch_size=4)
        project = service.create_project("Few", config).project_id
        batch = service.batch(project)
        assert batch is not None
        said = {item: str(number) for number, item in enumerate(batch.items)}
        answers = [label(item, name) for item, name in said.items()]
        service.submit(project, batch.batch_id, answers)
    return said


def test_projects_are_listed_with_their_labels(said, capsys):
    assert main(["projects"]) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert last.split("  ")[1:] == ["Few", f"{len(said)} labels"]


def test_a_project_is_branched_from_a_round(said, capsys):
    assert main(["branch", "few", "--round", "1"]) == 0
    told, _ = capsys.readouterr().out.splitlines()
    assert told == "Branched “Few, round 1” from “Few”: 4 labels, from round 1."
    assert main(["branch", "Few", "--round", "1", "--name", "Few"]) == FAILED
    assert main(["branch", "Few", "--round", "2"]) == FAILED
    assert "There is no round 2" in capsys.readouterr().err
    assert main(["projects"]) == 0
    listed = [line.split("  ")[1:] for line in capsys.readouterr().out.splitlines()]
    assert listed[-2:] == [[name, f"{len(said)} labels"] for name in ("Few", "Few, round 1")]


def test_what_was_labelled_is_in_the_file_and_what_is_told_of_it_beside(said, capsys):
    assert main(["export", "few", "--rows", "labelled", "-o", "few.csv"]) == 0
    assert "Exported 4 rows of “Few” to few.csv: 4 labelled by people" in capsys.readouterr().out
    with Path("few.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["number"]): row["human_label"] for row in rows} == said
    about = json.loads(Path("few.csv.about.json").read_text(encoding="utf-8"))
    assert about["chosen"] == {"wanted": "labelled", "least": None}


@pytest.mark.usefixtures("said")
@pytest.mark.parametrize("key", FORMATS)
def test_every_format_can_be_written_and_only_some_need_a_file_beside(key):
    assert main(["export", "Few", "--format", key, "-o", "out"]) == 0
    assert Path("out").stat().st_size > 0
    assert Path("out.about.json").exists() is not FORMATS[key].tells


@pytest.mark.usefixtures("said")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "-o", "a.csv"), "no project called “nothing”. There are: “Digits”, “Few”."),
        (("Few", "-o", "missing/a.csv"), "There is no folder 'missing'."),
        (("Few", "-o", "."), "The file '.' cannot be written"),
        (("Few", "-o", "a", "--rows", "all", "--above", ".9"), "--above needs --rows sure"),
        (("Few",), "the following arguments are required: -o/--output"),
        (("Few", "-o", "a", "--format", "xls"), "invalid choice: 'xls'"),
        (("Few", "-o", "a", "--above", "2"), "'2' is no probability: take a number from 0 to 1"),
        (("Few", "-o", "a", "--above", "much"), "'much' is no probability"),
    ],
)
def test_bad_input_is_said_in_one_line_and_leaves_no_file(arguments, message, capsys, tmp_path):
    before = sorted(tmp_path.iterdir())
    try:
        status, due = main(["export", *arguments]), FAILED
    except SystemExit as stop:
        # The arguments themselves make no sense.
        status, due = int(str(stop.code)), 2
    told = capsys.readouterr()
    assert (status, told.out) == (due, "")
    assert message in told.err
    assert told.err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.usefixtures("said")
def test_what_goes_on_to_another_program_is_the_export_alone(capfdbinary):
    assert main(["export", "Few", "-o", "few.jsonl", "--format", "jsonl"]) == 0
    capfdbinary.readouterr()
    assert main(["export", "Few", "-o", "-", "--format", "jsonl"]) == 0
    told = capfdbinary.readouterr()
    assert told.out == Path("few.jsonl").read_bytes()
    assert b"Exported 40 rows" in told.err
    assert main(["export", "Few", "-o", "/dev/null", "--format", "npz"]) == 0


@pytest.mark.usefixtures("said")
def test_a_file_that_is_written_over_keeps_its_rights_and_a_link_stays_one(tmp_path):
    place, link = tmp_path / "mine.csv", tmp_path / "link.csv"
    place.write_text("old", encoding="utf-8")
    place.chmod(0o600)
    link.symlink_to(place)
    assert main(["export", "Few", "-o", str(link)]) == 0
    assert link.is_symlink()
    assert place.read_text(encoding="utf-8").startswith("number,")
    assert place.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("said")
def test_a_name_comes_before_an_id(tmp_path, capsys):
    with closing(open_service(tmp_path / "home")) as service:
        service.rename_project("digits", "Old stuff")
        config = ProjectConfig(n_samples=30, kernel="knn", n_neighbors=3)
        service.create_project("digits", config)
    assert main(["export", "digits", "-o", "-"]) == 0
    assert "30 rows of “digits”" in capsys.readouterr().err


def test_a_whole_project_comes_back_on_an_empty_install_under_its_id(
    said, tmp_path, monkeypatch, capsys
):
    with closing(open_service(tmp_path / "home")) as service:
        few = next(one for one in service.projects() if one.name == "Few")
        state = service.view(few.project_id).state
        batch = service.batch("digits")
        assert batch is not None
        service.submit("digits", batch.batch_id, [label(batch.items[0])])
        digits = service.view("digits").state
    assert main(["export", "Few", "--format", "log", "-o", "few.zip"]) == 0
    assert "Exported “Few” to few.zip, without its images: 5 events." in capsys.readouterr().out
    assert main(["export", "digits", "--format", "log", "--with-set", "-o", "digits.zip"]) == 0
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path / "other"))
    capsys.readouterr()
    # The project that comes with the app is not made beside the one that comes back.
    assert main(["import", "digits.zip"]) == 0
    assert main(["import", "few.zip", "--name", "Again"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "Brought back “Digits”: 1 label, 1 answer.",
        "digits",
        f"Brought back “Again”: {len(said)} labels, 4 answers.",
        few.project_id,
    ]
    with closing(open_service(tmp_path / "other")) as service:
        assert [project.name for project in service.projects()] == ["Digits", "Again"]
        assert service.view(few.project_id).state == state
        assert service.view("digits").state == digits
    assert main(["import", "few.zip"]) == 0
    assert "“Again” is here already" in capsys.readouterr().out


@pytest.mark.usefixtures("said")
def test_a_whole_project_goes_on_to_another_program_too(tmp_path, capfdbinary):
    assert main(["export", "Few", "--format", "log", "-o", "-"]) == 0
    place = tmp_path / "piped.zip"
    place.write_bytes(capfdbinary.readouterr().out)
    assert main(["import", str(place)]) == 0
    assert b"is here already" in capfdbinary.readouterr().out


@pytest.mark.usefixtures("said")
@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "Few", "-o", "a.csv", "--with-set"),
        ("export", "Few", "-o", "a.zip", "--format", "log", "--rows", "all"),
        ("export", "Few", "-o", "a.zip", "--format", "log", "--above", ".9"),
        ("import", "few.zip", "--choose", "labels=x"),
        ("import", "few.zip", "--skip-bad"),
    ],
)
def test_what_makes_no_sense_for_a_whole_project_is_refused(arguments, capsys):
    main(["export", "Few", "--format", "log", "-o", "few.zip"])
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_without_a_database_none_is_made(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LABELSPREAD_HOME", str(tmp_path / "typo"))
    assert main(["projects"]) == FAILED
    assert "there is no such file" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()
