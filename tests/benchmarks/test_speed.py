"""The speed benchmark's parts that need no peer and no clock."""

import json

import numpy as np
import pytest
import report
from environments import ENVIRONMENTS, python_of
from loops import LOOPS, plain, plain_by_number, querist
from problems import linear, probabilities, tutorial
from schedule import NEW, OLD, measurements, rounds

from querist.simulation.tutorial import run_tutorial
from selections import BATCH, KINDS, SELECTIONS


@pytest.fixture(scope="module")
def found():
    """What plain code asks on the tutorial's data, and how accurate it is."""
    return plain(tutorial())


def test_querist_asks_the_rows_of_plain_code(found):
    assert querist(tutorial()) == found


def test_plain_code_with_row_numbers_is_plain_code(found):
    assert plain_by_number(tutorial()) == found


def test_the_tutorial_is_the_one_that_querist_shows(found):
    run = run_tutorial()
    assert (run.rows, run.accuracy) == found


def test_loops_agree_on_a_larger_problem():
    problem = linear(3000, 300, 6)
    rows, scores = plain(problem)
    assert len(rows) == 6
    assert len(scores) == 1
    assert plain_by_number(problem) == (rows, scores) == querist(problem)
    # Solutions that stop at a tolerance depend on the start, so warm ones may ask other rows, hardly worse ones.
    assert LOOPS["querist_warm"](problem)[1][0] == pytest.approx(scores[0], abs=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_selections_choose_the_same_rows(kind):
    proba = probabilities(20_000)
    chosen = [sorted(SELECTIONS[name](proba, kind)) for name in ("plain", "querist")]
    assert chosen[0] == chosen[1]
    assert len(chosen[0]) == BATCH


def test_probabilities_sum_to_one():
    np.testing.assert_allclose(probabilities(1000).sum(axis=1), 1)


def test_every_library_is_in_an_environment_that_is_set_up():
    for task in "abcde":
        assert {one.environment for one in measurements(task)} <= set(ENVIRONMENTS)
    assert set(NEW) | set(OLD) == set(LOOPS)
    assert {one.library for one in measurements("d")} == set(SELECTIONS)


def test_repetitions_take_turns():
    order = [(number, one.key) for number, one in rounds("a", 3)]
    keys = [one.key for one in measurements("a")]
    assert order == [(number, key) for number in range(3) for key in keys]
    assert len(set(keys)) == len(keys)


def test_a_missing_environment_is_named():
    with pytest.raises(FileNotFoundError, match=r"run\.py setup"):
        python_of("no such environment")


def keep(runs, task, library, environment, sklearn, threads=1, **result):
    folder = runs / task
    folder.mkdir(parents=True, exist_ok=True)
    content = {"task": task, "library": library, "environment": environment, "threads": threads}
    content |= {
        "versions": {"scikit-learn": sklearn, "numpy": "2"},
        "result": {"rows": [1, 2], "scores": [0.9]} | result,
    }
    (folder / f"{len(list(folder.iterdir())):02d}.json").write_text(json.dumps(content))


def test_the_report_takes_medians_and_tells_what_is_missed(tmp_path):
    for seconds in (1.0, 9.0, 1.1):
        keep(tmp_path, "b", "querist", "querist-1.9", "1.9.1", seconds=seconds, memory_mb=10.0)
    others = (("querist_named", 0.5), ("querist_warm", 0.9), ("plain", 1.32), ("small_text", 4.4), ("modal", 4.5))
    for library, seconds in others:
        keep(tmp_path, "b", library, "x", "1.9.1", seconds=seconds, memory_mb=80.0)
    text = report.write_report(tmp_path, tmp_path / "page.md")
    assert "1 of 3 met." in (tmp_path / "page.md").read_text()
    assert "cold fit, at least 1.2 times as fast | 1.20 times | yes |" in text
    assert "warm_start=True, at least 2 times as fast | 1.47 times | **no** |" in text
    assert "the name, than modAL 0.4.2.1, scikit-learn 1.9.1, at least 10 times as fast | 9.00 times | **no** |" in text
    assert "| small-text 1.4.1 | 4.4 | 8.80 | 0.9000 | 80 |" in (tmp_path / "page.md").read_text()


def test_memory_is_judged_by_the_worst_repetition(tmp_path):
    for memory in (10.0, 70.0):
        keep(tmp_path, "c", "querist", "querist-1.9", "1.9.1", seconds=1.0, memory_mb=memory)
    keep(tmp_path, "c", "querist_named", "querist-1.9", "1.9.1", seconds=1.0, memory_mb=20.0)
    keep(tmp_path, "c", "querist_warm", "querist-1.9", "1.9.1", seconds=1.0, memory_mb=20.0)
    keep(tmp_path, "c", "plain", "querist-1.9", "1.9.1", seconds=5.0, memory_mb=500.0)
    text = report.write_report(tmp_path, tmp_path / "page.md")
    assert "object: peak beyond X under 64 MB, scikit-learn 1.9.1 | 70 MB | **no** |" in text
    assert "warm_start=True: peak beyond X under 64 MB, scikit-learn 1.9.1 | 20 MB | yes |" in text


def test_other_rows_are_told(tmp_path):
    keep(tmp_path, "a", "querist", "querist-1.9", "1.9.1", seconds=1.0)
    keep(tmp_path, "a", "querist_named", "querist-1.9", "1.9.1", seconds=1.0, rows=[2, 1])
    keep(tmp_path, "a", "querist_warm", "querist-1.9", "1.9.1", seconds=1.0, rows=[2, 1])
    keep(tmp_path, "a", "plain", "querist-1.9", "1.9.1", seconds=0.9)
    text = report.write_report(tmp_path, tmp_path / "page.md")
    assert "plain code, scikit-learn 1.9.1, at least 1 times as fast | 0.90 times | **no** |" in text
    assert "others from Querist, scikit-learn's object, warm_start=True | yes |" in text


def test_threads_and_start(tmp_path):
    for threads, seconds in ((1, 1.0), (None, 1.2)):
        keep(tmp_path, "e", "querist", "querist-1.9", "1.9.1", threads=threads, seconds=seconds)
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "00.json").write_text(json.dumps({"result": {"import": 0.1, "help": 0.6}}))
    text = report.write_report(tmp_path, tmp_path / "page.md")
    assert "1.20 times | **no** |" in text
    assert "under 0.15 s | 0.100 s | yes |" in text
    assert "under 0.5 s | 0.60 s | **no** |" in text


@pytest.mark.parametrize(("rows", "words"), [([1, 2], "\nAll choose the same"), ([1, 3], "**Not all choose the same")])
def test_selection_alone(tmp_path, rows, words):
    for library, seconds, chosen in (("querist", 0.02, [1, 2]), ("modal", 0.05, rows)):
        kinds = {kind: {"seconds": seconds, "rows": chosen} for kind in KINDS}
        keep(tmp_path, "d", library, "x", "1.9.1", **kinds)
    report.write_report(tmp_path, tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text()
    assert "| modAL 0.4.2.1 | 50.0 | 2.50 | 50.0 | 2.50 | 50.0 | 2.50 |" in text
    assert words in text
