from core.figures import base


def test_a_class_name_is_shortened_and_never_markup():
    assert base.label("T-shirt/top") == "T-shirt/top"
    assert base.label("a very long class name") == "a very long…"
    assert base.label("<b>") == "&lt;b&gt;"
