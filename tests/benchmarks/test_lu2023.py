"""The published benchmark, in short forms."""

import csv
import json
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lu2023 import main
from lu2023_models import Bagged, GrowingKernel, KernelSVC, committee
from lu2023_play import N_INITIAL, STRATEGIES, play
from lu2023_protocol import HERE, SETS, aubc, draw, published, published_seeds, read_set
from lu2023_runs import Job, load, missing, path_of, save, work
from lu2023_table import lines, seed_lines, write_table
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import dump_svmlight_file, make_classification
from sklearn.svm import SVC

import querist


def problem(n_rows=90, seed=3, weights=None):
    X, y = make_classification(n_rows, 5, n_informative=3, flip_y=0.1, weights=weights, random_state=seed)
    return X * [1, 10, 100, 1, 1], 2 * y.astype(np.int64) - 1


@pytest.fixture(scope="module")
def task():
    return draw(*problem(), name="heart", seed=5)


@pytest.fixture(scope="module")
def kernel(task):
    return task.kernel()


@pytest.fixture
def folder(tmp_path):
    """A data folder with two sets of their names and our rows; the second holds one row of its second class."""
    X, y = problem(60)
    dump_svmlight_file(X, y, str(tmp_path / "appendicitis.svm"), zero_based=False)
    y = np.full(60, -1)
    y[0] = 1
    dump_svmlight_file(X, y, str(tmp_path / "sonar.svm"), zero_based=False)
    return tmp_path


# ------------------------------------------------------------------ protocol


def test_a_draw_cuts_the_rows_into_pool_and_test():
    _, y = problem()
    task = draw(np.arange(90.0)[:, np.newaxis], y, name="x", seed=0)
    order = np.argsort(np.argsort(task.X[:, 0]))
    assert sorted(order) == list(range(90))
    assert task.n_pool == 54
    np.testing.assert_array_equal(task.y, y[order])


def test_features_are_standardised_by_the_pool_alone(task):
    np.testing.assert_allclose(task.pool.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(task.pool.std(axis=0), 1)
    assert abs(task.X[task.n_pool :].mean(axis=0)).max() > 0.01


@pytest.mark.parametrize("n_rows", [106, 208, 351, 5300])
def test_sixty_per_cent_are_pool_rounded_down(n_rows):
    task = draw(np.ones((n_rows, 1)), np.tile([1, -1], n_rows)[:n_rows], name="x", seed=1)
    assert task.n_pool == 6 * n_rows // 10


def test_area_by_hand():
    # Trapezoids 0.75 and 0.5, over three queries.
    assert aubc([1.0, 0.5, 0.5]) == pytest.approx(1.25 / 3)


@given(st.floats(0, 1), st.integers(1, 50))
def test_area_of_a_constant(value, n_queries):
    assert aubc([value] * n_queries) == pytest.approx(value * (n_queries - 1) / n_queries)


def test_published_numbers_are_complete():
    table = published()
    assert {name for name, _ in table} == set(SETS)
    assert {method for _, method in table} == {"Uniform", "QBC", "Core-Set", "US-C", "MCM"}
    assert set(published_seeds()) == {(name, seed) for name in SETS for seed in range(10)}


def test_published_numbers_are_those_of_the_data_folder(real_data):
    with (real_data / "lu2023" / "published_aubc.csv").open() as file:
        theirs = {row["dataset"]: row for row in csv.DictReader(file)}
    for (name, method), (mean, _) in published().items():
        assert float(theirs[name][method]) == mean


def test_a_missing_set_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"heart\.svm .* --data"):
        read_set(tmp_path, "heart")


# ------------------------------------------------------------------ models


@given(st.permutations(range(8)), st.integers(1, 8))
def test_grown_kernel_is_the_kernel_of_the_rows(order, count):
    kernel = np.arange(64.0).reshape(8, 8)
    kernel = kernel + kernel.T
    grown = GrowingKernel(kernel, capacity=8)
    for row in order[:count]:
        grown.add(row)
    rows = sorted(order[:count])
    np.testing.assert_array_equal(grown.rows, rows)
    np.testing.assert_array_equal(grown.matrix, kernel[np.ix_(rows, rows)])
    assert grown.matrix.flags.c_contiguous


def test_models_are_those_of_the_plain_svc(task, kernel):
    """After every answer: the same decision values for all rows as SVC(kernel="rbf") on the features."""
    order = np.random.default_rng(0).permutation(task.n_pool)
    model = KernelSVC(kernel, task.y, task.n_pool)
    for row in order[:N_INITIAL]:
        model.add(row)
    for count in range(N_INITIAL, task.n_pool):
        model.add(order[count])
        rows = np.sort(order[: count + 1])
        plain = SVC(gamma="auto").fit(task.X[rows], task.y[rows])
        values = plain.decision_function(task.X)
        np.testing.assert_allclose(model.fit().values, values, atol=1e-9)
        np.testing.assert_array_equal(model.classes_, plain.classes_)
        assert model.accuracy(task.n_pool) == plain.score(task.X[task.n_pool :], task.y[task.n_pool :])
        np.testing.assert_array_equal(model.decision_function(np.array([[7.0], [2.0]])), model.values[[7, 2]])


class Recorder(ClassifierMixin, BaseEstimator):
    """A fake that keeps what it was fitted on."""

    seen: ClassVar[list] = []

    def fit(self, X, y):
        self.seen.append((X[:, 0], y))
        self.classes_ = np.unique(y)
        return self


def test_a_bag_is_a_bootstrap_sample_with_all_classes():
    Recorder.seen.clear()
    X, y = np.arange(12.0)[:, np.newaxis], np.array([1] + [-1] * 11)
    for seed in range(40):
        Bagged(Recorder(), random_state=seed).fit(X, y)
    assert len(Recorder.seen) == 40
    for rows, labels in Recorder.seen:
        np.testing.assert_array_equal(labels, y[rows.astype(int)])
        assert set(labels) == {-1, 1}
        assert len(rows) == 12
    # Drawn with replacement: hardly any sample holds every row.
    assert np.mean([len(set(rows)) < 12 for rows, _ in Recorder.seen]) > 0.9


def test_the_committee_has_four_kinds_of_members():
    assert [type(member.estimator).__name__ for member in committee()] == [
        "LogisticRegression", "SVC", "SVC", "LinearDiscriminantAnalysis",
    ]  # fmt: skip


# ------------------------------------------------------------------ runs


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_run_asks_about_every_row_once_and_repeats(task, kernel, strategy):
    run = play(task, kernel, strategy)
    assert sorted(run.rows) == list(range(N_INITIAL, task.n_pool))
    assert len(run.accuracy) == len(run.rows)
    assert run.aubc == aubc(run.accuracy)
    again = play(task, kernel, strategy)
    assert (again.rows, again.accuracy) == (run.rows, run.accuracy)
    whole = SVC(gamma="auto").fit(task.pool, task.y[: task.n_pool])
    assert run.accuracy[-1] == whole.score(task.X[task.n_pool :], task.y[task.n_pool :])


def test_least_confidence_asks_what_plain_code_asks(task, kernel):
    rows, scores = list(range(N_INITIAL)), []
    while len(rows) < task.n_pool:
        model = SVC(gamma="auto").fit(task.X[np.sort(rows)], task.y[np.sort(rows)])
        gaps = np.abs(model.decision_function(task.pool))
        gaps[rows] = np.inf
        rows.append(int(np.argmin(gaps)))
        model.fit(task.X[np.sort(rows)], task.y[np.sort(rows)])
        scores.append(model.score(task.X[task.n_pool :], task.y[task.n_pool :]))
    run = play(task, kernel, "least_confidence")
    assert run.rows == rows[N_INITIAL:]
    assert run.accuracy == scores


def test_margin_and_least_confidence_are_one_on_two_classes(task, kernel):
    assert play(task, kernel, "margin").rows == play(task, kernel, "least_confidence").rows


def test_k_center_in_one_batch_is_k_center_row_by_row(task, kernel):
    strategy, rows = querist.make_strategy("k_center", ties="first"), list(range(N_INITIAL))
    while len(rows) < task.n_pool:
        rows.append(int(strategy.query(task.pool, rows, task.y[rows], random_state=0)[0]))
    assert play(task, kernel, "k_center").rows == rows[N_INITIAL:]


@pytest.mark.parametrize("name", ["appendicitis", "sonar", "heart"])
def test_single_runs_give_the_authors_own_values(real_data, name):
    X, y = read_set(real_data / "lu2023", name)
    for seed in range(2):
        task = draw(X, y, name=name, seed=seed)
        found = play(task, task.kernel(), "least_confidence").aubc
        assert found == pytest.approx(published_seeds()[name, seed], abs=1.1e-5)


@pytest.mark.proof
@pytest.mark.parametrize("name", [name for name in SETS if name not in ("spambase", "banana", "phoneme")])
def test_many_runs_give_the_authors_own_values_and_the_published_mean(real_data, tmp_path, name):
    for seed in range(20):
        work(Job(name, seed, ("random", "least_confidence", "k_center")), real_data / "lu2023", tmp_path)
    for seed, found in load(tmp_path, name, "least_confidence").items():
        if (name, seed) in published_seeds():
            assert found == pytest.approx(published_seeds()[name, seed], abs=1.1e-5)
    # 20 of the 100 published seeds: three standard errors of the part of the spread that they do not share.
    for line in lines(tmp_path):
        error = line.values.std(ddof=1) / np.sqrt(line.values.size)
        assert abs(line.difference) <= 3 * error + 0.006


# ------------------------------------------------------------------ files


def test_finished_runs_are_not_done_again(folder, tmp_path):
    runs = tmp_path / "runs"
    jobs = missing(runs, ["appendicitis"], ["random", "margin"], 2)
    assert jobs == [Job("appendicitis", seed, ("random", "margin")) for seed in range(2)]
    assert len(work(jobs[0], folder, runs)) == 2
    assert missing(runs, ["appendicitis"], ["random", "margin"], 2) == jobs[1:]
    # What a killed process leaves behind does not count.
    path_of(runs, "appendicitis", "random", 1).with_suffix(".json.99.tmp").write_text("{")
    assert missing(runs, ["appendicitis"], ["random", "margin"], 2) == jobs[1:]
    assert list(load(runs, "appendicitis", "random")) == [0]


def test_published_repeats_by_default(tmp_path):
    assert len(missing(tmp_path, ["appendicitis"], ["random"], None)) == 100
    assert len(missing(tmp_path, ["banana"], ["random"], None)) == 10


def test_an_initial_set_of_one_class_is_left_out(folder, tmp_path):
    X, y = read_set(folder, "sonar")
    seed = next(s for s in range(20) if not draw(X, y, name="sonar", seed=s).has_both_classes)
    (line,) = work(Job("sonar", seed, ("random",)), folder, tmp_path / "runs")
    assert "one class" in line
    assert load(tmp_path / "runs", "sonar", "random") == {}
    assert all(job.seed != seed for job in missing(tmp_path / "runs", ["sonar"], ["random"], 20))


def fake(runs, name, strategy, values):
    for seed, value in enumerate(values):
        path = path_of(runs, name, strategy, seed)
        save(path, None)
        path.write_text(json.dumps({"aubc": value, "rows": [1, 2]}))


def test_the_table_judges(tmp_path):
    # Published: random 0.8051, least confidence 0.8157 (heart); 0.9103 and 0.9205 (spambase).
    fake(tmp_path, "heart", "random", [0.80, 0.82])
    fake(tmp_path, "heart", "least_confidence", [0.83, 0.83])
    fake(tmp_path, "spambase", "random", [0.92])
    fake(tmp_path, "spambase", "least_confidence", [0.918])
    heart_random, heart_lc, spam_random, spam_lc = lines(tmp_path)
    assert (heart_random.within, heart_random.sign) == (True, None)
    assert heart_random.difference == pytest.approx(0.81 - 0.8051)
    assert (heart_lc.within, heart_lc.sign) == (False, True)
    assert heart_lc.gap == pytest.approx(0.02)
    assert not spam_random.within
    assert (spam_lc.within, spam_lc.sign) == (True, False)
    page = tmp_path / "page.md"
    assert "random and uncertainty 2 of 4" in write_table(tmp_path, page)
    text = page.read_text()
    assert "Sign as published: 1 of 2." in text
    assert "| heart | random | 2 | 0.8100 | 0.0100 | 0.8051 | +0.0049 | yes |" in text
    assert text.count("**no**") == 3
    assert "0 of 0 runs of both asked" in text


def test_a_loss_as_published_is_a_sign_as_published(tmp_path):
    # Published on banana: random 0.8926, least confidence 0.8787.
    fake(tmp_path, "banana", "random", [0.89])
    fake(tmp_path, "banana", "least_confidence", [0.87])
    line = lines(tmp_path)[1]
    assert (line.sign, line.within) == (True, False)


@pytest.mark.parametrize("more", ["random", "k_center"])
def test_gaps_are_over_the_seeds_of_both(tmp_path, more):
    fake(tmp_path, "heart", "random", [0.80, 0.70] if more == "random" else [0.80])
    fake(tmp_path, "heart", "k_center", [0.81, 0.90] if more == "k_center" else [0.81])
    assert lines(tmp_path)[1].gap == pytest.approx(0.01)


def test_single_runs_stand_beside_the_authors_own(tmp_path):
    theirs = published_seeds()
    fake(tmp_path, "heart", "least_confidence", [theirs["heart", 0], theirs["heart", 1] + 0.002])
    assert seed_lines(tmp_path) == ["| heart | 2 | 0.00200 |"]


def test_command_line(folder, tmp_path, capsys):
    runs = tmp_path / "runs"
    chosen = ["--sets", "appendicitis", "--strategies", "random", "least_confidence", "--repeats", "1", "--jobs", "1"]
    main(["run", *chosen, "--data", str(folder), "--runs", str(runs)])
    assert capsys.readouterr().out.count("appendicitis") == 2
    main(["table", "--runs", str(runs), "--out", str(tmp_path / "table.md")])
    assert "Within tolerance" in capsys.readouterr().out
    assert "| appendicitis | random | 1 |" in (tmp_path / "table.md").read_text()


def test_data_folder_lies_beside_the_checkout():
    assert (HERE / "lu2023.py").is_file()
