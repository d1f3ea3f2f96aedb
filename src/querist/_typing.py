"""Names for the array types that pass between modules."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
AnyArray: TypeAlias = npt.NDArray[Any]

# A pool is whatever scikit-learn takes as X: ndarray, CSR matrix, data frame.
Pool: TypeAlias = Any
# A classifier by duck typing: fit, predict, and predict_proba or decision_function.
Model: TypeAlias = Any
Label: TypeAlias = str | int | bool | float
RandomState: TypeAlias = int | np.random.Generator | None
