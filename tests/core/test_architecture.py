"""The arrows between the rooms of the house, read from the import lines of every file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FLOORS: tuple[tuple[str, ...], ...] = (
    ("app",),
    ("pages",),
    ("pages._ui",),
    ("core.__main__",),
    ("core.cli",),
    ("core",),
    ("core.bootstrap",),
    ("core.report",),
    ("core.figures",),
    ("core.service", "core.simulation"),
    ("core.predicting",),
    ("core.export",),
    ("core.quality",),
    ("core.replay", "core.engine"),
    ("core.querying",),
    ("core.learning",),
    ("core.graph",),
    ("core.storage",),
    ("core.data",),
    ("core.people",),
    ("core.session",),
    ("core.settings",),
    ("core.jobs",),
    ("core.config",),
    ("core.arrays", "core.errors", "core.wording"),
)
"""All rooms from the roof to the ground. A room imports from those below it, never from its own
floor or from above."""

TOUCH_FILES = (
    "core.bootstrap",
    "core.cli",
    "core.data.archive",
    "core.data.carried",
    "core.data.catalogue",
    "core.data.incoming",
    "core.data.landmarks",
    "core.data.npz",
    "core.data.parts",
    "core.data.pieces",
    "core.data.readers",
    "core.data.sets",
    "core.data.stored",
    "core.data.storing",
    "core.data.uploads",
    "core.engine.accuracies",
    "core.export",
    "core.graph.embeddings.kept",
    "core.graph.embeddings.model",
    "core.graph.embeddings.network",
    "core.graph.embeddings.networks",
    "core.graph.embeddings.torch_file",
    "core.graph.inverted_file",
    "core.graph.kept",
    "core.graph.layout_process",
    "core.jobs.files",
    "core.jobs.folders",
    "core.people.passwords",
    "core.people.server_secret",
    "core.people.sign_ins",
    "core.predicting.model",
    "core.predicting.places",
    "core.predicting.run",
    "core.predicting.task",
    "core.report.printed",
    "core.service.predicting",
    "core.settings",
    "core.simulation.kept",
    "core.storage",
)
FILE_MODULES = ("pathlib", "os", "shutil", "tempfile", "glob", "fileinput")


@cache
def sources() -> dict[str, Path]:
    """Every module of the app, by its dotted name."""
    files = [ROOT / "app.py", *ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py")]
    return {name_of(file): file for file in files if file.exists()}


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def imports_in(tree: ast.AST, known: frozenset[str]) -> Iterator[str]:
    """The modules that a file imports, at its top or inside functions.

    ``from core import graph`` names the module ``core.graph`` if there is one, else ``core``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else str(node.module)


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(sources()[module].read_text(encoding="utf-8"))


@cache
def imports_of(module: str) -> frozenset[str]:
    return frozenset(imports_in(tree_of(module), frozenset(sources())))


def offenders(rooms: tuple[str, ...], forbidden: tuple[str, ...]) -> list[str]:
    """Imports of what is forbidden, in the modules of some rooms."""
    return [
        f"{module} imports {imported}"
        for module in sorted(sources())
        if within(module, rooms)
        for imported in sorted(imports_of(module))
        if within(imported, forbidden)
    ]


def test_the_imports_that_are_known_to_be_there_are_found():
    assert "core.session.state" in imports_of("core.service.labelling")
    assert "core.service.rounds" in imports_of("core.service.view"), "from core.service import"
    assert "core.storage.tables" in imports_of("core.storage.sql")
    assert "numpy" in imports_of("core.graph.similarity")
    assert len(sources()) > 20


def test_an_import_inside_a_function_is_found():
    tree = ast.parse("def f():\n    import a.b\n    from core import graph, nothing")
    assert list(imports_in(tree, frozenset({"core.graph"}))) == ["a.b", "core.graph", "core"]


def test_core_knows_no_screen():
    assert offenders(("core",), ("streamlit", "pages", "app")) == []


def test_pages_do_not_import_the_app_and_their_shared_parts_do_not_import_pages():
    pages = tuple(
        module for module in sources() if within(module, ("pages",)) and module != "pages"
    )
    outside = tuple(module for module in pages if not within(module, ("pages._ui",)))
    assert offenders(("pages",), ("app",)) == []
    assert offenders(("pages._ui",), outside) == []


def test_a_page_does_not_import_another_page():
    for page in sources():
        if within(page, ("pages",)) and not within(page, ("pages._ui",)) and page != "pages":
            others = {
                imported
                for imported in imports_of(page)
                if within(imported, ("pages",)) and not within(imported, ("pages._ui",))
            }
            assert others <= {"pages", page}, page


def test_the_app_reaches_the_core_only_through_pages():
    assert offenders(("app",), ("core",)) == []


def test_only_the_store_knows_sqlalchemy_and_alembic():
    rest = tuple(m for m in sources() if not within(m, ("core.storage",)) and m != "core")
    assert exact_offenders(rest, ("sqlalchemy", "alembic", "sqlite3")) == []


def test_only_figures_know_plotly():
    rest = tuple(m for m in sources() if within(m, ("core",)) and not within(m, ("core.figures",)))
    assert exact_offenders(rest, ("plotly",)) == []


def exact_offenders(modules: tuple[str, ...], forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{module} imports {imported}"
        for module in modules
        for imported in imports_of(module)
        if within(imported, forbidden)
    ]


def test_the_session_does_no_arithmetic_and_no_input_or_output():
    plain = ("__future__", "collections", "dataclasses", "enum", "functools", "itertools", "typing")
    # Names for values, maps that share what did not change, and the text that events are kept as.
    values = ("datetime", "hashlib", "json", "rpds")
    # And what settings and names can be at most.
    allowed = (*plain, *values, "core.errors", "core.config", "pydantic")
    strangers = [
        f"{module} imports {name}"
        for module in sources()
        if within(module, ("core.session",))
        for name in imports_of(module)
        if not within(name, (*allowed, "core.session"))
    ]
    assert strangers == []


def floor_of(module: str) -> tuple[int, str]:
    """The floor and the room of a module: of all rooms that hold it, the innermost."""
    rooms = [(floor, room) for floor, rooms in enumerate(FLOORS) for room in rooms]
    holding = [(floor, room) for floor, room in rooms if within(module, (room,))]
    return max(holding, key=lambda found: len(found[1]))


def test_every_module_is_in_a_room():
    strangers = [
        module
        for module in sources()
        # "core" itself holds all of its rooms, but only its own file stands on its floor.
        if floor_of(module)[1] == "core" and module != "core"
    ]
    assert strangers == []


def test_imports_run_downwards():
    arrows = [
        (module, imported)
        for module in sorted(sources())
        for imported in sorted(imports_of(module))
        if imported in sources() and floor_of(imported)[1] != floor_of(module)[1]
    ]
    upwards = [
        f"{module} imports {imported}"
        for module, imported in arrows
        if floor_of(imported)[0] <= floor_of(module)[0]
    ]
    assert upwards == []
    assert len(arrows) > 100


def test_the_store_knows_of_the_core_only_what_it_keeps():
    kept = (
        "core.session",
        "core.people.leases",
        "core.config",
        "core.errors",
    )
    allowed = ("core.storage", "core.jobs.files", *kept)
    strangers = [
        f"{module} imports {imported}"
        for module in sources()
        if within(module, ("core.storage",))
        for imported in imports_of(module)
        if within(imported, ("core",)) and not within(imported, allowed)
    ]
    assert strangers == []


def test_only_rooms_made_for_it_touch_files():
    rest = tuple(m for m in sources() if within(m, ("core",)) and not within(m, TOUCH_FILES))
    assert exact_offenders(rest, FILE_MODULES) == []
    assert [module for module in rest if calls_open(tree_of(module))] == []


def calls_open(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
        for node in ast.walk(tree)
    )


def test_a_call_of_open_is_found():
    assert calls_open(ast.parse("with open('x') as file:\n    pass"))
    assert not calls_open(ast.parse("image.open('x')\nopen = 3"))


def test_no_two_modules_of_the_core_import_each_other():
    arrows = {
        module: {name for name in imports_of(module) if name in sources() and name != module}
        for module in sources()
        if within(module, ("core",))
    }
    try:
        tuple(TopologicalSorter(arrows).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")
