"""Labelling by people: the one place where the library and the store meet."""
