import pytest

from core.wording import (
    counted,
    file_size,
    file_stem,
    ordinal,
    percent,
    points,
    spreadsheet,
    visible,
)


def test_shares_are_written_in_per_cent():
    assert percent(0.96944) == "96.9 %"
    assert percent(1) == "100.0 %"
    assert percent(float("nan")) == "–"


def test_differences_are_written_in_points_with_a_true_minus():
    assert points(0.0179) == "+1.8"
    assert points(-0.0121) == "−1.2"
    assert points(-0.0001) == "±0.0"


def test_no_file_takes_no_room():
    sizes = [1, 1_400_000, 89_000_000, 999_400_000, 999_600_000, 1_234_000_000_000]
    told = ["1 MB", "1 MB", "89 MB", "999 MB", "1.0 GB", "1,234.0 GB"]
    assert [file_size(n) for n in sizes] == told


def test_one_thing_is_singular_and_thousands_have_a_comma():
    assert [counted(n, "label") for n in (0, 1, 1797)] == ["0 labels", "1 label", "1,797 labels"]


def test_a_name_with_nothing_hidden_in_it_is_shown_as_it_is():
    for name in ("cat", "Größe 3", "חתול", "قطة", "👩‍🌾", "a b"):
        assert visible(name) == name


def test_control_signs_and_those_that_turn_the_writing_are_seen():
    assert visible("a\x00\nb\tc\x7f") == "a␀␊b␉c�"
    assert visible("\u202egnp.exe\u2069\u2028") == "�gnp.exe��"
    assert visible("\ud800") == "�"


@pytest.mark.parametrize(
    "name",
    ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "-cmd|' /C calc'!A0"],
)
def test_what_a_spreadsheet_would_compute_is_text(name: str):
    assert spreadsheet(name) == f"'{name}"


@pytest.mark.parametrize("name", ["cat", "", "+", "-", "-1", "+3.5", "a=b", "8"])
def test_other_names_and_numbers_stay_as_they_are_in_a_spreadsheet(name: str):
    assert spreadsheet(name) == name


def test_a_file_is_named_by_letters_and_digits_only():
    assert file_stem("Digits, second try") == "digits-second-try"
    assert file_stem("../=a/b") == "..-a-b"
    assert file_stem("???") == "labelspread"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *((1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th")),
        *((32, "32nd"), (64, "64th"), (101, "101st"), (112, "112th"), (8192, "8,192nd")),
    ],
)
def test_a_place_in_a_row_is_written_as_it_is_said(number: int, text: str):
    assert ordinal(number) == text
