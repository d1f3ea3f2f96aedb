"""How the audit's answers may be used: two designs, and what they cost, in words."""

from typing import Literal

Design = Literal["exchangeable", "measure"]
# Whether the model that asks knows none of the audit's answers, so that figures hold; or all, and they are approximate.
EXCHANGEABLE: Design = "exchangeable"
MEASURE: Design = "measure"

# Measured by benchmarks/audit/held.py (benchmarks/audit/held.md).
PRICE = (
    "Drawing a fifth of the questions at random keeps the accuracy shown honest. On 13 data sets it cost 0.3 points of "
    "accuracy at 100 labels and 0.1 at 400."
)
TEACHING_PRICE = (
    "When their answers also decide what is asked next, the model was 0.3 points better, but the accuracy shown is "
    "only approximate: on one of 19 data sets it was 4 to 8 points too low at 100 labels."
)
