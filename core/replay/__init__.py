"""The published runs, computed anew."""
