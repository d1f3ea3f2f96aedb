"""What an accuracy must be read beside: always answering the largest class, and classes that few rows have."""

from collections.abc import Sequence
from dataclasses import replace

from querist._words import quoted
from querist.audit.class_figures import ClassFigures
from querist.audit.estimate import Estimate
from querist.audit.intervals import mid_p

# Below this share of the rows a class hardly shows in the accuracy.
RARE = 0.1
# With more classes than this an equal share is itself so small: then rare is what lies below half of it.
_FEW_CLASSES = 5
# How often any of many equally large classes may be called rare.
_ERROR = 0.05
_NAMED = 3


def largest_class(classes: Sequence[ClassFigures]) -> ClassFigures | None:
    """Return the class with the largest share of the audit sample, the first of equals; None without a sample."""
    known = [each for each in classes if each.prevalence.value is not None]
    return max(known, key=lambda each: each.prevalence.value or 0.0, default=None)


def always_largest(classes: Sequence[ClassFigures]) -> Estimate | None:
    """Return the accuracy of always answering the largest class, without looking at a row; None without a sample.

    It is the share of that class in the audit sample, and a little too large where several are about as large.
    """
    largest = largest_class(classes)
    if largest is None:
        return None
    return replace(largest.prevalence, quantity=f"always answering {largest.label!r}")


def rare_limit(n_classes: int) -> float:
    """Return the share of the rows below which a class is rare."""
    return RARE if n_classes <= _FEW_CLASSES else min(RARE, 0.5 / n_classes)


def rare_classes(classes: Sequence[ClassFigures]) -> list[ClassFigures]:
    """Return the classes with less than a tenth of the audit sample, or, of more than five, less than half their share.

    Of more than five classes a small sample misses some by chance: there the interval of the share must lie below an
    equal one, with a confidence that holds for all classes together. The rarest come first.
    """
    n = len(classes)
    limit = rare_limit(n)

    def is_rare(share: Estimate) -> bool:
        if share.value is None or share.value >= limit:
            return False
        return n <= _FEW_CLASSES or mid_p(share.value, share.n, 1 - _ERROR / n)[1] < 1 / n

    rare = [each for each in classes if is_rare(each.prevalence)]
    return sorted(rare, key=lambda each: each.prevalence.value or 0.0)


def headline(classes: Sequence[ClassFigures], accuracy: Estimate, macro_f1: Estimate) -> tuple[Estimate, ...]:
    """Return the figures to look at first: the accuracy, unless a class is rare.

    Then, of two classes, the recall and the precision of the rare one; of more, macro F1, in which each class counts
    alike. They have no value while a class has fewer than ten rows of the sample: then nothing is known yet of what the
    accuracy hides.
    """
    rare = rare_classes(classes)
    if not rare:
        return (accuracy,)
    return (rare[0].recall, rare[0].precision) if len(classes) == 2 else (macro_f1,)


def beside(classes: Sequence[ClassFigures]) -> str:
    """Return in words what the accuracy is to be read beside; empty without a sample."""
    largest = largest_class(classes)
    if largest is None:
        return ""
    told = f"Always answering {largest.label!r} would be right {largest.prevalence.value:.1%} of the time."
    rare = rare_classes(classes)
    if not rare:
        return told
    them = "it" if len(rare) == 1 else "them"
    named = quoted((each.label for each in rare), _NAMED)
    return f"{told} There are few rows of {named}, so accuracy says little about {them}: look at recall and precision."
