from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures import base


def alone(name: str, longest: int = 12) -> str:
    return base.labels([name], longest)[name]


def test_a_class_name_is_shortened_and_never_markup():
    assert alone("T-shirt/top") == "T-shirt/top"
    assert alone("a very long class name") == "a very long…"
    assert alone("<b>") == "&lt;b&gt;"
    assert alone("5\" 'x'") == base.full("5\" 'x'") == "5\" 'x'", "Plotly knows no &quot;"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["golden retriever", "goldfish"], ["golden retr…", "goldfish"]),
        (
            ["American black bear", "American black duck", "American alligator"],
            ["…black bear", "…black duck", "…alligator"],
        ),
        (["Canis lupus dingo", "Canis lupus familiaris"], ["…lupus dingo", "…familiaris"]),
        (["a very long name", "a very long name 2"], ["…long name", "…long name 2"]),
        (["number 10000000001", "number 10000000002"], ["…10000000001", "…10000000002"]),
        (["same\u202e long class name", "same\u202d long class name"], None),
    ],
)
def test_names_that_begin_alike_show_what_they_differ_in(names, expected):
    labels = base.labels(names)
    if expected is not None:
        assert [labels[name] for name in names] == expected
    assert len(set(labels.values())) == len(names)


@given(
    st.lists(st.text(st.sampled_from("ab \x00\u202e<"), max_size=40), unique=True, max_size=12),
    st.integers(8, 40),
)
def test_all_labels_of_a_figure_are_told_apart(names, longest):
    labels = base.labels(names, longest)
    assert len(set(labels.values())) == len(names)
    for name, label in labels.items():
        assert "<" not in label
        # A number behind it is longer by a few letters.
        assert len(unescape(label)) <= longest + 5
        if len(name) <= longest and name.isalpha():
            assert label == name
