"""What somebody may send who means no good: values of all kinds, and messages gone wrong."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any, Final

from hypothesis import strategies as st

HTML: Final = "<img src=x onerror=alert(1)>"
TEXTS: Final = (
    HTML,
    '"><svg/onload=alert(1)>',
    "javascript:alert(1)",
    "[press](javascript:alert(1))",
    "{{7*7}}",
    "=HYPERLINK('http://a.example')",
    "'; DROP TABLE events; --",
    "../../../../etc/passwd",
    "%2e%2e%2fetc%2fpasswd",
    "__proto__",
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e",
    "\ufeff",
    "\U0001f600" * 65,
    "x" * 65,
    "x" * 5_000,
    "NaN",
    "1e999",
    "true",
    "None",
)
NUMBERS: Final = (
    0,
    -1,
    1,
    2**31,
    2**53 - 1,
    2**53,
    2**63,
    -(2**63) - 1,
    10**400,
    0.5,
    -0.0,
    1e308,
    5e-324,
    math.nan,
    math.inf,
    -math.inf,
)

_leaves = (
    st.sampled_from(TEXTS)
    | st.sampled_from(NUMBERS)
    | st.none()
    | st.booleans()
    | st.text(st.characters(), max_size=20)
)
values: Final = st.recursive(
    _leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(TEXTS), inner, max_size=4)
    ),
    max_leaves=12,
)
"""Anything that JSON can say, and what Python's reader of it takes besides."""


@st.composite
def gone_wrong(draw: st.DrawFn, right: Any) -> Any:
    """A message of which some fields, at any depth, are others, more, fewer or twice there."""
    message = deepcopy(right)
    for _ in range(draw(st.integers(1, 3))):
        places = [*_places(message)]
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["other", "gone", "more", "twice", "inside"])):
            case "other":
                holder[key] = draw(values)
            case "gone":
                del holder[key]
            case "more" if isinstance(holder, dict):
                holder[draw(st.sampled_from(TEXTS))] = draw(values)
            case "twice" if isinstance(holder, list):
                holder.append(deepcopy(holder[key]))
            case _:
                holder[key] = [holder[key]]
    return message


def _places(value: Any) -> Any:
    """Each field there is, as what holds it and its name or number."""
    if isinstance(value, dict | list):
        for key in [*value] if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
