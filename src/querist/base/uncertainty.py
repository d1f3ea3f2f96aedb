"""What the strategies that rank by a model's uncertainty have in common."""

from typing import ClassVar

from querist._partitioned import PartitionedPool
from querist._typing import FloatArray
from querist.base.context import QueryContext
from querist.base.linear import linear_of
from querist.base.part_shortlist import best_of_parts
from querist.base.scoring import uncertainty
from querist.base.selection import TopK
from querist.base.shortlist import FEWEST_VALUES, Shortlist, n_values, shortlist
from querist.base.strategy import QueryStrategy
from querist.measures.uncertainty import Uncertainty

# So large a part of the candidates is no short list.
_MOST = 1 / 16


class UncertaintyStrategy(QueryStrategy):
    """Base of strategies whose utility is the uncertainty of one model."""

    uncertainty_name: ClassVar[Uncertainty]

    def utilities(self, context: QueryContext) -> FloatArray:
        """See `QueryStrategy.utilities`."""
        return uncertainty(context.model, context.X, context.candidates, self.uncertainty_name)

    def shortlist(self, context: QueryContext, utilities: FloatArray | None = None) -> Shortlist | None:
        """See `QueryStrategy.shortlist`. There is one where the batch depends on the highest few.

        That is, of linear models and, in a pool of partitions, of all models.
        """
        changed = (
            type(self).utilities is not UncertaintyStrategy.utilities or type(self).select is not QueryStrategy.select
        )
        in_parts = isinstance(context.X, PartitionedPool)
        if changed or context.costs is not None or (n_values(context.X) < FEWEST_VALUES and not in_parts):
            return None
        selection = TopK() if self.selection is None else self.selection
        n = selection.n_looked_at(context.batch_size, context.space)
        if n is None or (n > _MOST * context.open_rows.size and not in_parts):
            return None
        linear = linear_of(context.model, context.X, self.uncertainty_name)
        n = min(n, context.open_rows.size)
        if in_parts and utilities is None:
            return best_of_parts(context, linear, self.uncertainty_name, n)
        return None if linear is None else shortlist(linear, context, n, utilities)
