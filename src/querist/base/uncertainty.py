"""What the strategies that rank by a model's uncertainty have in common."""

from typing import ClassVar

from querist._typing import FloatArray
from querist.base.context import QueryContext
from querist.base.scoring import uncertainty
from querist.base.strategy import QueryStrategy
from querist.measures.uncertainty import Uncertainty


class UncertaintyStrategy(QueryStrategy):
    """Base of strategies whose utility is the uncertainty of one model."""

    uncertainty_name: ClassVar[Uncertainty]

    def utilities(self, context: QueryContext) -> FloatArray:
        """See `QueryStrategy.utilities`."""
        return uncertainty(context.model, context.X, context.candidates, self.uncertainty_name)
