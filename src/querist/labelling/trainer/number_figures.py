"""How far off the model of a moment is, where the answers are numbers: the figures that the page shows."""

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from querist._typing import Pool
from querist.labelling.log.audit_answers import AuditMoment
from querist.labelling.log.numbers import MOST, TYPICAL_ERROR, NumberAsked
from querist.labelling.trainer.figures import remarks_on
from querist.labelling.trainer.messages import AdviceInfo, EstimateInfo, Figures

if TYPE_CHECKING:
    from querist.audit import Estimate
    from querist.labelling.log.settings import Settings
    from querist.labelling.trainer.learner import Lesson
    from querist.labelling.trainer.number_learner import NumberLearner

_TEACHES = (
    "The model that asks has learned from these answers too: the questions may favour rows on which it is wrong, and "
    "the figure is approximate."
)


def number_figuring(
    taken: AuditMoment, X: Pool, lesson: "Lesson", learner: "NumberLearner", settings: "Settings"
) -> Generator[None, None, Figures]:
    """Compute all figures, a training a step."""
    from querist.audit import audit_prefix, regression_assessing

    asked = settings.number_asked
    assert asked is not None
    prefix = audit_prefix(taken.order, taken.answered, taken.skipped)
    found = yield from regression_assessing(
        learner.fitting(lesson.estimator),
        X,
        lesson.rows,
        lesson.labels,
        prefix=prefix,
        truth=np.array([taken.numbers[row] for row in prefix.rows.tolist()], np.float64),
    )
    remarks = remarks_on(taken, settings)
    if not taken.is_exchangeable and found.n_audited:
        remarks.append(_TEACHES)
    note = " ".join(remarks)
    return Figures(
        seq=taken.seq,
        at=None,
        n_labels=found.n_labels,
        n_audited=found.n_audited,
        n_skipped=found.n_skipped,
        accuracy=_in_unit(found.rmse, TYPICAL_ERROR, asked, note),
        largest=None,
        headline=[
            _in_unit(found.mae, "mean absolute error", asked),
            _in_unit(found.bias, "mean error (bias)", asked),
            _without_unit(found.r2, "share of the variance explained (R²)"),
        ],
        running=_none(found.rmse),
        others=[],
        classes=[],
        calibration=None,
        plan=None,
        advice=AdviceInfo(False, "", None, settings.labels_per_point, ""),
    )


def _in_unit(figure: "Estimate", quantity: str, asked: NumberAsked, note: str = "") -> EstimateInfo:
    return _told(figure, quantity, asked.unit, note)


def _without_unit(figure: "Estimate", quantity: str) -> EstimateInfo:
    return _told(figure, quantity, "", "")


def _told(figure: "Estimate", quantity: str, unit: str, more: str) -> EstimateInfo:
    """Return a figure as it is told: in the unit of the number, with its interval, and from what."""
    value, low, high = (_kept(each) for each in (figure.value, figure.low, figure.high))
    note = f"{figure.note} {more}".strip()
    if value is None:
        text = f"{quantity}: no figure from {figure.n} random rows."
    else:
        text = f"{quantity} {' '.join(filter(None, [f'{value:.3g}', unit]))}"
        if low is not None and high is not None:
            text += f" ({figure.confidence:.0%} interval {low:.3g} to {high:.3g})"
        text += f", from {figure.n} random rows."
    return EstimateInfo(
        quantity=quantity,
        value=value,
        low=low,
        high=high,
        n=figure.n,
        method=figure.method,
        confidence=figure.confidence,
        note=note,
        text=f"{text} {note}".strip(),
    )


def _kept(value: float | None) -> float | None:
    """Return the six digits of a figure that say something; None for what no log can hold."""
    return None if value is None or not abs(value) < MOST else float(f"{value:.6g}")


def _none(figure: "Estimate") -> EstimateInfo:
    """Return the figure that is none: of numbers no running one is kept."""
    told = "There is no running figure where a number is asked for."
    return EstimateInfo("running error", None, None, None, 0, "none", figure.confidence, told, told)
