"""Ask where the likeliest class is least likely."""

from querist.base.uncertainty import UncertaintyStrategy


class LeastConfidence(UncertaintyStrategy):
    """Ask about the rows whose likeliest class has the lowest probability.

    With two classes it asks in the same order as `MarginSampling` and
    `EntropySampling`. Works with ``decision_function`` for two classes; for more,
    the model needs ``predict_proba``.

    Parameters
    ----------
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: 1 - p1, in [0, 1 - 1/n_classes]; from the decision values of a binary
    model 1 / (1 + abs(value)), in (0, 1].
    Cost: one prediction of the candidates, O(n_candidates * n_classes) time beyond it.

    References
    ----------
    .. [1] D. D. Lewis, W. A. Gale, "A sequential algorithm for training text
       classifiers", SIGIR 1994, doi:10.1007/978-1-4471-2099-5_1.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0], [-1.0], [0.1], [1.0], [2.0]])
    >>> model = LogisticRegression().fit(X[[0, 4]], ["no", "yes"])
    >>> LeastConfidence().query(X, [0, 4], ["no", "yes"], model=model)
    array([2])
    """

    uncertainty_name = "least_confidence"
