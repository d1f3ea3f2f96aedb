"""Thread limits: small linear algebra is slower on several BLAS threads than on one."""

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import threadpoolctl


def _controller() -> threadpoolctl.ThreadpoolController:
    # It loads a BLAS of its own, and is among what is counted next.
    import scipy.linalg  # noqa: F401

    return _controller_of(len(sys.modules))


# Finding the loaded libraries takes milliseconds, so it is done again only where modules have been imported since:
# one of them may have brought a BLAS or an OpenMP of its own, as boosting libraries do.
@functools.lru_cache(maxsize=1)
def _controller_of(n_modules: int) -> threadpoolctl.ThreadpoolController:
    return threadpoolctl.ThreadpoolController()


class SingleBlasThread:
    """Context in which BLAS uses one thread; OpenMP pools (boosting, forests) keep theirs.

    A model of a few thousand labels and a pass over row blocks are too small for
    BLAS to split: a plain loop on 100,000 x 50 takes 1.7 times as long with two
    threads as with one (``benchmarks/speed``).

    Done by hand, since threadpoolctl's own context takes longer than a prediction of a
    hundred rows.
    """

    def __enter__(self) -> None:
        self._limited = []
        for library in _blas_of(_controller()):
            count = library.num_threads
            if count is not None and count > 1:
                library.set_num_threads(1)
                self._limited.append((library, count))

    def __exit__(self, *error: object) -> None:
        for library, count in self._limited:
            library.set_num_threads(count)


@functools.lru_cache(maxsize=1)
def _blas_of(controller: threadpoolctl.ThreadpoolController) -> list[Any]:
    return [library for library in controller.lib_controllers if library.user_api == "blas"]


def openmp_threads() -> int:
    """Return how many threads OpenMP would use here: 1 inside `single_thread`, what the user has set, or one a core."""
    found = [library.num_threads for library in _controller().lib_controllers if library.user_api == "openmp"]
    return max([1, *(int(count or 1) for count in found)])


@contextmanager
def single_thread() -> Iterator[None]:
    """Run the block with one BLAS and one OpenMP thread, so that results do not depend on the core count.

    Libraries that are loaded inside the block are not limited.
    """
    with _controller().limit(limits=1):
        yield
