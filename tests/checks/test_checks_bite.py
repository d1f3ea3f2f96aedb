"""Each check catches the strategies that break its law, and no other check does."""

import broken_strategies as broken
import pytest

from querist.checks import check_query_strategy, query_strategy_checks

# Strategy -> the checks that must fail. More than one where one fault breaks several laws.
EXPECTED = {
    "ChangesParameters": {"check_parameters_are_stored"},
    "SetsMore": {"check_parameters_are_stored"},
    "PrivateHook": {"check_hooks"},
    "BadRepr": {"check_repr"},
    "CannotPickle": {"check_pickle"},
    "ForgetsWhenPickled": {"check_pickle"},
    "WritesIntoX": {"check_inputs_untouched"},
    "SortsCandidates": {"check_inputs_untouched"},
    "MarksModel": {"check_model_untouched"},
    "UsesNumpyGlobal": {"check_global_random_state_untouched"},
    "UsesPythonGlobal": {"check_global_random_state_untouched"},
    "KeepsState": {"check_strategy_untouched"},
    "KeepsTooLong": {"check_memory_changes_nothing"},
    "ChangesTies": {"check_strategy_untouched"},
    "NotDeclaredRandom": {"check_stochastic_is_declared", "check_row_order"},
    "Shrinks": {"check_batch"},
    "Repeats": {"check_batch"},
    "OutsideCandidates": {"check_batch"},
    "FloatRows": {"check_batch"},
    "ZeroForOthers": {"check_utilities"},
    "Upside": {"check_larger_is_sooner"},
    "OtherWithoutCandidates": {"check_candidates_default"},
    "MindsOrder": {"check_candidates_order"},
    "PrefersRows": {"check_row_order"},
    "PrefersRowsAtRandom": {"check_row_order"},
    "FirstClass": {"check_class_names"},
    "NumbersOnly": {"check_label_types"},
    "ArraysOnly": {"check_containers"},
    "ProbabilitiesOnly": {"check_decision_function"},
    "AnswersWithoutLabels": {"check_no_labels"},
    "AnswersOneClass": {"check_one_class"},
    "AnswersEmptyPool": {"check_everything_answered"},
    "AnswersShortPool": {"check_batch_larger_than_left"},
    "AnswersAnswered": {"check_answered_candidates"},
    "TakesFloats": {"check_wrong_arguments"},
    "TakesRegressors": {"check_other_models"},
    "WholeTargetsOnly": {"check_label_types"},
}


def failing(strategy):
    failed = {}
    for check in query_strategy_checks():
        try:
            check(strategy)
        except AssertionError as error:
            failed[check.__name__] = str(error)
    assert all(len(message) > 20 for message in failed.values()), "a message must say what is wrong"
    return set(failed)


@pytest.mark.parametrize("name", EXPECTED)
def test_exactly_that_check_fails(name):
    assert failing(getattr(broken, name)()) == EXPECTED[name]


def test_own_generator_breaks_repeatability():
    """Unrepeatable answers break other comparisons too; the check of its own must be among them."""
    assert "check_same_generator_same_answer" in failing(broken.OwnGenerator())


def test_every_check_is_proved():
    proved = set().union(*EXPECTED.values()) | {"check_same_generator_same_answer"}
    assert {check.__name__ for check in query_strategy_checks()} == proved


@pytest.mark.parametrize("strategy", [broken.Sound(), broken.SoundRandom(), broken.SoundForNumbers()])
def test_sound_strategies_pass(strategy):
    check_query_strategy(strategy)


def test_check_query_strategy_raises():
    with pytest.raises(AssertionError, match="Larger means sooner"):
        check_query_strategy(broken.Upside())


def test_strategy_is_left_alone():
    strategy = broken.KeepsState()
    failing(strategy)
    assert set(vars(strategy)) == {"selection", "candidates", "ties"}
