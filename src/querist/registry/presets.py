"""Published methods that are a utility with a selection, under names of their own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from querist._validation import check_choice
from querist.exceptions import InvalidParameterError
from querist.measures.uncertainty import UNCERTAINTIES, Uncertainty
from querist.registry.names import load
from querist.registry.specs import parse_spec

if TYPE_CHECKING:
    from querist.base.candidates import CandidateFilter
    from querist.base.selection import Selection
    from querist.base.strategy import QueryStrategy
    from querist.base.ties import Ties


def auto(
    *,
    uncertainty: Uncertainty = "margin",
    prefilter: int = 10,
    candidates: "CandidateFilter | None" = None,
    ties: "Ties" = "random",
) -> "QueryStrategy":
    """Ask the most uncertain rows; of tables, in batches of five or more, one from each cluster of them.

    Margin sampling for single questions and for texts, `weighted_k_means` for batches from tables: what saved
    most labels in ``benchmarks/labels``. Short for ``margin:selection=auto``.

    Parameters
    ----------
    uncertainty : {"margin", "least_confidence", "entropy"}, default="margin"
        How the utilities are measured: the strategy of that name. They are the weights too.
    prefilter : int, default=10
        At least 1. The ``prefilter * batch_size`` most uncertain rows are clustered.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Returns
    -------
    QueryStrategy

    Notes
    -----
    Utilities: the uncertainty (see `querist.measures.uncertainty`).
    Cost: one prediction of the candidates; with clusters k-means on ``prefilter * batch_size`` rows.
    The choice itself is `querist.selections.AutoSelection`, which any strategy with utilities of at least 0 can use.

    References
    ----------
    .. [1] F. Zhdanov, "Diverse mini-batch active learning", 2019, arXiv:1901.05954.

    Examples
    --------
    >>> import querist
    >>> querist.make_strategy("auto")
    MarginSampling(selection=AutoSelection())
    """
    from querist.selections import AutoSelection

    return _by_uncertainty(uncertainty, AutoSelection(prefilter=prefilter), candidates, ties)


def cluster_margin(
    *,
    uncertainty: Uncertainty = "margin",
    prefilter: int = 10,
    threshold: float | None = None,
    candidates: "CandidateFilter | None" = None,
    ties: "Ties" = "random",
) -> "QueryStrategy":
    """Cluster the most uncertain rows, and ask about rows of each cluster in turn, from the smallest on.

    For large batches, in which rare kinds of rows are to be among the questions. Not for batches of ten from tables,
    where nothing was gained over margin (``benchmarks/labels/DIVERSITY.md``), nor for pools with outliers, which come
    first. Short for ``margin:selection=cluster_margin``.

    Parameters
    ----------
    uncertainty : {"margin", "least_confidence", "entropy"}, default="margin"
        How the utilities are measured: the strategy of that name.
    prefilter : int, default=10
        At least 1. The ``prefilter * batch_size`` most uncertain rows are clustered.
    threshold : float, default=None
        Above 0: clusters whose mean distance is at most this are joined. None: until there are as many as questions.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Returns
    -------
    QueryStrategy

    Notes
    -----
    Utilities: the uncertainty (see `querist.measures.uncertainty`). Distances are Euclidean, after all steps but the
    last if the model is a ``Pipeline``: scale features that have different units.
    Cost: one prediction of the candidates, and average linkage on ``prefilter * batch_size`` rows, two thousand at a
    time. The choice itself, and where it departs from the paper, is `querist.selections.ClusterMarginSelection`.

    References
    ----------
    .. [1] G. Citovsky, G. DeSalvo, C. Gentile, L. Karydas, A. Rajagopalan, A. Rostamizadeh, S. Kumar, "Batch active
       learning at scale", NeurIPS 2021, arXiv:2107.14263.

    Examples
    --------
    >>> import querist
    >>> querist.make_strategy("cluster_margin", prefilter=20)
    MarginSampling(selection=ClusterMarginSelection(prefilter=20))
    """
    from querist.selections import ClusterMarginSelection

    selection = ClusterMarginSelection(prefilter=prefilter, threshold=threshold)
    return _by_uncertainty(uncertainty, selection, candidates, ties)


def gsx(*, candidates: "CandidateFilter | None" = None, ties: "Ties" = "random") -> "QueryStrategy":
    """Ask about the row nearest to the middle, then about those that lie farthest from all that are labelled (GSx).

    Passive sampling for regression: it needs no model. The same as `k_center`, which with no answers begins at the row
    nearest to the mean of all that may be asked about, as the paper does; under its name in the literature on
    regression.

    Parameters
    ----------
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal distances: by a seeded key of each row, or by row number.

    Returns
    -------
    QueryStrategy

    Notes
    -----
    Utilities: the Euclidean distance to the nearest labelled row, at least 0 (see `querist.strategies.KCenter`).
    Cost: that of `k_center`.

    References
    ----------
    .. [1] H. Yu, S. Kim, "Passive sampling for regression", ICDM 2010, doi:10.1109/ICDM.2010.9.
    .. [2] D. Wu, C.-T. Lin, J. Huang, "Active learning for regression using greedy sampling", Information Sciences 474,
       2019, arXiv:1808.04245.

    Examples
    --------
    >>> import querist
    >>> querist.make_strategy("gsx").query([[0.0], [1.0], [4.0], [9.0]], [], [], batch_size=2)
    array([2, 3])
    """
    from querist.strategies import KCenter

    return KCenter(candidates=candidates, ties=ties)


def gsy(*, candidates: "CandidateFilter | None" = None, ties: "Ties" = "random") -> "QueryStrategy":
    """Ask about the rows whose predicted targets lie farthest from all targets that are known (GSy).

    Spreads the answers over the range of the target. Mostly for comparison: `igs`, which looks at the rows too, does
    not ask about a row beside one that is known. Short for ``igs:distances=targets``.

    Parameters
    ----------
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Returns
    -------
    QueryStrategy

    Notes
    -----
    Utilities: the least difference of the prediction from a known target, at least 0 (see
    `querist.strategies.ImprovedGreedySampling`).
    Cost: one prediction of the candidates, O(n_candidates * (n_labelled + batch_size)) time.

    References
    ----------
    .. [1] D. Wu, C.-T. Lin, J. Huang, "Active learning for regression using greedy sampling", Information Sciences 474,
       2019, arXiv:1808.04245.

    Examples
    --------
    >>> import querist
    >>> querist.make_strategy("gsy")
    ImprovedGreedySampling(distances='targets')
    """
    from querist.strategies import ImprovedGreedySampling

    return ImprovedGreedySampling(distances="targets", candidates=candidates, ties=ties)


def power(
    *,
    uncertainty: Uncertainty = "margin",
    beta: float = 1.0,
    candidates: "CandidateFilter | None" = None,
    ties: "Ties" = "random",
) -> "QueryStrategy":
    """Draw the batch with chances proportional to ``uncertainty ** beta``.

    Uncertainty sampling for batches: the most uncertain rows often resemble each
    other, and noise spreads the batch at no cost. Short for ``margin:selection=power``.

    Parameters
    ----------
    uncertainty : {"margin", "least_confidence", "entropy"}, default="margin"
        How the utilities are measured: the strategy of that name.
    beta : float, default=1.0
        At least 0. 0 is random sampling; large values approach the plain top-k.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of the rows without any uncertainty, which come last: by a seeded key
        of each row, or by row number.

    Returns
    -------
    QueryStrategy

    Notes
    -----
    Utilities: the uncertainty, without the noise (see `querist.measures.uncertainty`).
    Cost: one prediction of the candidates, O(n_candidates * n_classes) time beyond it.
    The draw itself is `querist.selections.PowerTopK`, which any strategy can use.

    References
    ----------
    .. [1] A. Kirsch, S. Farquhar, P. Atighehchian, A. Jesson, F. Branchaud-Charron,
       Y. Gal, "Stochastic batch acquisition: a simple baseline for deep active
       learning", TMLR 2023, arXiv:2106.12059.

    Examples
    --------
    >>> import querist
    >>> querist.make_strategy("power", uncertainty="entropy", beta=2.0)
    EntropySampling(selection=PowerTopK(beta=2.0))
    """
    from querist.selections import PowerTopK

    return _by_uncertainty(uncertainty, PowerTopK(beta=beta), candidates, ties)


def rank_aggregation(
    *,
    members: "str | Sequence[str | QueryStrategy]" = "margin+k_center",
    weights: str | Sequence[float] | None = None,
    selection: "Selection | None" = None,
    candidates: "CandidateFilter | None" = None,
    ties: "Ties" = "random",
) -> "QueryStrategy":
    """Ask about the rows that several strategies together rank highest.

    Not as a way around a choice: on tables no two ranks together were better than margin alone, and those of margin and
    density nine points worse (``benchmarks/labels/DIVERSITY.md``). For members that ask for different things which are
    all wanted.

    Parameters
    ----------
    members : str or sequence, default="margin+k_center"
        Names of strategies with plus signs between them, or a list of names, such as ``"density_weighted:beta=2"``, and
        objects.
    weights : str or sequence of float, default=None
        One for each member, above 0, as a list or with plus signs between them. None: all count the same.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Returns
    -------
    QueryStrategy

    Notes
    -----
    Utilities: the weighted mean of the members' ranks (see `querist.strategies.RankAggregation`).
    Cost: that of all members.

    References
    ----------
    .. [1] R. Reichart, K. Tomanek, U. Hahn, A. Rappoport, "Multi-task active learning for linguistic annotations",
       ACL 2008.

    Examples
    --------
    >>> import querist
    >>> querist.make_strategy("rank_aggregation", members="margin+k_center", weights="2+1")
    RankAggregation(members=[MarginSampling(), KCenter()], weights=[2.0, 1.0])
    """
    from querist.registry.make import make_strategy
    from querist.strategies import RankAggregation

    def built(member: "str | QueryStrategy") -> "QueryStrategy":
        if not isinstance(member, str):
            return member
        name, params = parse_spec(member)
        return make_strategy(name, **params)

    given = members.split("+") if isinstance(members, str) else members
    if isinstance(weights, str):
        try:
            weights = [float(weight) for weight in weights.split("+")]
        except ValueError:
            raise InvalidParameterError(f"weights must be numbers with + between them, got {weights!r}.") from None
    return RankAggregation(
        members=[built(member) for member in given],
        weights=weights,
        selection=selection,
        candidates=candidates,
        ties=ties,
    )


def weighted_k_means(
    *,
    uncertainty: Uncertainty = "margin",
    prefilter: int = 10,
    candidates: "CandidateFilter | None" = None,
    ties: "Ties" = "random",
) -> "QueryStrategy":
    """Cluster the most uncertain rows, weighted by uncertainty, and ask about one of each cluster.

    The best of the published batch strategies over many sets of tables and
    embeddings, and the one to take from about ten rows a batch. Short for
    ``margin:selection=weighted_k_means``.

    Parameters
    ----------
    uncertainty : {"margin", "least_confidence", "entropy"}, default="margin"
        How the utilities are measured: the strategy of that name. They are the weights too.
    prefilter : int, default=10
        At least 1. The ``prefilter * batch_size`` most uncertain rows are clustered.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Returns
    -------
    QueryStrategy

    Notes
    -----
    Utilities: the uncertainty (see `querist.measures.uncertainty`). Distances are
    Euclidean, after all steps but the last if the model is a ``Pipeline``: scale
    features that have different units.
    Cost: one prediction of the candidates, and k-means on ``prefilter * batch_size``
    rows. The clustering itself is `querist.selections.WeightedKMeansSelection`, which
    any strategy with utilities of at least 0 can use.

    References
    ----------
    .. [1] F. Zhdanov, "Diverse mini-batch active learning", 2019, arXiv:1901.05954.

    Examples
    --------
    Rows 2 and 3 are nearly the same; a batch of two takes one of them only.

    >>> import numpy as np
    >>> import querist
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0, 0], [2, 0], [0, 5], [0.01, 5], [0, -5], [1.5, 0]])
    >>> model = LogisticRegression().fit(X[[0, 1]], ["no", "yes"])
    >>> strategy = querist.make_strategy("weighted_k_means", prefilter=2)
    >>> strategy.query(X, [0, 1], ["no", "yes"], model=model, batch_size=2, random_state=0).tolist()
    [4, 2]
    """
    from querist.selections import WeightedKMeansSelection

    return _by_uncertainty(uncertainty, WeightedKMeansSelection(prefilter=prefilter), candidates, ties)


def _by_uncertainty(
    uncertainty: Uncertainty, selection: "Selection", candidates: "CandidateFilter | None", ties: "Ties"
) -> "QueryStrategy":
    # The strategies of uncertainty are registered under the names of their measures.
    name = check_choice(uncertainty, "uncertainty", UNCERTAINTIES)
    strategy: QueryStrategy = load("strategies", name)(selection=selection, candidates=candidates, ties=ties)
    return strategy
