"""How good a model is on the test part: one number per metric, and which way is better."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import rankdata

from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool, Task
from querist._validation import check_choice
from querist.base.adapted import original, over_classes
from querist.base.contract import can
from querist.exceptions import InvalidParameterError


def accuracy(truth: IntArray, predicted: IntArray) -> float:
    """Return the share of right answers, in [0, 1]."""
    return float(np.mean(truth == predicted))


def balanced_accuracy(truth: IntArray, predicted: IntArray) -> float:
    """Return the mean recall of the classes that occur in `truth`, in [0, 1]."""
    size = int(max(truth.max(), predicted.max())) + 1
    total = np.bincount(truth, minlength=size)
    right = np.bincount(truth[truth == predicted], minlength=size)
    present = total > 0
    return float(np.mean(right[present] / total[present]))


def macro_f1(truth: IntArray, predicted: IntArray) -> float:
    """Return the mean F1 of the classes that occur in `truth` or `predicted`, in [0, 1]; without a hit F1 is 0."""
    size = int(max(truth.max(), predicted.max())) + 1
    both = np.bincount(truth, minlength=size) + np.bincount(predicted, minlength=size)
    right = np.bincount(truth[truth == predicted], minlength=size)
    present = both > 0
    return float(np.mean(2 * right[present] / both[present]))


def log_loss(truth: IntArray, probabilities: FloatArray) -> float:
    """Return the mean negative log probability of the true class, in nats, at least 0; lower is better.

    Probabilities are clipped to at least 2.2e-16 and renormalised, so a class that
    the model has not met costs about 36 nats and not infinity.
    """
    clipped = np.maximum(probabilities, np.finfo(np.float64).eps)
    of_truth = clipped[np.arange(truth.size), truth] / clipped.sum(axis=1)
    return float(-np.log(of_truth).mean())


def roc_auc(truth: IntArray, scores: FloatArray) -> float:
    """Return the area under the ROC curve, in [0, 1]; over several classes the mean of one against the rest.

    Parameters
    ----------
    truth : ndarray of shape (n,)
        Class codes.
    scores : ndarray of shape (n, n_classes)
        Larger = likelier, comparable within a column. With two classes only the second column counts.

    Returns
    -------
    float
        NaN if a class does not occur in `truth`: its area is undefined.

    Notes
    -----
    The area is the chance that a row of the class scores above a row of another
    one, ties counting half: the Mann-Whitney statistic over the product of the
    counts. O(n log n) per class.

    References
    ----------
    .. [1] J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a receiver operating
       characteristic (ROC) curve", Radiology 143, 1982, doi:10.1148/radiology.143.1.7063747.
    """
    n_classes = scores.shape[1]
    counts = np.bincount(truth, minlength=n_classes)
    if not counts.all():
        return float("nan")
    areas = []
    for code in (1,) if n_classes == 2 else range(n_classes):
        hits = int(counts[code])
        ranks = rankdata(scores[:, code])[truth == code]
        areas.append((ranks.sum() - hits * (hits + 1) / 2) / (hits * (truth.size - hits)))
    return float(np.mean(areas))


def rarest(truth: IntArray) -> int:
    """Return the class that fewest rows have, of those that occur; at a tie the last."""
    counts = np.bincount(truth)
    present = np.flatnonzero(counts)[::-1]
    return int(present[np.argmin(counts[present])])


def rare_recall(truth: IntArray, predicted: IntArray) -> float:
    """Return the share of the rows of the rarest class that are found, in [0, 1]."""
    wanted = rarest(truth)
    return float(np.mean(predicted[truth == wanted] == wanted))


def rare_precision(truth: IntArray, predicted: IntArray) -> float:
    """Return the share of right answers among those that name the rarest class, in [0, 1]; without any it is 0."""
    wanted = rarest(truth)
    named = predicted == wanted
    return float(np.mean(truth[named] == wanted)) if named.any() else 0.0


def rare_average_precision(truth: IntArray, scores: FloatArray) -> float:
    """Return the average precision of the rarest class, in (0, 1]: the area under precision over recall, in steps.

    Parameters
    ----------
    truth : ndarray of shape (n,)
        Class codes.
    scores : ndarray of shape (n, n_classes)
        Larger = likelier within a column.

    Returns
    -------
    float
        The mean, over the rows of the class, of the precision among all rows that score at least as much; the share of
        the class where all score alike.

    Notes
    -----
    O(n log n). The same as ``sklearn.metrics.average_precision_score``.
    """
    column = rarest(truth)
    wanted, values = truth == column, scores[:, column]
    order = np.argsort(-values, kind="stable")
    # Rows of equal scores are read together: each counts as if it were the last of them.
    ends = np.append(np.flatnonzero(np.diff(values[order])), values.size - 1)
    found = np.cumsum(wanted[order])[ends]
    steps = np.diff(found, prepend=0) / wanted.sum()
    return float(np.sum(steps * found / (ends + 1)))


def rmse(truth: FloatArray, predicted: FloatArray) -> float:
    """Return the root of the mean squared error, in the unit of the targets, at least 0; lower is better."""
    return float(np.sqrt(np.mean((predicted - truth) ** 2)))


def mae(truth: FloatArray, predicted: FloatArray) -> float:
    """Return the mean absolute error, in the unit of the targets, at least 0; lower is better."""
    return float(np.mean(np.abs(predicted - truth)))


def r2(truth: FloatArray, predicted: FloatArray) -> float:
    """Return 1 - (mean squared error / variance of the targets), at most 1; NaN if the targets are all equal."""
    spread = float(np.mean((truth - truth.mean()) ** 2)) if np.ptp(truth) else 0.0
    return 1 - float(np.mean((predicted - truth) ** 2)) / spread if spread else float("nan")


@dataclass(frozen=True)
class Metric:
    """One measure of quality: what it needs and which way is better."""

    label: str
    # "predicted": class codes, or numbers; "probabilities": of all classes; "scores": probabilities or decision values.
    needs: str
    compute: Callable[[Any, Any], float]
    higher_is_better: bool = True
    # What a value cannot leave.
    low: float = 0.0
    high: float = 1.0
    task: Task = "classification"
    # Whether "95 % of it" or, of a loss, "5 % above it" says something: of a loss without a unit it does not.
    has_shares: bool = True

    @property
    def constant(self) -> str:
        """What the answer is called that needs no model."""
        return "largest class" if self.task == "classification" else "mean target"

    @property
    def with_article(self) -> str:
        """Its label as a sentence takes it."""
        vowels = "aeiou" if self.task == "classification" else "RM"  # spelled out: an RMSE, an MAE
        return f"{'an' if self.label[0] in vowels and self.label != 'R2' else 'a'} {self.label}"

    def level(self, full: float, percent: int) -> float | None:
        """Return what counts as so many percent of a value: of a loss, what is above it by as much as is left out.

        Examples
        --------
        >>> METRICS["accuracy"].level(0.9, 90), METRICS["rmse"].level(50.0, 90), METRICS["log_loss"].level(0.5, 90)
        (0.81, 55.0, None)
        """
        if not self.has_shares or full <= 0:
            return None
        return full * percent / 100 if self.higher_is_better else full * (200 - percent) / 100

    def of_constant(self, truth: AnyArray, code: float, n_classes: int) -> float:
        """Return the value of always giving one answer; NaN for a metric of probabilities, which that has none of.

        Parameters
        ----------
        truth : ndarray of shape (n,)
            Class codes, or targets.
        code : int or float
            The answer.
        n_classes : int
        """
        if self.task == "regression":
            return self.compute(truth, np.full(truth.size, float(code)))
        if self.needs == "probabilities":
            return float("nan")
        if self.needs == "scores":
            return self.compute(truth, np.zeros((truth.size, n_classes)))
        return self.compute(truth, np.full_like(truth, code))


METRICS: dict[str, Metric] = {
    "accuracy": Metric("accuracy", "predicted", accuracy),
    "balanced_accuracy": Metric("balanced accuracy", "predicted", balanced_accuracy),
    "macro_f1": Metric("macro F1", "predicted", macro_f1),
    "log_loss": Metric("log loss", "probabilities", log_loss, higher_is_better=False, high=math.inf, has_shares=False),
    "roc_auc": Metric("area under the ROC curve", "scores", roc_auc),
    "rare_recall": Metric("recall of the rarest class", "predicted", rare_recall),
    "rare_precision": Metric("precision of the rarest class", "predicted", rare_precision),
    "rare_average_precision": Metric("average precision of the rarest class", "scores", rare_average_precision),
    "rmse": Metric("RMSE", "predicted", rmse, higher_is_better=False, high=math.inf, task="regression"),
    "mae": Metric("MAE", "predicted", mae, higher_is_better=False, high=math.inf, task="regression"),
    "r2": Metric("R2", "predicted", r2, low=-math.inf, task="regression"),
}


def named_metrics(
    given: str | Iterable[str] | None, *, watched: bool, task: Task = "classification"
) -> tuple[str, ...]:
    """Return names of metrics; accuracy is added where audit and stopping rules are to be judged by it.

    None stands for the main metric of the task.

    Examples
    --------
    >>> named_metrics("roc_auc", watched=True)
    ('roc_auc', 'accuracy')
    """
    if given is None:
        given = "accuracy" if task == "classification" else "rmse"
    names = (given,) if isinstance(given, str) else tuple(given)
    return (*names, "accuracy") if watched and "accuracy" not in names else names


def check_metrics(names: Iterable[str]) -> None:
    """Refuse an empty list, unknown names and repetitions.

    Raises
    ------
    InvalidParameterError
        Naming the wrong entry.
    """
    names = list(names)
    if not names:
        raise InvalidParameterError(f"metrics must name at least one of {', '.join(METRICS)}.")
    for name in names:
        check_choice(name, "metrics", METRICS)
    if len(set(names)) < len(names):
        raise InvalidParameterError(
            f"metrics names {max(names, key=names.count)!r} more than once. Name each metric once."
        )


def check_task(names: Iterable[str], task: Task) -> None:
    """Refuse metrics of classes for regressors, and metrics of numbers for classifiers.

    Raises
    ------
    InvalidParameterError
        Naming the metric and those that there are.
    """
    for name in names:
        if METRICS[name].task != task:
            kind = "classifiers" if task == "classification" else "regressors"
            suited = ", ".join(each for each, metric in METRICS.items() if metric.task == task)
            raise InvalidParameterError(f"The metric {name!r} does not suit {kind}. Use one of {suited}.")


def check_model_can(estimator: Model, label: str, names: Iterable[str], n_classes: int) -> None:
    """Refuse a classifier that cannot give what a metric needs, before anything is run.

    Raises
    ------
    InvalidParameterError
        Naming the metric, the classifier and the remedy.
    """
    if can(estimator, "predict_proba"):
        return
    for name in names:
        needs = METRICS[name].needs
        decides = needs == "scores" and n_classes == 2 and can(estimator, "decision_function")
        if needs != "predicted" and not decides:
            raise InvalidParameterError(
                f"The metric {name!r} needs predict_proba, which estimator {label!r} does not have. "
                "Leave the metric out, or wrap the classifier in CalibratedClassifierCV."
            )


class Evaluator:
    """Measures models on one test part.

    Parameters
    ----------
    X : pool of shape (n_test, ...)
        The test part.
    truth : ndarray of shape (n_test,)
        Codes of the true classes: positions in `classes`.
    classes : ndarray of shape (n_classes,)
        All classes of the data, sorted.
    metrics : sequence of str
        Names in `METRICS`.
    """

    def __init__(self, X: Pool, truth: IntArray, classes: AnyArray, metrics: Iterable[str]) -> None:
        self._X = X
        self._truth = truth
        self._classes = classes
        self._metrics = [METRICS[name] for name in metrics]
        self._needs = {metric.needs for metric in self._metrics}

    def evaluate(self, model: Model) -> list[float]:
        """Return one value per metric; NaN for each without a model.

        `predict` and `predict_proba` are each called at most once, and only if a metric needs
        them. Predictions are the classifier's own, not the highest probability, so that the
        accuracy does not depend on which other metrics are asked for; only forests, which
        define the one by the other, are spared the second pass.
        """
        if model is None:
            return [float("nan")] * len(self._metrics)
        given: dict[str, AnyArray] = {}
        codes = np.searchsorted(self._classes, np.asarray(model.classes_, self._classes.dtype))
        if self._needs & {"probabilities", "scores"}:
            given = self._scores(model, codes)
        if "predicted" in self._needs:
            given["predicted"] = self._predicted(model, codes, given.get("probabilities"))
        return [metric.compute(self._truth, given[metric.needs]) for metric in self._metrics]

    def _predicted(self, model: Model, codes: IntArray, probabilities: AnyArray | None) -> IntArray:
        if probabilities is not None and _predicts_the_likeliest(model):
            likeliest: IntArray = codes[np.argmax(probabilities[:, codes], axis=1)]
            return likeliest
        predicted = model.predict(self._X)
        found: IntArray = np.searchsorted(self._classes, predicted.astype(self._classes.dtype, copy=False))
        # What is no class of the data (a model may know others) is wrong in every row.
        strange = self._classes[np.minimum(found, self._classes.size - 1)] != predicted
        return np.where(strange, self._classes.size, found) if strange.any() else found

    def _scores(self, model: Model, codes: IntArray) -> dict[str, AnyArray]:
        if hasattr(model, "predict_proba"):
            aligned = over_classes(model, self._X, self._classes).astype(np.float64, copy=False)
            return {"probabilities": aligned, "scores": aligned}
        # Larger for the model's second class, whichever of the two that is.
        aligned = np.zeros((self._truth.size, self._classes.size))
        values = model.decision_function(self._X)
        aligned[:, codes[0]], aligned[:, codes[1]] = -values, values
        return {"scores": aligned}


def _predicts_the_likeliest(model: Model) -> bool:
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, VotingClassifier

    from querist.learners import AutoClassifier

    last = original(model)
    last = last.steps[-1][1] if hasattr(last, "steps") else last
    if isinstance(last, AutoClassifier):
        # Its votes are means of probabilities.
        return isinstance(last.estimator_, ExtraTreesClassifier | VotingClassifier)
    return type(last) in (ExtraTreesClassifier, RandomForestClassifier)
