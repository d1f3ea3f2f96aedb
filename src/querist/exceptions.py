"""Every error and warning of Querist.

::

    QueristError
    ├── InvalidParameterError (ValueError)      a parameter has a value that cannot be used
    │   ├── UnknownNameError                    no strategy, estimator ... of that name; lists the known ones
    │   ├── OutOfReachError                     a promise is not expected to pass; says which smaller one would
    │   └── InvalidRowsError                    row numbers out of range, repeated, or in the wrong state
    ├── NotEnoughLabelsError (ValueError)       a model is needed and the answers cannot train one yet
    ├── UnsupportedModelError (TypeError)       the model lacks a method that the strategy needs
    ├── PoolExhaustedError (ValueError)         fewer rows are left than were asked for
    │   └── EmptyPoolError                      no row is left at all
    ├── DataError (ValueError)                  a file or table cannot be used as it is
    │   ├── FileFormatError                     unreadable file: missing, binary, ragged, undecodable
    │   ├── TargetError                         the target column is missing, constant, continuous, has gaps
    │   └── ImageError                          an image is missing, no image, or cannot be fetched
    ├── ResultsError (ValueError)               an output folder holds something else, or cannot be written
    ├── SessionFileError (ValueError)           a saved session does not fit the pool or the parts given
    └── StoreError (ValueError)                 a project cannot be created, opened or read as asked
        ├── ProjectInUseError                   another process has the project open; names it
        └── StoreWriteError                     the disk or the database refused; nothing of that step was saved

    QueristWarning (UserWarning)
    ├── ModelMismatchWarning                    the model that asks is not the model that is trained
    ├── ModelWaitsWarning                       the model takes more answers before it can be trained; asking goes on
    ├── AlikeLabelsWarning                      classes that only case, blanks or Unicode forms tell apart
    ├── TornFileWarning                         a session's file ends within a line, as after a kill while it was saved
    └── PackageWarning                          an installed package brings a name that clashes, or cannot be loaded
"""

__all__ = [
    "AlikeLabelsWarning",
    "DataError",
    "EmptyPoolError",
    "FileFormatError",
    "ImageError",
    "InvalidParameterError",
    "InvalidRowsError",
    "ModelMismatchWarning",
    "ModelWaitsWarning",
    "NotEnoughLabelsError",
    "OutOfReachError",
    "PackageWarning",
    "PoolExhaustedError",
    "ProjectInUseError",
    "QueristError",
    "QueristWarning",
    "ResultsError",
    "SessionFileError",
    "StoreError",
    "StoreWriteError",
    "TargetError",
    "TornFileWarning",
    "UnknownNameError",
    "UnsupportedModelError",
]

import difflib
from collections.abc import Iterable
from typing import Self


class QueristError(Exception):
    """Root of every error that Querist raises on purpose."""


class InvalidParameterError(QueristError, ValueError):
    """A parameter has a value that cannot be used; the message names both."""


class UnknownNameError(InvalidParameterError):
    """A name is not known; the message suggests the nearest and lists all."""

    @classmethod
    def of(cls, what: str, name: str, known: Iterable[str]) -> Self:
        """Build the message for an unknown ``what`` called ``name``."""
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return cls(f"Unknown {what} {name!r}.{hint} Known: {', '.join(names)}.")


class OutOfReachError(InvalidParameterError):
    """A promise is not expected to pass; the message names a smaller one that is, if there is any.

    Attributes
    ----------
    offered : float or None
        The target of that one.
    """

    def __init__(self, message: str, offered: float | None = None) -> None:
        super().__init__(message)
        self.offered = offered


class InvalidRowsError(InvalidParameterError):
    """Row numbers are out of range, repeated, or not in a state that allows the call."""


class NotEnoughLabelsError(QueristError, ValueError):
    """A model is needed, and the answers so far cannot train one."""


class UnsupportedModelError(QueristError, TypeError):
    """The model lacks a method that the strategy needs."""


class PoolExhaustedError(QueristError, ValueError):
    """Fewer rows are left than the batch asks for."""


class EmptyPoolError(PoolExhaustedError):
    """No row is left that could be asked about."""


class DataError(QueristError, ValueError):
    """A file or table cannot be used as it is."""


class FileFormatError(DataError):
    """A file cannot be read: missing, empty, binary, ragged or undecodable."""


class TargetError(DataError):
    """The target column is missing, constant, continuous or has gaps."""


class ImageError(DataError):
    """An image is missing, cannot be fetched, or is of no known format."""


class ResultsError(QueristError, ValueError):
    """An output folder holds another experiment or cannot be written."""


class SessionFileError(QueristError, ValueError):
    """A saved session does not fit the pool or the parts it was given."""


class StoreError(QueristError, ValueError):
    """A project of the labelling page cannot be created, opened, read or changed as asked."""


class ProjectInUseError(StoreError):
    """Another process has the project open for writing.

    Attributes
    ----------
    pid, url
        The process and the address that it serves; None where it has not said.
    """

    def __init__(self, message: str, *, pid: int | None = None, url: str | None = None) -> None:
        super().__init__(message)
        self.pid = pid
        self.url = url


class StoreWriteError(StoreError):
    """The disk or the database refused a change; nothing of that step was saved. The cause is kept."""


class QueristWarning(UserWarning):
    """Root of every warning of Querist."""


class ModelMismatchWarning(QueristWarning):
    """The model that asks is not the model that is trained."""


class ModelWaitsWarning(QueristWarning):
    """The classifier takes more answers before it can be trained; until then asking goes on without it."""


class AlikeLabelsWarning(QueristWarning):
    """Classes look alike: only case, blanks, marks without width or Unicode forms tell them apart."""


class TornFileWarning(QueristWarning):
    """A session's file ends within a line, as after a kill while it was saved; all lines before are used."""


class PackageWarning(QueristWarning):
    """An installed package brings strategies or other parts under a name that is taken, or that cannot be loaded."""
