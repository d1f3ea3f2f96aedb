"""What strategies of all other libraries have in common: they are shown a matrix, and answer with rows."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from querist._typing import AnyArray, FloatArray, IntArray, Model
from querist.base.adapted import adapted, original
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.scoring import candidate_probabilities, known_classes
from querist.base.selection import Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.exceptions import QueristError, UnsupportedModelError

_SEEDS = 2**31 - 1


class Answer(NamedTuple):
    """What another library's strategy has chosen.

    Attributes
    ----------
    rows : ndarray of shape (batch_size,)
        Row numbers, the first to be asked first.
    utilities : ndarray of shape (n_candidates,) or None
        Larger = ask sooner; None where the library does not say.
    """

    rows: IntArray
    utilities: FloatArray | None = None


class ForeignStrategy(QueryStrategy):
    """Base of the adapters around other libraries' strategies; a subclass says how the question is put.

    Batch and ties are the library's own, so there is no `selection`.
    """

    with_costs: ClassVar[WithCosts] = "refused"
    stochastic: ClassVar[bool] = True
    # The library's name, for messages.
    library: ClassVar[str] = ""

    selection: Selection | None = None
    candidates: CandidateFilter | None = None
    ties: Ties = "random"

    @property
    def measures_distances(self) -> bool:
        """They may: nobody can tell."""
        return True

    @abstractmethod
    def answer(self, context: QueryContext) -> Answer:
        """Put the question of a context to the strategy."""

    def __repr__(self) -> str:
        # The log tells it, so it must be the same tomorrow; many of these objects show an address.
        parts = ", ".join(f"{name}={_told(value)}" for name, value in self.get_params(deep=False).items())
        return f"{type(self).__name__}({parts})"

    def utilities(self, context: QueryContext) -> FloatArray:
        """See `QueryStrategy.utilities`."""
        try:
            answer = self.answer(context)
        except TypeError as error:
            if not context.space.is_sparse:
                raise
            raise UnsupportedModelError(
                f"The strategy of {self.library} does not take sparse rows: {error} Pass the pool as an array."
            ) from error
        positions = _positions(answer.rows, context, self.library)
        context.scratch["positions"] = positions
        if answer.utilities is None:
            found = np.zeros(context.candidates.size)
            found[positions] = np.arange(positions.size, 0, -1)
            return found
        # Some rule rows out by -inf or NaN: they are the last.
        known = np.isfinite(answer.utilities)
        least = answer.utilities[known].min(initial=np.inf)
        return np.where(known, answer.utilities, least - 1.0 if known.any() else 0.0)

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        """See `QueryStrategy.select`."""
        positions: IntArray = context.scratch["positions"]
        return positions


def _told(part: object) -> str:
    """Return what a part is in words that are the same for equal ones."""
    if callable(part) and hasattr(part, "__qualname__"):
        return f"{part.__module__}.{part.__qualname__}"
    if type(part).__repr__ is not object.__repr__:
        return repr(part)
    settings = {name: value for name, value in vars(part).items() if not name.endswith("_")}
    return f"{type(part).__name__}({', '.join(f'{name}={_told(value)}' for name, value in settings.items())})"


def _positions(rows: IntArray, context: QueryContext, library: str) -> IntArray:
    """Return where among the candidates the chosen rows stand; refuse what is no batch of them."""
    rows = np.asarray(rows).reshape(-1)
    wanted = context.batch_size
    n_different = np.unique(rows).size
    if rows.size != wanted or n_different != wanted or not np.isin(rows, context.candidates).all():
        raise QueristError(
            f"The strategy of {library} was asked for {wanted} of {context.candidates.size} rows and returned "
            f"{n_different} different ones, {rows.tolist()[:10]} first. It must return as many as it is asked for, of "
            "those that it may take."
        )
    return np.searchsorted(context.candidates, rows).astype(np.int64)


class Shown(NamedTuple):
    """What another library is shown.

    Attributes
    ----------
    matrix : ndarray or CSR matrix of shape (n_rows, n_dimensions)
        The pool; after all steps but the last where the model is a fitted pipeline.
    model : OnMatrix or None
        What answers for rows of that matrix.
    classes : ndarray of shape (n_classes,)
        Columns of probabilities follow them.
    codes : ndarray of shape (n_labelled,)
        Which class each answer is.
    """

    matrix: Any
    model: "OnMatrix | None"
    classes: AnyArray
    codes: IntArray


def shown(context: QueryContext) -> Shown:
    """Return the pool, the model and the answers of a context as numbers."""
    model = context.model
    inner = original(model)
    if isinstance(inner, Pipeline) and is_classifier(inner):
        model = adapted(inner[-1], context.labels)
    # A frame without steps before the classifier: it knows the columns by name, and the matrix has none.
    names = None if model is None or context.space.matrix is context.X else getattr(model, "feature_names_in_", None)
    classes = np.unique(context.labels) if model is None else known_classes(model)
    places = {label: place for place, label in enumerate(classes.tolist())}
    codes = np.array([places[label] for label in context.labels.tolist()], np.int64)
    return Shown(context.space.matrix, None if model is None else OnMatrix(model, names), classes, codes)


class OnMatrix:
    """A fitted classifier, asked about rows of a matrix, block by block.

    Parameters
    ----------
    model : classifier
    names : ndarray of str, default=None
        Of the columns, where it was fitted on a data frame.
    """

    def __init__(self, model: Model, names: AnyArray | None = None) -> None:
        self.model = model
        self.names = names

    @property
    def classes_(self) -> AnyArray:
        """The classes, as they were told."""
        return known_classes(self.model)

    def fit(self, X: Any, y: Any, **kwargs: Any) -> "OnMatrix":
        """Refuse: the session trains the model."""
        raise UnsupportedModelError(
            "The session trains its model, and this strategy wants to train it as well. Use one that does not."
        )

    def predict(self, X: Any, **kwargs: Any) -> AnyArray:
        """Return the likeliest class of each row."""
        return np.asarray(self.model.predict(self._rows(X)))

    def predict_proba(self, X: Any, **kwargs: Any) -> FloatArray:
        """Return probabilities, shape (n_rows, n_classes)."""
        rows = self._rows(X)
        return candidate_probabilities(self.model, rows, np.arange(rows.shape[0]))

    def _rows(self, X: Any) -> Any:
        if self.names is None:
            return X
        import pandas as pd

        return pd.DataFrame(X, columns=self.names)


def seed_of(context: QueryContext) -> int:
    """Return a seed for what the library draws."""
    return int(context.rng.integers(_SEEDS))


@contextmanager
def numpy_seeded(seed: int) -> Iterator[None]:
    """Seed NumPy's global generator, from which the library draws, and leave it as it was."""
    before = np.random.get_state()  # noqa: NPY002  # the library has no other
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


def as_arguments(arguments: Mapping[str, object] | None) -> dict[str, Any]:
    """Return further arguments of a call."""
    return dict(arguments or {})
