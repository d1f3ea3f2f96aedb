"""The figures against others' programs and against brute force, on 1,000 random tables with gaps.

Live: krippendorff, nltk, agreement, scikit-learn. As `benchmarks/agreement/peers.py` wrote down: irrCAC, statsmodels.
Brute force counts pairs of answers one by one, straight from the definitions.
"""

import csv
import itertools
from pathlib import Path

import agreement.metrics as agreement_metrics
import krippendorff
import numpy as np
import pytest
from nltk.metrics.agreement import AnnotationTask
from sklearn.metrics import cohen_kappa_score

from querist.agreement import coefficients
from querist.agreement.overlap import NO_ANSWER, as_ratings, overlap_of

N_CLASSES = 9
EXACT = {"rel": 1e-9, "abs": 1e-9}


def read():
    """Return the tables, and what irrCAC and statsmodels said of each."""
    with (Path(__file__).parent / "peers.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            rows = [[NO_ANSWER if said == "." else int(said) for said in row] for row in line.pop("table").split(" ")]
            yield as_ratings(rows, N_CLASSES), {name: float(told) for name, told in line.items() if told}


TABLES = list(read())


def counts(table):
    return np.stack([(table == number).sum(axis=1) for number in range(N_CLASSES)], axis=1)


def shared(table):
    """Return the rows with two answers or more."""
    return table[(table != NO_ANSWER).sum(axis=1) >= 2]


def pairs_of(row):
    """Return all ordered pairs of answers to a row."""
    return list(itertools.permutations([said for said in row.tolist() if said != NO_ANSWER], 2))


def by_chance(observed, chance):
    return 1 - (1 - observed) / (1 - chance)


def brute_observed(table):
    return np.mean([np.mean([a == b for a, b in pairs_of(row)]) for row in shared(table)])


def brute_fleiss(table):
    """Draw a row, then an answer to it; twice, independently: how often are they the same?"""
    weights = np.zeros(N_CLASSES)
    for row in shared(table):
        said = row[row != NO_ANSWER]
        for one in said:
            weights[one] += 1 / said.size / len(shared(table))
    return by_chance(brute_observed(table), sum(weight * weight for weight in weights))


def brute_alpha(table):
    """By the coincidence matrix of Krippendorff (2011), pair for pair."""
    matrix = np.zeros((N_CLASSES, N_CLASSES))
    for row in shared(table):
        n = int((row != NO_ANSWER).sum())
        for one, other in pairs_of(row):
            matrix[one, other] += 1 / (n - 1)
    total, margins = matrix.sum(), matrix.sum(axis=0)
    different = ~np.eye(N_CLASSES, dtype=bool)
    return 1 - (total - 1) * matrix[different].sum() / np.outer(margins, margins)[different].sum()


def brute_cohen(one, other):
    every = [(a, b) for a in one.tolist() for b in other.tolist()]
    return by_chance(np.mean(one == other), np.mean([a == b for a, b in every]))


def test_there_are_a_thousand_tables_with_gaps():
    assert len(TABLES) == 1000
    assert sum((table == NO_ANSWER).any() for table, _ in TABLES) > 600
    assert sum((counts(table).sum(axis=1) == 1).any() for table, _ in TABLES) > 400
    assert {table.shape[1] for table, _ in TABLES} == {2, 3, 4, 5}
    told = [sum(name in peers for _, peers in TABLES) for name in ("irrcac_fleiss", "statsmodels_cohen")]
    assert min(told) > 800


def test_observed_agreement():
    for table, peers in TABLES:
        if not len(shared(table)):
            continue
        overlap = overlap_of(table, N_CLASSES)
        mine = coefficients.row_agreement(overlap.counts, overlap.sizes).mean()
        assert mine == pytest.approx(brute_observed(table), **EXACT)
        assert mine == pytest.approx(agreement_metrics.observed_agreement(counts(table)), **EXACT)
        assert mine == pytest.approx(peers.get("irrcac_observed", mine), **EXACT)


def test_fleiss_kappa():
    for table, peers in TABLES:
        overlap = overlap_of(table, N_CLASSES)
        if np.unique(overlap.said).size < 2:
            assert "irrcac_fleiss" not in peers
            continue
        mine = coefficients.fleiss(overlap.counts).value
        assert mine == pytest.approx(brute_fleiss(table), **EXACT)
        assert mine == pytest.approx(agreement_metrics.scotts_pi(counts(table)), **EXACT)
        assert mine == pytest.approx(peers.get("irrcac_fleiss", mine), **EXACT)


def test_fleiss_kappa_of_rows_that_all_have_answered():
    compared = 0
    for table, peers in TABLES:
        whole = table[(table != NO_ANSWER).all(axis=1)]
        overlap = overlap_of(whole, N_CLASSES)
        if np.unique(whole).size < 2:
            assert "statsmodels_fleiss" not in peers
            continue
        mine = coefficients.fleiss(overlap.counts).value
        assert mine == pytest.approx(peers["statsmodels_fleiss"], **EXACT)
        assert mine == pytest.approx(task(whole).pi(), **EXACT)
        compared += 1
    assert compared > 700


def test_krippendorffs_alpha():
    for table, peers in TABLES:
        overlap = overlap_of(table, N_CLASSES)
        if np.unique(overlap.said).size < 2:
            assert "irrcac_alpha" not in peers
            continue
        mine = coefficients.krippendorff(overlap.counts).value
        assert mine == pytest.approx(brute_alpha(table), **EXACT)
        numbers = np.where(table == NO_ANSWER, np.nan, table)
        assert mine == pytest.approx(krippendorff.alpha(numbers.T, level_of_measurement="nominal"), **EXACT)
        assert mine == pytest.approx(task(table).alpha(), **EXACT)
        assert mine == pytest.approx(agreement_metrics.krippendorffs_alpha(counts(table)), **EXACT)
        assert mine == pytest.approx(peers.get("irrcac_alpha", mine), **EXACT)


def test_cohens_kappa_of_the_first_two_people():
    compared = 0
    for number, (table, peers) in enumerate(TABLES):
        both = (table[:, :2] != NO_ANSWER).all(axis=1)
        one, other = table[both, 0], table[both, 1]
        if np.unique([one, other]).size < 2:
            assert "statsmodels_cohen" not in peers
            continue
        mine = coefficients.cohen(one, other, N_CLASSES).value
        assert mine == pytest.approx(peers["statsmodels_cohen"], **EXACT)
        assert mine == pytest.approx(brute_cohen(one, other), **EXACT)
        assert mine == pytest.approx(task(np.stack([one, other], axis=1)).kappa(), **EXACT)
        if number % 5 == 0:  # it takes its time
            assert mine == pytest.approx(cohen_kappa_score(one, other), **EXACT)
        compared += 1
    assert compared > 800


def task(table):
    """Return nltk's form of a table."""
    return AnnotationTask(
        [
            (str(person), str(row), int(table[row, person]))
            for row, person in itertools.product(*map(range, table.shape))
            if table[row, person] != NO_ANSWER
        ]
    )
