"""Why a row is asked about, and that blind rows tell nothing."""

import pytest
from example_project import make_project, sign_in, teach

from querist.labelling.reading.cards import Guess
from querist.labelling.reading.reasons import HIDDEN, why_asked
from querist.labelling.serving.project import Project
from querist.labelling.trainer.messages import RunnerUp

NAMES = {0: "ham", 1: "spam"}


def why(how="strategy", hidden=False, guess=None, rival=None, strategy="margin"):
    return why_asked(how, strategy, hidden=hidden, guess=guess, rival=rival, names=NAMES)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"guess": Guess(1, 0.52, []), "rival": RunnerUp(0, 0.48)}, "torn between spam (52 %) and ham (48 %)"),
        ({"guess": Guess(1, 0.97, []), "rival": RunnerUp(0, 0.03)}, "learn most from it (margin); it says spam (97 %)"),
        ({"guess": Guess(0, 0.5, [])}, "learn most from it (margin); it says ham (50 %)"),
        ({"strategy": "k_center"}, "the model would learn most from it (k_center)"),
        ({"how": "initial"}, "one of the first rows"),
    ],
)
def test_the_reason_is_a_plain_clause(told, words):
    assert words in why(**told)


@pytest.mark.parametrize("how", ["audit", "certificate", "overlap", "again", "strategy", "initial"])
def test_blind_rows_are_all_told_of_alike(how):
    assert why(how, hidden=True, guess=Guess(1, 0.5, []), rival=RunnerUp(0, 0.5)) == HIDDEN


def test_check_questions_cannot_be_told_from_the_others_that_hide_their_guess(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist"), train=False) as project:
        ada = sign_in(project)
        teach(project, 1, confidence=0.55)
        rivals = {str(row): {"class_id": 0, "probability": 0.45} for row in range(40)}
        project.trainer.take({"type": "details", "rivals": rivals}, b"")
        items = project.submit(ada, "tab", [], holding=[], want=30).result().items
        checks = project.board.drawn
        seen = {item.why for item in items if item.row in checks}
        assert seen == {HIDDEN}
        others = [item for item in items if item.row not in checks]
        assert {item.why for item in others if item.guess is None} == {HIDDEN}
        assert {item.why for item in others if item.guess is not None} == {
            "the model is torn between bad (55 %) and good (45 %)"
        }


def test_a_second_class_of_another_model_is_not_told(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist"), train=False) as project:
        teach(project, 1, confidence=0.55)
        for class_id, probability in ((1, 0.4), (0, 0.6), (7, 0.4)):
            rivals = {"3": {"class_id": class_id, "probability": probability}}
            project.trainer.take({"type": "details", "rivals": rivals}, b"")
            assert "it says bad (55 %)" in project.rows.why_asked(3, "strategy", "margin", hidden=False)
