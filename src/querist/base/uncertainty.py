"""What the strategies that rank by a model's uncertainty have in common."""

from querist._typing import FloatArray
from querist.base.scoring import uncertainty
from querist.base.strategy import QueryContext, QueryStrategy


class UncertaintyStrategy(QueryStrategy):
    """Base of strategies whose utility is the uncertainty of one model."""

    uncertainty_name: str

    def _utilities(self, context: QueryContext) -> FloatArray:
        return uncertainty(context.model, context.X, context.candidates, self.uncertainty_name)
