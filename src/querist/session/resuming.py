"""The part of a session that outlives its process: put together, saved, loaded."""

import os
from typing import Any, Self

from numpy.typing import ArrayLike

from querist._typing import Classifier, FloatArray, PoolLike, Regressor
from querist.base.strategy import QueryStrategy
from querist.registry.goals import Goal
from querist.session import saving
from querist.session.assembly import assemble
from querist.session.collecting import without_collecting
from querist.session.log_file import Standing
from querist.session.view import SessionView


class Resumable(SessionView):
    """What `Session` is made of, and how it is kept. Not made itself: `Session` is, or loaded."""

    def _assemble(
        self,
        X: PoolLike,
        parts: dict[str, Any],
        *,
        goal: Goal | None = None,
        costs: FloatArray | None,
        warm_start: bool,
        audit: float | str,
        random_state: int | None,
        tolerance: float | None = None,
    ) -> None:
        # The pool of a saved session is not judged again: its answers must come out.
        whole = assemble(
            X, parts, costs=costs, warm_start=warm_start, audit=audit, random_state=random_state, tolerance=tolerance
        )
        super().__init__(whole.journal, whole.trained)
        self._parts, self._trail, self._goal = parts, whole.trail, goal
        self._asker, self._figures, self._certifier = whole.asker, whole.figures, whole.certifier
        self._standing: Standing | None = None

    @property
    def goal(self) -> str | None:
        """What the session was made for, such as ``"screening:relevant=included"``; None: to learn."""
        return None if self._goal is None else str(self._goal)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the whole state to one file of JSON lines, without pickle.

        The pool itself is not saved, only its hash; models are refitted.

        Raises
        ------
        OSError
            If the file cannot be written; an older one is left as it was.

        Notes
        -----
        The first line says what the session is, each other line one event. Saved again to the file that it was last
        saved to or loaded from, a session appends what is new: 0.1 ms and what the disk takes to keep it. A file that
        somebody else has changed or moved away meanwhile is written whole, under another name first. A process that
        is killed meanwhile loses nothing that was saved before.
        """
        self._standing = saving.save(
            path,
            n_rows=self._journal.n_rows,
            fingerprint=self._journal.fingerprint,
            costs=self._journal.costs,
            seed=self._journal.seed,
            warm_start=self._trained.refitter.warm_start,
            audit=self._trail.choice.text,
            parts=self._parts,
            goal=self._goal,
            tolerance=self._trail.tolerance,
            events=self._journal.events,
            last=self._standing,
        )

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        X: PoolLike,
        *,
        estimator: str | Classifier | Regressor | None = None,
        strategy: str | QueryStrategy | None = None,
        cold_start: str | QueryStrategy | None = None,
        query_estimator: str | Classifier | Regressor | None = None,
        probabilities: PoolLike | None = None,
        costs: ArrayLike | None = None,
        tolerance: float | None = None,
        trust_parts: bool = False,
    ) -> Self:
        """Return the session that `save` wrote; with cold fits it asks what the old one would have asked.

        Parameters
        ----------
        path : path
        X : pool
            The same rows; compared by hash.
        estimator, strategy, cold_start, query_estimator : default=None
            Needed where the session was made with an object that has no registered name; compared by content with
            what the file tells: parameters by value, functions and classes of your own by their code.
        probabilities : array or data frame, default=None
            Needed where the session was made with some: the same, compared by content.
        costs : array-like, default=None
            Needed where the session was made with some: the same, compared by content.
        tolerance : float, default=None
            Of a session with a regressor, in place of the saved one from here on; None: the saved one.
        trust_parts : bool, default=False
            Take these without comparing them: where something was changed on purpose, or where it cannot be told
            whether it is the same (objects that show nothing of themselves; code of your own under another Python).

        Raises
        ------
        SessionFileError
            If the file is damaged, the pool is another, or a part is missing or differs.

        Warns
        -----
        TornFileWarning
            If the file ends within a line, as after a kill while it was saved. The next save mends it.
        """
        given = {
            "estimator": estimator, "strategy": strategy, "cold_start": cold_start, "query_estimator": query_estimator,
        }  # fmt: skip
        with without_collecting():
            saved = saving.load(path, X, given, probabilities=probabilities, costs=costs, trust_parts=trust_parts)
            session = cls.__new__(cls)
            session._assemble(
                X,
                saved.parts,
                goal=saved.goal,
                costs=saved.costs,
                warm_start=saved.warm_start,
                audit=saved.audit,
                random_state=saved.seed,
                tolerance=saved.tolerance if tolerance is None else tolerance,
            )
            session._journal.events.clear()
            session._journal.replay(saved.events)
            session._standing = saved.standing
            if session._journal.state.answers.weights is not None:
                session._asker.check_weights()
        return session
