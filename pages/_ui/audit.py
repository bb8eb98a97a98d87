"""How good the labels are: a figure that holds whenever one looks, and a way to sharpen it."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from core.errors import LabelspreadError
from core.service.auditing import AT_A_TIME, Audit, ClassQuality, Judged, Quality
from core.service.view import View
from core.wording import at_least, at_most, counted, percent
from pages._ui import handle, shell
from pages._ui.key_figures import KeyFigure, figure_title

_MOST_CLASSES: Final = 12
_SURE: Final = (
    "At least so many of all labels are right, people’s and the model’s, with a certainty of "
    "95 %, however often one looks. It follows from images drawn at random: what the model, "
    "without their labels, says of them. Labels by people count as right."
)


def checked_figure(judged: Judged | None) -> KeyFigure:
    """How many labels are right at least."""
    accuracy = judged.audit.accuracy if judged else None
    n_checks = judged.audit.n_checks if judged else 0
    return KeyFigure(
        "Right, at least",
        "–" if accuracy is None else at_least(accuracy.least),
        f"{n_checks:,} checked",
        _SURE,
    )


def show_audit(view: View, judged: Judged | None) -> None:
    """Draw what the checks say, class by class where that is known, and what more would say."""
    figure_title("How good the labels are", "line: most likely")
    if judged is None:
        st.caption("One moment: each label is left out in turn.")
        return
    audit = judged.audit
    asks = view.project.config.random_share > 0
    with st.container(key="audit"):
        st.html(_picture(audit, audit.sentence(asks=asks)))
        _more(view, audit)


def _picture(audit: Audit, sentence: str) -> str:
    told = f"<p>{escape(sentence)}</p>"
    if audit.accuracy is None:
        return f'<div class="audit">{told}</div>'
    known = [one for one in audit.classes if one.precision is not None]
    least = min(0.9, *(one.least for one in (audit.accuracy, *_precisions(known))))
    start = max(0.0, int(10 * least) / 10)
    rows = [_row("All labels", audit.accuracy, start, _range(audit.accuracy))]
    for one in known[:_MOST_CLASSES]:
        assert one.precision is not None
        note = f"{one.n_right} of {one.n_checks} right; {_range(one.precision)}"
        rows.append(_row(one.name, one.precision, start, note))
    scale = f"<li><b></b><i><small>{percent(start)}</small><small>100 %</small></i></li>"
    return f'<div class="audit">{told}<ul>{"".join(rows)}{scale}</ul></div>'


def _precisions(classes: list[ClassQuality]) -> list[Quality]:
    return [one.precision for one in classes if one.precision is not None]


def _range(quality: Quality) -> str:
    return f"between {at_least(quality.least)} and {at_most(quality.most)}, 95 % sure"


def _row(name: str, quality: Quality, start: float, note: str) -> str:
    left, likely, right = (
        100 * max(0.0, share - start) / (1 - start)
        for share in (quality.least, quality.likely, quality.most)
    )
    style = f"--from:{left:.2f}%;--to:{right:.2f}%;--likely:{likely:.2f}%"
    return (
        f'<li title="{escape(note)}"><b>{escape(name)}</b>'
        f'<i style="{style}" role="img" aria-label="{escape(note)}"><s></s><u></u></i></li>'
    )


def _more(view: View, audit: Audit) -> None:
    wanted = view.state.checks_wanted
    if not audit.n_open:
        return
    if wanted:
        st.caption(f"The next {counted(wanted, 'question')} are drawn at random.")
        if st.button("Stop checking", key="checks_stop", type="tertiary"):
            _ask(view, 0)
        return
    more = min(AT_A_TIME, audit.n_open)
    number = f"{more} more" if audit.n_checks else f"{more}"
    if st.button(f"Check {number} at random", key="checks_ask", help=_foreseen(audit, more)):
        _ask(view, more)


def _foreseen(audit: Audit, more: int) -> str:
    soon = at_least(audit.soon.least)
    return (
        f"The next {counted(more, 'question')} are drawn at random. If they turn out as those so "
        f"far, at least {soon} are right then."
    )


def _ask(view: View, number: int) -> None:
    try:
        handle.service().ask_checks(view.project.project_id, number)
    except LabelspreadError as error:
        shell.say_error(error)
        st.stop()
    st.rerun()
