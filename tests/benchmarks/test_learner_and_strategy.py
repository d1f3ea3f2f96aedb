import learner_and_strategy as claim
import numpy as np
from kept_curves import finished


def test_the_page_is_what_the_runs_say():
    assert claim.PAGE.read_text(encoding="utf-8") == claim.page(finished(claim.RUNS))


def test_all_runs_that_the_script_names_are_there():
    done = {(line["repeat"], line["batch"], line["estimator"], line["set"], line["strategy"])
            for line in finished(claim.RUNS)}  # fmt: skip
    wanted = {(*cell, strategy) for cell in claim.cells() for strategy in claim.STRATEGIES}
    assert wanted <= done


def test_whoever_changes_one_thing_takes_what_was_best_elsewhere():
    """Two sets, the second learner 10 points better on both, the second strategy better on the first set only."""
    means = np.zeros((2, len(claim.LEARNERS), len(claim.STRATEGIES)))
    means[:, 1] += 10
    means[0, :, 1] += 4
    means[1, :, 1] -= 4
    told = "\n".join(claim.choices(["first", "second"], means))
    assert "| the learner | +10.00" in told
    # On the other set it was worse on the first, and better than nothing on the second: 0 and -4.
    assert "| the strategy | -2.00" in told
