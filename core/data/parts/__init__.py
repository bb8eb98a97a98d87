"""Sets that lie elsewhere, in Parquet parts, and are never copied whole."""
