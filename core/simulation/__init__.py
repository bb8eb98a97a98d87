"""Strategies compared, with an oracle in a person’s place."""
