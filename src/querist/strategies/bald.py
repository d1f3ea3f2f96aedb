"""Ask where an answer would tell most about the model's parameters."""

from querist._threads import SingleBlasThread
from querist._typing import FloatArray
from querist.base.context import QueryContext
from querist.learners.by_samples import BySamples
from querist.measures.disagreement import consensus_kl


class Bald(BySamples):
    """Ask where an answer would tell most about the model's parameters (BALD).

    The mutual information between a row's class and the parameters: high where each draw of the parameters is certain
    and the draws contradict each other, and 0 where all say the same, be it that the classes overlap. What draws
    of parameters are, the user says: an array, a classifier that offers them, or a committee.

    The rows of the highest mutual information are often alike: for batches take a selection that draws
    (``selection=PowerTopK()``), or single questions. Do not use it without draws that mean something: members of a
    bootstrap committee on few labels differ by the luck of the draw, and that is what it then asks about.

    Parameters
    ----------
    samples : array-like of shape (n_samples, n_rows, n_classes), default=None
        Class probabilities of every row of the pool under each draw, such as passes with dropout. Then neither model
        nor answers are looked at: draw them anew when there are more answers. Other rows of the pool need other arrays.
    committee : list of classifiers, default=None
        Each is cloned and fitted on all answers. None, and no `samples`: what the model's method
        ``sample_proba(X, n_samples=, random_state=)`` returns, of shape (n_samples, n, n_classes), the same draws for
        the same seed; of a model without it, clones fitted on bootstrap samples of the answers.
    n_members : int, default=10
        At least 2. How many draws the model is asked for, or the size of a bootstrap committee.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Warns
    -----
    ModelMismatchWarning
        If no member of `committee` is of the model's class.

    Notes
    -----
    Utilities, in nats: ``H(mean_m p_m) - mean_m H(p_m)`` with p_m the class probabilities of draw m [1]_, in
    [0, log(min(n_samples, n_classes))]. Of a committee that is `QueryByCommittee` with ``method="kl"``.

    Cost: O(n_samples * n_candidates * n_classes), a logarithm each, in blocks, beyond what the draws cost: of a
    committee one fit and one prediction of the candidates for each member.

    References
    ----------
    .. [1] N. Houlsby, F. Huszar, Z. Ghahramani, M. Lengyel, "Bayesian active learning for classification and
       preference learning", 2011, arXiv:1112.5745.

    Examples
    --------
    Two draws: of row 0 both are unsure, about row 1 they contradict each other, of row 2 both are sure.

    >>> import numpy as np
    >>> samples = [[[0.5, 0.5], [0.9, 0.1], [0.9, 0.1]], [[0.5, 0.5], [0.1, 0.9], [0.9, 0.1]]]
    >>> rows, utilities = Bald(samples=samples).query(np.zeros((3, 1)), [], [], return_utilities=True)
    >>> rows, utilities.round(3)
    (array([1]), array([0.   , 0.368, 0.   ]))
    """

    def utilities(self, context: QueryContext) -> FloatArray:
        with SingleBlasThread():
            samples = self.drawn(context)
            return samples.scores(context, consensus_kl, samples.n_samples * samples.n_classes)
