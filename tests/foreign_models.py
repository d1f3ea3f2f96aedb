"""The same logistic regression behind the contracts of other libraries: what it returns differs in form only."""

import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression


class Tensor:
    """What torch returns: no array before it is detached and on the CPU."""

    def __init__(self, values):
        self._values = values

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self._values

    def __array__(self, *_args, **_more):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def _same(values):
    return values


def _reversed_frame(proba, classes):
    return pd.DataFrame(proba, columns=list(classes)).iloc[:, ::-1]


# How labels come back.
PREDICTIONS = {
    "plain": _same,
    "column": lambda y: y.reshape(-1, 1),
    "list": lambda y: y.tolist(),
    "list of columns": lambda y: y.reshape(-1, 1).tolist(),
    "tuple": lambda y: tuple(y.tolist()),
    "object": lambda y: y.astype(object),
    "object column": lambda y: y.astype(object).reshape(-1, 1),
    "text": lambda y: y.astype(str),
    "bytes": lambda y: y.astype(str).astype("S"),
    "wide": lambda y: y.astype("int16") if y.dtype.kind == "i" else y.astype("U30"),
    "float": lambda y: y.astype(float) if y.dtype.kind == "i" else y,
    "unsigned": lambda y: y.astype("uint64") if y.dtype.kind == "i" else y,
    "series": lambda y: pd.Series(y, index=np.arange(len(y))[::-1]),
    "categorical": lambda y: pd.Series(pd.Categorical(y)),
    "nullable": lambda y: pd.Series(y).convert_dtypes(),
    "frame": lambda y: pd.DataFrame({"prediction": y}),
    "arrow": lambda y: pa.array(y.tolist()),
    "chunked": lambda y: pa.chunked_array([y.tolist()]),
    "arrow table": lambda y: pa.table({"prediction": y.tolist()}),
    "matrix": lambda y: np.asmatrix(y.reshape(-1, 1)),
    "tensor": lambda y: Tensor(y if y.dtype.kind == "i" else y.astype(object)),
}
# How probabilities come back.
PROBABILITIES = {
    "plain": lambda proba, _classes: proba,
    "list": lambda proba, _classes: proba.tolist(),
    "single": lambda proba, _classes: proba.astype(np.float32),
    "object": lambda proba, _classes: proba.astype(object),
    "frame": lambda proba, classes: pd.DataFrame(proba, columns=list(classes)),
    "unnamed frame": lambda proba, _classes: pd.DataFrame(proba),
    "reversed frame": _reversed_frame,
    "arrow table": lambda proba, classes: pa.table({str(c): proba[:, k] for k, c in enumerate(classes)}),
    "sparse": lambda proba, _classes: scipy.sparse.csr_matrix(proba),
    "tensor": lambda proba, _classes: Tensor(proba),
    "of the second": lambda proba, _classes: proba[:, 1] if proba.shape[1] == 2 else proba,
    "column of the second": lambda proba, _classes: proba[:, 1:] if proba.shape[1] == 2 else proba,
}
# How a model says which classes it knows.
CLASSES = {
    "plain": _same,
    "missing": lambda _classes: None,
    "list": lambda classes: classes.tolist(),
    "column": lambda classes: classes.reshape(-1, 1),
    "text": lambda classes: classes.astype(str).astype(object),
    "series": pd.Series,
    "float": lambda classes: classes.astype(float) if classes.dtype.kind == "i" else classes,
}


class Foreign(ClassifierMixin, BaseEstimator):
    """Logistic regression that answers in another form."""

    def __init__(self, predictions="plain", probabilities="plain", classes="plain", turned=False):
        self.predictions = predictions
        self.probabilities = probabilities
        self.classes = classes
        self.turned = turned

    def fit(self, X, y):
        self.model_ = LogisticRegression().fit(X, y)
        # Columns may follow any order of the classes, if `classes_` has it too.
        self.order_ = np.arange(self.model_.classes_.size)[:: -1 if self.turned else 1]
        told = CLASSES[self.classes](self.model_.classes_[self.order_])
        if told is not None:
            self.classes_ = told
        return self

    def predict(self, X):
        return PREDICTIONS[self.predictions](self.model_.predict(X))

    def predict_proba(self, X):
        proba = self.model_.predict_proba(X)[:, self.order_]
        return PROBABILITIES[self.probabilities](proba, self.model_.classes_[self.order_])


class Coded(ClassifierMixin, BaseEstimator):
    """Takes the labels 0 to n_classes - 1 only, as XGBoost and skorch do, and says these."""

    def __init__(self, C=1.0, single=False):
        self.C = C
        self.single = single

    def fit(self, X, y, sample_weight=None):
        y = np.asarray(y)
        if self.single and (np.asarray(X).dtype != np.float32 or y.dtype != np.int64):
            raise RuntimeError("mat1 and mat2 must have the same dtype, but got Double and Float")
        expected = np.arange(np.unique(y).size)
        if y.dtype.kind not in "iu" or not np.array_equal(np.unique(y), expected):
            raise ValueError(f"Invalid classes inferred from unique values of `y`.  Expected: {expected}, got {y}")
        self.model_ = LogisticRegression(C=self.C).fit(X, y, sample_weight=sample_weight)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)

    def predict_proba(self, X):
        return self.model_.predict_proba(X)

    def decision_function(self, X):
        return self.model_.decision_function(X)


class Net(Coded):
    """As skorch's classifiers: in their package, and without sample weights."""

    def fit(self, X, y):
        return super().fit(X, y)


Net.__module__ = "skorch.classifier"


class Boosted(Coded):
    """As XGBoost's classifiers: in their package."""


Boosted.__module__ = "xgboost.sklearn"


class OwnBoosted(Boosted):
    """Somebody's own class made from one of them."""


class Hiding(ClassifierMixin, BaseEstimator):
    """Holds such a classifier where nobody sees it."""

    def fit(self, X, y):
        self.inner_ = Coded().fit(X, y)
        self.classes_ = self.inner_.classes_
        return self

    def predict(self, X):
        return self.inner_.predict(X)

    def predict_proba(self, X):
        return self.inner_.predict_proba(X)


class NeuralNetBinaryClassifier(Coded):
    """As skorch's of one output: its loss takes single floats, and it always knows 0 and 1."""

    def fit(self, X, y):
        if np.asarray(y).dtype != np.float32:
            raise RuntimeError("result type Float can't be cast to the desired output type Long")
        super().fit(X, np.asarray(y).astype(np.int64))
        self.classes_ = np.array([0, 1])
        return self

    def predict(self, X):
        return super().predict(X).astype("uint8")


NeuralNetBinaryClassifier.__module__ = "skorch.classifier"
