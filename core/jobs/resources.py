"""How much of the machine the engine may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resources:
    """Bounds on what is used beyond the data and the graphs themselves.

    Attributes
    ----------
    threads
        For building graphs and for solving.
    memory
        Bytes that one graph may take for solved columns, their sums and beliefs, which make the
        next answer quick. They can all be computed again.
    """

    threads: int = 1
    memory: int = 512 * 2**20

    def __post_init__(self) -> None:
        if self.threads < 1 or self.memory < 2**20:
            raise ValueError("at least one thread and one MiB are needed")
