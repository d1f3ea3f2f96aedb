"""What a session says from the rows that it drew at random, without a training."""

from numpy.typing import ArrayLike

from querist._amounts import as_targets
from querist._labels import as_labels
from querist.audit.estimate import Estimate
from querist.audit.found_so_far import FoundSoFar
from querist.session.found import screening
from querist.session.resuming import Resumable


class Sampled(Resumable):
    """Figures of random rows alone. Not made itself: `Session` is."""

    def screening(self, *, target: float = 0.95, confidence: float = 0.95) -> FoundSoFar:
        """Return how much of the relevant class was found, and what rows drawn at random say of the rest.

        Draw them when you think that all is found: ``ask(100, at_random=True)``. Ten or more that are drawn with none
        chosen in between are a simple random sample of the rows that were left; the last such run counts. (Where an
        audit sets rows aside, its sample counts, which is one of all rows: the test is as right, and rejects later.)

        Parameters
        ----------
        target : float, default=0.95
            The recall aimed at, above 0 and at most 1.
        confidence : float, default=0.95

        Returns
        -------
        FoundSoFar
            Rows found and read, how many are left with an interval, and the test of Callaghan and Müller-Hansen with
            its statement; see `querist.audit.recall_test`. It promises no recall.

        Raises
        ------
        InvalidParameterError
            If the session has no goal, or a share is out of its range.

        Examples
        --------
        >>> import numpy as np
        >>> from querist import Session
        >>> X = np.arange(200.0).reshape(-1, 1) / 200
        >>> truth = np.where(X[:, 0] > 0.95, "included", "excluded")
        >>> session = Session(X, goal="screening", classes=["excluded", "included"], random_state=0)
        >>> session.tell([0, 199], truth[[0, 199]])
        >>> for at_random in (False, True):
        ...     rows = session.ask(50, at_random=at_random)
        ...     session.tell(rows, truth[rows])
        >>> found = session.screening()
        >>> found.n_found, found.n_read, found.left.value, found.left.high, found.test.rejected
        (9, 102, 0.0, 8.0, False)
        """
        return screening(self._journal, self._trail, self._goal, target=target, confidence=confidence)

    def running_accuracy(self, *, confidence: float = 0.95) -> Estimate:
        """Return the average accuracy over the audit draws so far, each scored before it trained.

        Anytime-valid: it may be looked at after every answer. It speaks for the present model only as
        far as accuracy has not fallen. Each draw is one of the rows that were then neither answered, skipped nor asked
        about; after `extend` it is one of the new rows, until these have been drawn as far as the old ones had been.

        Raises
        ------
        InvalidParameterError
            If the session has no audit.
        """
        return self._figures.running_accuracy(confidence)

    def accuracy_of(self, predicted: ArrayLike, *, confidence: float = 0.95) -> Estimate:
        """Return how good one fixed model is on the pool, from rows that were drawn with known probabilities.

        For experts: answers that were asked for to train a new model tell of an old one too, say of the model in use.
        The session's own model does not qualify: it is trained on the very draws.

        Parameters
        ----------
        predicted : array-like of shape (n_rows,)
            The model's label for each row of the pool.
        confidence : float, default=0.95

        Returns
        -------
        Estimate
            Over the rows that had no answer when the first was drawn. "Too few" below ten draws.

        Raises
        ------
        InvalidParameterError
            If `predicted` holds texts and the answers do not, or the other way round; rows were asked without a known
            probability (use the strategies random and power, or ``selection=power`` with another one); or the draws
            are not one sequence, since rows were told unasked, skipped, released, added or shut out between them.

        Notes
        -----
        The probabilities are logged as `Asked.probabilities` in `events`; what is made of them is
        `querist.audit.drawn_accuracy`. Draws after one that is still open wait for it.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from querist import Session
        >>> X, truth = load_digits(return_X_y=True)
        >>> old_model = GaussianNB().fit(X[:300], truth[:300])
        >>> session = Session(X[300:], strategy="power", random_state=0)
        >>> for _ in range(10):
        ...     rows = session.ask(10)
        ...     session.tell(rows, truth[300:][rows])
        >>> session.accuracy_of(old_model.predict(X[300:])).n
        100
        """
        if self.task == "regression":
            targets = as_targets(predicted, self.n_rows, "predicted", pool=self._journal.pool)
            return self._figures.accuracy_of(targets, confidence)
        labels = as_labels(predicted, self.n_rows, name="predicted", pool=self._journal.pool, whole=False)
        self._journal.state.check_comparable(labels, "predicted")
        return self._figures.accuracy_of(labels, confidence)
