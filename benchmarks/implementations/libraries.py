"""How each library answers: every function takes a `Question` and the name of a strategy, and returns one row.

All are told the probabilities instead of a model to be fitted, so that only what the strategy does with them differs.
"""

import collections
import collections.abc
import contextlib
import io
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from definitions import Floats, Question

Answer = Callable[[Question, str], int]


class Known:
    """A fitted classifier of rows that are known by their numbers, the only feature."""

    def __init__(self, proba: Floats) -> None:
        self.proba = proba
        self.classes_ = np.arange(proba.shape[1])

    def predict_proba(self, X: Any, **options: Any) -> Floats:
        """Return the rows' probabilities, in an array of their own: some libraries write into it."""
        return self.proba[np.asarray(X)[:, 0].astype(int)].copy()

    def predict(self, X: Any, **options: Any) -> Any:
        """Return the likeliest classes."""
        return self.predict_proba(X).argmax(axis=1)

    def fit(self, X: Any, y: Any, **options: Any) -> "Known":
        """Change nothing."""
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return what it is made of."""
        return {"proba": self.proba}

    def set_params(self, **params: Any) -> "Known":
        """Change nothing."""
        return self


def _numbers(question: Question) -> Floats:
    return np.arange(len(question.X), dtype=float)[:, np.newaxis]


def querist(question: Question, strategy: str) -> int:
    """Querist's strategies, ties by row number."""
    from querist.strategies import EntropySampling, KCenter, LeastConfidence, MarginSampling, QueryByCommittee

    X, rows = _numbers(question), question.labelled
    members = [_Member(proba) for proba in question.committee]
    made = {
        "least confidence": LeastConfidence, "margin": MarginSampling, "entropy": EntropySampling, "k-center": KCenter,
        "vote entropy": lambda **ties: QueryByCommittee(committee=members, method="vote_entropy", **ties),
        "mean KL": lambda **ties: QueryByCommittee(committee=members, method="kl", **ties),
    }[strategy](ties="first")  # fmt: skip
    if strategy == "k-center":
        return int(made.query(question.X, rows, question.codes[rows])[0])
    return int(made.query(X, rows, question.codes[rows], model=Known(question.proba))[0])


class _Member(Known):
    """A member that knows its class by what it is made of, since a committee is cloned."""

    def __sklearn_clone__(self) -> "_Member":
        return self


def scikit_activeml(question: Question, strategy: str) -> int:
    """scikit-activeml's strategies, by the adapters of Querist: `FittedModel` says what `Known` does."""
    from skactiveml import pool

    from querist.adapters.foreign import OnMatrix
    from querist.adapters.scikit_activeml import FittedModel

    n_classes = question.proba.shape[1]
    targets = np.full(len(question.X), np.nan)
    targets[question.labelled] = question.codes[question.labelled]
    told = {"candidates": question.free}
    if strategy == "k-center":
        return int(pool.CoreSet(random_state=0).query(question.X, targets, **told)[0])
    X = _numbers(question)
    if strategy in ("vote entropy", "mean KL"):
        members = [FittedModel(OnMatrix(Known(proba)), n_classes).told() for proba in question.committee]
        method = "vote_entropy" if strategy == "vote entropy" else "KL_divergence"
        made = pool.QueryByCommittee(method=method, random_state=0)
        return int(made.query(X, targets, ensemble=members, fit_ensemble=False, **told)[0])
    method = {"least confidence": "least_confident", "margin": "margin_sampling", "entropy": "entropy"}[strategy]
    clf = FittedModel(OnMatrix(Known(question.proba)), n_classes).told()
    return int(pool.UncertaintySampling(method, random_state=0).query(X, targets, clf, fit_clf=False, **told)[0])


def small_text(question: Question, strategy: str) -> int:
    """small-text's strategies."""
    import small_text as library

    class Dataset:
        """Rows by number, as far as these strategies look at them."""

        def __init__(self, rows: Any) -> None:
            self.rows = rows

        def __len__(self) -> int:
            return len(self.rows)

        def __getitem__(self, places: Any) -> "Dataset":
            return Dataset(self.rows[places])

    class Classifier:
        """Probabilities and embeddings that are known."""

        def predict_proba(self, dataset: Dataset) -> Floats:
            return question.proba[dataset.rows].copy()

        def embed(self, dataset: Dataset, return_proba: bool = False, pbar: Any = None) -> Any:
            return (
                (question.X[dataset.rows], question.proba[dataset.rows]) if return_proba else question.X[dataset.rows]
            )

    made = {
        "least confidence": library.LeastConfidence,
        "margin": library.BreakingTies,
        "entropy": library.PredictionEntropy,
        "k-center": lambda: library.GreedyCoreset(distance_metric="euclidean", normalize=False),
        "k-center, its defaults": library.GreedyCoreset,
    }[strategy]()
    rows, codes = question.labelled, question.codes[question.labelled]
    dataset = Dataset(np.arange(len(question.X)))
    return int(made.query(Classifier(), dataset, question.free, rows, codes, n=1)[0])


def modal(question: Question, strategy: str) -> int:
    """ModAL's strategies."""
    from modAL import disagreement, uncertainty
    from modAL.models import ActiveLearner, Committee

    X = _numbers(question)[question.free]
    if strategy in ("vote entropy", "mean KL"):
        members = [ActiveLearner(estimator=Known(proba)) for proba in question.committee]
        function = {
            "vote entropy": disagreement.vote_entropy_sampling,
            "mean KL": disagreement.max_disagreement_sampling,
        }
        committee = Committee(learner_list=members)
        committee.classes_, committee.n_classes_ = np.arange(question.proba.shape[1]), question.proba.shape[1]
        return int(question.free[function[strategy](committee, X)[0][0]])
    names = {"least confidence": "uncertainty_sampling", "margin": "margin_sampling", "entropy": "entropy_sampling"}
    learner = ActiveLearner(estimator=Known(question.proba))
    return int(question.free[getattr(uncertainty, names[strategy])(learner, X)[0][0]])


def alipy(question: Question, strategy: str) -> int:
    """ALiPy's strategies. It asks for a name that Python 3.10 took away, which is put back."""
    collections.Iterable = collections.abc.Iterable  # type: ignore[attr-defined]
    from alipy.query_strategy import query_labels as library

    free, told = question.free, {"batch_size": 1}
    if strategy == "k-center":
        made = library.QueryInstanceCoresetGreedy(question.X, question.codes, np.arange(len(question.X)))
        return int(made.select(question.labelled, free, **told)[0])
    if strategy in ("vote entropy", "mean KL"):
        kind = "vote_entropy" if strategy == "vote entropy" else "KL_divergence"
        members = list(question.committee[:, free])
        predicted = members if strategy == "mean KL" else [proba.argmax(axis=1) for proba in members]
        return int(library.QueryInstanceQBC(disagreement=kind).select_by_prediction_mat(free, predicted, **told)[0])
    measure = {"least confidence": "least_confident"}.get(strategy, strategy)
    made = library.QueryInstanceUncertainty(measure=measure)
    return int(made.select_by_prediction_mat(free, question.proba[free].copy(), **told)[0])


def libact(question: Question, strategy: str) -> int:
    """Strategies of libact."""
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        from libact.base.dataset import Dataset
        from libact.base.interfaces import ProbabilisticModel
        from libact.query_strategies import QueryByCommittee, UncertaintySampling

    class Model(Known, ProbabilisticModel):
        """Probabilities that are known."""

        def train(self, dataset: Any, *options: Any) -> None:
            pass

        def score(self, dataset: Any, *options: Any) -> float:
            return 0.0

        def predict_real(self, X: Any, *options: Any) -> Floats:
            return self.predict_proba(X)

    labels = np.full(len(question.X), None, dtype=object)
    labels[question.labelled] = question.codes[question.labelled]
    dataset = Dataset(_numbers(question), labels)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if strategy in ("vote entropy", "mean KL"):
            kind = "vote" if strategy == "vote entropy" else "kl_divergence"
            members = [Model(proba) for proba in question.committee]
            return int(QueryByCommittee(dataset, models=members, disagreement=kind, random_state=0).make_query())
        method = {"least confidence": "lc", "margin": "sm", "entropy": "entropy"}[strategy]
        return int(UncertaintySampling(dataset, model=Model(question.proba), method=method).make_query())


_PLAIN = ("least confidence", "margin", "entropy", "vote entropy", "mean KL")
LIBRARIES: dict[str, tuple[Answer, tuple[str, ...]]] = {
    "Querist": (querist, (*_PLAIN, "k-center")),
    "scikit-activeml": (scikit_activeml, (*_PLAIN, "k-center")),
    "small-text": (small_text, (*_PLAIN[:3], "k-center", "k-center, its defaults")),
    "modAL": (modal, _PLAIN),
    "ALiPy": (alipy, (*_PLAIN, "k-center")),
    "libact": (libact, _PLAIN),
}
