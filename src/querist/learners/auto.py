"""A sensible classifier for whatever features come in."""

from typing import Any, Literal, Self

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from querist._typing import AnyArray, Model, PoolLike
from querist._validation import check_choice
from querist.base.scoring import probabilities
from querist.learners.few_labels import says_one_class
from querist.learners.kernel_machine import KernelMachine
from querist.learners.row_weights import row_weights

# Of 1/4, 3/8 and 1/2 the share of the kernel machines that lost least on 18 tables and gained as much as any.
_KERNELS = 0.25
# Columns that are looked at at each split: trees of one kind fail where those of the other do not.
_LOOKS: dict[str, Any] = {"trees": "sqrt", "wide": 0.5}
# Above so many rows their cubes take seconds; above so many columns quantiles of each take longer than they are worth.
_MOST_FOR_KERNELS, _MOST_QUANTILES = 1000, 100
# The linear kernel wants one decomposition where the Gaussian wants four.
_MOST_FOR_LINEAR = 2000


class AutoClassifier(ClassifierMixin, BaseEstimator):
    """Extra trees for tables, with kernel machines or alone; a kernel machine or logistic regression for sparse rows.

    At 10 to 1,000 labels these are the strongest, or among the strongest, of what was measured (``benchmarks/labels``,
    ``benchmarks/learners``): on tables the mean of the probabilities of two kinds of models that err elsewhere. On
    TF-IDF, whose rows have length 1, the usual C=1 shrinks so much that with few labels only the largest class is ever
    predicted. The registered name ``auto`` is ``AutoClassifier(kernels=True, sparse="kernel_machine")``.

    Parameters
    ----------
    C : float, default=10.0
        Inverse of the strength of the regularisation; of logistic regression for sparse features.
    class_weight : dict, "balanced", "auto" or None, default="auto"
        ``"auto"`` balances the classes of logistic regression, those of the kernel machine for sparse rows where it
        would else say one class of all rows that it was fitted on, and weights none for tables; the others are passed
        to whichever classifier is fitted.
    min_weight_fraction_leaf : float, default=0.0
        For tables: the least share of all weights that a leaf may hold. With 0 trees grow until
        their leaves are pure, and class weights then change them little.
    kernels : bool, default=False
        For tables: whether kernel machines (`KernelMachine`) have a quarter of the say, up to 1,000 labelled rows,
        beside 100 extra trees, 50 of which look at half of the columns at each split and 50 at as many as is usual;
        half of the quarter on columns as they are and half on their quantiles, with more than 100 columns all on
        columns as they are. False: extra trees of the usual kind alone, as before there were kernel machines, so
        that what was written then means the same.
    sparse : {"logistic_regression", "kernel_machine"}, default="logistic_regression"
        For sparse rows (text): logistic regression, as before there was another, or up to 2,000 labelled rows a
        `KernelMachine` with linear kernel. On rows that are blocks of unit length side by side, of words, of letters
        and of embeddings, its kernel is the sum of the kernels of the blocks.
    random_state : int or None, default=None
        Passed to the classifier.

    Attributes
    ----------
    estimator_ : classifier
        The fitted one; with kernel machines a `VotingClassifier`.
    classes_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Only if `X` was a data frame with names.

    Notes
    -----
    Tables may hold gaps (NaN), sparse features may not. Kernel machines take O(n_rows**3) to fit, and
    O(n_labelled * n_features) a row to score.

    Examples
    --------
    >>> import numpy as np
    >>> auto = AutoClassifier(kernels=True, random_state=0).fit(np.eye(4), ["a", "a", "b", "b"])
    >>> type(auto.estimator_).__name__
    'VotingClassifier'
    """

    def __init__(
        self,
        *,
        C: float = 10.0,
        class_weight: dict[Any, float] | Literal["balanced", "auto"] | None = "auto",
        min_weight_fraction_leaf: float = 0.0,
        kernels: bool = False,
        sparse: Literal["logistic_regression", "kernel_machine"] = "logistic_regression",
        random_state: int | None = None,
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.kernels = kernels
        self.sparse = sparse
        self.random_state = random_state

    def fit(self, X: PoolLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Choose by the kind of `X` and fit.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n_rows, n_features)
        y : array-like of shape (n_rows,)
            Class labels.
        sample_weight : array-like of shape (n_rows,), default=None
            How much each row counts; None counts all alike.

        Returns
        -------
        AutoClassifier

        Raises
        ------
        ValueError
            If `X` or `y` cannot be used, as scikit-learn says it.
        InvalidParameterError
            If there is no such classifier for sparse rows.
        """
        sparse = check_choice(self.sparse, "sparse", ("logistic_regression", "kernel_machine"))
        checked: tuple[Any, AnyArray] = validate_data(self, X, y, accept_sparse="csr", ensure_all_finite="allow-nan")
        X, y = checked
        check_classification_targets(y)
        if scipy.sparse.issparse(X):
            linear = sparse == "kernel_machine" and len(y) <= _MOST_FOR_LINEAR
            self.estimator_: Model = (self._machine if linear else self._regression)(X, y, sample_weight)
        elif self.kernels:
            self.estimator_ = self._fitted_mixture(X, y, sample_weight)
        else:
            trees = self._trees(class_weight=None if self.class_weight == "auto" else self.class_weight)
            self.estimator_ = trees.fit(X, y, sample_weight=sample_weight)
        self.classes_: AnyArray = self.estimator_.classes_
        return self

    def _machine(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> Model:
        weight = None if self.class_weight == "auto" else self.class_weight
        machine = KernelMachine(kernel="linear", class_weight=weight).fit(X, y, sample_weight=sample_weight)
        if self.class_weight == "auto" and machine.classes_.size > 1 and says_one_class(machine, X):
            # So few of one class that always saying the other errs least: it would never be found.
            machine.set_params(class_weight="balanced").fit(X, y, sample_weight=sample_weight)
        return machine

    def _regression(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> Model:
        """Fit logistic regression on the columns that occur; the penalty sets the other coefficients to exactly 0.

        Few labelled texts use few of the pool's words: with 500 of them and 75 classes
        this, and Newton's method, take 0.15 s where all columns with L-BFGS take 36.
        """
        model = LogisticRegression(
            C=self.C,
            class_weight="balanced" if self.class_weight == "auto" else self.class_weight,
            solver="newton-cg",
            max_iter=2000,
            random_state=self.random_state,
        )
        used = np.unique(X.indices)
        # In single precision the line search would stop short of the tolerance.
        model.fit(X[:, used].astype(np.float64), y, sample_weight=sample_weight)
        coefficients = np.zeros((model.coef_.shape[0], X.shape[1]))
        coefficients[:, used] = model.coef_
        model.coef_, model.n_features_in_ = coefficients, X.shape[1]
        return model

    def _trees(self, **params: Any) -> ExtraTreesClassifier:
        leaf = self.min_weight_fraction_leaf
        return ExtraTreesClassifier(min_weight_fraction_leaf=leaf, random_state=self.random_state, **params)

    def _fitted_mixture(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> Model:
        weights = row_weights(sample_weight, len(y))
        if self.class_weight != "auto":
            # Classes have other names in a VotingClassifier.
            weights *= compute_sample_weight(self.class_weight, y)
        # What weighs nothing is not there: who learns from it is another model for each member.
        counted = weights > 0
        X, y, weights = X[counted], y[counted], weights[counted]
        scalings: list[Literal["standard", "quantiles"]] = []
        if len(y) <= _MOST_FOR_KERNELS:
            scalings = ["standard", "quantiles"] if X.shape[1] <= _MOST_QUANTILES else ["standard"]
        machines = [(name, KernelMachine(kernel="rbf", columns=name), _KERNELS / len(scalings)) for name in scalings]
        share = (1.0 - _KERNELS if machines else 1.0) / len(_LOOKS)
        trees = [(name, self._trees(n_estimators=50, max_features=looks), share) for name, looks in _LOOKS.items()]
        members: list[tuple[str, Model, float]] = [*trees, *machines]
        voting = VotingClassifier(
            [(name, model) for name, model, _ in members], voting="soft", weights=[share for *_, share in members]
        )
        return voting.fit(X, y, sample_weight=weights)

    def predict(self, X: PoolLike) -> AnyArray:
        """Return the likeliest class of each row."""
        X = self._checked(X)
        predicted: AnyArray = self.estimator_.predict(X)
        return predicted

    def predict_proba(self, X: PoolLike) -> AnyArray:
        """Return the class probabilities of each row, columns as in ``classes_``."""
        X = self._checked(X)
        if not isinstance(self.estimator_, VotingClassifier):
            return probabilities(self.estimator_, X)
        # As `VotingClassifier` does it, but its trees on all cores.
        said = [probabilities(member, X) for member in self.estimator_.estimators_]
        proba: AnyArray = np.average(said, axis=0, weights=self.estimator_.weights)
        return proba

    def _checked(self, X: PoolLike) -> Any:
        check_is_fitted(self)
        return validate_data(self, X, accept_sparse="csr", ensure_all_finite="allow-nan", reset=False)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags
