"""A ranking survives the way between processes, and damage is seen."""

import numpy as np
import pytest

from querist.exceptions import DataError
from querist.labelling.log.ranking import Ranking


def a_ranking(n_rows=5):
    return Ranking(
        order=np.array([3, 0, 4], np.int32),
        prediction=np.array([-1, 0, 1, 300, 2][:n_rows], np.int16),
        confidence=np.array([np.nan, 0.5, 0.25, 1.0, 0.75][:n_rows], np.float32),
        utility=np.array([0.5, np.nan, np.nan, 1.0, -2.0][:n_rows], np.float32),
    )


def test_bytes_and_back():
    before = a_ranking()
    after = Ranking.from_bytes(before.to_bytes())
    for name in ("order", "prediction", "confidence", "utility"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
        assert getattr(after, name).dtype == getattr(before, name).dtype
    after.order[0] = 1  # it is the reader's own


def test_an_empty_ranking_survives():
    nothing = np.empty(0, np.float32)
    after = Ranking.from_bytes(Ranking(np.empty(0, np.int32), np.empty(0, np.int16), nothing, nothing).to_bytes())
    assert after.n_rows == after.order.size == 0


def test_every_single_damaged_byte_is_seen():
    data = a_ranking().to_bytes()
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x40
        with pytest.raises(DataError, match="Train again"):
            Ranking.from_bytes(bytes(damaged))


def test_missing_and_surplus_bytes_are_seen():
    data = a_ranking().to_bytes()
    for wrong in (*(data[:length] for length in range(len(data))), data + b"x"):
        with pytest.raises(DataError, match="Train again"):
            Ranking.from_bytes(wrong)
