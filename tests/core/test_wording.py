from core.wording import counted, percent, points


def test_shares_are_written_in_per_cent():
    assert percent(0.96944) == "96.9 %"
    assert percent(1) == "100.0 %"
    assert percent(float("nan")) == "–"


def test_differences_are_written_in_points_with_a_true_minus():
    assert points(0.0179) == "+1.8"
    assert points(-0.0121) == "−1.2"
    assert points(-0.0001) == "±0.0"


def test_one_thing_is_singular_and_thousands_have_a_comma():
    assert [counted(n, "label") for n in (0, 1, 1797)] == ["0 labels", "1 label", "1,797 labels"]
