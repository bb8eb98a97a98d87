"""What people bring, read with care: one file a kind of source, each gives a ``Found``."""
