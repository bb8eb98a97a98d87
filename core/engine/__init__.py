"""All that can be rebuilt for a project, kept in bounded caches."""
