"""`Session`: the loop of active learning as ask and tell."""

from collections.abc import Iterable
from typing import Any

from numpy.typing import ArrayLike

from querist._amounts import as_amounts, as_targets
from querist._labels import as_labels
from querist._pool import as_pool
from querist._typing import AnyArray, Classifier, FloatArray, IntArray, Label, PoolLike, Regressor
from querist._validation import as_rows, check_positive_int
from querist.audit.assessment import Assessment
from querist.audit.estimate import Estimate
from querist.audit.promise import CONFIDENCE, MOST_LABELS
from querist.base.adapted import original
from querist.base.strategy import QueryStrategy
from querist.exceptions import InvalidParameterError
from querist.registry.goals import goal_of
from querist.session.costs import row_costs
from querist.session.events import (
    Answered,
    Changed,
    ClassesAdded,
    Event,
    Flagged,
    LabelledRows,
    Released,
    Skipped,
)
from querist.session.numbers_only import only_for_classes
from querist.session.outside import OutsideModel, check_alone, extended, outside_model
from querist.session.parts import parts_for
from querist.session.promises import AutoLabel, Certificate
from querist.session.sampled import Sampled
from querist.session.state import ANSWERED, FREE, OUTSTANDING, SKIPPED
from querist.stopping.advice import Advice


class Session(Sampled):
    """Ask about the rows that matter, tell the answers, repeat.

    Nothing happens behind the caller's back: `ask` proposes rows and marks them as
    asked, `tell` only records, and a model is fitted when one is needed and answers
    are new. Every step is an entry in an append-only log, from which the session can
    be replayed, resumed and audited.

    Parameters
    ----------
    X : array, CSR matrix, data frame or list of shape (n_rows, n_features)
        The pool, or one text a row. Frames of polars and tables of Arrow become pandas frames of the same names;
        arrays and data frames of Dask stay in their partitions, and questions travel there (docs/scale.md); all
        others are never copied (array rows that have been answered sit once more
        in one growing buffer); do not change it. Row numbers never shift.
    estimator : str, classifier or regressor, default=None
        A registered name (``"svc:C=10"`` sets parameters) or any classifier or
        ``Pipeline`` with the scikit-learn contract. It is cloned, never fitted itself.
        None: that of the goal; without a goal ``"logistic_regression"``.
        With a regressor (``"random_forest_regressor"``) answers are numbers: see the notes.
    strategy : str or QueryStrategy, default=None
        A registered name (``"margin:selection=power"``) or an object. None: that of the goal; without a goal
        ``"margin"``, with a regressor ``"igs"``.
    classes : sequence of labels, default=None
        All classes, if known. Other labels are then refused until `add_classes`.
        If None, classes are learned in the order of their first answers.
    cold_start : str or QueryStrategy, default="random"
        What asks until two classes have answers, and enough of them for the classifier; it must not need a model.
    query_estimator : str or classifier, default=None
        Another classifier to do the asking, for example a fast one on behalf of a slow
        one. Uncertainty of another model than the trained one often loses to random
        rows, so this warns.
    warm_start : bool, default=False
        Start each fit from the last solution. Only for classifiers whose solution does
        not depend on the start (logistic regression); others are refused. That of the name
        ``logistic_regression`` does so anyway.
    audit : float or str, default=0.0
        Share of the questions, in [0, 1], that follow a random order instead of the strategy; fractions are
        carried over from batch to batch. Their answers are what `accuracy`, `estimates` and `running_accuracy` rest
        on. They train the model like all others, but the model that asks knows only a part of them: else no figure
        could be trusted (`querist.audit.reserve`). 0.2 is a good share. ``"measure"`` (a fifth; or
        ``"measure:share=0.1"``) lets every answer teach the model that asks; the figures are approximate then.
    random_state : int or None, default=None
        Seed of everything random. None draws one; it is saved with the session.
    probabilities : array or data frame of shape (n_rows, n_classes), default=None
        The model, where it is not to be trained here: what another program (a language model, say) gives each class
        in each row. Columns follow `classes`, or are named after the classes; rows add up to 1. Strategies ask by
        them from the first question on, `predict` and `predict_proba` answer with them for rows of the pool, `fit`
        changes nothing, and figures and promises are about them. `estimator` is then left out.
    costs : array-like of shape (n_rows,), default=None
        What the label of each row costs (minutes, money, words to read), above 0. The strategy then asks for the most
        utility per cost: its utilities are divided by the costs. Random rows, the cold start, the audit and promises
        are drawn whatever they cost, so that they go on to stand for the pool. `cost` says what was spent.
    goal : str, default=None
        ``"screening"``: find all rows of one of two classes, the most relevant first, with the model of ASReview's
        ELAS u4. `classes` must name both. Names such as included and excluded, yes and no, 1 and 0 say which is looked
        for; of others ``"screening:relevant=spam"`` does. See `screening`.
    tolerance : float, default=None
        Only with a regressor: how far from the answer a prediction may be to count as right, above 0, in the unit of
        the answers. `accuracy`, `running_accuracy`, `accuracy_of` and `certify` then speak of the share within it.

    Raises
    ------
    InvalidParameterError, UnknownNameError
        If a parameter has a value that cannot be used.

    Warns
    -----
    ModelMismatchWarning
        If `query_estimator` is of another class than `estimator`.

    Notes
    -----
    With a regressor answers are any finite numbers, there are no classes, and `ask` goes by the model from two answers
    on. `predict` returns numbers; `estimates` has RMSE, MAE and R2. What is about classes (`predict_proba`,
    `add_classes`, `goal`, `advice`, `auto_label`) is refused.

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
        X: PoolLike,
        *,
        estimator: str | Classifier | Regressor | None = None,
        strategy: str | QueryStrategy | None = None,
        classes: Iterable[Label] | str | None = None,
        cold_start: str | QueryStrategy = "random",
        query_estimator: str | Classifier | Regressor | None = None,
        warm_start: bool = False,
        audit: float | str = 0.0,
        random_state: int | None = None,
        probabilities: PoolLike | None = None,
        costs: ArrayLike | None = None,
        goal: str | None = None,
        tolerance: float | None = None,
    ) -> None:
        pool = as_pool(X)
        if probabilities is not None:
            check_alone(estimator)
            estimator = outside_model(probabilities, pool, classes)
            classes = estimator.classes.tolist()
        aim = None
        if goal is not None:
            told = [] if classes is None else as_labels(classes, name="classes", if_missing="Leave it out.").tolist()
            aim, classes = goal_of(goal).among(told), told
        parts = parts_for(aim, estimator=estimator, strategy=strategy) | {
            "cold_start": cold_start, "query_estimator": query_estimator,
        }  # fmt: skip
        amounts = row_costs(costs, pool)
        self._assemble(
            pool, parts, goal=aim, costs=amounts, warm_start=warm_start, audit=audit, random_state=random_state,
            tolerance=tolerance,
        )  # fmt: skip
        self._asker.check_pool(self._journal.pool)
        if self.task == "regression" and aim is not None:
            raise only_for_classes(f"goal={goal!r}", "Leave it out.")
        if classes is not None:
            self.add_classes(classes)

    # ------------------------------------------------------------------ ask and tell

    def ask(self, batch_size: int = 1, *, at_random: bool = False) -> IntArray:
        """Return the rows to label next and mark them as asked.

        Rows asked before and not yet answered are not asked again; several batches
        may be out at once. See `release`.

        Parameters
        ----------
        batch_size : int, default=1
        at_random : bool, default=False
            Draw the whole batch at random from all rows that are left, in the audit's order, instead of asking the
            strategy. From such rows `screening` tells how many relevant ones are left.

        Returns
        -------
        ndarray of shape (batch_size,), int64
            Row numbers, the most useful first. With an audit their order is random: whoever labels them one after the
            other shall not know which were drawn (`reasons` tells).

        Raises
        ------
        EmptyPoolError, PoolExhaustedError
            If no row, or fewer than `batch_size`, is left.
        Exception
            Whatever the classifier raises when it is fitted; but see `waiting`.
        """
        check_positive_int(batch_size, "batch_size")
        return self._asker.ask(batch_size, at_random=at_random)

    def tell(self, rows: ArrayLike, labels: ArrayLike, *, sample_weight: ArrayLike | None = None) -> None:
        """Record answers, of any rows without one, in any order; asked or not.

        Parameters
        ----------
        rows : int or array-like of shape (n,)
            Row numbers.
        labels : label or array-like of shape (n,)
            str, int (of 64 bits), bool or whole float, of one type throughout the session, in a list, array, Series
            or column of any library. They come back from `labels` as they were told. A Series whose index names
            `rows` in another order, and a dict from row numbers to labels, are brought into the order of `rows`; the
            plain index 0, 1, 2 ... of a new Series names nothing.
        sample_weight : float or array-like of shape (n,), default=None
            What the answers weigh when classifiers are trained, above 0; None: 1 each. It reaches ``fit`` of the
            classifier (of a ``Pipeline``: of its last step), of the one that asks, and of a committee. Figures of
            the audit and promises go on to count rows, each once: the draws stand for the rows of the pool, and
            weights say how much a model shall mind an answer, not how many rows it stands for.

        Raises
        ------
        InvalidRowsError
            If a row does not exist, stands twice or already has an answer.
        InvalidParameterError
            If a label is missing, of another type, or not among the declared classes, or the labels belong to
            other rows or have no order (a set); or if a weight is not above 0, or a classifier that is to be trained
            takes no weights. Nothing is recorded then.
        """
        hint = "Use change(rows, labels) to replace an answer."
        self._record(Answered, rows, labels, sample_weight, (FREE, OUTSTANDING, SKIPPED), "answer", hint)

    def change(self, rows: ArrayLike, labels: ArrayLike, *, sample_weight: ArrayLike | None = None) -> None:
        """Replace answers; the rows keep their places among the labelled.

        Parameters
        ----------
        rows : int or array-like of shape (n,)
        labels : label or array-like of shape (n,)
        sample_weight : float or array-like of shape (n,), default=None
            None keeps the weights of the rows.

        Raises
        ------
        InvalidRowsError
            If a row has no answer yet.
        InvalidParameterError
            As in `tell`.
        """
        hint = "Use tell(rows, labels)."
        self._record(Changed, rows, labels, sample_weight, (ANSWERED,), "change the answer of", hint)

    def skip(self, rows: ArrayLike) -> None:
        """Record that nobody can tell; the rows are not asked again, but may still be told.

        Raises
        ------
        InvalidRowsError
            If a row has an answer, or was skipped before.
        """
        rows = as_rows(rows, self.n_rows)
        self._journal.state.require(rows, (FREE, OUTSTANDING), "skip", "Use undo() to take an answer back.")
        self._journal.record_rows(Skipped, rows)

    def release(self, rows: ArrayLike | None = None) -> None:
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
        self._journal.state.require(rows, (OUTSTANDING,), "release", "Only rows that ask() returned can be released.")
        self._journal.record_rows(Released, rows)

    def flag(self, rows: ArrayLike, note: str = "") -> None:
        """Mark rows for a second look; `history` shows the note."""
        rows = as_rows(rows, self.n_rows)
        if rows.size:
            self._journal.record(Flagged(self._journal.next_number, rows, str(note)))

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
        return self._journal.undo(steps)

    def add_classes(self, classes: Iterable[Label] | str) -> None:
        """Declare classes, or more of them. From then on other labels are refused.

        Raises
        ------
        InvalidParameterError
            If a class stands twice, is declared already, or is of another type.
        """
        if self.task == "regression":
            raise only_for_classes("add_classes", "Leave it out: any finite number is a possible answer.")
        fresh: list[Label] = as_labels(classes, name="classes", if_missing="Leave it out.").tolist()
        if self._goal is not None and self._journal.state.declared:
            raise InvalidParameterError(
                f"With the goal {self._goal.name} there are two classes, {self.classes!r}, and no more can be added. "
                "Begin a session without the goal."
            )
        self._journal.state.check_classes(fresh)
        self._journal.record(ClassesAdded(self._journal.next_number, tuple(fresh)))

    def extend(self, X: PoolLike, *, probabilities: PoolLike | None = None, costs: ArrayLike | None = None) -> None:
        """Add rows at the end of the pool.

        Parameters
        ----------
        X : pool
            The whole new pool; its first rows must be the rows of the old one, in order.
        probabilities : array or data frame of shape (n_rows, n_classes), default=None
            For a session that was made with some: of the whole new pool, those of the old rows unchanged.
        costs : array-like of shape (n_rows,), default=None
            For a session that was made with some: of the whole new pool.

        Raises
        ------
        InvalidParameterError
            If it is not longer, its first rows differ, or the new ones cannot be worked with.
        """
        pool = as_pool(X)
        longer = extended(self._trained, probabilities, pool)
        self._asker.check_pool(pool)
        self._journal.extend(pool, row_costs(costs, pool, had=self._journal.costs is not None))
        if longer is not None and isinstance(self._trained, OutsideModel):
            self._parts["estimator"] = longer
            self._trained.replace(longer)

    def fit(self, *, partial: bool = False) -> Classifier:
        """Fit the classifier if answers are new, and return it.

        Parameters
        ----------
        partial : bool, default=False
            While the classifier waits for more answers, return what `ask` goes on with: the classifier fitted to
            the classes that have enough of them.

        Raises
        ------
        NotEnoughLabelsError
            If fewer than two classes have answers, or the classifier takes more answers than there are (see `waiting`).
        Exception
            Whatever else the classifier raises; it never turns into a guess.
        """
        model = self._trained.usable() if partial else None
        fitted: Classifier = original(self._trained.fit() if model is None else model)
        return fitted

    def predict(self, X: PoolLike | None = None) -> AnyArray:
        """Return the likeliest class of each row of `X` (default: of the pool), after `fit`."""
        return self._trained.predict(X)

    def predict_proba(self, X: PoolLike | None = None) -> AnyArray:
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
        return self._trained.predict_proba(X)

    # ------------------------------------------------------------------ how good it is

    def accuracy(self, *, confidence: float = 0.95) -> Estimate:
        """Return how good the present model is on a new row from the pool's population.

        From the audit sample, each row judged by models that have not seen its answer; about 95 %, checked by
        simulation, no guarantee. Costs what `estimates` costs, once for the same answers.

        Raises
        ------
        InvalidParameterError
            If the session has no audit.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from querist import Session
        >>> X, truth = load_digits(return_X_y=True)
        >>> session = Session(X / 16, audit=0.5, random_state=0)
        >>> rows = session.ask(100)
        >>> session.tell(rows, truth[rows])
        >>> estimate = session.accuracy()
        >>> estimate.low < estimate.value < estimate.high
        True
        """
        return self._figures.accuracy(confidence)

    def estimates(self, *, confidence: float = 0.95) -> Assessment:
        """Return all figures of the present model: accuracy, F1, Brier score, recall and precision of each class ...

        Figures for which there are too few audit answers have the value None, and say how many they need.

        Raises
        ------
        InvalidParameterError
            If the session has no audit.

        Notes
        -----
        Costs a training for each audit row up to 64 rows and 20 beyond, and five for the other labelled rows; kept
        until answers change.
        """
        return self._figures.estimates(confidence)

    def advice(self, *, label_cost: float = 1.0, error_cost: float = 1.0, n_future: float = 10_000) -> Advice:
        """Return whether it is worth going on: a proposal, its reason, and what more labels would bring.

        Parameters
        ----------
        label_cost, error_cost : float, default=1.0
            What an answer and what a wrong prediction cost, in the same unit. Told the costs, the advice is far
            better (``benchmarks/stopping``).
        n_future : float, default=10_000
            How many rows the model will be used on.

        Returns
        -------
        Advice
            It proposes; only `certify` promises.

        Raises
        ------
        InvalidParameterError
            If the session has no audit, a cost is not above 0, or the model is never trained (`probabilities`).
        NotEnoughLabelsError
            If no model can be trained yet.

        Notes
        -----
        Costs one training, on all answers but the last 100, whose predictions are compared with the present ones.
        """
        if self._journal.has_fixed_model:
            raise InvalidParameterError(
                "Probabilities from outside are never trained, so no label makes them better: there is nothing to "
                "advise. Call accuracy() for how good they are, certify(target) for whether that is enough."
            )
        return self._figures.advice(label_cost=label_cost, error_cost=error_cost, n_future=n_future)

    def certify(
        self, target: float, *, guess: float | None = None, confidence: float = 0.95, power: float | None = None
    ) -> Certificate:
        """Freeze the model and draw fresh rows that decide whether it is good enough for those that are left.

        Parameters
        ----------
        target : float in (0, 1]
            Accuracy to certify on the rows without an answer.
        guess : float, default=None
            What the accuracy is thought to be; None takes what the model's confidences say, corrected by the rows that
            the audit drew. It decides how many rows are drawn, never what is promised.
        confidence : float, default=0.95
            Of all promises of the session together, labels by the model included.
        power : float, default=None
            Probability to pass if the accuracy is as guessed. None: 0.95 where a hundred labels do, else 0.8.

        Returns
        -------
        Certificate
            Its ``plan`` says what it will take, if it passes and if it fails; label what its ``ask()`` returns, then
            ask for its ``result()``.

        Raises
        ------
        InvalidParameterError
            If rows are still outstanding.
        OutOfReachError
            If the target is beyond what can be shown with 5,000 labels; the message names one that is not.
        NotEnoughLabelsError
            If no model can be trained yet.
        """
        return self._certifier.certify(target, guess=guess, confidence=confidence, power=power)

    def auto_label(
        self, target: float = 0.98, *, most_labels: int = MOST_LABELS, confidence: float = CONFIDENCE
    ) -> AutoLabel:
        """Freeze the model and find out how many of the rows left it may label with so few errors.

        Parameters
        ----------
        target : float, default=0.98
            Share of right labels that is promised.
        most_labels : int, default=500
            No more fresh labels than this.
        confidence : float, default=0.95
            Of all promises of the session together, certificates included.

        Returns
        -------
        AutoLabel
            Its ``plan`` says what it will take, if it passes and if it fails. Call its ``ask()`` and label the rows
            until it returns none; then its ``result()``.

        Raises
        ------
        InvalidParameterError
            If rows are still outstanding.
        OutOfReachError
            If no part of the rows is expected to pass; the message names a smaller target that is.
        NotEnoughLabelsError
            If no model can be trained yet.
        UnsupportedModelError
            If the classifier has no ``predict_proba``.

        Notes
        -----
        Which rows come first is judged by the rows that were drawn at random so far: the model's confidence, the
        confidence and the class, or, on dense pools of finite numbers and for models that are no trees, also what extra
        trees say (`querist.audit.region_order`). Costs the trainings of a cross-validation of both models.
        """
        return self._certifier.auto_label(target, most_labels=most_labels, confidence=confidence)

    def _record(
        self,
        kind: type[LabelledRows],
        rows: Any,
        labels: Any,
        sample_weight: Any,
        allowed: tuple[int, ...],
        action: str,
        hint: str,
    ) -> None:
        # Copies: the log must not change when the caller's arrays do.
        rows = as_rows(rows, self.n_rows).copy()
        door = as_targets if self.task == "regression" else as_labels
        labels = door(labels, rows.size, rows=rows, pool=self._journal.pool).copy()
        weights = self._weights(sample_weight, rows)
        if rows.size:
            self._journal.state.require(rows, allowed, action, hint)
            self._journal.state.check_labels(labels)
            self._journal.record(kind(self._journal.next_number, rows, labels, weights))
            self._journal.version += 1

    def _weights(self, sample_weight: Any, rows: IntArray) -> FloatArray | None:
        if sample_weight is None:
            return None
        self._asker.check_weights()
        pool, remedy = self._journal.pool, "To leave an answer out of the training, do not tell it."
        return as_amounts(sample_weight, rows.size, "sample_weight", rows=rows, pool=pool, remedy=remedy)
