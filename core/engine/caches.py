"""Where all is kept that could be computed again, so that a restart is quick."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.engine.accuracies import Notes
from core.graph.embeddings.kept import Embeddings
from core.graph.kept import GraphStore


@dataclass(frozen=True, slots=True)
class Caches:
    """What may be gone tomorrow.

    Attributes
    ----------
    graphs
        None: they are kept nowhere.
    embeddings
        None: there is no network here to compute them with.
    notes
        Accuracies; in memory alone if nothing else is said.
    """

    graphs: GraphStore | None = None
    embeddings: Embeddings | None = None
    notes: Notes = field(default_factory=Notes)
