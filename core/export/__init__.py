"""Labels and what the model believes, taken away: one row an item, in files that others read."""
