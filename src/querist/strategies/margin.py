"""Ask where the two likeliest classes are closest."""

from querist.base.uncertainty import UncertaintyStrategy


class MarginSampling(UncertaintyStrategy):
    """Ask about the rows whose two likeliest classes are closest.

    The default. Works with ``decision_function`` too, for any number of classes.

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
    Utilities: 1 - (p1 - p2), in [0, 1]; from decision values 1 / (1 + gap), in (0, 1].
    Cost: one prediction of the candidates, O(n_candidates * n_classes) time beyond it.

    References
    ----------
    .. [1] T. Scheffer, C. Decomain, S. Wrobel, "Active hidden Markov models for
       information extraction", IDA 2001, doi:10.1007/3-540-44816-0_31.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0], [-1.0], [0.1], [1.0], [2.0]])
    >>> model = LogisticRegression().fit(X[[0, 4]], ["no", "yes"])
    >>> MarginSampling().query(X, [0, 4], ["no", "yes"], model=model)
    array([2])
    """

    uncertainty_name = "margin"
