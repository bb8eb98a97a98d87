"""Where projects and their logs are kept."""

from core.storage.base import Project, Recorded, Store
from core.storage.memory import MemoryStore
from core.storage.sql import SqlStore, open_store

__all__ = ["MemoryStore", "Project", "Recorded", "SqlStore", "Store", "open_store"]
