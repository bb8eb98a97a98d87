"""What is brought in and compared is of whoever has done it, and of nobody else."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import fsspec
import numpy as np
import pytest

from core.bootstrap import imports_of, service_of
from core.config import ProjectConfig
from core.data.incoming import Import
from core.errors import (
    ComparisonUnderWayError,
    InvalidDatasetError,
    LabelspreadError,
    NotAllowedError,
    UnknownComparisonError,
)
from core.export.log import write_log
from core.export.log_file import LogFile
from core.people.persons import Person
from core.people.roles import Role
from core.service.guarded import Administrators, guarded, who
from core.service.labelling import Service
from core.simulation.comparisons import Comparisons
from core.simulation.kept import ComparisonStore
from pages._ui.own import OwnComparisons, OwnImports
from tests.core.data.parts.making import table_of, write
from tests.core.learners import Gates, builds, plan

ANNA, EVE, ADA = Person("anna", "Anna"), Person("eve", "Eve"), Person("ada", "Ada")
ROLES = Administrators({"ada"}, has_login=True)


class House:
    """A service with sets, imports and comparisons, and each person's part of it."""

    def __init__(self, home: Path) -> None:
        environment = {"LABELSPREAD_HOME": str(home), "LABELSPREAD_IMPORT_DIR": str(home / "in")}
        (home / "in").mkdir()
        self.service = service_of(environment, with_default=False)
        self._imports = imports_of(environment)
        self.comparisons = Comparisons(ComparisonStore(home / "kept"), lambda _: builds())

    def service_of(self, person: Person) -> Service:
        return guarded(self.service, person, ROLES)

    def imports_of(self, person: Person) -> OwnImports:
        is_administrator = ROLES.is_administrator(person)
        known = who(self.service, person, ROLES)
        return OwnImports(self._imports, known, is_administrator=is_administrator)

    def comparisons_of(
        self, person: Person, comparisons: Comparisons | None = None
    ) -> OwnComparisons:
        known = who(self.service, person, ROLES)
        return OwnComparisons(
            comparisons or self.comparisons,
            known,
            is_administrator=ROLES.is_administrator(person),
        )

    def sent(self, person: Person, seed: int = 0) -> Import:
        """Some images on their way in."""
        images = np.random.default_rng(seed).integers(0, 255, (12, 6, 6), dtype=np.uint8)
        file = BytesIO()
        np.savez(file, images=images, labels=np.array(["cat", "dog"] * 6))
        file.seek(0)
        return self.imports_of(person).send([("pets.npz", file)])

    def kept(self, person: Person, seed: int = 0) -> str:
        """The key of a set that somebody has brought in."""
        return self.imports_of(person).keep(self.sent(person, seed), "Pets")

    def close(self) -> None:
        self._imports.close()
        self.service.close()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture(autouse=True)
def _closed(house: House):
    yield
    house.close()


def test_a_set_is_seen_by_whoever_has_brought_it_in_and_by_administrators(house: House) -> None:
    key = house.kept(ANNA)
    for person, sees in ((ANNA, True), (ADA, True), (EVE, False)):
        assert (key in house.imports_of(person).sets.listed()) is sees
        assert (key in {e.key for e in house.service_of(person).datasets()}) is sees
    hers = house.imports_of(EVE).sets
    for ask in (hers.head, hers.open, lambda key: hers.rename(key, "Mine")):
        with pytest.raises(InvalidDatasetError, match="There is no data set"):
            ask(key)
    with pytest.raises(InvalidDatasetError, match="There is no data set"):
        house.service_of(EVE).create_project("X", ProjectConfig(dataset=key, n_samples=12))
    with pytest.raises(InvalidDatasetError, match="There is no data set"):
        house.service_of(EVE).delete_dataset(key)


def test_a_role_in_a_project_on_a_set_shows_the_set_and_lets_nobody_change_it(
    house: House,
) -> None:
    key = house.kept(ANNA)
    made = house.service_of(ANNA).create_project("Pets", ProjectConfig(dataset=key, n_samples=12))
    house.service_of(ANNA).give_role(made.project_id, EVE, Role.ANNOTATOR)
    hers = house.imports_of(EVE).sets
    assert hers.head(key).title == "Pets"
    assert not hers.is_own(key)
    with pytest.raises(NotAllowedError):
        hers.rename(key, "Mine")
    with pytest.raises(NotAllowedError):
        house.service_of(EVE).delete_dataset(key)
    house.service_of(ANNA).give_role(made.project_id, EVE, None)
    with pytest.raises(InvalidDatasetError):
        hers.head(key)


def test_who_is_tested_by_what_is_known_does_not_see_the_set_that_says_it(house: House) -> None:
    key = house.kept(ANNA)
    annas = house.service_of(ANNA)
    made = annas.create_project("Pets", ProjectConfig(dataset=key, n_samples=12)).project_id
    annas.give_role(made, EVE, Role.ANNOTATOR)
    view = annas.view(made)
    items = view.dataset.rows[:3].tolist()
    annas.set_known(made, dict.fromkeys(items, "cat"))
    hers, sets = house.service_of(EVE), house.imports_of(EVE).sets
    assert hers.project(made).name == "Pets"
    assert sets.title(key) == "Pets", "what it is called is no secret"
    assert key not in {entry.key for entry in hers.datasets()}
    assert key not in sets.listed()
    for ask in (sets.open, sets.head):
        with pytest.raises(InvalidDatasetError, match="There is no data set"):
            ask(key)
    for known in ("truth", "given"):
        with pytest.raises(InvalidDatasetError, match="There is no data set"):
            hers.create_project(
                "Mine", ProjectConfig(dataset=key, n_samples=12, known_labels=known)
            )
    with pytest.raises(InvalidDatasetError, match="There is no data set"):
        house.comparisons_of(EVE).start(plan(dataset=key), "Pets")
    for person in (ANNA, ADA):
        assert house.imports_of(person).sets.listed() == (key,)
    annas.give_role(made, EVE, Role.REVIEWER)
    assert sets.listed() == (key,)


def test_a_set_of_nobodys_project_has_no_title_for_others(house: House) -> None:
    key = house.kept(ANNA)
    with pytest.raises(InvalidDatasetError, match="There is no data set"):
        house.imports_of(EVE).sets.title(key)


def test_who_brings_in_the_same_images_is_an_owner_too_and_leaves_them_to_the_other(
    house: House,
) -> None:
    key = house.kept(ANNA)
    assert house.kept(EVE) == key
    assert house.imports_of(EVE).sets.head(key).owners == ("anna", "eve")
    house.service_of(ANNA).delete_dataset(key)
    assert house.imports_of(EVE).sets.listed() == (key,)
    assert house.imports_of(ANNA).sets.listed() == ()
    house.service_of(EVE).delete_dataset(key)
    assert house.imports_of(ADA).sets.listed() == ()


def test_a_set_that_a_hidden_project_needs_stays_and_the_project_is_not_named(
    house: House,
) -> None:
    key = house.kept(ANNA)
    house.kept(EVE)
    config = ProjectConfig(dataset=key, n_samples=12)
    house.service_of(EVE).create_project("Eves secret", config)
    with pytest.raises(InvalidDatasetError) as refused:
        house.service_of(ANNA).delete_dataset(key)
    assert "secret" not in str(refused.value)


def test_an_import_is_there_for_whoever_has_begun_it(house: House) -> None:
    begun = house.sent(ANNA)
    assert house.imports_of(ANNA).all() == (begun,)
    assert house.imports_of(ADA).get(begun.id) is begun
    hers = house.imports_of(EVE)
    assert hers.all() == ()
    assert hers.get(begun.id) is None
    for change in (lambda: hers.keep(begun, "Mine"), lambda: hers.drop(begun)):
        with pytest.raises(NotAllowedError):
            change()
    with pytest.raises(NotAllowedError):
        hers.again(begun, {}, None)
    house.imports_of(ANNA).drop(begun)


def test_what_is_on_the_server_is_brought_in_by_administrators(house: House) -> None:
    assert house.imports_of(EVE).places is None
    assert house.imports_of(EVE).on_server() == ()
    with pytest.raises(NotAllowedError):
        house.imports_of(EVE).fetch("pets.npz")
    assert house.imports_of(ADA).places is not None


def test_what_lies_elsewhere_is_read_for_administrators_alone(house: House) -> None:
    """It is read with the rights of the server."""
    url = write("memory://own", [table_of(slice(0, 20))])
    eve, ada = house.imports_of(EVE), house.imports_of(ADA)
    assert (eve.can_survey, ada.can_survey) == (False, True)
    parts = ada.survey(url).wait(30)
    with pytest.raises(NotAllowedError):
        eve.survey(url)
    with pytest.raises(NotAllowedError):
        eve.draw(parts, {}, "Own", 10)
    begun = ada.draw(parts, {}, "Own", 10)
    begun.work.wait(30)
    assert eve.all() == ()
    key = ada.keep(begun, "Own")
    assert key not in eve.sets.listed()
    fsspec.filesystem("memory").rm("/own", recursive=True)


def test_a_project_file_shows_nobody_images_that_are_somebody_elses(
    house: House, tmp_path: Path
) -> None:
    key = house.kept(ANNA)
    anna = house.service_of(ANNA)
    project = anna.create_project("Pets", ProjectConfig(dataset=key, n_samples=12)).project_id
    bare, whole = tmp_path / "bare.zip", tmp_path / "whole.zip"
    for path, with_set in ((bare, False), (whole, True)):
        with path.open("wb") as file:
            write_log(anna.log_pack(project, with_set=with_set), file)
    limits = house.imports_of(EVE).limits
    with LogFile(bare, limits) as file, pytest.raises(InvalidDatasetError, match="It needs"):
        house.service_of(EVE).bring_back(file)
    assert house.service_of(EVE).projects() == ()
    # Who has the images has them; the project that is here already is not that person's.
    with LogFile(whole, limits) as file:
        brought = house.service_of(EVE).bring_back(file)
    assert brought.is_new
    assert brought.project.project_id != project
    assert house.service_of(EVE).role_of(brought.project.project_id) is Role.OWNER
    assert key in house.imports_of(EVE).sets.listed()
    assert [p.project_id for p in anna.projects()] == [project], "roles do not come along"


def test_comparisons_are_seen_by_who_has_run_them(house: House) -> None:
    kept = house.comparisons_of(ANNA).start(plan(budget=20), "Digits").wait(30)
    assert [entry.id for entry in house.comparisons_of(ANNA).entries()] == [kept.id]
    assert house.comparisons_of(ADA).load(kept.id).by == "anna"
    hers = house.comparisons_of(EVE)
    assert hers.entries() == ()
    for ask in (hers.load, hers.delete, lambda id_: hers.rename(id_, "Mine")):
        with pytest.raises(UnknownComparisonError):
            ask(kept.id)
    house.comparisons_of(ANNA).rename(kept.id, "Mine")
    house.comparisons_of(ANNA).delete(kept.id)
    assert house.comparisons_of(ANNA).entries() == ()


def test_a_comparison_under_way_is_not_named_to_others(house: House, tmp_path: Path) -> None:
    gates = Gates()
    busy = Comparisons(ComparisonStore(tmp_path / "busy"), gates)
    begun = house.comparisons_of(ANNA, busy).start(plan(budget=20), "Secret leaves")
    assert house.comparisons_of(ANNA, busy).under_way is begun
    hers = house.comparisons_of(EVE, busy)
    assert hers.under_way is None
    with pytest.raises(ComparisonUnderWayError) as refused:
        hers.start(plan(budget=20), "Digits")
    assert "Secret" not in str(refused.value)
    begun.cancel()
    gates.open()
    with pytest.raises(LabelspreadError):
        begun.wait(30)


def test_nothing_is_compared_on_images_of_somebody_else(house: House) -> None:
    key = house.kept(ANNA)
    with pytest.raises(InvalidDatasetError, match="There is no data set"):
        house.comparisons_of(EVE).start(plan(budget=20).model_copy(update={"dataset": key}), "X")
