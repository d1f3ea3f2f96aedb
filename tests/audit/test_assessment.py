"""All figures of a moment, against plain computation by hand."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from querist.audit.accuracy import model_accuracy
from querist.audit.assessment import assess, assessing
from querist.audit.folds import fold_of
from querist.audit.order import AuditPrefix, audit_numbers, audit_order, audit_prefix

X, TRUTH = make_classification(900, 6, n_informative=4, n_classes=3, n_clusters_per_class=1, random_state=2)
ORDER = audit_order(audit_numbers(5, np.arange(900)))


def fit(rows, labels):
    return LogisticRegression(max_iter=500).fit(X[rows], labels)


def state(n_audited, n_others, n_skipped=0):
    """Return labelled rows, the audit's prefix, and the truth of its rows; skipped rows lie within the prefix."""
    free = ORDER[n_audited + n_skipped + 1 :]
    answered, skipped = np.zeros(900, bool), np.zeros(900, bool)
    answered[ORDER[: n_audited + n_skipped]] = True
    skipped[ORDER[1 : 1 + n_skipped]] = True
    answered &= ~skipped
    answered[np.random.default_rng(0).choice(free, n_others, replace=False)] = True
    return np.flatnonzero(answered), audit_prefix(ORDER, answered, skipped)


def assessed(rows, prefix, *, truth=None, labels=TRUTH, fit=fit, confidence_of=None, **options):
    model = fit(rows, labels[rows])

    def sure(some):
        return model.predict_proba(X[some]).max(axis=1) if hasattr(model, "predict_proba") else None

    return assess(
        fit, X, rows, labels[rows], order=ORDER, prefix=prefix, truth=(labels if truth is None else truth)[prefix.rows],
        confidence_of=confidence_of or sure, **options,
    )  # fmt: skip


def test_accuracy_is_that_of_models_that_have_not_seen_the_rows():
    rows, prefix = state(40, 60)
    audit = prefix.rows
    right, sure = [], []
    for row in audit:  # up to 64 audit rows: one by one
        model = fit(rows[rows != row], TRUTH[rows[rows != row]])
        proba = model.predict_proba(X[[row]])[0]
        right.append(model.classes_[proba.argmax()] == TRUTH[row])
        sure.append(proba.max())
    others = np.setdiff1d(rows, audit)
    folds = fold_of(others, 5)
    pool = [*sure, *fit(rows, TRUTH[rows]).predict_proba(X[np.setdiff1d(np.arange(900), rows)]).max(axis=1)]
    for fold in range(5):
        inside = others[folds == fold]
        train = np.setdiff1d(rows, inside)
        pool += fit(train, TRUTH[train]).predict_proba(X[inside]).max(axis=1).tolist()
    expected = model_accuracy(np.array(right, float), np.array(sure), np.array(pool))
    found = assessed(rows, prefix)
    for name in ("value", "low", "high"):
        assert getattr(found.accuracy, name) == pytest.approx(getattr(expected, name), abs=1e-6)
    assert found.micro_f1.value == pytest.approx(np.mean(right))
    assert found.overconfidence.value == pytest.approx(np.mean(sure) - np.mean(right), abs=1e-6)
    assert (found.n_labels, found.n_audited, found.n_skipped) == (100, 40, 0)


def test_classes_have_figures_from_ten_rows_and_say_what_is_missing():
    rows, prefix = state(25, 40)
    found = assessed(rows, prefix)
    counts = np.bincount(TRUTH[prefix.rows], minlength=3)
    assert [each.label for each in found.classes] == [0, 1, 2]
    assert min(counts) < 10 <= max(counts)
    for each in found.classes:
        assert each.recall.n == counts[each.label]
        assert (each.recall.value is None) == (counts[each.label] < 10)
        assert each.prevalence.value == pytest.approx(counts[each.label] / 25)
    assert "Needs 10 audit rows of the class" in str(found)
    assert found.calibration is None
    assert len(assessed(*state(230, 20)).calibration) == 5


def test_before_ten_audit_rows_nothing_is_trained():
    rows, prefix = state(9, 30)

    def never(rows, labels):
        raise AssertionError

    found = assess(
        never, X, rows, TRUTH[rows], order=ORDER, prefix=prefix, truth=TRUTH[prefix.rows], confidence_of=never
    )
    assert all(each.value is None for each in found.figures)
    assert found.accuracy.n == 9
    assert found.plan(0.05).audit > 100  # said up front, from a plain guess


def test_without_any_answer_there_is_nothing_to_say():
    nothing = np.empty(0, np.int64)
    found = assess(
        fit, X, nothing, TRUTH[nothing], order=ORDER, prefix=AuditPrefix(nothing, nothing), truth=TRUTH[nothing],
        confidence_of=lambda rows: None,
    )  # fmt: skip
    assert found.classes == ()
    assert all(each.value is None for each in found.figures)


def test_what_was_said_first_counts_not_what_trains():
    rows, prefix = state(40, 60)
    said = TRUTH.copy()
    said[prefix.rows[:10]] = (said[prefix.rows[:10]] + 1) % 3
    assert assessed(rows, prefix, truth=said).micro_f1.value < assessed(rows, prefix).micro_f1.value - 0.1


def test_a_first_answer_may_be_of_a_class_that_trains_no_more():
    rows, prefix = state(40, 60)
    said = TRUTH.copy()
    said[prefix.rows[0]] = 7
    found = assessed(rows, prefix, truth=said)
    assert [each.label for each in found.classes] == [0, 1, 2, 7]
    assert found.brier.value > assessed(rows, prefix).brier.value


def test_skipped_rows_widen_the_interval_to_both_sides():
    plain = assessed(*state(60, 40))
    skipped = assessed(*state(60, 40, n_skipped=6))
    assert skipped.n_skipped == 6
    assert "6 audit rows that nobody could answer" in skipped.accuracy.note
    assert skipped.accuracy.half_width > plain.accuracy.half_width + 0.02
    assert all("6 random rows that nobody could answer are left out" in each.note for each in skipped.figures[1:])
    assert not any("left out" in each.note for each in plain.figures)


def test_a_model_without_probabilities_has_plain_figures():
    def margin_only(rows, labels):
        return LinearSVC(random_state=0).fit(X[rows], labels)

    found = assessed(*state(40, 60), fit=margin_only)
    assert found.brier is None
    assert found.overconfidence is None
    assert "difference" not in found.accuracy.method
    assert found.variance_ratio == 1
    assert found.accuracy.value == found.micro_f1.value


def test_steps_give_what_the_whole_gives_and_each_trains_at_most_once():
    rows, prefix = state(80, 40)
    trained = []

    def counting(rows, labels):
        trained.append(rows.size)
        return fit(rows, labels)

    model = fit(rows, TRUTH[rows])
    steps = assessing(
        counting, X, rows, TRUTH[rows], order=ORDER, prefix=prefix, truth=TRUTH[prefix.rows],
        confidence_of=lambda some: model.predict_proba(X[some]).max(axis=1),
    )  # fmt: skip
    results = []

    def whole():
        results.append((yield from steps))

    before = [len(trained) for _ in whole()]
    assert results == [assessed(rows, prefix)]
    assert max(np.diff([*before, len(trained)])) == 1
    assert len(before) == len(trained)


def test_answers_of_one_class_are_predicted_as_it():
    rows = ORDER[:12]
    only = np.zeros(900, int)
    found = assess(
        fit, X, rows, only[rows], order=ORDER, prefix=AuditPrefix(rows, rows[:0]), truth=only[rows],
        confidence_of=lambda some: None,
    )  # fmt: skip
    assert found.micro_f1.value == 1
    assert found.accuracy.low < 0.8
