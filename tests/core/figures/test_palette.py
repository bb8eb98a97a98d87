import pytest

from core.figures.palette import DARK, LIGHT, contrast, mix, text_on


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#2563eb", "#2563eb") == 1


def test_a_mix_goes_from_one_colour_to_the_other():
    assert mix("#102030", "#ffffff", 0) == "#102030"
    assert mix("#102030", "#ffffff", 1) == "#ffffff"
    assert mix("#000000", "#ff8000", 0.5) == "#804000"


@pytest.mark.parametrize("grey", range(0, 256, 15))
def test_text_can_be_read_on_any_ground(grey):
    ground = f"#{grey:02x}{grey:02x}{grey:02x}"
    assert contrast(text_on(ground), ground) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_and_lines_stand_out_from_the_page(palette):
    assert contrast(palette.ink, palette.page) >= 7
    assert contrast(palette.muted, palette.page) >= 4.5
    assert contrast(palette.accent, palette.page) >= 3
