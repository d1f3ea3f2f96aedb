"""Honest figures: how good a model is, said while the labels that train it are being chosen.

Three quantities, never mixed:

- *model accuracy*: of the current model on a new row (`model_accuracy`; about 95 %, by simulation);
- *remainder accuracy*: of a frozen model on the rows left (`remainder_accuracy`; exact);
- *running accuracy*: the average over audit draws (`running_accuracy`; at all times at once).
"""

from querist.audit.assessment import Assessment, ClassFigures, assess, assessing
from querist.audit.auto_label import AutoLabelPlan, AutoLabels, auto_labels, plan_auto_label
from querist.audit.certificate import Plan, attempt_level, labels_needed, remainder_accuracy, rest_bound
from querist.audit.cross_fit import CrossFit, cross_fit
from querist.audit.estimate import Estimate
from querist.audit.folds import fold_of
from querist.audit.learning_curve import Change, CurvePosterior, curve_posterior
from querist.audit.metrics import (
    Bin,
    balanced_accuracy_estimate,
    brier_score,
    calibration_bins,
    macro_f1_estimate,
    micro_f1,
    overconfidence,
    precision,
    prevalence,
    recall,
)
from querist.audit.model_accuracy import ScoredDraws, model_accuracy
from querist.audit.order import AuditPrefix, audit_numbers, audit_order, audit_prefix, is_fresh, promise_numbers
from querist.audit.planning import LabelPlan, labels_for_width
from querist.audit.running import running_accuracy
from querist.audit.weighted import drawn_accuracy, lure, neyman_allocation, stratified

__all__ = [
    "Assessment",
    "AuditPrefix",
    "AutoLabelPlan",
    "AutoLabels",
    "Bin",
    "Change",
    "ClassFigures",
    "CrossFit",
    "CurvePosterior",
    "Estimate",
    "LabelPlan",
    "Plan",
    "ScoredDraws",
    "assess",
    "assessing",
    "attempt_level",
    "audit_numbers",
    "audit_order",
    "audit_prefix",
    "auto_labels",
    "balanced_accuracy_estimate",
    "brier_score",
    "calibration_bins",
    "cross_fit",
    "curve_posterior",
    "drawn_accuracy",
    "fold_of",
    "is_fresh",
    "labels_for_width",
    "labels_needed",
    "lure",
    "macro_f1_estimate",
    "micro_f1",
    "model_accuracy",
    "neyman_allocation",
    "overconfidence",
    "plan_auto_label",
    "precision",
    "prevalence",
    "promise_numbers",
    "recall",
    "remainder_accuracy",
    "rest_bound",
    "running_accuracy",
    "stratified",
]
