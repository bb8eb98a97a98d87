"""Labelspread's core: everything that can be run, and tested, without a screen."""
