"""Runs of a simulation on the workers of a Dask cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from querist.exceptions import InvalidParameterError

# Seconds for a scheduler to answer, and for a first worker to come.
_PATIENCE = 10


@contextmanager
def on_dask(address: str | None) -> Iterator[None]:
    """Let the workers of a Dask cluster carry out what joblib is given meanwhile; without an address change nothing.

    Parameters
    ----------
    address : str or None
        Of the scheduler, such as ``tcp://host:8786``.

    Raises
    ------
    InvalidParameterError
        If Dask is not installed, no scheduler answers, or it has no workers.
    """
    if address is None:
        yield
        return
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise InvalidParameterError(
            "--dask needs dask and distributed, which are not installed. Install querist[dask] here and on the workers."
        ) from None
    import joblib

    try:
        client = distributed.Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise InvalidParameterError(
            f"No Dask scheduler answers at {address}: {error}. Start one with `dask scheduler`, or correct the address."
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise InvalidParameterError(
                f"The Dask scheduler at {address} has no workers. Start some with `dask worker {address}`."
            ) from None
        with joblib.parallel_config(backend="dask"):
            yield
