"""Strategies of small-text."""

import warnings
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import scipy.sparse
from small_text import SklearnDataset

from querist._typing import AnyArray, FloatArray, IntArray
from querist.adapters.foreign import Answer, ForeignStrategy, Shown, as_arguments, numpy_seeded, seed_of, shown
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext

_UNLABELLED = -1


class TextStrategy(Protocol):
    """What is asked of a strategy: small-text's `QueryStrategy`."""

    def query(self, clf: Any, dataset: Any, indices_unlabeled: Any, indices_labeled: Any, y: Any, /) -> Any:
        """Return row numbers."""


class SmallTextStrategy(ForeignStrategy):
    """A strategy of small-text, for one label a row.

    Parameters
    ----------
    strategy : QueryStrategy
        Such as ``small_text.BreakingTies()``.
    arguments : dict, default=None
        Further arguments of its `query`.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.

    Notes
    -----
    It is shown the whole pool as numbers (a ``SklearnDataset``), labels as 0 to n_classes - 1 in the model's order, and
    as `clf` the session's fitted model; the features are the embeddings, dense. Where the model is a fitted
    ``Pipeline``, it is shown what the last step sees. It draws from NumPy's global generator, which is seeded for it
    and put back.

    small-text returns the rows of a batch in no order and without utilities: those chosen have utilities of 1 to
    `batch_size`, all others 0. Cost: its own.

    Examples
    --------
    >>> import querist
    >>> from small_text import BreakingTies
    >>> from querist.adapters import SmallTextStrategy
    >>> X = [[float(row)] for row in range(20)]
    >>> session = querist.Session(X, strategy=SmallTextStrategy(BreakingTies()), random_state=0)
    >>> session.tell([0, 19], ["low", "high"])
    >>> sorted(session.ask(2).tolist())
    [9, 10]
    """

    library = "small-text"

    def __init__(
        self,
        strategy: TextStrategy,
        *,
        arguments: Mapping[str, object] | None = None,
        candidates: CandidateFilter | None = None,
    ) -> None:
        self.strategy = strategy
        self.arguments = arguments
        self.candidates = candidates

    def answer(self, context: QueryContext) -> Answer:
        """See `ForeignStrategy.answer`."""
        seen = shown(context)
        targets = np.full(seen.matrix.shape[0], _UNLABELLED)
        targets[context.rows] = seen.codes
        sparse = scipy.sparse.issparse(seen.matrix)
        matrix = scipy.sparse.csr_matrix(seen.matrix) if sparse else seen.matrix
        with warnings.catch_warnings():
            # It warns of a function of its own that it calls itself.
            warnings.simplefilter("ignore", DeprecationWarning)
            dataset = SklearnDataset(matrix, targets, target_labels=np.arange(seen.classes.size))
        with numpy_seeded(seed_of(context)):
            rows = self.strategy.query(
                FittedModel(seen), dataset, context.candidates, context.rows, seen.codes,
                n=context.batch_size, **as_arguments(self.arguments),
            )  # type: ignore[call-arg]  # fmt: skip
        return Answer(rows)


class FittedModel:
    """A fitted classifier as small-text wants one."""

    def __init__(self, seen: Shown) -> None:
        self.model: Any = seen.model
        self.num_classes = int(seen.classes.size)

    def predict_proba(self, dataset: Any) -> FloatArray:
        """Return probabilities, shape (n_rows, n_classes)."""
        found: FloatArray = self.model.predict_proba(dataset.x)
        return found

    def predict(self, dataset: Any, return_proba: bool = False) -> IntArray | tuple[IntArray, FloatArray]:
        """Return the code of the likeliest class of each row, and probabilities if told to."""
        found = self.predict_proba(dataset)
        codes: IntArray = found.argmax(axis=1)
        return (codes, found) if return_proba else codes

    def embed(
        self, dataset: Any, return_proba: bool = False, pbar: str | None = None
    ) -> AnyArray | tuple[AnyArray, FloatArray]:
        """Return the features as embeddings, dense, and probabilities if told to."""
        features = dataset.x.toarray() if scipy.sparse.issparse(dataset.x) else np.asarray(dataset.x)
        return (features, self.predict_proba(dataset)) if return_proba else features
