"""How good the model of a moment is: the figures that the trainer computes and the page shows."""

from collections.abc import Generator
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from querist._labels import as_objects
from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool
from querist._validation import take_rows, unmarked_rows
from querist.labelling.log.audit_answers import AuditMoment
from querist.labelling.log.events import Measured
from querist.labelling.trainer.messages import (
    AdviceInfo,
    CalibrationBin,
    ClassFigures,
    EstimateInfo,
    Figures,
    LabelsNeeded,
    OutlookInfo,
)

if TYPE_CHECKING:
    from querist.audit import Assessment, Estimate
    from querist.audit.class_figures import ClassFigures as ClassFiguresOf
    from querist.labelling.log.settings import Settings
    from querist.labelling.trainer.learner import Learned, Learner, Lesson

# To how many points an accuracy is to be known, the finest that the rows of the project allow.
HALF_WIDTHS = (0.02, 0.05, 0.1)


def figuring(
    taken: AuditMoment, X: Pool, lesson: "Lesson", learned: "Learned", learner: "Learner", settings: "Settings"
) -> Generator[None, None, Figures]:
    """Compute all figures, a training a step."""
    from querist.audit import ScoredDraws, assessing, audit_prefix, running_accuracy
    from querist.stopping.advice import advise, looking_back, stop_set

    refitter, ranking = learner.refitter(lesson.estimator), learned.ranking

    def fit(rows: IntArray, labels: AnyArray) -> Model:
        return refitter.fit_as_far(take_rows(X, rows), labels)

    def confidence_of(rows: IntArray) -> FloatArray | None:
        told = ranking.confidence[rows].astype(np.float64)
        return None if np.isnan(told).any() else told

    prefix = audit_prefix(taken.order, taken.answered, taken.skipped)
    assessment = yield from assessing(
        fit,
        X,
        lesson.rows,
        lesson.labels,
        order=taken.order,
        prefix=prefix,
        truth=np.array([taken.truth[row] for row in prefix.rows.tolist()], lesson.labels.dtype),
        confidence_of=confidence_of,
        scored=None if taken.is_exchangeable else ScoredDraws(lesson.rows.size, taken.at, taken.hits),
    )
    asked = unmarked_rows(learner.n_rows, lesson.copies)
    watched = asked[stop_set(learner.seed, asked.size)]
    before = yield from looking_back(fit, lesson.rows, lesson.labels, take_rows(X, watched))
    advice = advise(
        lesson.rows.size,
        ranking.prediction[watched],
        before,
        taken.at,
        taken.hits,
        audit_truth=as_objects(_name(taken, each) for each in taken.scored_truth.tolist()),
        classes=as_objects(taken.names.values()),
        # One point of accuracy is one row in a hundred.
        n_future=100 * settings.labels_per_point,
    )
    running = running_accuracy(taken.draws)
    outlook = None if advice.outlook is None else OutlookInfo(**vars(advice.outlook))
    in_words = AdviceInfo(
        stop=advice.proposal.stop,
        reason=advice.proposal.reason,
        outlook=outlook,
        labels_per_point=settings.labels_per_point,
        text=str(advice),
    )
    return _told(taken, assessment, running, in_words, settings, asked.size)


def _name(taken: AuditMoment, class_id: int) -> str:
    return taken.names.get(class_id, f"class {class_id}")


def _under_names(found: "Assessment", taken: AuditMoment) -> "Assessment":
    """Return the same figures, with classes by the names by which people know them."""

    def renamed(each: "ClassFiguresOf") -> "ClassFiguresOf":
        name = _name(taken, int(each.label))
        return replace(
            each,
            label=name,
            recall=replace(each.recall, quantity=f"recall of {name!r}"),
            precision=replace(each.precision, quantity=f"precision of {name!r}"),
            prevalence=replace(each.prevalence, quantity=f"share of {name!r}"),
        )

    return replace(found, classes=tuple(renamed(each) for each in found.classes))


def labels_needed(found: "Assessment", share: float, n_rows: int) -> LabelsNeeded | None:
    """Return about what it takes to know the accuracy well; None: more rows than there are, or nothing is random."""
    for half_width in HALF_WIDTHS if share else ():
        plan = found.plan(half_width, share=share)
        if plan.total <= n_rows:
            return LabelsNeeded(half_width, plan.audit, plan.total)
    return None


def _told(
    taken: AuditMoment,
    found: "Assessment",
    running: "Estimate",
    advice: AdviceInfo,
    settings: "Settings",
    n_rows: int,
) -> Figures:
    from querist.audit.balance import beside

    class_ids, found = [int(each.label) for each in found.classes], _under_names(found, taken)
    others = (found.micro_f1, found.macro_f1, found.balanced_accuracy, found.brier, found.overconfidence)
    accuracy = estimate_info(found.accuracy)
    # Beside the figure the page shows these by themselves; who quotes its text alone is to read them.
    accuracy = replace(accuracy, text=f"{accuracy.text} {beside(found.classes)}".strip())
    for told in remarks_on(taken, settings):
        accuracy = replace(accuracy, note=f"{accuracy.note} {told}".strip(), text=f"{accuracy.text} {told}")
    return Figures(
        seq=taken.seq,
        at=None,
        n_labels=found.n_labels,
        n_audited=found.n_audited,
        n_skipped=found.n_skipped,
        accuracy=accuracy,
        largest=None if found.always_largest is None else estimate_info(found.always_largest),
        headline=[estimate_info(each) for each in found.headline if each is not found.accuracy],
        running=estimate_info(running),
        others=[estimate_info(each) for each in others if each is not None],
        classes=[
            ClassFigures(
                class_id=class_id,
                recall=estimate_info(each.recall),
                precision=estimate_info(each.precision),
                prevalence=estimate_info(each.prevalence),
            )
            for class_id, each in zip(class_ids, found.classes, strict=True)
        ],
        calibration=None
        if found.calibration is None
        else [CalibrationBin(round(each.confidence, 4), estimate_info(each.accuracy)) for each in found.calibration],
        plan=labels_needed(found, settings.audit_share, n_rows),
        advice=advice,
    )


def remarks_on(taken: AuditMoment, settings: "Settings") -> list[str]:
    """Return what is to be said of the sample, whatever is estimated from it."""
    remarks = []
    if settings.opinions > 1:
        remarks.append("A row's truth is the first person's answer, not what several agreed on later.")
    if taken.n_copies:
        remarks.append(f"A row and its copies count once: {taken.n_copies:,} rows of the project are copies of others.")
    if taken.n_seen:
        remarks.append(f"{taken.n_seen} of the answers were given with the model's guess in sight.")
    if taken.n_reopened:
        remarks.append(
            f"Answers to {taken.n_reopened} of the rows drawn at random were taken back: they are asked again, and the "
            "sample ends before the first of them until then."
        )
    return remarks


def estimate_info(estimate: "Estimate") -> EstimateInfo:
    """Return an estimate as it is told, with its text."""

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 6)

    return EstimateInfo(
        quantity=estimate.quantity,
        value=rounded(estimate.value),
        low=rounded(estimate.low),
        high=rounded(estimate.high),
        n=estimate.n,
        method=estimate.method,
        confidence=estimate.confidence,
        note=estimate.note,
        text=str(estimate),
    )


def in_short(figures: Figures) -> Measured:
    """Return what the log keeps of figures: the quantities that are always in view and the advice, not the details."""
    whole = asdict(figures)
    return Measured(**{each.name: whole[each.name] for each in fields(Measured)})
