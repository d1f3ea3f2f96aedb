"""Ask where the predicted probabilities are spread most evenly."""

from querist.base.uncertainty import UncertaintyStrategy


class EntropySampling(UncertaintyStrategy):
    """Ask about the rows whose class probabilities have the highest entropy.

    With two classes it asks in the same order as `MarginSampling`. With many
    classes the entropy is driven by classes that are unlikely anyway, and
    published comparisons find it behind random sampling on some sets: prefer
    `MarginSampling` there. Works with ``decision_function`` for two classes;
    for more, the model needs ``predict_proba``.

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
    Utilities: -sum(p log p) in nats, in [0, log(n_classes)]; from the decision values
    of a binary model 1 / (1 + abs(value)), in (0, 1].
    Cost: one prediction of the candidates, O(n_candidates * n_classes) time beyond it.

    References
    ----------
    .. [1] C. E. Shannon, "A mathematical theory of communication", Bell System
       Technical Journal, 1948, doi:10.1002/j.1538-7305.1948.tb01338.x.
    .. [2] B. Settles, M. Craven, "An analysis of active learning strategies for
       sequence labeling tasks", EMNLP 2008, doi:10.3115/1613715.1613855.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0], [-1.0], [0.1], [1.0], [2.0]])
    >>> model = LogisticRegression().fit(X[[0, 4]], ["no", "yes"])
    >>> EntropySampling().query(X, [0, 4], ["no", "yes"], model=model)
    array([2])
    """

    uncertainty_name = "entropy"
