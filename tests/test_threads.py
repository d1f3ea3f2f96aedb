"""Thread limits hold for every library that is loaded, whenever it came."""

import subprocess
import sys

# The first call sees scipy's libraries; scikit-learn brings an OpenMP of its own afterwards.
LATE = """
import threadpoolctl
from querist._threads import SingleBlasThread, single_thread

with single_thread(), SingleBlasThread():
    first = len(threadpoolctl.threadpool_info())
import sklearn.cluster
outside = [each["num_threads"] for each in threadpoolctl.threadpool_info()]
assert len(outside) > first, outside
assert set(outside) == {2}, outside
with single_thread():
    inside = {each["num_threads"] for each in threadpoolctl.threadpool_info()}
assert inside == {1}, inside
with SingleBlasThread():
    inside = {each["user_api"]: each["num_threads"] for each in threadpoolctl.threadpool_info()}
assert inside == {"blas": 1, "openmp": 2}, inside
assert [each["num_threads"] for each in threadpoolctl.threadpool_info()] == outside
"""


def test_a_library_that_is_loaded_after_the_first_call_is_limited_too():
    threads = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, env=threads, check=False)
    assert done.returncode == 0, done.stderr
