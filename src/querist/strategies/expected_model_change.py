"""Ask where an answer is expected to pull the model hardest."""

import numpy as np

from querist._pool import plain
from querist._typing import FloatArray
from querist.base.context import QueryContext
from querist.base.scoring import candidate_blocks, known_classes, needs_probabilities, probabilities, score_rows
from querist.base.strategy import QueryStrategy
from querist.measures.geometry import squared_norms
from querist.measures.uncertainty import expected_gradient


class ExpectedModelChange(QueryStrategy):
    """Ask where an answer is expected to pull the model hardest (expected gradient length).

    Each class that a row may have would give a linear model a gradient; their lengths are averaged by how likely the
    model finds the classes. It is uncertainty times the length of the row, so that it asks for what lies far out. Do
    not use it where columns are not scaled, rows have outliers or lengths mean nothing, as in texts of different
    length: there `EntropySampling` or `MarginSampling` is the better half of it.

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
    The gradient of the log loss of a row x with class c with respect to the weights of a linear softmax layer with
    intercepts is ``(p - e_c) (x, 1)'``, with p the probabilities and e_c the indicator of c. At the optimum those of
    the rows with answers and of the penalty add up to 0, so that it is the whole gradient after the answer.
    Utilities: ``sqrt(|x|**2 + 1) * sum_c p_c |p - e_c|`` with ``|p - e_c|**2 = |p|**2 + 1 - 2 p_c``, at least 0. The
    features x are as they are, or after all steps but the last if the model is a ``Pipeline``; a model that is not
    linear is taken for a softmax layer on them. With two classes that have one row of weights (``coef_``) lengths are
    smaller by the square root of 2, for all rows alike.

    Cost: one prediction of the candidates, and one pass over their features; nothing of the size of a gradient.

    References
    ----------
    .. [1] B. Settles, M. Craven, S. Ray, "Multiple-instance active learning", NIPS 2007.
    .. [2] B. Settles, M. Craven, "An analysis of active learning strategies for sequence labeling tasks", EMNLP 2008,
       doi:10.3115/1613715.1613855.

    Examples
    --------
    Rows 2 and 3 are as uncertain as each other; row 3 is longer.

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0, 0], [2, 0], [0, 1], [0, 3], [3, 0]])
    >>> model = LogisticRegression().fit(X[[0, 1]], ["no", "yes"])
    >>> rows, utilities = ExpectedModelChange().query(X, [0, 1], ["no", "yes"], model=model, return_utilities=True)
    >>> rows, utilities.round(2)
    (array([3]), array([ nan,  nan, 1.  , 2.24, 0.79]))
    """

    measures_distances = True

    def utilities(self, context: QueryContext) -> FloatArray:
        """Return the utilities.

        Raises
        ------
        UnsupportedModelError
            If the model has no probabilities, or there are no numeric features.
        """
        model = context.model
        n_classes = known_classes(model).size
        if not hasattr(model, "predict_proba"):
            raise needs_probabilities(model, "the expected gradient")
        found = score_rows(
            plain(context.X),
            context.candidates,
            lambda block: expected_gradient(probabilities(model, block)),
            n_outputs=n_classes,
        )
        for positions, block, inside in candidate_blocks(context.space.matrix, context.candidates):
            squared = squared_norms(block if inside is None else block[inside])
            found[positions] *= np.sqrt(squared + 1.0)
        return found
