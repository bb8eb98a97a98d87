"""The histogram of entropy: how unsure the model is of the items that are still unlabelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.arrays import FloatArray, IntArray, freeze
from core.figures import base
from core.figures.palette import Palette
from core.learning.beliefs import Beliefs
from core.querying.queries import entropy

HEIGHT: Final = 300

_N_BINS: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class EntropyHistogram:
    """Unlabelled items, counted by the entropy of what the model believes of them.

    Attributes
    ----------
    edges : (n_bins + 1,), float64
        From 0 to ``log(n_classes)``, nats.
    counts : (n_bins,), int64
        Items that a label reaches.
    n_unreached
        Items that no label reaches; their entropy is not known.
    """

    edges: FloatArray
    counts: IntArray
    n_unreached: int

    def __post_init__(self) -> None:
        freeze(self)

    def bar_at(self, x: float) -> int:
        """The bar that is drawn around a value; ``len(counts)`` is that of items not reached."""
        bar = int(np.searchsorted(self.edges, x, side="right")) - 1
        return min(max(bar, 0), len(self.counts))


def entropy_histogram_data(beliefs: Beliefs, n_bins: int = _N_BINS) -> EntropyHistogram:
    """Count the unlabelled items by entropy, in bins of equal width."""
    most = float(np.log(beliefs.probabilities.shape[1]))
    counted = ~beliefs.labelled & beliefs.reached
    # Rounding may lift an even distribution just over the last edge.
    values = np.minimum(entropy(beliefs)[counted], most)
    counts, edges = np.histogram(values, bins=n_bins, range=(0.0, most))
    unreached = np.count_nonzero(~beliefs.labelled & ~beliefs.reached)
    return EntropyHistogram(edges, counts.astype(np.int64), int(unreached))


def draw_entropy_histogram(data: EntropyHistogram, palette: Palette) -> go.Figure:
    """Draw the histogram; items that no label reaches are a grey bar of their own, at the right.

    Counts are on a logarithmic scale: often the model is sure of all but a few items, and these
    few are the interesting ones.
    """
    most = float(data.edges[-1])
    width = float(data.edges[1])
    beyond = most + 1.5 * width
    highest = max(int(data.counts.max()), data.n_unreached, 1)
    bars: list[base.Trace] = [
        {
            "type": "bar",
            "x": (data.edges[:-1] + data.edges[1:]) / 2,
            "y": data.counts,
            "width": width,
            "marker": {"color": palette.accent, "line": {"width": 0}},
            "hovertext": [
                f"{low:.2f} to {high:.2f} nats: {_items(n)}"
                for low, high, n in zip(data.edges[:-1], data.edges[1:], data.counts, strict=True)
            ],
            "hoverinfo": "text",
        }
    ]
    ticks = np.arange(0.0, most, 0.5).tolist()
    texts = [f"{tick:.1f}" for tick in ticks]
    if data.n_unreached:
        bars.append(
            {
                "type": "bar",
                "x": [beyond],
                "y": [data.n_unreached],
                "width": width,
                "marker": {"color": palette.unknown, "line": {"width": 0}},
                "hovertext": [f"not reached by any label: {_items(data.n_unreached)}"],
                "hoverinfo": "text",
            }
        )
        ticks, texts = [*ticks, beyond], [*texts, "not<br>reached"]
    layout = base.layout(
        palette,
        height=HEIGHT,
        bargap=0.12,
        margin={"l": 64, "r": 24, "t": 8, "b": 56},
        xaxis=base.axis(
            palette,
            range=[0, beyond + width if data.n_unreached else most],
            tickvals=ticks,
            ticktext=texts,
            title=base.title(palette, f"entropy in nats, at most {most:.2f}"),
        ),
        yaxis=base.axis(
            palette,
            grid=True,
            type="log",
            # From a little below one item, so that a bar of one can be seen.
            range=[-0.25, max(float(np.log10(highest)), 0.5) + 0.1],
            tickvals=[10**power for power in range(9)],
            tickformat=",d",
            ticklabelstandoff=6,
            title=base.title(palette, "images, log scale"),
        ),
        annotations=[]
        if data.counts.any() or data.n_unreached
        else [base.note(palette, "No item is left unlabelled")],
    )
    return base.figure(bars, layout)


def _items(count: int) -> str:
    return f"{count:,} item" if count == 1 else f"{count:,} items"
