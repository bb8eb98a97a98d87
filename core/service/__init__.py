"""The use cases; the only door from pages to the rest."""
