"""From a file or folder to a project: what the columns are, what is imported, where it is written."""
