"""Classes that few rows have: accuracy hardly shows them, so the report says so first, and looks at another metric."""

from collections.abc import Mapping, Sequence

from querist._words import listed
from querist.audit.balance import rare_limit
from querist.simulation.metrics import METRICS

# In these each class counts alike, the share of the classes does not matter, or the rarest class alone counts.
BALANCED = (
    "macro_f1",
    "balanced_accuracy",
    "roc_auc",
    "rare_recall",
    "rare_precision",
    "rare_average_precision",
)
_NAMED = 3


def rare_classes(counts: Mapping[str, int]) -> dict[str, float]:
    """Return the share of each class that few rows have, the rarest first; see `querist.audit.balance`.

    Examples
    --------
    >>> rare_classes({"ham": 87, "spam": 13}), rare_classes({"no": 196, "yes": 4})
    ({}, {'yes': 0.02})
    """
    n_rows = sum(counts.values())
    limit = rare_limit(len(counts))
    rare = {name: count / n_rows for name, count in counts.items() if count < limit * n_rows}
    return dict(sorted(rare.items(), key=lambda each: each[1]))


def headline_metric(metrics: Sequence[str], counts: Mapping[str, int]) -> str:
    """Return the metric that findings speak of: the first; where a class is rare, one that shows it, if there is one.

    Examples
    --------
    >>> headline_metric(["accuracy", "macro_f1"], {"no": 196, "yes": 4})
    'macro_f1'
    """
    balanced = [name for name in metrics if name in BALANCED]
    return balanced[0] if metrics[0] == "accuracy" and balanced and rare_classes(counts) else metrics[0]


def rare_class_sentence(metrics: Sequence[str], counts: Mapping[str, int]) -> str | None:
    """Return what to know of rare classes before any accuracy is read; None where none is rare, or none is measured."""
    rare = rare_classes(counts)
    if not rare or "accuracy" not in metrics:
        return None
    told = listed((f"{name!r} ({share:.1%} of the rows)" for name, share in rare.items()), _NAMED)
    few = f"There are few rows of {told}, so accuracy says little about {'it' if len(rare) == 1 else 'them'}"
    balanced = [METRICS[name].label for name in metrics if name in BALANCED]
    if balanced:
        return f"{few}: look at {listed(balanced)}."
    return (
        f"{few}: a model that never finds {'it' if len(rare) == 1 else 'them'} is right almost as often. Run it again "
        "with --metric macro_f1 --metric accuracy (metrics=['macro_f1', 'accuracy'])."
    )
