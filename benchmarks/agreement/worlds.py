"""Worlds in which people answer: what they would say of every row, so that the true figures are known exactly."""

import itertools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class World:
    """How rows and answers come about.

    Attributes
    ----------
    shares : tuple of float
        Of the classes.
    accuracies : tuple of float
        Of each person on an ordinary row; a wrong answer is any other class.
    gaps : float
        Chance that a person does not answer a row.
    hard : float
        Share of rows that are hard: there people are right half as often beyond chance.
    drawn_to : float
        Share of wrong answers that go to the first class, whatever else they might be.
    """

    shares: tuple[float, ...]
    accuracies: tuple[float, ...]
    gaps: float = 0.0
    hard: float = 0.0
    drawn_to: float = 0.0


@dataclass(frozen=True)
class Patterns:
    """All that people may say of a row that two or more of them answer, and how often they do.

    Attributes
    ----------
    table : ndarray of shape (n_patterns, n_people)
    chances : ndarray of shape (n_patterns,)
    """

    table: np.ndarray
    chances: np.ndarray

    def draw(self, rng, n_rows):
        """Return the answers to so many random rows."""
        places = np.searchsorted(np.cumsum(self.chances), rng.random(n_rows) * self.chances.sum())
        return self.table[np.minimum(places, len(self.table) - 1)]


def says(world, accuracy):
    """Return what a person says of rows of each true class: shape (n_classes, n_classes), rows sum to 1."""
    k = len(world.shares)
    wrong = np.full((k, k), (1 - world.drawn_to) / (k - 1))
    wrong[:, 0] += world.drawn_to
    np.fill_diagonal(wrong, 0)
    wrong /= wrong.sum(axis=1, keepdims=True)
    return accuracy * np.eye(k) + (1 - accuracy) * wrong


def patterns(world):
    """Return every pattern with its probability, those with fewer than two answers left out."""
    k = len(world.shares)
    options = range(-1 if world.gaps else 0, k)
    table = np.array(list(itertools.product(options, repeat=len(world.accuracies))), np.int64)
    table = table[(table >= 0).sum(axis=1) >= 2]
    chances = np.zeros(len(table))
    for hard, weight in ((False, 1 - world.hard), (True, world.hard)):
        for truth, share in enumerate(world.shares):
            here = np.full(len(table), weight * share)
            for person, accuracy in enumerate(world.accuracies):
                now = 1 / k + (accuracy - 1 / k) / 2 if hard else accuracy
                said = np.append(says(world, now)[truth] * (1 - world.gaps), world.gaps)
                here *= said[table[:, person]]
            chances += here
    return Patterns(table, chances / chances.sum())


def true_figures(world, found):
    """Return the figures of infinitely many rows, by name: from the definitions, with probabilities for shares."""
    k = len(world.shares)
    counts = np.stack([(found.table == number).sum(axis=1) for number in range(k)], axis=1)
    sizes = counts.sum(axis=1)
    same = (counts * (counts - 1)).sum(axis=1) / (sizes * (sizes - 1))
    observed = found.chances @ same
    classes = found.chances @ (counts / sizes[:, None])
    answers = found.chances @ sizes
    by_answer = found.chances @ counts / answers
    alpha = 1 - (1 - found.chances @ (sizes * same) / answers) / (1 - by_answer @ by_answer)
    figures = {"agreement": observed, "fleiss": 1 - (1 - observed) / (1 - classes @ classes), "alpha": alpha}
    both = (found.table[:, :2] >= 0).all(axis=1)
    table, weights = found.table[both, :2], found.chances[both] / found.chances[both].sum()
    one, other = (np.bincount(table[:, person], weights, minlength=k) for person in (0, 1))
    figures["cohen"] = 1 - (1 - weights @ (table[:, 0] == table[:, 1])) / (1 - one @ other)
    n = counts / sizes[:, None]
    for place, number in (("class first", 0), ("class last", k - 1)):
        others = np.where(counts[:, number] > 0, (counts[:, number] - 1) / np.maximum(sizes - 1, 1), 0)
        figures[place] = found.chances @ (n[:, number] * others) / (found.chances @ n[:, number])
    return figures
