"""Small inputs on which a library asks another row than the formula: ``.env/bin/python smallest.py`` prints them.

Two rows without a label, numbers 2 and 3, and what each library asks; a committee has two members.
"""

import warnings

import numpy as np
from definitions import DEFINITIONS, Question
from libraries import LIBRARIES

_FIRST = [[0.9, 0.1], [0.1, 0.9]]
CASES = {
    "a probability of 0": ("entropy", [[1, 0], [0.5, 0.5]], []),
    "members that give a class 0": ("mean KL", [[1, 0], [0.5, 0.5]], [[[1, 0], [0.6, 0.4]], [[1, 0], [0.4, 0.6]]]),
    "members that are sure": (
        "mean KL",
        [[1, 0], [1, 0]],
        [[[1 - 1e-9, 1e-9], [1 - 1e-10, 1e-10]], [[1 - 1e-8, 1e-8], [1 - 1e-10, 1e-10]]],
    ),
}


def question_of(proba: list[list[float]], committee: list[list[list[float]]]) -> Question:
    """Return two labelled rows and two others."""
    X, codes = np.arange(4.0)[:, np.newaxis], np.array([0, 1, 0, 0])
    members = np.array([_FIRST + member for member in committee], float).reshape(-1, 4, 2)
    return Question(X, codes, np.array([0, 1]), np.array([2, 3]), np.array(_FIRST + proba, float), members)


def main() -> None:
    """Print what each library asks."""
    for called, (strategy, proba, committee) in CASES.items():
        question = question_of(proba, committee)
        values = DEFINITIONS[strategy](question)
        print(f"{called}: {strategy} of rows 2 and 3 is {values[0]:.3g} and {values[1]:.3g}")
        for library, (answer, strategies) in LIBRARIES.items():
            if strategy in strategies:
                try:
                    asked = f"asks row {answer(question, strategy)}"
                except ValueError as error:
                    asked = f"ends with an error: {error}"
                print(f"  {library} {asked}")


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
