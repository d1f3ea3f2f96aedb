"""Labelled rows out of a project: one record a row, in five formats, and the whole log."""

from querist.labelling.export.log import read_log, write_log
from querist.labelling.export.write import FORMATS, Format, write

__all__ = ["FORMATS", "Format", "read_log", "write", "write_log"]
