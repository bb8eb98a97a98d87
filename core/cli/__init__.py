"""``python -m core``."""
