"""Which answers a later word takes the place of; what older logs say of it stays."""

from hypothesis import given
from hypothesis import strategies as st
from test_board import Log, plain

from querist.labelling.log.deeds import Answered, replaced_by
from querist.labelling.log.events import event


def test_a_log_without_the_word_means_what_it_meant():
    log = Log()
    log.answer(0, 0, who=None, how="import")
    log.answer(0, 1, who=1, how="search")
    assert (log.board.labels[0], log.board.n_opinions[0], plain(log.events)[0]) == (0, 2, 0)


def test_a_correction_takes_the_place_of_all_answers_and_its_undo_brings_them_back():
    log = Log()
    log.answer(0, 0, who=None, how="import")
    log.answer(0, 0, who=1)
    correction = log.answer(0, 1, who=2, how="search", replaces="all")
    assert (log.board.labels[0], log.board.n_opinions[0], log.board.given[0]) == (1, 1, False)
    assert list(log.board.answers(0)) == [2]
    log.add("undone", who=2, data={"target": correction})
    assert (log.board.labels[0], log.board.n_opinions[0]) == (0, 2)


def test_a_correction_of_a_correction_stands():
    log = Log()
    log.answer(0, 0, who=1)
    log.answer(0, 1, who=2, replaces="all")
    log.answer(0, 2, who=1, replaces="all")
    assert log.board.labels[0] == 2


def test_a_deliberate_skip_takes_the_label_away():
    log = Log()
    log.answer(0, 0, who=1)
    log.add("skipped", 0, 2, {"how": "search", "replaces": "all"})
    assert (log.board.labels[0], log.board.skipped) == (-1, {0})


def test_a_person_goes_before_what_came_with_the_data():
    log = Log()
    log.answer(0, 0, who=None, how="import")
    log.answer(0, 1, who=1, how="again", replaces="given")
    assert (log.board.labels[0], log.board.n_opinions[0], log.board.given[0]) == (1, 1, False)


def test_a_corrected_answer_to_a_class_that_is_gone_does_not_bring_back_what_was_corrected():
    from querist.labelling.log.classes import remove

    log = Log()
    log.answer(0, 0, who=1)
    log.answer(0, 1, who=2, replaces="all")
    log.classes(remove(log.board.classes, 1))
    assert log.board.labels[0] == -1


@given(
    st.lists(st.sampled_from([None, 1, 2, 3]), max_size=4, unique=True),
    st.sampled_from([None, 1, 2, 3]),
    st.booleans(),
    st.integers(1, 3),
    st.booleans(),
)
def test_who_was_asked_replaces_no_person_and_one_word_of_several_replaces_no_other(
    before, who, deliberate, n_wanted, answered
):
    answers = dict.fromkeys(before)
    found = replaced_by(answers, who, deliberate=deliberate, n_wanted=n_wanted, answered=answered)
    others = set(before) - {who}
    assert found in (("", "given", "all") if others else ("",))
    if not deliberate or n_wanted > 1:
        assert found != "all"
    elif others:
        assert found == "all"
    if found == "given":
        assert (None in others, answered) == (True, True)


def test_it_is_left_out_of_the_log_where_nothing_is_replaced():
    assert "replaces" not in event(Answered(class_id=1), at=0.0).data
    assert event(Answered(class_id=1, replaces="all"), at=0.0).data["replaces"] == "all"
