"""Where data are kept follows from the environment alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from platformdirs import user_data_path
from sqlalchemy.engine import make_url

from core.errors import InvalidSettingError
from core.jobs.resources import Resources
from core.settings import (
    DATABASE_FILE_VARIABLE,
    DATABASE_VARIABLE,
    cache_folder,
    comparisons_folder,
    database_url,
    datasets_folder,
    home,
    hub,
    networks_folder,
    resources,
)


def test_without_a_word_data_are_kept_where_the_system_keeps_them():
    assert home({}) == user_data_path("labelspread")


def test_a_home_that_is_set_is_taken(tmp_path):
    assert home({"LABELSPREAD_HOME": str(tmp_path)}) == tmp_path


def test_blanks_are_as_good_as_nothing():
    assert home({"LABELSPREAD_HOME": "  "}) == home({})
    assert database_url({"LABELSPREAD_DATABASE_URL": " "}) == database_url({})


def test_a_home_may_start_at_the_users_own():
    assert home({"LABELSPREAD_HOME": "~/labels"}) == Path.home() / "labels"


def test_a_relative_home_is_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert home({"LABELSPREAD_HOME": "labels"}) == tmp_path / "labels"


def test_the_database_is_a_file_in_the_home(tmp_path):
    url = make_url(database_url({"LABELSPREAD_HOME": str(tmp_path)}))
    assert url.get_backend_name() == "sqlite"
    assert Path(str(url.database)) == tmp_path / "labelspread.db"


@pytest.mark.parametrize("name", ["my labels", "who?", "100%41", "50% off", "#1", "über", "a@b"])
def test_a_home_of_any_name_is_the_database_s_folder(tmp_path, name):
    odd = tmp_path / name
    url = make_url(database_url({"LABELSPREAD_HOME": str(odd)}))
    assert Path(str(url.database)) == odd / "labelspread.db"


def test_a_database_that_is_named_is_taken_as_it_is():
    named = "postgresql://me@host/labels"
    environment = {"LABELSPREAD_DATABASE_URL": f" {named} ", "LABELSPREAD_HOME": "/elsewhere"}
    assert database_url(environment) == named


def test_the_address_of_the_database_may_be_in_a_file(tmp_path):
    file = tmp_path / "url"
    file.write_text("postgresql://anna:secret@there/labels\n")
    only = {DATABASE_FILE_VARIABLE: str(file)}
    assert database_url(only) == "postgresql://anna:secret@there/labels"
    named = {DATABASE_FILE_VARIABLE: str(file), DATABASE_VARIABLE: "sqlite:///here.db"}
    assert database_url(named) == "sqlite:///here.db"


@pytest.mark.parametrize("content", [None, b"", b"one\ntwo", b"\xff\xfe"])
def test_a_file_without_an_address_is_told_of_and_not_shown(tmp_path, content):
    file = tmp_path / "url"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidSettingError, match="LABELSPREAD_DATABASE_URL_FILE") as caught:
        database_url({DATABASE_FILE_VARIABLE: str(file)})
    assert "two" not in str(caught.value)


def test_image_sets_and_what_can_be_built_again_have_folders_of_their_own(tmp_path):
    environment = {"LABELSPREAD_HOME": str(tmp_path)}
    assert datasets_folder(environment) == tmp_path / "datasets"
    assert cache_folder(environment) == tmp_path / "cache"
    assert comparisons_folder(environment) == tmp_path / "comparisons"
    assert networks_folder(environment) == tmp_path / "networks"


def test_networks_come_from_the_hub_or_from_where_it_is_said():
    assert hub({}) == hub({"HF_ENDPOINT": " "}) == "https://huggingface.co"
    assert hub({"HF_ENDPOINT": "http://mirror.example/ "}) == "http://mirror.example"
    with pytest.raises(InvalidSettingError, match="HF_ENDPOINT is “file:///etc”"):
        hub({"HF_ENDPOINT": "file:///etc"})


def test_the_engine_uses_all_cores_and_half_a_gigabyte_unless_told_otherwise():
    assert resources({}) == Resources(threads=os.cpu_count() or 1, memory=512 * 2**20)
    told = {"LABELSPREAD_THREADS": " 3 ", "LABELSPREAD_MEMORY_MB": "64"}
    assert resources(told) == Resources(threads=3, memory=64 * 2**20)


@pytest.mark.parametrize("variable", ["LABELSPREAD_THREADS", "LABELSPREAD_MEMORY_MB"])
@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_a_bound_that_makes_no_sense_is_named(variable, value):
    with pytest.raises(InvalidSettingError, match=f"{variable} is “{value}”"):
        resources({variable: value})


@pytest.mark.parametrize("bounds", [{"threads": 0}, {"memory": 1000}])
def test_an_engine_needs_a_thread_and_some_memory(bounds):
    with pytest.raises(ValueError, match="at least"):
        Resources(**bounds)
