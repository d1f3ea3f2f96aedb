"""Honest figures: how good a model is, said while the labels that train it are being chosen.

Three quantities, never mixed:

- *model accuracy*: of the current model on a new row (`model_accuracy`; about 95 %, by simulation);
- *remainder accuracy*: of a frozen model on the rows left (`remainder_accuracy`; exact);
- *running accuracy*: the average over audit draws (`running_accuracy`; at all times at once).

Names are loaded on first use: who only needs the audit's order does not wait for scipy and scikit-learn.
"""

from typing import TYPE_CHECKING

from querist._lazy import lazy_names

if TYPE_CHECKING:
    from querist.audit.accuracy import ScoredDraws, model_accuracy
    from querist.audit.assessment import Assessment, assess, assessing
    from querist.audit.auto_label import AutoLabels, auto_labels
    from querist.audit.auto_label_plan import AutoLabelPlan, plan_auto_label
    from querist.audit.certificate import CertificateResult, attempt_level, remainder_accuracy, rest_bound
    from querist.audit.certificate_plan import Plan, labels_needed
    from querist.audit.class_figures import ClassFigures
    from querist.audit.cross_fitting import CrossFit, cross_fit
    from querist.audit.estimate import Estimate
    from querist.audit.expected import Expected
    from querist.audit.folds import fold_of
    from querist.audit.found_enough import RecallTest, recall_test, relevant_left
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
    from querist.audit.offers import Offer
    from querist.audit.order import AuditPrefix, audit_numbers, audit_order, audit_prefix, is_fresh, promise_numbers
    from querist.audit.outcomes import judge
    from querist.audit.planning import LabelPlan, labels_for_width
    from querist.audit.promise import Promise, Region, Standing, standing
    from querist.audit.regression_assessment import RegressionAssessment, regression_assess, regression_assessing
    from querist.audit.regression_cross_fitting import cross_fit_targets
    from querist.audit.regression_metrics import bias, mae, r2, rmse, within
    from querist.audit.running import running_accuracy
    from querist.audit.weighted import drawn_accuracy, lure, neyman_allocation, stratified

# By module.
_NAMES = {
    "accuracy": ("ScoredDraws", "model_accuracy"),
    "assessment": ("Assessment", "assess", "assessing"),
    "auto_label": ("AutoLabels", "auto_labels"),
    "auto_label_plan": ("AutoLabelPlan", "plan_auto_label"),
    "certificate": ("CertificateResult", "attempt_level", "remainder_accuracy", "rest_bound"),
    "certificate_plan": ("Plan", "labels_needed"),
    "class_figures": ("ClassFigures",),
    "cross_fitting": ("CrossFit", "cross_fit"),
    "estimate": ("Estimate",),
    "expected": ("Expected",),
    "folds": ("fold_of",),
    "learning_curve": ("Change", "CurvePosterior", "curve_posterior"),
    "metrics": (
        "Bin",
        "balanced_accuracy_estimate",
        "brier_score",
        "calibration_bins",
        "macro_f1_estimate",
        "micro_f1",
        "overconfidence",
        "precision",
        "prevalence",
        "recall",
    ),
    "order": ("AuditPrefix", "audit_numbers", "audit_order", "audit_prefix", "is_fresh", "promise_numbers"),
    "planning": ("LabelPlan", "labels_for_width"),
    "offers": ("Offer",),
    "outcomes": ("judge",),
    "promise": ("Promise", "Region", "Standing", "standing"),
    "found_enough": ("RecallTest", "recall_test", "relevant_left"),
    "regression_assessment": ("RegressionAssessment", "regression_assess", "regression_assessing"),
    "regression_cross_fitting": ("cross_fit_targets",),
    "regression_metrics": ("bias", "mae", "r2", "rmse", "within"),
    "running": ("running_accuracy",),
    "weighted": ("drawn_accuracy", "lure", "neyman_allocation", "stratified"),
}
_HOMES = {name: f"{__name__}.{module}" for module, names in _NAMES.items() for name in names}

__all__ = [
    "Assessment",
    "AuditPrefix",
    "AutoLabelPlan",
    "AutoLabels",
    "Bin",
    "CertificateResult",
    "Change",
    "ClassFigures",
    "CrossFit",
    "CurvePosterior",
    "Estimate",
    "Expected",
    "LabelPlan",
    "Offer",
    "Plan",
    "Promise",
    "RecallTest",
    "Region",
    "RegressionAssessment",
    "ScoredDraws",
    "Standing",
    "assess",
    "assessing",
    "attempt_level",
    "audit_numbers",
    "audit_order",
    "audit_prefix",
    "auto_labels",
    "balanced_accuracy_estimate",
    "bias",
    "brier_score",
    "calibration_bins",
    "cross_fit",
    "cross_fit_targets",
    "curve_posterior",
    "drawn_accuracy",
    "fold_of",
    "is_fresh",
    "judge",
    "labels_for_width",
    "labels_needed",
    "lure",
    "macro_f1_estimate",
    "mae",
    "micro_f1",
    "model_accuracy",
    "neyman_allocation",
    "overconfidence",
    "plan_auto_label",
    "precision",
    "prevalence",
    "promise_numbers",
    "r2",
    "recall",
    "recall_test",
    "regression_assess",
    "regression_assessing",
    "relevant_left",
    "remainder_accuracy",
    "rest_bound",
    "rmse",
    "running_accuracy",
    "standing",
    "stratified",
    "within",
]


__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
