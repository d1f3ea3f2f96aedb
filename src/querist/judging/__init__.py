"""Labels that a machine made (a language model, a rule, a vendor), judged by random rows that people answered.

Nothing here trains or asks: arrays in, figures out. What is said of a judge rests on people's answers to rows that were
drawn at random, and on the judge's labels of all rows. Names are loaded on first use.
"""

from typing import TYPE_CHECKING

from querist._lazy import lazy_names

if TYPE_CHECKING:
    from querist.judging.figures import JudgedClass, JudgeFigures, judge_figures
    from querist.judging.pairs import JudgePair, compare_judges

# By module.
_NAMES = {
    "figures": ("JudgedClass", "JudgeFigures", "judge_figures"),
    "pairs": ("JudgePair", "compare_judges"),
}
_HOMES = {name: f"{__name__}.{module}" for module, names in _NAMES.items() for name in names}

__all__ = ["JudgeFigures", "JudgePair", "JudgedClass", "compare_judges", "judge_figures"]


__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
