"""Thread limits: small linear algebra is slower on several BLAS threads than on one."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import threadpoolctl


@functools.cache
def _controller() -> threadpoolctl.ThreadpoolController:
    # Finding the loaded libraries takes milliseconds, so it is done once, after
    # the modules that load a BLAS of their own have been imported.
    import scipy.linalg  # noqa: F401

    return threadpoolctl.ThreadpoolController()


@contextmanager
def single_blas_thread() -> Iterator[None]:
    """Run the block with one BLAS thread; OpenMP pools (boosting, forests) keep theirs.

    A model of a few thousand labels and a pass over row blocks are too small for
    BLAS to split: a loop on 100,000 x 50 takes about twice as long with two
    threads as with one (``benchmarks/speed``).
    """
    # By hand, since the general way takes longer than a prediction of a hundred rows.
    blas = [library for library in _controller().lib_controllers if library.user_api == "blas"]
    before = [library.num_threads for library in blas]
    many = [(library, count) for library, count in zip(blas, before, strict=True) if count is not None and count > 1]
    for library, _ in many:
        library.set_num_threads(1)
    try:
        yield
    finally:
        for library, count in many:
            library.set_num_threads(count)


@contextmanager
def single_thread() -> Iterator[None]:
    """Run the block with one BLAS and one OpenMP thread, so that results do not depend on the core count.

    Libraries that are loaded after the first call are not limited.
    """
    with _controller().limit(limits=1):
        yield
