"""Who chooses the rows of a round: the strategy, and the audit for its share."""

from typing import Any

import numpy as np

from querist import _random
from querist._typing import Classifier, IntArray, Pool
from querist.base.memory import Memory
from querist.base.open_rows import OpenRows
from querist.base.query import decide, prepare
from querist.base.selection import Chances
from querist.base.space import is_numeric
from querist.base.strategy import QueryStrategy
from querist.exceptions import EmptyPoolError, NotEnoughLabelsError, PoolExhaustedError
from querist.learners.unlabelled_steps import with_fitted_steps
from querist.learners.weighting import check_takes_weights, classifiers_of
from querist.session.audit_trail import AuditTrail
from querist.session.events import Asked, with_chances
from querist.session.journal import Journal
from querist.session.pool_door import check_pool
from querist.session.state import FREE, OUTSTANDING, SKIPPED
from querist.session.trained import Trained


class Asker:
    """Proposes rows and marks them as asked.

    Parameters
    ----------
    journal : Journal
    trail : AuditTrail
    strategy, cold_start : QueryStrategy
        What asks, and what does until two classes have answers.
    asking, trained : Trained
        The classifier that asks, and the one whose word the audit takes down; usually the same.
    """

    def __init__(
        self,
        journal: Journal,
        trail: AuditTrail,
        *,
        strategy: QueryStrategy,
        cold_start: QueryStrategy,
        asking: Trained,
        trained: Trained,
    ) -> None:
        self._journal = journal
        self._trail = trail
        self._strategy = strategy
        self._cold_start = cold_start
        self._names = (repr(strategy), repr(cold_start))
        self._asking = asking
        self._trained = trained
        self._memory = Memory()
        # A pool that is no numbers, and a pipeline whose steps make numbers of it before there are labels.
        self._unlabelled: tuple[Pool, Classifier] | None = None

    def check_pool(self, X: Pool) -> None:
        """Refuse a pool that would fail when the classifier is trained or a row is asked."""
        check_pool(
            X,
            estimator=self._trained.refitter.estimator,
            asking=self._asking.refitter.estimator,
            strategies=(self._strategy, self._cold_start),
        )

    def check_weights(self) -> None:
        """Refuse weights that a classifier of the session, or one of its strategy, would not be trained with."""
        trained = {"the estimator": self._trained.refitter.estimator}
        if self._asking is not self._trained:
            trained["the query_estimator"] = self._asking.refitter.estimator
        check_takes_weights(trained | classifiers_of(self._strategy))

    def ask(self, batch_size: int, *, at_random: bool = False) -> IntArray:
        """Return the rows of the next round; see `Session.ask`."""
        state, seed = self._journal.state, self._journal.seed
        is_free = state.status == FREE
        free = OpenRows(is_free.size, mask=is_free)
        if free.size < batch_size:
            raise self._exhausted(free.size, batch_size)
        if self._trail.reserve is not None:
            self._trail.reserve.keep_up(needs_model=self._strategy.needs_model)
        drawn = self._trail.next_rows(is_free, batch_size) if at_random else self._trail.due(is_free, batch_size)
        asked = []
        if drawn.size:
            asked.append(self._draw(drawn, free.size))
        if drawn.size < batch_size:
            # The strategy sees neither the numbers of the rows nor which of them were drawn.
            left = self._trail.left_to_strategy(free, drawn)
            asked.append(self._choose(left, batch_size - drawn.size))
        number = state.n_asks
        for fields in asked:
            self._journal.record(
                Asked(self._journal.next_number, round=number, n_labelled=len(state.answers), **fields)
            )
        rows = np.concatenate([fields["rows"] for fields in asked])
        if self._trail.share:
            # Who labels in this order shall not know which rows were drawn.
            rows = _random.derive_generator(seed, "order of a batch", number).permutation(rows)
        return rows

    def _draw(self, rows: IntArray, n_free: int) -> dict[str, Any]:
        """Return what the log says of rows that the audit drew, with the model's word on them before it is told."""
        model = self._trained.usable()
        chances = Chances.even(n_free, rows.size) if self._trail.is_fresh(rows) else None
        return {
            "rows": rows,
            "strategy": "",
            "how": "audit",
            "in_audit_order": True,
            "utilities": np.full(rows.size, np.nan),
            "predictions": tuple(self._trained.predict_rows(rows, model).tolist()) if model is not None else (),
            **with_chances(chances),
        }

    def _choose(self, open_rows: OpenRows, batch_size: int) -> dict[str, Any]:
        """Let the strategy choose rows; return what the log says of them."""
        strategy, model = self._strategy, self._model_for(self._strategy)
        if strategy.needs_model and model is None:
            strategy = self._cold_start
        try:
            return self._chosen(strategy, model, open_rows, batch_size)
        except NotEnoughLabelsError:
            # Members of a committee, or the class that is looked for, may lack answers where the model does not.
            if strategy is self._cold_start:
                raise
            return self._chosen(self._cold_start, model, open_rows, batch_size)

    def _chosen(
        self, strategy: QueryStrategy, model: Classifier | None, open_rows: OpenRows, batch_size: int
    ) -> dict[str, Any]:
        state, lessons = self._journal.state, self._asking.lessons
        context = prepare(
            strategy,
            self._journal.X,
            lessons.rows,
            lessons.labels,
            model=self._with_steps(strategy, model),
            open_rows=open_rows,
            batch_size=batch_size,
            rng=_random.derive_generator(self._journal.seed, "ask", state.n_asks),
            weights=lessons.weights,
            # The cold start, like the audit, draws whatever rows cost.
            costs=self._journal.costs if strategy is self._strategy else None,
            memory=self._memory,
        )
        with self._asking.refitter.settings(finite=self._journal.is_finite):
            chosen = decide(strategy, context)
        return {
            "rows": chosen.rows,
            "strategy": self._names[0 if strategy is self._strategy else 1],
            "utilities": chosen.utilities,
            **with_chances(chosen.chances),
        }

    def _model_for(self, strategy: QueryStrategy) -> Classifier | None:
        # Distances are measured behind the preprocessing steps of a pipeline, once one can be fitted.
        preprocesses = strategy.measures_distances and hasattr(self._asking.refitter.estimator, "steps")
        return self._asking.usable() if strategy.needs_model or preprocesses else None

    def _with_steps(self, strategy: QueryStrategy, model: Classifier | None) -> Classifier | None:
        """Return the model; where there is none yet and the pool is no numbers, a pipeline that makes numbers of it."""
        pipeline, X = self._asking.refitter.estimator, self._journal.X
        if model is not None or not strategy.measures_distances or not hasattr(pipeline, "steps") or is_numeric(X):
            return model
        if self._unlabelled is None or self._unlabelled[0] is not X:
            self._unlabelled = (X, with_fitted_steps(pipeline, X, seed=self._journal.seed))
        return self._unlabelled[1]

    def _exhausted(self, left: int, batch_size: int) -> PoolExhaustedError:
        state, n_rows = self._journal.state, self._journal.n_rows
        counts = {
            "answered": len(state.answers),
            "asked and not answered": state.rows_with(OUTSTANDING).size,
            "skipped": state.rows_with(SKIPPED).size,
        }
        gone = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        told = f"of {n_rows} rows, {gone}" if gone else f"the pool has {n_rows} rows"
        hint = " release() puts asked rows back." if counts["asked and not answered"] else ""
        if left == 0:
            return EmptyPoolError(f"No row is left to ask: {told}. Add rows with extend().{hint}")
        return PoolExhaustedError(
            f"batch_size is {batch_size}, but {left} rows are left to ask: {told}. Ask for {left} or fewer.{hint}"
        )
