"""The loop of active learning in each library, as its documentation writes it.

Each function takes a `Problem` and returns the rows asked and the test accuracies. One
fit after every answer, least confidence, one row at a time. The library is imported
outside the clock, by `worker.py` calling the function on a small problem first.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from problems import Problem

Result = tuple[list[int], list[float]]


def plain(problem: Problem) -> Result:
    """Numpy and scikit-learn as tutorials write it: rows move from one array to another."""
    X_labelled, y_labelled = problem.X[problem.labelled], problem.y[problem.labelled]
    left = np.delete(np.arange(len(problem.X)), problem.labelled)
    X_left, y_left = problem.X[left], problem.y[left]
    model, rows, scores = problem.estimator(), [], []
    for query in range(problem.n_queries + 1):
        if query:
            chosen = int(np.argmax(1 - model.predict_proba(X_left).max(axis=1)))
            rows.append(int(left[chosen]))
            X_labelled = np.vstack([X_labelled, X_left[chosen]])
            y_labelled = np.append(y_labelled, y_left[chosen])
            left, X_left = np.delete(left, chosen), np.delete(X_left, chosen, axis=0)
            y_left = np.delete(y_left, chosen)
        model.fit(X_labelled, y_labelled)
        if problem.wants(query):
            scores.append(problem.accuracy(model.predict(problem.X_test)))
    return rows, scores


def plain_by_number(problem: Problem) -> Result:
    """Numpy and scikit-learn, careful: row numbers instead of arrays, the pool is never copied."""
    labelled = problem.labelled.tolist()
    model, scores = problem.estimator(), []
    for query in range(problem.n_queries + 1):
        if query:
            uncertainty = 1 - model.predict_proba(problem.X).max(axis=1)
            uncertainty[labelled] = -1
            labelled.append(int(np.argmax(uncertainty)))
        model.fit(problem.X[labelled], problem.y[labelled])
        if problem.wants(query):
            scores.append(problem.accuracy(model.predict(problem.X_test)))
    return labelled[len(problem.labelled) :], scores


def querist(problem: Problem, warm_start: bool = False, estimator: Any = None) -> Result:
    """Querist's session; every fit of scikit-learn's classifier starts from nothing."""
    from querist import Session, make_strategy

    session = Session(
        problem.X,
        estimator=problem.estimator() if estimator is None else estimator,
        strategy=make_strategy("least_confidence", ties="first"),
        warm_start=warm_start,
        random_state=42,
    )
    session.tell(problem.labelled, problem.y[problem.labelled])
    rows, scores = [], []
    for query in range(problem.n_queries + 1):
        if query:
            asked = session.ask()
            rows.append(int(asked[0]))
            session.tell(asked, problem.y[asked])
        session.fit()
        if problem.wants(query):
            scores.append(problem.accuracy(session.predict(problem.X_test)))
    return rows, scores


def querist_warm(problem: Problem) -> Result:
    """Querist's session; a fit starts from the last solution."""
    return querist(problem, warm_start=True)


def querist_named(problem: Problem) -> Result:
    """Querist's session with the classifier that it has for the name."""
    return querist(problem, estimator="logistic_regression")


def modal(problem: Problem) -> Result:
    """ModAL's learner; its documentation deletes rows from the pool."""
    from modAL.models import ActiveLearner
    from modAL.uncertainty import uncertainty_sampling

    left = np.delete(np.arange(len(problem.X)), problem.labelled)
    X_left = problem.X[left]
    learner = ActiveLearner(
        estimator=problem.estimator(),
        query_strategy=uncertainty_sampling,
        X_training=problem.X[problem.labelled],
        y_training=problem.y[problem.labelled],
    )
    rows, scores = [], []
    for query in range(problem.n_queries + 1):
        if query:
            chosen, _ = learner.query(X_left)
            rows.append(int(left[chosen[0]]))
            learner.teach(X_left[chosen], problem.y[left[chosen]])
            left, X_left = np.delete(left, chosen), np.delete(X_left, chosen, axis=0)
        if problem.wants(query):
            scores.append(problem.accuracy(learner.predict(problem.X_test)))
    return rows, scores


def small_text(problem: Problem) -> Result:
    """small-text's learner on dense rows."""
    from small_text import LeastConfidence, PoolBasedActiveLearner, SklearnClassifierFactory, SklearnDataset

    classes = np.array([0, 1])
    pool, test = (
        SklearnDataset(X, y, target_labels=classes)
        for X, y in ((problem.X, problem.y), (problem.X_test, problem.y_test))
    )
    learner = PoolBasedActiveLearner(SklearnClassifierFactory(problem.estimator(), 2), LeastConfidence(), pool)
    learner.initialize_data(problem.labelled, problem.y[problem.labelled])
    rows, scores = [], []
    for query in range(problem.n_queries + 1):
        if query:
            asked = learner.query(num_samples=1)
            rows.append(int(asked[0]))
            learner.update(problem.y[asked])
        if problem.wants(query):
            scores.append(problem.accuracy(learner.classifier.predict(test)))
    return rows, scores


def scikit_activeml(problem: Problem) -> Result:
    """scikit-activeml's strategy, told not to fit a second time."""
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import UncertaintySampling
    from skactiveml.utils import MISSING_LABEL

    model = SklearnClassifier(problem.estimator(), classes=[0, 1], random_state=42)
    strategy = UncertaintySampling(method="least_confident", random_state=42)
    y = np.full(len(problem.y), MISSING_LABEL)
    y[problem.labelled] = problem.y[problem.labelled]
    rows, scores = [], []
    for query in range(problem.n_queries + 1):
        if query:
            asked = strategy.query(X=problem.X, y=y, clf=model, fit_clf=False)
            rows.append(int(asked[0]))
            y[asked] = problem.y[asked]
        model.fit(problem.X, y)
        if problem.wants(query):
            scores.append(problem.accuracy(model.predict(problem.X_test)))
    return rows, scores


LOOPS: dict[str, Callable[[Problem], Result]] = {
    function.__name__: function
    for function in (plain, plain_by_number, querist_named, querist, querist_warm, modal, small_text, scikit_activeml)
}
