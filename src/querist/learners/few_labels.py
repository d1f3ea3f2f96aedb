"""The one wrapper behind the registered names: settings by the kind of rows, weights of classes, known shares."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from querist._typing import AnyArray, Classifier, FloatArray, Model, PoolLike
from querist._validation import check_choice, take_rows
from querist.base.scoring import probabilities
from querist.exceptions import InvalidParameterError
from querist.learners.codes import classes_and_codes
from querist.learners.row_weights import class_weights, row_weights
from querist.learners.shares import corrected, known_shares
from querist.learners.weighting import weight_keyword
from querist.learners.wrapping import Wrapper, begin_at, unfitted_copy


def _inner(estimator: Any) -> Any:
    return getattr(estimator, "estimator_", estimator.estimator)


class FewLabels(Wrapper):
    """A classifier that suits few labels: it does not say one class of all rows while it knows two.

    The registered names are this around a classifier of scikit-learn: ``make_estimator("svc")`` is
    ``FewLabels(SVC(), until=10)``. ``make_estimator("svc", plain=True)`` is the classifier alone.

    Parameters
    ----------
    estimator : classifier
        Cloned, then fitted.
    class_weight : dict, "balanced", "balanced_subsample", "auto" or None, default="auto"
        Weights of classes, by which those of the rows are multiplied. ``"balanced"``: all classes weigh the same in
        total; a dict: by class, 1 where one is not in it; None: no weights. ``"auto"``: balanced where the classifier
        would else say one class of all rows that it was fitted on, or where few are known (`until`).
        ``"balanced_subsample"`` is for forests, as in scikit-learn.
    priors : dict or sequence of float, default=None
        Known shares of the classes among the rows that are predicted, by class or in the order of ``classes_``, adding
        up to 1: see the notes. Classes without labels may be among them. None: no correction.
    balance : {"weights", "posteriors"}, default="weights"
        How ``"auto"`` balances: by weights in ``fit``, or by correcting probabilities to equal shares, which works
        where trees grow until their leaves are pure and weights change little.
    until : int, default=0
        ``"auto"`` balances while every class but the largest has fewer labelled rows.
    until_sparse : int or None, default=None
        The same for sparse rows; None: as `until`.
    sparse, few : dict or None, default=None
        Parameters of the classifier where rows are sparse (text); and where there are fewer than 400 of them.
    knows_shares : bool, default=True
        Whether the classifier's probabilities follow the shares of the classes that it was fitted on.

    Attributes
    ----------
    estimator_ : classifier
        The fitted one.
    classes_ : ndarray of shape (n_classes,)
    balanced_ : bool
        Whether ``"auto"`` has balanced.
    n_features_in_, feature_names_in_, coef_, feature_importances_ ...
        What else the fitted classifier has; ``coef_`` and the like do not know of corrected probabilities.

    Notes
    -----
    With ``priors``, probabilities are ``p(c | x) * prior_c / share_c``, made to add up to 1; ``share_c`` is the share
    of class c among the rows that it was fitted on, weighted as they were. This follows from Bayes' rule where rows of
    one class are alike in both [1]_: the posterior is proportional to ``p(x | c) * share_c``. Without
    probabilities (``svc``, ``linear_svc``, ``relevance_svc``) there is nothing to correct, and ``priors`` are refused.

    Cost: one fit of the classifier, or two where it balances, and the prediction of the labelled rows.

    References
    ----------
    .. [1] M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a priori
       probabilities: a simple procedure", Neural Computation 14 (2002).

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = [[0.0], [0.1], [0.2], [0.3], [0.6]], ["no", "no", "no", "no", "yes"]
    >>> LogisticRegression().fit(X, y).predict([[0.0], [0.6]]).tolist()
    ['no', 'no']
    >>> FewLabels(LogisticRegression()).fit(X, y).predict([[0.0], [0.6]]).tolist()
    ['no', 'yes']
    """

    # Where the next fit begins, and how many of its rows are those of that fit.
    _start: tuple[Model, int] | None = None

    def __init__(
        self,
        estimator: Classifier,
        *,
        class_weight: Mapping[Any, float] | Literal["balanced", "balanced_subsample", "auto"] | None = "auto",
        priors: Mapping[Any, float] | Sequence[float] | None = None,
        balance: Literal["weights", "posteriors"] = "weights",
        until: int = 0,
        until_sparse: int | None = None,
        sparse: Mapping[str, Any] | None = None,
        few: Mapping[str, Any] | None = None,
        knows_shares: bool = True,
    ) -> None:
        self.estimator = estimator
        self.class_weight = class_weight
        self.priors = priors
        self.balance = balance
        self.until = until
        self.until_sparse = until_sparse
        self.sparse = sparse
        self.few = few
        self.knows_shares = knows_shares

    def set_params(self, **params: object) -> Self:
        """Set parameters of this, or of the classifier by their own names; the classifier's then hold for all rows."""
        super().set_params(**params)
        named = {name.removeprefix("estimator__") for name in params}
        for kind in {"sparse", "few"} - params.keys():
            settings = getattr(self, kind)
            if isinstance(settings, Mapping) and named & settings.keys():
                setattr(self, kind, {key: value for key, value in settings.items() if key not in named})
        return self

    def fit(self, X: PoolLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit a clone of the classifier, with the settings that suit these rows.

        Parameters
        ----------
        X : as the classifier takes it
        y : array-like of shape (n_rows,)
            Class labels.
        sample_weight : array-like of shape (n_rows,), default=None
            How much each row counts, at least 0; None counts all alike.

        Returns
        -------
        FewLabels

        Raises
        ------
        ValueError
            If `y` or the weights cannot be used; whatever the classifier raises.
        InvalidParameterError
            If `priors` or `class_weight` cannot be used, or the classifier has no probabilities for `priors`.
        """
        by_posteriors = check_choice(self.balance, "balance", ("weights", "posteriors")) == "posteriors"
        labels = self._labels(y)
        if self.priors is not None and not hasattr(self.estimator, "predict_proba"):
            raise InvalidParameterError(
                f"priors correct probabilities, and {type(self.estimator).__name__} has none. Use a classifier with "
                "predict_proba (logistic_regression, kernel_machine, auto ...), or class_weight."
            )
        weights = None if sample_weight is None else row_weights(sample_weight, labels.size)
        if weights is not None and not weights.all():
            # Not all classifiers leave out what weighs nothing.
            counted = np.flatnonzero(weights)
            X, labels, weights = take_rows(X, counted), labels[counted], weights[counted]
            if self._start is not None:
                self._start = self._start[0], 0
        auto = isinstance(self.class_weight, str) and self.class_weight == "auto"
        by_hand = None if auto else self.class_weight
        likely = None if self._start is None else self._start[0].classes_
        counts = np.sort(np.bincount(classes_and_codes(labels, likely)[1], weights))
        is_sparse = scipy.sparse.issparse(X)
        until = self.until_sparse if is_sparse and self.until_sparse is not None else self.until
        settings = dict((self.sparse or {}) if is_sparse else {})
        settings |= (self.few or {}) if counts.sum() < _FEW else {}
        if isinstance(by_hand, str) and by_hand == "balanced_subsample":
            by_hand = None
            settings["class_weight"] = self.class_weight
        self.balanced_ = auto and counts.size > 1 and self.priors is None and bool(counts[-2] < until)
        if not (self.balanced_ and not by_posteriors):
            self._fit(X, labels, weights, by_hand, settings)
        if not self.balanced_ and auto and counts.size > 1 and self.priors is None:
            self.balanced_ = says_one_class(self.estimator_, X)
        if self.balanced_ and not by_posteriors:
            self._fit(X, labels, weights, "balanced", settings)
        self.classes_: AnyArray = self.estimator_.classes_
        self._to = known_shares(self.priors, self.classes_) if self.priors is not None else None
        if self.balanced_ and by_posteriors:
            self._to = np.full(self.classes_.size, 1.0 / self.classes_.size)
        self._take_names(self.estimator_)
        self.__dict__.pop("_start", None)
        return self

    def _fit(
        self, X: Any, labels: AnyArray, weights: FloatArray | None, class_weight: Any, settings: Mapping[str, Any]
    ) -> None:
        if class_weight is not None:
            weights = class_weights(class_weight, labels, weights)
        told = {} if weights is None else {weight_keyword(self.estimator) or "sample_weight": weights}
        model = unfitted_copy(self.estimator)
        if self._start is not None:
            begin_at(model, *self._start)
        if settings:
            model.set_params(**settings)
        self.estimator_: Model = model.fit(X, labels, **told)
        shares = np.bincount(classes_and_codes(labels, self.estimator_.classes_)[1], weights).astype(np.float64)
        n = shares.size
        self._shares: FloatArray = shares / shares.sum() if self.knows_shares else np.full(n, 1.0 / n)

    def start_from(self, fitted: Classifier, *, n_same: int = 0) -> None:
        """Let the next fit begin at the solution of a fitted linear classifier of the same kind and classes.

        Its first `n_same` rows are rows of that one, in the same order; see `NewtonLogisticRegression.start_from`.
        """
        self._start = fitted, n_same

    @property
    def answering_(self) -> Model:
        """The classifier whose probabilities these are: the fitted one, or this one where it corrects them."""
        return self.estimator_ if self._to is None else self

    @property
    def corrected_to_(self) -> FloatArray | None:
        """The shares of the classes to which probabilities are corrected, shape (n_classes,); None: they are not."""
        return self._to

    def predict(self, X: PoolLike) -> AnyArray:
        """Return the likeliest class of each row."""
        check_is_fitted(self)
        if self._to is None:
            predicted: AnyArray = self.estimator_.predict(X)
        else:
            predicted = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return predicted

    @available_if(lambda self: hasattr(_inner(self), "predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: PoolLike) -> AnyArray:
        """Return the class probabilities of each row, columns as in ``classes_``."""
        check_is_fitted(self)
        proba: AnyArray = self.estimator_.predict_proba(X)
        return proba if self._to is None else corrected(proba, self._shares, self._to)

    @available_if(lambda self: self.priors is None and hasattr(_inner(self), "decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, X: PoolLike) -> AnyArray:
        """Return the decision values of each row; there are none with ``priors``."""
        check_is_fitted(self)
        values: AnyArray = self.estimator_.decision_function(X)
        return values


# Twenty times the rows that a leaf of gradient boosting holds at least, if nothing is set.
_FEW = 400
# Most classifiers name two classes among the first rows.
_FIRST_ROWS = 64


def says_one_class(model: Model, X: Any) -> bool:
    """Return whether a model says the same of all rows; it is asked about some, then about twice as many, until not."""
    if not isinstance(X, np.ndarray) and getattr(X, "format", None) != "csr":
        return bool(np.unique(model.predict(X)).size == 1)
    start, size, said = 0, _FIRST_ROWS, set[Any]()
    while start < X.shape[0] and len(said) < 2:
        block = take_rows(X, slice(start, start + size))
        # Without the checks of predict, which take longer than so few rows.
        likeliest = probabilities(model, block).argmax(axis=1) if hasattr(model, "predict_proba") else None
        said |= set(np.asarray(model.predict(block) if likeliest is None else likeliest).tolist())
        start, size = start + size, 2 * size
    return len(said) == 1


def unwrapped(model: Model) -> Model:
    """Return a classifier as it is, behind a registered name the one that is wrapped."""
    return model.estimator if isinstance(model, FewLabels) else model


def kind_of(model: Model) -> type[Any]:
    """Return the class of a classifier, behind a registered name of the one that is wrapped."""
    return type(unwrapped(model))
