"""The graph whose solutions can be written down."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from core.graph.similarity import SimilarityGraph


def chain(n_items: int) -> SimilarityGraph:
    """Each item is linked with the one before and the one after it, each by one half."""
    before = np.arange(n_items - 1)
    rows = np.concatenate([before, before + 1])
    columns = np.concatenate([before + 1, before])
    links = sparse.coo_array((np.full(len(rows), 0.5), (rows, columns)), shape=(n_items, n_items))
    return SimilarityGraph(sparse.csr_array(links), symmetric=True)
