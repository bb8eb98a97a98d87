"""Long work: progress, threads, resources, files."""
