"""A Gaussian process that needs no kernel to be named."""

import warnings
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Kernel, WhiteKernel

from querist._typing import PoolLike


class GaussianProcess(GaussianProcessRegressor):
    """scikit-learn's Gaussian process with a kernel for columns on one scale: a smooth part, and noise.

    Parameters
    ----------
    kernel : Kernel, default=None
        None: a constant times a Gaussian kernel of one length for all columns, plus white noise, fitted by the marginal
        likelihood. The length begins at the square root of the number of columns, which is about the distance between
        two rows: from 1, as scikit-learn has it, the search of tables with ten columns ends at nothing but noise.
    n_restarts_optimizer : int, default=0
        Further searches from lengths drawn at random.
    random_state : int, RandomState or None, default=None
        Of these.

    Notes
    -----
    Targets are brought to mean 0 and variance 1. A parameter of the kernel at the edge of its bounds is no news with
    few labels (all noise, or none), and not warned of.
    Cost: O(n_labelled**3) for each step of the search, O(n_labelled**2) a row for a deviation. Dense rows only.

    References
    ----------
    .. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian processes for machine learning", MIT Press 2006.

    Examples
    --------
    >>> import numpy as np
    >>> model = GaussianProcess().fit(np.array([[0.0], [1.0], [2.0]]), [0.0, 1.0, 0.0])
    >>> mean, deviation = model.predict(np.array([[1.0], [9.0]]), return_std=True)
    >>> bool(deviation[0] < deviation[1])
    True
    """

    def __init__(
        self, *, kernel: Kernel | None = None, n_restarts_optimizer: int = 0, random_state: int | None = None
    ) -> None:
        super().__init__(kernel, normalize_y=True, n_restarts_optimizer=n_restarts_optimizer, random_state=random_state)

    def fit(self, X: PoolLike, y: ArrayLike) -> Self:
        """Fit the kernel, then the process.

        Parameters
        ----------
        X : array or data frame of shape (n_rows, n_features)
        y : array-like of shape (n_rows,)
        """
        given: Kernel | None = self.get_params(deep=False)["kernel"]
        if given is None:
            # What is no table is refused below.
            shape = getattr(X, "shape", None) or np.shape(np.asarray(X))
            width = shape[1] if len(shape) == 2 else 1
            length = RBF(max(width, 1) ** 0.5, (1e-2, 1e4))
            self.kernel = ConstantKernel(1.0, (1e-3, 1e4)) * length + WhiteKernel(0.1, (1e-6, 1e1))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                super().fit(X, y)
        finally:
            self.kernel = given
        return self
