"""Figures and promises of a session whose estimator is a regressor."""

from typing import NoReturn

import numpy as np

from querist._typing import AnyArray
from querist.audit.estimate import Estimate
from querist.audit.outcomes import RIGHT
from querist.audit.past import FEWEST_PAST, Past
from querist.audit.regression_assessment import RegressionAssessment, regression_assess
from querist.audit.regression_cross_fitting import cross_fit_targets
from querist.exceptions import InvalidParameterError
from querist.session.audit_trail import AuditTrail
from querist.session.certifying import Certifier
from querist.session.figures import Figures
from querist.session.numbers_only import only_for_classes
from querist.session.promises import Certificate
from querist.session.second_opinion import SecondOpinion


class RegressionFigures(Figures):
    """All figures of the present regressor; see the methods of `Session` that have these names."""

    def accuracy(self, confidence: float) -> Estimate:
        """Return which share of the predictions is within the tolerance."""
        require_tolerance(self._trail, "accuracy")
        found = self.estimates(confidence).within
        assert found is not None
        return found

    def estimates(self, confidence: float) -> RegressionAssessment:  # type: ignore[override]  # figures of its own
        """Return all figures; kept until answers change."""
        self._require_audit()
        return self._kept(confidence, self._assess_numbers)

    def _assess_numbers(self, confidence: float) -> RegressionAssessment:
        answers, prefix, first = self._journal.state.answers, self._trail.prefix(), self._trail.first_answers()
        return regression_assess(
            self._trained.fit_on,
            self._journal.X,
            answers.rows,
            answers.labels,
            prefix=prefix,
            truth=np.array([first[row] for row in prefix.rows.tolist()], np.float64),
            tolerance=self._trail.tolerance,
            confidence=confidence,
        )

    def running_accuracy(self, confidence: float) -> Estimate:
        """Return the average share within the tolerance over the audit's draws so far."""
        require_tolerance(self._trail, "running_accuracy")
        return super().running_accuracy(confidence)

    def accuracy_of(self, predicted: AnyArray, confidence: float) -> Estimate:
        """Return which share of one fixed model's predictions is within the tolerance."""
        require_tolerance(self._trail, "accuracy_of")
        return super().accuracy_of(predicted, confidence)

    def advice(self, *, label_cost: float, error_cost: float, n_future: float) -> NoReturn:
        """Say that there is none."""
        raise only_for_classes("advice", "Look at how estimates().rmse falls from round to round.")


class RegressionCertifier(Certifier):
    """Begins promises about which share of a regressor's predictions is within the tolerance."""

    def certify(self, target: float, *, guess: float | None, confidence: float, power: float | None) -> Certificate:
        """Draw the rows of a certificate; see `Session.certify`."""
        require_tolerance(self._trail, "certify")
        return super().certify(target, guess=guess, confidence=confidence, power=power)

    def auto_label(self, target: float, *, most_labels: int, confidence: float) -> NoReturn:
        """Say that there is none."""
        raise only_for_classes(
            "auto_label", "certify(target) promises which share of all predictions is within the tolerance."
        )

    def _past(self, second: SecondOpinion | None = None) -> Past | None:
        rows = self._trail.answered_draws()
        if rows.size < FEWEST_PAST:
            return None
        answers = self._journal.state.answers
        past = cross_fit_targets(self._trained.fit_on, self._journal.X, answers.rows, answers.labels, rows)
        return Past(self._trail.outcomes(rows, past) == RIGHT, None)


def require_tolerance(trail: AuditTrail, what: str) -> None:
    """Refuse to count right predictions where it was not told which are right.

    Raises
    ------
    InvalidParameterError
    """
    if trail.tolerance is None:
        raise InvalidParameterError(
            f"{what} counts predictions that are within a tolerance of the answer, and this session has none. Make it "
            "with Session(..., tolerance=0.5), or load it with Session.load(..., tolerance=0.5); estimates() has RMSE, "
            "MAE and R2 without one."
        )
