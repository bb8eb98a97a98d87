"""Where all is kept that could be computed again, so that a restart is quick, and by what."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.engine.accuracies import Notes
from core.graph.embeddings.kept import Embeddings
from core.graph.embeddings.networks import Networks
from core.graph.kept import GraphStore, LayoutStore


@dataclass(frozen=True, slots=True)
class Caches:
    """What may be gone tomorrow.

    Attributes
    ----------
    graphs
        None: they are kept nowhere.
    embeddings
        None: there is no network here to compute them with.
    layouts
        None: they are kept in memory alone.
    notes
        Accuracies; in memory alone if nothing else is said.
    networks
        What computes embeddings, which is not gone tomorrow; None where there are none.
    """

    graphs: GraphStore | None = None
    embeddings: Embeddings | None = None
    layouts: LayoutStore | None = None
    notes: Notes = field(default_factory=Notes)
    networks: Networks | None = None
