"""Ask where the members of a committee of regressors predict different numbers."""

from typing import ClassVar

import numpy as np

from querist._pool import plain
from querist._threads import SingleBlasThread
from querist._typing import FloatArray, Task
from querist.base.context import QueryContext
from querist.base.scoring import score_rows, targets
from querist.learners.by_committee import ByCommittee
from querist.learners.committee import regressors_of


class CommitteeVariance(ByCommittee):
    """Ask about the rows on whose targets the members of a committee of regressors differ most.

    Query by committee for numbers. It takes any regressor. With a bootstrap of five it was worse than random rows on
    tables with 10 to 100 labels (``benchmarks/labels/REGRESSION.md``): members differ most where rows are far out, not
    where something is to be learned. For committees of models that differ in kind, or where that is known to help.

    Parameters
    ----------
    committee : list of regressors, default=None
        Each is cloned and fitted on all labelled rows. None: `n_members` clones of the model, each fitted on a
        bootstrap sample of the labelled rows: as many as are labelled, drawn with replacement.
    n_members : int, default=5
        At least 2. Size of the bootstrap committee; not used with a `committee`.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Warns
    -----
    ModelMismatchWarning
        If no member of `committee` is of the model's class: questions chosen by other models are often no better for
        the trained one than random ones.

    Notes
    -----
    Utilities: the variance of the members' predictions (of all of them: divided by n_members), at least 0, in the unit
    of the target squared.
    The fitted members are not kept, and the model stays as it is. A ``random_state`` that a member leaves unset is
    drawn from the generator of the query. An error of a member's ``fit`` is passed on.
    Cost: n_members fits and as many predictions of the candidates, in blocks: O(n_candidates) memory for any number of
    members.

    References
    ----------
    .. [1] T. RayChaudhuri, L. G. C. Hamey, "Minimisation of data collection by active learning", ICNN 1995,
       doi:10.1109/ICNN.1995.487351.
    .. [2] R. Burbidge, J. J. Rowland, R. D. King, "Active learning for regression based on query by committee", IDEAL
       2007, doi:10.1007/978-3-540-77226-2_22.
    .. [3] A. Krogh, J. Vedelsby, "Neural network ensembles, cross validation, and active learning", NIPS 1994 (the
       variance as what members differ by).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> X = np.array([[0.0], [1.0], [2.0], [9.0]])
    >>> committee = [LinearRegression(), KNeighborsRegressor(1)]
    >>> CommitteeVariance(committee=committee).query(X, [0, 1], [0.0, 1.0])
    array([3])
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"regression"})

    def utilities(self, context: QueryContext) -> FloatArray:
        with SingleBlasThread():
            members = regressors_of(context, self.committee, self.n_members)
            return score_rows(
                plain(context.X),
                context.candidates,
                lambda block: np.var([targets(member, block) for member in members], axis=0),
                n_outputs=len(members),
            )
