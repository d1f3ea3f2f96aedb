"""What a session says of its model: accuracy, its other figures, advice."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.svm import LinearSVC

import querist
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError

X, TRUTH = make_classification(1500, 8, n_informative=5, flip_y=0.1, random_state=0)


def labelled(n, *, audit=0.2, names=None, skip_every=None, **options):
    truth = TRUTH if names is None else names[TRUTH]
    session = querist.Session(X, audit=audit, random_state=0, **options)
    for round_ in range(n // 10):
        rows = session.ask(10)
        if skip_every and round_ % skip_every == 0:
            session.skip(rows[-1:])
            rows = rows[:-1]
        session.tell(rows, truth[rows])
    return session


def test_the_figure_is_near_the_truth():
    session = querist.Session(X[:900], audit=0.2, random_state=0)
    while len(session.labelled) < 300:
        rows = session.ask(10)
        session.tell(rows, TRUTH[rows])
    truth = (session.predict(X[900:]) == TRUTH[900:]).mean()
    found = session.accuracy()
    assert found.quantity == "model accuracy"
    assert found.low <= truth <= found.high
    assert found.n == session.estimates().n_audited == len(session._trail.prefix().rows)
    assert found.n >= 60


def test_words_as_labels_give_the_same_figures():
    numbers, words = labelled(150), labelled(150, names=np.array(["ham", "spam"]))
    one, other = numbers.accuracy(), words.accuracy()
    assert one.note.replace("answering 1", "answering 'spam'").replace("answering 0", "answering 'ham'") == other.note
    assert replace(one, note="") == replace(other, note="")
    assert [each.label for each in words.estimates().classes] == ["ham", "spam"]
    assert words.estimates().classes[1].recall.quantity == "recall of 'spam'"


def test_a_second_look_does_not_raise_the_figure():
    session = labelled(200)
    model_says = session.predict()
    audited = session._trail.prefix().rows
    wrong = audited[model_says[audited] != session.labels[[session.labelled.tolist().index(r) for r in audited]]]
    assert wrong.size
    before = session.estimates().micro_f1.value
    session.change(wrong, model_says[wrong])
    scored_against_first = session.estimates().micro_f1.value
    assert scored_against_first <= before + 0.03


def test_figures_are_kept_until_something_changes(monkeypatch):
    session = labelled(100)
    first = session.estimates()
    assert session.estimates() is first
    row = session.ask(1)
    session.skip(row)
    session.tell(row, TRUTH[row])
    assert session.estimates() is not first
    assert session.estimates(confidence=0.8).accuracy.half_width < session.accuracy().half_width


def test_skips_within_the_sample_are_counted_for_and_against():
    session = labelled(200, skip_every=4)
    found = session.estimates()
    assert found.n_skipped == len(session._trail.prefix().skipped) > 0
    assert f"{found.n_skipped} audit row" in found.accuracy.note


def test_a_model_without_probabilities_has_a_figure():
    found = labelled(100, estimator=LinearSVC(random_state=0)).estimates()
    assert found.accuracy.value is not None
    assert found.brier is None


def test_before_two_classes_and_before_ten_rows_it_says_what_is_missing():
    session = labelled(0)
    assert session.accuracy().value is None
    assert "Needs 10 random answers" in str(session.accuracy())
    assert session.estimates().plan(0.02).audit > 1000


def test_without_an_audit_there_is_no_figure():
    session = labelled(50, audit=0.0)
    for ask in (session.accuracy, session.estimates, session.advice):
        with pytest.raises(InvalidParameterError, match="has no audit"):
            ask()


def test_advice_compares_with_the_model_of_a_hundred_labels_ago():
    session = labelled(300)
    advice = session.advice(n_future=1_000_000)
    first = querist.Session(X, audit=0.2, random_state=0)
    first.tell(session.labelled[:200], session.labels[:200])
    watched = querist.stopping.stop_set(0, 1500)
    changed = np.mean(first.predict()[watched] != session.predict()[watched])
    assert f"The last 100 labels changed {changed:.1%} of the predictions" in str(advice)
    # 100 labels for at most a hundred right predictions: only a class that the model misses speaks against stopping.
    cheap = session.advice(n_future=1000).proposal
    assert cheap.stop or cheap.reason.startswith("Of the last 20 random rows of")
    assert advice.outlook.low < advice.outlook.gain < advice.outlook.high


def test_dear_errors_make_it_go_on():
    assert not labelled(300).advice(n_future=10_000_000).proposal.stop


def test_advice_only_rests_on_draws_that_were_predicted():
    session = labelled(100)
    at, hits = session._trail.scored()
    draws = [e for e in session.events if e.kind == "asked" and e.how == "audit" and e.predictions]
    assert at.size == hits.size == sum(e.rows.size for e in draws)
    expected = [int(p == TRUTH[r]) for e in draws for r, p in zip(e.rows, e.predictions, strict=True)]
    assert hits.tolist() == expected


def test_advice_needs_a_model():
    with pytest.raises(NotEnoughLabelsError):
        labelled(0).advice()


def test_figures_survive_saving(tmp_path):
    session = labelled(150)
    session.save(tmp_path / "session.json")
    assert querist.Session.load(tmp_path / "session.json", X).estimates() == session.estimates()
