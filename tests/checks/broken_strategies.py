"""Strategies that each break one law, to prove that a check sees it."""

import random

import numpy as np
from sklearn.base import is_regressor

from querist.base import QueryStrategy
from querist.base.scoring import known_classes, predicted_targets, uncertainty
from querist.exceptions import (
    EmptyPoolError,
    InvalidParameterError,
    InvalidRowsError,
    NotEnoughLabelsError,
    PoolExhaustedError,
    QueristError,
)


class Sound(QueryStrategy):
    """Margin sampling: what the broken ones derive from."""

    def __init__(self, *, selection=None, candidates=None, ties="random"):
        self.selection = selection
        self.candidates = candidates
        self.ties = ties

    def utilities(self, context):
        return uncertainty(context.model, context.X, context.candidates, "margin")


class SoundRandom(Sound):
    needs_model = False
    stochastic = True

    def utilities(self, context):
        return context.rng.random(context.candidates.size)


class SoundForNumbers(QueryStrategy):
    """Asks where the prediction is highest."""

    tasks = frozenset({"regression"})

    def utilities(self, context):
        return predicted_targets(context.model, context.X, context.candidates)


class WholeTargetsOnly(SoundForNumbers):
    def query(self, X, rows, labels, **options):
        chosen, utilities = super().query(X, rows, labels, **options)
        return chosen, utilities if not isinstance(labels, list) else -utilities


class ChangesParameters(Sound):
    def __init__(self, *, scale=None, selection=None, candidates=None, ties="random"):
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.scale = 1.0 if scale is None else scale


class SetsMore(Sound):
    def __init__(self, *, selection=None, candidates=None, ties="random"):
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.cache = {}


class PrivateHook(Sound):
    def _select(self, utilities, context):
        return np.arange(context.batch_size)


class BadRepr(Sound):
    def __repr__(self):
        return f"<strategy at {id(self)}>"


class CannotPickle(Sound):
    def __init__(self, *, function=lambda values: values, selection=None, candidates=None, ties="random"):
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.function = function


class ForgetsWhenPickled(Sound):
    def __reduce__(self):
        return (Restored, ())

    def __deepcopy__(self, memo):
        return type(self)()


class Restored(Sound):
    def utilities(self, context):
        return -super().utilities(context)


class WritesIntoX(Sound):
    def utilities(self, context):
        context.X[0, 0] = context.X[0, 0]
        return super().utilities(context)

    def query(self, X, rows, labels, **options):
        if not isinstance(X, np.ndarray):
            return Sound().query(X, rows, labels, **options)
        return super().query(X, rows, labels, **options)


class SortsCandidates(Sound):
    def query(self, X, rows, labels, *, candidates=None, **options):
        if isinstance(candidates, np.ndarray):
            candidates.setflags(write=True)
            if candidates.ndim == 1 and candidates.dtype == np.int64:
                candidates.sort()
        return super().query(X, rows, labels, candidates=candidates, **options)


class MarksModel(Sound):
    def utilities(self, context):
        context.model.asked_ = True
        return super().utilities(context)


class UsesNumpyGlobal(Sound):
    def utilities(self, context):
        np.random.random()  # noqa: NPY002
        return super().utilities(context)


class UsesPythonGlobal(Sound):
    def utilities(self, context):
        random.random()
        return super().utilities(context)


class KeepsState(Sound):
    def utilities(self, context):
        self.last_ = context.candidates
        return super().utilities(context)


class Margins:
    """Margins of the whole pool, by the first model that was asked about them."""

    @classmethod
    def of(cls, matrix):
        kept = cls()
        kept.values = None
        return kept


class KeepsTooLong(Sound):
    def utilities(self, context):
        if context.memory is None:
            return super().utilities(context)
        kept = context.memory.kept(Margins, context.X)
        if kept.values is None:
            kept.values = uncertainty(context.model, context.X, np.arange(len(context.X)), "margin")
        return kept.values[context.candidates]


class ChangesTies(Sound):
    def utilities(self, context):
        self.ties = "first"
        return super().utilities(context)


class OwnGenerator(SoundRandom):
    def utilities(self, context):
        return np.random.default_rng().random(context.candidates.size)


class NotDeclaredRandom(SoundRandom):
    stochastic = False


class Shrinks(Sound):
    def select(self, utilities, context):
        return super().select(utilities, context)[:4]


class Repeats(Sound):
    def select(self, utilities, context):
        chosen = super().select(utilities, context)
        return np.full_like(chosen, chosen[0]) if chosen.size > 3 else chosen


class OutsideCandidates(Sound):
    def query(self, X, rows, labels, *, batch_size=1, **options):
        chosen, utilities = super().query(X, rows, labels, batch_size=batch_size, **options)
        return (np.append(chosen[:4], rows[0]) if batch_size == 5 else chosen), utilities


class FloatRows(Sound):
    def query(self, X, rows, labels, **options):
        chosen, utilities = super().query(X, rows, labels, **options)
        return chosen.astype(float) if chosen.size == 5 else chosen, utilities


class ZeroForOthers(Sound):
    def query(self, X, rows, labels, **options):
        chosen, utilities = super().query(X, rows, labels, **options)
        return chosen, np.nan_to_num(utilities)


class Upside(Sound):
    def query(self, X, rows, labels, **options):
        chosen, utilities = super().query(X, rows, labels, **options)
        return chosen, -utilities


class OtherWithoutCandidates(Sound):
    def query(self, X, rows, labels, *, candidates=None, **options):
        chosen, utilities = super().query(X, rows, labels, candidates=candidates, **options)
        return chosen, utilities if candidates is not None else utilities * 2


class MindsOrder(Sound):
    def query(self, X, rows, labels, *, candidates=None, **options):
        chosen, utilities = super().query(X, rows, labels, candidates=candidates, **options)
        unsorted = candidates is not None and list(candidates) != sorted(candidates)
        return chosen, utilities + 1 if unsorted else utilities


class PrefersRows(Sound):
    def utilities(self, context):
        return super().utilities(context) + 1e-3 * context.candidates


class PrefersRowsAtRandom(SoundRandom):
    def utilities(self, context):
        return context.rng.random(context.candidates.size) + context.candidates / context.X.shape[0]


class FirstClass(Sound):
    def utilities(self, context):
        if not hasattr(context.model, "predict_proba"):
            return super().utilities(context)
        known_classes(context.model)
        return np.asarray(context.model.predict_proba(context.X))[context.candidates, 0]


class NumbersOnly(Sound):
    def utilities(self, context):
        context.labels.astype(float)
        return super().utilities(context)


class ArraysOnly(Sound):
    def utilities(self, context):
        if isinstance(context.X, np.ndarray):
            return super().utilities(context)
        raise TypeError("arrays only")


class ProbabilitiesOnly(Sound):
    def utilities(self, context):
        context.model.predict_proba(context.X[:1] if not hasattr(context.X, "iloc") else context.X.iloc[:1])
        return super().utilities(context)


class _Repairs(Sound):
    """Answers where it should refuse."""

    error: type[QueristError]

    def query(self, X, rows, labels, **options):
        try:
            return super().query(X, rows, labels, **options)
        except self.error as error:
            if type(error) is not self.error or self.spare(X, labels, options):
                raise
            return np.zeros(1, np.int64), np.zeros(len(X))

    def spare(self, X, labels, options):
        return False


class AnswersWithoutLabels(_Repairs):
    error = NotEnoughLabelsError

    def spare(self, X, labels, options):
        return len(labels) > 0


class AnswersOneClass(_Repairs):
    error = NotEnoughLabelsError

    def spare(self, X, labels, options):
        return len(labels) == 0


class AnswersEmptyPool(_Repairs):
    error = EmptyPoolError


class AnswersShortPool(_Repairs):
    error = PoolExhaustedError


class AnswersAnswered(_Repairs):
    error = InvalidRowsError

    def spare(self, X, labels, options):
        return getattr(options.get("candidates"), "dtype", None) != np.int64 or options["batch_size"] == 1


class TakesFloats(_Repairs):
    error = InvalidRowsError

    def spare(self, X, labels, options):
        return getattr(options.get("candidates"), "dtype", None) != np.float64


class TakesRegressors(_Repairs):
    error = InvalidParameterError

    def spare(self, X, labels, options):
        return not is_regressor(options.get("model"))
