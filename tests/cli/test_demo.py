"""``querist demo``: the tutorial's experiment, exactly."""

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from typer.testing import CliRunner

from querist.cli.main import app
from querist.cli.offer import offer_page
from querist.simulation.tutorial import run_tutorial, split_gain, tutorial_problem
from querist.store import Store


def plain_tutorial():
    """Run the tutorial as it is written: arrays that shrink and grow, no library."""
    X, y = tutorial_problem()
    X_pool, X_test, y_pool, y_test = train_test_split(X, y, test_size=0.10, random_state=42, stratify=y)
    numbers = np.arange(len(y_pool))
    X_labeled, X_unlabeled, y_labeled, y_unlabeled, _, numbers = train_test_split(
        X_pool, y_pool, numbers, test_size=0.9, random_state=42, stratify=y_pool
    )
    accuracy, asked, doubts = [], [], []
    for query in range(21):
        model = LogisticRegression(random_state=42, max_iter=2000).fit(X_labeled, y_labeled)
        accuracy.append(model.score(X_test, y_test))
        if query == 20:
            return accuracy, asked, doubts
        uncertainty = 1 - model.predict_proba(X_unlabeled).max(axis=1)
        place = int(np.argmax(uncertainty))
        asked.append(int(numbers[place]))
        doubts.append(uncertainty[place])
        X_labeled = np.vstack([X_labeled, X_unlabeled[place]])
        y_labeled = np.append(y_labeled, y_unlabeled[place])
        X_unlabeled, y_unlabeled, numbers = (np.delete(a, place, axis=0) for a in (X_unlabeled, y_unlabeled, numbers))
    raise AssertionError


def test_the_tutorial_runs_exactly():
    accuracy, asked, doubts = plain_tutorial()
    run = run_tutorial()
    assert run.rows == asked
    assert run.accuracy == accuracy
    np.testing.assert_allclose(run.uncertainty, doubts, rtol=1e-12)
    assert run.n_labels == list(range(90, 111))
    assert (run.accuracy[0], run.accuracy[-1]) == (0.88, 0.91)


def test_the_gain_is_split_into_parts_that_add_up():
    from querist.simulation import simulate

    X, y = tutorial_problem()
    result = simulate(
        X, y, strategies=["least_confidence"], repeats=3, initial=90, initial_set="stratified", budget=110,
        batch_size=1, test_size=100, n_jobs=1,
    )  # fmt: skip
    run = run_tutorial()
    split = split_gain(run, result.table)
    assert split.more_labels + split.better_choice + split.luck == pytest.approx(split.gain)
    assert split.gain == pytest.approx(0.03)
    wide = result.table.pivot_table(index="repeat", columns=["strategy", "n_labels"], values="value")
    assert split.more_labels == pytest.approx((wide["random"][110] - wide["random"][90]).mean())


def test_the_demo_prints_and_draws_without_a_display(tmp_path, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    # What is printed and drawn does not depend on how many trees there are; a hundred of them take 20 seconds.
    monkeypatch.setattr("querist.learners.defaults.extra_trees", lambda **params: ExtraTreesClassifier(5, **params))
    result = CliRunner().invoke(app, ["demo", "--repeats", "2", "--out", str(tmp_path / "shown"), "--jobs", "1"])
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["90", "0.8800", "(baseline)"] in lines
    assert [line[:2] for line in lines if line and line[0] == "110"] == [["110", "0.9100"]]
    assert "Baseline 0.8800 with 90 labels, 0.9100 with 110: +3.0 points" in result.stdout
    assert "100 to 120" in result.stdout
    assert "the luck of one run" in result.stdout
    for name in ("tutorial.png", "tutorial_repeated.png", "digits.png", "digits.html"):
        assert (tmp_path / "shown" / name).exists()
        assert name in result.stdout
    assert f"label {tmp_path / 'shown' / 'digits'} --labels 1,2,3,4,5,6,7,8,9,0" in result.stdout
    assert "Open it now?" not in result.stdout  # nobody is there who could answer


@pytest.mark.parametrize(("answer", "opened"), [("y", True), ("", True), ("n", False)])
def test_the_page_on_digits_is_offered_where_somebody_can_answer(tmp_path, monkeypatch, answer, opened):
    served = []
    monkeypatch.setattr("querist.web.serving.serve", lambda location, **options: served.append(location))
    monkeypatch.setattr("querist.cli.offer.is_interactive", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda question, default: {"y": True, "": default, "n": False}[answer])
    offer_page(tmp_path / "digits")
    names = sorted(path.name for path in (tmp_path / "digits").iterdir())
    assert (len(names), names[0]) == (1797, "0001.png")
    pixels = np.asarray(Image.open(tmp_path / "digits" / "0001.png"))
    np.testing.assert_allclose(16 - pixels / 255 * 16, load_digits().images[0], atol=0.05)
    assert served == ([str(tmp_path / "digits.querist")] if opened else [])
    if opened:
        with Store.open(served[0]) as store:
            assert (store.info.kind, store.n_items) == ("image", 1797)
