"""What an estimate says in words."""

from querist.audit import Estimate, model_accuracy


def test_in_plain_words():
    said = str(Estimate(0.912, 0.87, 0.95, 120, "model accuracy", "Wilson interval", note="No guarantee."))
    assert said == (
        "model accuracy: 91.2%, 95% interval 87.0% to 95.0% (from 120 answers; Wilson interval). No guarantee."
    )


def test_without_interval_or_value():
    assert "91.0% (from 3 answers" in str(Estimate(0.91, None, None, 3, "recall of 'x'", "m"))
    assert "recall of 'x': no figure from 2 answers." in str(Estimate(None, None, None, 2, "recall of 'x'", "m"))


def test_half_width():
    assert Estimate(0.5, 0.25, 0.75, 3, "q", "m").half_width == 0.25
    assert Estimate(None, None, None, 0, "q", "m").half_width is None


def test_the_quantity_and_its_standing_are_named(rng):
    found = model_accuracy((rng.random(50) < 0.9).astype(float))
    assert found.quantity == "model accuracy"
    assert "no guarantee" in found.note
