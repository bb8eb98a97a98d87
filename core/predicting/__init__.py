"""What a project has learned, said of items by the hundred million that are not in it."""
