"""A project as one file to read, to print and to cite."""
