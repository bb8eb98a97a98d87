"""Where projects and their logs are kept."""

from core.storage.backups import backup, require_database, restore, tidy
from core.storage.base import BrokenProject, Project, Reading, Recorded, Store
from core.storage.memory import MemoryStore
from core.storage.sql import SqlStore, open_store

__all__ = [
    "BrokenProject",
    "MemoryStore",
    "Project",
    "Reading",
    "Recorded",
    "SqlStore",
    "Store",
    "backup",
    "open_store",
    "require_database",
    "restore",
    "tidy",
]
