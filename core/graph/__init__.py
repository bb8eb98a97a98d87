"""From features to a normalised similarity graph."""
