"""Ask where the members of a committee disagree."""

from collections.abc import Sequence
from typing import Literal

from querist._pool import plain
from querist._threads import SingleBlasThread
from querist._typing import Classifier, FloatArray
from querist._validation import check_choice
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.scoring import score_rows
from querist.base.selection import Selection
from querist.base.ties import Ties
from querist.learners.by_committee import ByCommittee
from querist.learners.committee import committee_of
from querist.measures.disagreement import consensus_kl, vote_entropy


class QueryByCommittee(ByCommittee):
    """Ask about the rows on which the members of a committee disagree.

    Parameters
    ----------
    committee : list of classifiers, default=None
        Each is cloned and fitted on all labelled rows. None: `n_members` clones of the
        model, each fitted on a bootstrap sample of the labelled rows. Such a sample has as
        many rows as are labelled: one drawn from each class, so that no member
        misses a class, and the others drawn with replacement from all.
    n_members : int, default=5
        At least 2. Size of the bootstrap committee; not used with a `committee`.
    method : {"vote_entropy", "kl"}, default="vote_entropy"
        What disagreement is: the entropy of the members' votes, or the mean
        Kullback-Leibler divergence of the members from their mean prediction. ``"kl"``
        needs members with ``predict_proba``, and tells more rows apart.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number. Votes of
        few members tie often.

    Warns
    -----
    ModelMismatchWarning
        If no member of `committee` is of the model's class: questions chosen by other
        models are often no better for the trained one than random ones.

    Notes
    -----
    Utilities, in nats: vote entropy [2]_, not divided by log(n_members), in
    [0, log(min(n_members, n_classes))]; KL [3]_ in [0, log(n_members)].
    The fitted members are not kept, and the model stays as it is. A ``random_state``
    that a member leaves unset is drawn from the generator of the query. An error of a
    member's ``fit`` is passed on; a member that takes more answers than it is given knows
    the classes that have enough.

    Cost: n_members fits and as many predictions of the candidates, those of linear members in one product, in blocks:
    O(n_candidates) memory for any number of members and classes.

    References
    ----------
    .. [1] H. S. Seung, M. Opper, H. Sompolinsky, "Query by committee", COLT 1992,
       doi:10.1145/130385.130417.
    .. [2] I. Dagan, S. P. Engelson, "Committee-based sampling for training
       probabilistic classifiers", ICML 1995.
    .. [3] A. McCallum, K. Nigam, "Employing EM and pool-based active learning for
       text classification", ICML 1998.
    .. [4] N. Abe, H. Mamitsuka, "Query learning strategies using boosting and
       bagging", ICML 1998 (the bootstrap committee).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> X = np.array([[0.0], [1.0], [4.0], [10.0]])
    >>> rows, labels = [0, 1, 3], ["a", "a", "b"]
    >>> committee = [KNeighborsClassifier(1), KNeighborsClassifier(3)]
    >>> QueryByCommittee(committee=committee, method="kl").query(X, rows, labels)
    array([2])
    """

    committee: Sequence[Classifier] | None

    def __init__(
        self,
        *,
        committee: Sequence[Classifier] | None = None,
        n_members: int = 5,
        method: Literal["vote_entropy", "kl"] = "vote_entropy",
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(
            committee=committee, n_members=n_members, selection=selection, candidates=candidates, ties=ties
        )
        self.method = method

    def utilities(self, context: QueryContext) -> FloatArray:
        method = check_choice(self.method, "method", ("vote_entropy", "kl"))
        with SingleBlasThread():
            committee = committee_of(context, self.committee, self.n_members)
            n_outputs = committee.n_classes
            if method == "kl":
                committee.check_probabilities('method="kl"')
                n_outputs *= len(committee.members)
            return score_rows(
                plain(context.X),
                context.candidates,
                lambda block: (
                    consensus_kl(committee.probabilities(block))
                    if method == "kl"
                    else vote_entropy(committee.votes(block))
                ),
                n_outputs=n_outputs,
            )
