"""`Session`: the loop of active learning as ask and tell."""

import os
from typing import Any, Self

import numpy as np

from querist import _random
from querist._typing import AnyArray, IntArray, Label, Model, Pool, RandomState
from querist._validation import as_labels, as_pool, as_rows, check_number, check_positive_int, n_rows, take_rows
from querist.base.query import decide, prepare
from querist.base.scoring import needs_probabilities
from querist.base.strategy import QueryStrategy
from querist.exceptions import (
    EmptyPoolError,
    InvalidParameterError,
    PoolExhaustedError,
)
from querist.learners.refit import Refitter
from querist.session import saving
from querist.session.auditing import AuditedSession
from querist.session.events import (
    Answered,
    Asked,
    Changed,
    ClassesAdded,
    Event,
    Flagged,
    Released,
    RowsAdded,
    Skipped,
    Undone,
    with_chances,
)
from querist.session.finite import is_finite
from querist.session.parts import resolve_estimator, resolve_strategy
from querist.session.state import ANSWERED, FREE, OUTSTANDING, SKIPPED, State
from querist.session.trained import Trained, aligned_probabilities, warn_of_mismatch
from querist.session.view import SessionView

_UNDOABLE = (Answered, Changed, Skipped, Released, Flagged)


class Session(SessionView, AuditedSession):
    """Ask about the rows that matter, tell the answers, repeat.

    Nothing happens behind the caller's back: `ask` proposes rows and marks them as
    asked, `tell` only records, and a model is fitted when one is needed and answers
    are new. Every step is an entry in an append-only log, from which the session can
    be replayed, resumed and audited.

    Parameters
    ----------
    X : array, CSR matrix, data frame or list of shape (n_rows, n_features)
        The pool. It is never copied (array rows that have been answered sit once more
        in one growing buffer); do not change it. Row numbers never shift.
    estimator : str or classifier, default="logistic_regression"
        A registered name (``"svc:C=10"`` sets parameters) or any classifier or
        ``Pipeline`` with the scikit-learn contract. It is cloned, never fitted itself.
    strategy : str or QueryStrategy, default="margin"
        A registered name (``"margin:selection=power"``) or an object.
    classes : sequence of labels, default=None
        All classes, if known. Other labels are then refused until `add_classes`.
        If None, classes are learned in the order of their first answers.
    cold_start : str or QueryStrategy, default="random"
        What asks until two classes have answers; it must not need a model.
    query_estimator : str or classifier, default=None
        Another classifier to do the asking, for example a fast one on behalf of a slow
        one. Uncertainty of another model than the trained one often loses to random
        rows, so this warns.
    warm_start : bool, default=False
        Start each fit from the last solution. Only for classifiers whose solution does
        not depend on the start (logistic regression); others are refused.
    audit : float, default=0.0
        Share of the questions, in [0, 1], that follow a random order instead of the strategy; fractions are
        carried over from batch to batch. Their answers train the model like all others, and are what
        `accuracy`, `estimates` and `running_accuracy` rest on. 0.2 is a good share.
    random_state : int or None, default=None
        Seed of everything random. None draws one; it is saved with the session.

    Raises
    ------
    InvalidParameterError, UnknownNameError
        If a parameter has a value that cannot be used.

    Warns
    -----
    ModelMismatchWarning
        If `query_estimator` is of another class than `estimator`.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, truth = load_digits(return_X_y=True)
    >>> session = Session(X, estimator="extra_trees", strategy="margin", random_state=0)
    >>> for _ in range(10):
    ...     rows = session.ask(10)
    ...     session.tell(rows, truth[rows])
    >>> len(session.labelled)
    100
    >>> bool((session.predict() == truth).mean() > 0.85)
    True
    """

    def __init__(
        self,
        X: Pool,
        *,
        estimator: str | Model = "logistic_regression",
        strategy: str | QueryStrategy = "margin",
        classes: Any = None,
        cold_start: str | QueryStrategy = "random",
        query_estimator: str | Model | None = None,
        warm_start: bool = False,
        audit: float = 0.0,
        random_state: int | None = None,
    ) -> None:
        self._audit = check_number(audit, "audit", low=0, high=1)
        self._X = as_pool(X)
        self._seed = _seed_of(random_state)
        # As given, for the file; resolved below.
        self._parts = {
            "estimator": estimator,
            "strategy": strategy,
            "cold_start": cold_start,
            "query_estimator": query_estimator,
        }
        self._strategy = resolve_strategy(strategy)
        self._cold_start = resolve_strategy(cold_start)
        self._names = (repr(self._strategy), repr(self._cold_start))
        if self._cold_start.needs_model:
            raise InvalidParameterError(
                f"cold_start={cold_start!r} needs a model, and there is none at the start. Use random or k_center."
            )
        trained = resolve_estimator(estimator)
        self._trained = Trained(Refitter(trained, seed=self._seed, warm_start=warm_start))
        self._asking = self._trained
        if query_estimator is not None:
            asking = resolve_estimator(query_estimator)
            self._asking = Trained(Refitter(asking, seed=self._seed))
            warn_of_mismatch(asking, {type(trained).__name__: trained}, stacklevel=2)
        self._finite: bool | None = None
        # Counts changes of the answers; a model is fresh if it was fitted at the same count.
        self._version = 0
        self._log: list[Event] = []
        self._state = State(self._X)
        self._record(RowsAdded(0, n_rows(self._X)))
        if classes is not None:
            self.add_classes(classes)

    # ------------------------------------------------------------------ ask and tell

    def ask(self, batch_size: int = 1) -> IntArray:
        """Return the rows to label next and mark them as asked.

        Rows asked before and not yet answered are not asked again; several batches
        may be out at once. See `release`.

        Parameters
        ----------
        batch_size : int, default=1

        Returns
        -------
        ndarray of shape (batch_size,), int64
            Row numbers, the most useful first.

        Raises
        ------
        EmptyPoolError, PoolExhaustedError
            If no row, or fewer than `batch_size`, is left.
        Exception
            Whatever the classifier raises when it is fitted.
        """
        check_positive_int(batch_size, "batch_size")
        candidates = self._state.rows_with(FREE)
        if candidates.size < batch_size:
            raise self._exhausted(candidates.size, batch_size)
        drawn = self._draw(self._state.status == FREE, batch_size)
        chosen, asked = drawn[:0], []
        if drawn.size:
            asked.append(self._audit_draw(drawn, candidates.size))
        if drawn.size < batch_size:
            # The strategy sees neither the numbers of the rows nor which of them were drawn.
            left = candidates[~np.isin(candidates, drawn)] if drawn.size else candidates
            asked.append(self._choice(left, batch_size - drawn.size))
            chosen = asked[-1]["rows"]
        number = self._state.n_asks
        for fields in asked:
            self._record(Asked(len(self._log), round=number, n_labelled=len(self._state.answers), **fields))
        return np.concatenate([chosen, drawn])

    def _choice(self, candidates: IntArray, batch_size: int) -> dict[str, Any]:
        """Let the strategy choose rows; return what the log says of them."""
        strategy = self._strategy
        if strategy.needs_model and self._state.n_classes_answered < 2:
            strategy = self._cold_start
        context = prepare(
            strategy,
            self._X,
            self._state.answers.rows,
            self._state.answers.labels,
            model=self._model_for(strategy),
            candidates=candidates,
            batch_size=batch_size,
            rng=_random.derive_generator(self._seed, "ask", self._state.n_asks),
        )
        with self._asking.refitter.settings(finite=self._is_finite()):
            positions, utilities = decide(strategy, context)
        return {
            "rows": context.candidates[positions],
            "strategy": self._names[0 if strategy is self._strategy else 1],
            "utilities": utilities[positions],
            **with_chances(strategy.chances(utilities, positions)),
        }

    def tell(self, rows: Any, labels: Any) -> None:
        """Record answers, of any rows without one, in any order; asked or not.

        Parameters
        ----------
        rows : int or array-like of shape (n,)
            Row numbers.
        labels : label or array-like of shape (n,)
            str, int, bool or float, of one type throughout the session.

        Raises
        ------
        InvalidRowsError
            If a row does not exist, stands twice or already has an answer.
        InvalidParameterError
            If a label is missing, of another type, or not among the declared classes.
            Nothing is recorded then.
        """
        rows, labels = self._rows_and_labels(rows, labels)
        if not rows.size:
            return
        self._state.require(
            rows, (FREE, OUTSTANDING, SKIPPED), "answer", "Use change(rows, labels) to replace an answer."
        )
        self._state.check_labels(labels)
        self._record(Answered(len(self._log), rows, labels))
        self._version += 1

    def change(self, rows: Any, labels: Any) -> None:
        """Replace answers; the rows keep their places among the labelled.

        Parameters
        ----------
        rows : int or array-like of shape (n,)
        labels : label or array-like of shape (n,)

        Raises
        ------
        InvalidRowsError
            If a row has no answer yet.
        InvalidParameterError
            As in `tell`.
        """
        rows, labels = self._rows_and_labels(rows, labels)
        if not rows.size:
            return
        self._state.require(rows, (ANSWERED,), "change the answer of", "Use tell(rows, labels).")
        self._state.check_labels(labels)
        self._record(Changed(len(self._log), rows, labels))
        self._version += 1

    def skip(self, rows: Any) -> None:
        """Record that nobody can tell; the rows are not asked again, but may still be told.

        Raises
        ------
        InvalidRowsError
            If a row has an answer, or was skipped before.
        """
        rows = as_rows(rows, self.n_rows)
        self._state.require(rows, (FREE, OUTSTANDING), "skip", "Use undo() to take an answer back.")
        self._record_rows(Skipped, rows)

    def release(self, rows: Any = None) -> None:
        """Put asked rows back into the pool, because nobody will answer them.

        Parameters
        ----------
        rows : int or array-like, default=None
            None releases every outstanding row.

        Raises
        ------
        InvalidRowsError
            If a row is not outstanding.
        """
        rows = self.outstanding if rows is None else as_rows(rows, self.n_rows)
        self._state.require(rows, (OUTSTANDING,), "release", "Only rows that ask() returned can be released.")
        self._record_rows(Released, rows)

    def flag(self, rows: Any, note: str = "") -> None:
        """Mark rows for a second look; `history` shows the note."""
        rows = as_rows(rows, self.n_rows)
        if rows.size:
            self._record(Flagged(len(self._log), rows, str(note)))

    def undo(self, steps: int = 1) -> tuple[Event, ...]:
        """Take back the last steps: answers, changes, skips, releases, flags; not asks.

        Classes stay, since their order is append-only.

        Parameters
        ----------
        steps : int, default=1

        Returns
        -------
        tuple of Event
            What was taken back, the latest first.

        Raises
        ------
        InvalidParameterError
            If there are fewer steps; nothing is taken back then.
        """
        check_positive_int(steps, "steps")
        gone = {event.target for event in self._log if isinstance(event, Undone)}
        doable = [event for event in self._log if isinstance(event, _UNDOABLE) and event.number not in gone]
        if len(doable) < steps:
            raise InvalidParameterError(f"Cannot undo {steps} steps: there are {len(doable)}.")
        taken = doable[: -steps - 1 : -1]
        for event in taken:
            self._log.append(Undone(len(self._log), event.number))
        self._rebuild()
        return tuple(taken)

    def add_classes(self, classes: Any) -> None:
        """Declare classes, or more of them. From then on other labels are refused.

        Raises
        ------
        InvalidParameterError
            If a class stands twice, is declared already, or is of another type.
        """
        items = list(classes) if not isinstance(classes, str | bytes) else [classes]
        labels = as_labels(items, len(items))
        fresh: list[Label] = labels.tolist()
        if not fresh or len({type(label) for label in fresh}) > 1 or len(set(fresh)) < len(fresh):
            raise InvalidParameterError(f"classes must be distinct labels of one type, got {items!r}.")
        known = self._state.classes
        if known and type(fresh[0]) is not type(known[0]):
            raise InvalidParameterError(f"classes must be of one type; there are {known!r} already, got {items!r}.")
        if self._state.declared and set(fresh) & set(known):
            raise InvalidParameterError(f"Class {sorted(set(fresh) & set(known), key=str)[0]!r} is there already.")
        self._record(ClassesAdded(len(self._log), tuple(fresh)))

    def extend(self, X: Pool) -> None:
        """Add rows at the end of the pool.

        Parameters
        ----------
        X : pool
            The whole new pool; its first rows must be the rows of the old one, in order.

        Raises
        ------
        InvalidParameterError
            If it is not longer, or its first rows differ.
        """
        from querist.data.hashing import pool_hash

        X = as_pool(X)
        added = n_rows(X) - self.n_rows
        if added <= 0 or pool_hash(take_rows(X, slice(0, self.n_rows))) != pool_hash(self._X):
            raise InvalidParameterError(
                f"extend takes the whole new pool: the {self.n_rows} old rows first, unchanged, then the new ones."
            )
        self._X, self._finite = X, None
        self._log.append(RowsAdded(len(self._log), added))
        self._rebuild()

    # ------------------------------------------------------------------ the model

    def fit(self) -> Model:
        """Fit the classifier if answers are new, and return it.

        Raises
        ------
        NotEnoughLabelsError
            If fewer than two classes have answers.
        Exception
            Whatever the classifier raises; it never turns into a guess.
        """
        return self._trained.fresh(self._state, self._version, finite=self._is_finite())

    @property
    def model(self) -> Model:
        """The last fitted classifier; it may be older than the last answers (`fit` refreshes it).

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If none was fitted yet.
        """
        if self._trained.model is None:
            from sklearn.exceptions import NotFittedError

            raise NotFittedError("No model yet: tell answers of at least two classes, then call fit().")
        return self._trained.model

    def predict(self, X: Pool = None) -> AnyArray:
        """Return the likeliest class of each row of `X` (default: of the pool), after `fit`."""
        model = self.fit()
        X, finite = self._rows_to_predict(X)
        with self._trained.refitter.settings(finite=finite):
            predicted: AnyArray = np.asarray(model.predict(X))
        return predicted

    def _predict_rows(self, rows: IntArray) -> AnyArray:
        model = self.fit()
        with self._trained.refitter.settings(finite=self._is_finite()):
            predicted: AnyArray = np.asarray(model.predict(take_rows(self._X, rows)))
        return predicted

    def predict_proba(self, X: Pool = None) -> AnyArray:
        """Return class probabilities of `X` (default: of the pool), after `fit`.

        Returns
        -------
        ndarray of shape (n_rows, n_classes)
            Columns follow `classes`; a class without answers has probability 0.

        Raises
        ------
        UnsupportedModelError
            If the classifier has no ``predict_proba``.
        """
        model = self.fit()
        if not hasattr(model, "predict_proba"):
            raise needs_probabilities(model, "Session.predict_proba")
        X, finite = self._rows_to_predict(X)
        with self._trained.refitter.settings(finite=finite):
            return aligned_probabilities(model, X, self._state.classes)

    # ------------------------------------------------------------------ keeping it

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the whole state to one JSON file, atomically and without pickle.

        The pool itself is not saved, only its hash; models are refitted.

        Raises
        ------
        OSError
            If the file cannot be written; an older one is left as it was.
        """
        saving.save(
            path,
            X=self._X,
            seed=self._seed,
            warm_start=self._trained.refitter.warm_start,
            audit=self._audit,
            parts=self._parts,
            events=self._log,
        )

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        X: Pool,
        *,
        estimator: str | Model | None = None,
        strategy: str | QueryStrategy | None = None,
        cold_start: str | QueryStrategy | None = None,
        query_estimator: str | Model | None = None,
    ) -> Self:
        """Return the session that `save` wrote; with cold fits it asks what the old one would have asked.

        Parameters
        ----------
        path : path
        X : pool
            The same rows; compared by hash.
        estimator, strategy, cold_start, query_estimator : default=None
            Needed where the session was made with an object that has no registered
            name; checked against the class and parameters in the file.

        Raises
        ------
        SessionFileError
            If the file is damaged, the pool is another, or a part is missing or differs.
        """
        given = {
            "estimator": estimator,
            "strategy": strategy,
            "cold_start": cold_start,
            "query_estimator": query_estimator,
        }
        saved = saving.load(path, X, given)
        session = cls(X, warm_start=saved.warm_start, audit=saved.audit, random_state=saved.seed, **saved.parts)
        session._log = list(saved.events)
        session._rebuild()
        return session

    # ------------------------------------------------------------------ inside

    def _record(self, event: Event) -> None:
        self._state.apply(event)
        self._log.append(event)

    def _record_rows(self, kind: type[Skipped] | type[Released], rows: IntArray) -> None:
        if rows.size:
            self._record(kind(len(self._log), rows))

    def _rebuild(self) -> None:
        self._state = State(self._X)
        self._state.replay(self._log)
        self._version += 1

    def _rows_and_labels(self, rows: Any, labels: Any) -> tuple[IntArray, AnyArray]:
        # Copies: the log must not change when the caller's arrays do.
        rows = as_rows(rows, self.n_rows).copy()
        return rows, as_labels(labels, rows.size).copy()

    def _model_for(self, strategy: QueryStrategy) -> Model:
        # Distances are measured behind the preprocessing steps of a pipeline, once one can be fitted.
        preprocesses = strategy.measures_distances and hasattr(self._asking.refitter.estimator, "steps")
        if strategy.needs_model or (preprocesses and self._state.n_classes_answered >= 2):
            return self._asking.fresh(self._state, self._version, finite=self._is_finite())
        return None

    def _is_finite(self) -> bool:
        if self._finite is None:
            self._finite = is_finite(self._X)
        return self._finite

    def _rows_to_predict(self, X: Pool) -> tuple[Pool, bool]:
        return (self._X, self._is_finite()) if X is None else (as_pool(X), False)

    def _exhausted(self, left: int, batch_size: int) -> PoolExhaustedError:
        counts: dict[str, int] = {
            "answered": len(self._state.answers),
            "asked and not answered": self.outstanding.size,
            "skipped": self.skipped.size,
        }
        told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        hint = " release() puts asked rows back." if counts["asked and not answered"] else ""
        if left == 0:
            return EmptyPoolError(f"No row is left to ask: of {self.n_rows} rows, {told}.{hint}")
        return PoolExhaustedError(
            f"batch_size is {batch_size}, but {left} rows are left to ask: of {self.n_rows} rows, {told}.{hint}"
        )


def _seed_of(random_state: RandomState) -> int:
    if random_state is None:
        return _random.fresh_seed()
    if isinstance(random_state, bool) or not isinstance(random_state, int | np.integer) or random_state < 0:
        raise InvalidParameterError(
            f"random_state must be an int of at least 0 or None, got {random_state!r}. "
            "(A generator could not be saved with the session.)"
        )
    return int(random_state)
