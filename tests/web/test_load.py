"""The load benchmark in small: what many people answer at once is in the log, each answer once."""

import pytest
from load import lost_or_doubled, measure, report
from load_project import Texts

TEXTS = Texts([f"text {row} of kind {'ab'[row % 2]}" for row in range(1000)], ["ab"[row % 2] for row in range(1000)])


def test_many_people_at_once(store_location, tmp_path):
    result = measure(store_location(), tmp_path, TEXTS, people=10, rate=40, seconds=3, exports=True)
    assert result["failures"] == []
    assert len(result["sent"]) == len(result["waits"]) == result["n_labelled"] == 120
    assert lost_or_doubled(result) == 0
    assert (result["waits"] > 0).all()
    assert result["trainings"] > 0
    assert result["exports"] > 0
    assert all(share > 0 for share in result["cores"].values())
    met = {quantity: met for quantity, _, _, met in report("here", result, 40)}
    assert met["here: lost, refused or doubled, of 120 answers"]
    assert met["here: trainings meanwhile"]


@pytest.mark.parametrize(("logged", "n"), [("abc", 0), ("ab", 1), ("abcd", 1), ("abcc", 1), ("abdd", 3)])
def test_what_is_lost_or_doubled_is_counted(logged, n):
    assert lost_or_doubled({"sent": list("abc"), "logged": list(logged)}) == n
