"""A second model, of another kind, that is asked how sure it is of what the session's model says."""

import numpy as np

from querist import registry
from querist._typing import AnyArray, FloatArray, IntArray
from querist.audit.cross_fitting import CrossFit, cross_fit
from querist.base.adapted import over_classes
from querist.base.blocks import taken_blocks
from querist.learners.label_encoded import LabelEncoded
from querist.learners.refit import Refitter
from querist.session.journal import Journal
from querist.session.trained import Trained

# Each is a training of a hundred trees, and it only plans.
_FOLDS = 10


class SecondOpinion:
    """Extra trees beside a session's model.

    On tables of numbers they know best of the usual classifiers which rows another kind of model gets wrong; on texts
    they tell less than the model's own confidence, and take long (``benchmarks/audit``).

    Parameters
    ----------
    journal : Journal
    trained : Trained
        The session's model.
    """

    def __init__(self, journal: Journal, trained: Trained) -> None:
        self._journal = journal
        self._trained = trained
        trees = Refitter(registry.make_estimator("extra_trees"), seed=journal.seed)
        self._trees = Trained(trees, journal)

    @property
    def is_there(self) -> bool:
        """Whether there is one: for dense pools of finite numbers, and a model that is trained and is none of trees."""
        X = self._journal.X
        if self._journal.has_fixed_model or not isinstance(X, np.ndarray) or not self._journal.is_finite:
            return False
        return not _is_of_trees(self._trained.refitter.estimator)

    def chances(self, rows: IntArray, predicted: AnyArray) -> FloatArray:
        """Return the probability that it gives, knowing all answers, to what the model says of rows."""
        classes = np.unique(self._journal.state.answers.labels)
        trees, found = self._trees.fit(), np.empty(rows.size)
        for block, part in taken_blocks(self._journal.X, rows):
            found[block] = _of_labels(over_classes(trees, part, classes), classes, predicted[block])
        return found

    def past_chances(self, rows: IntArray, predicted: AnyArray) -> FloatArray:
        """Return the same for rows with answers, from trees that were not told these."""
        answers = self._journal.state.answers
        found: CrossFit = cross_fit(
            self._trees.fit_on, self._journal.X, answers.rows, answers.labels, rows, n_folds=_FOLDS
        )
        assert found.probabilities is not None
        return _of_labels(found.probabilities, found.classes, predicted)


def _is_of_trees(estimator: object) -> bool:
    from sklearn.ensemble import BaseEnsemble

    from querist.learners.auto import AutoClassifier

    inner = estimator.estimator if isinstance(estimator, LabelEncoded) else estimator
    return isinstance(inner, BaseEnsemble | AutoClassifier)


def _of_labels(proba: FloatArray, classes: AnyArray, labels: AnyArray) -> FloatArray:
    """Return the probability of a label in each row; 0 of one that is not among the classes."""
    column = {label: place for place, label in enumerate(classes.tolist())}
    places = np.array([column.get(label, -1) for label in labels.tolist()], np.int64)
    found: FloatArray = np.where(places >= 0, proba[np.arange(places.size), places], 0.0)
    return found
