"""From a graph and labels to beliefs."""
