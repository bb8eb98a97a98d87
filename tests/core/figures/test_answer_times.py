from core.figures.answer_times import draw_answer_times
from core.figures.palette import DARK, LIGHT
from core.quality.timing import RoundTimes


def test_the_line_is_the_medians_and_the_band_the_quartiles():
    rounds = (RoundTimes(1, 1, 10, 1.0, 2.0, 3.0), RoundTimes(2, 3, 20, 0.5, 1.0, 4.0))
    band, line = draw_answer_times(rounds, LIGHT).data
    assert (list(line.x), list(line.y)) == ([1, 3], [2.0, 1.0])
    assert (list(band.x), list(band.y)) == ([1, 3, 3, 1], [3.0, 4.0, 0.5, 1.0])
    assert line.hovertext == (
        "round 1: 2.0 s, half of 10 answers between 1.0 and 3.0 s",
        "rounds 2 to 3: 1.0 s, half of 20 answers between 0.5 and 4.0 s",
    )


def test_a_pause_does_not_make_all_else_flat():
    rounds = [RoundTimes(number, number, 4, 1.0, 2.0, 900.0) for number in (1, 2)]
    assert draw_answer_times(rounds, DARK).layout.yaxis.range[1] < 10


def test_without_answers_there_is_a_note():
    (note,) = draw_answer_times((), LIGHT).layout.annotations
    assert note.text == "Starts with the first timed answer"
