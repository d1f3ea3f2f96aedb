"""Dates in words and in cells: gaps, slips, far years, other ways of writing; each decision is told."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.data import TableFeatures
from querist.data.date_formats import ISO, one_date, parsed
from querist.data.dates import date_format
from querist.exceptions import DataError

DAYS = [f"2024-{1 + number % 12:02d}-{1 + number % 28:02d}" for number in range(40)]


def features_of(cells, **options):
    return TableFeatures(**options).fit(pd.DataFrame({"d": pd.Series(cells, dtype=object)}))


@pytest.mark.parametrize(
    ("odd", "note"),
    [
        ("NA", "'NA' read as missing"), ("NaT", "'NaT' read as missing"), ("-", "'-' read as missing"),
        ("0000-00-00", "'0000-00-00' read as missing"), ("2024-02-30", "'2024-02-30' (1 cell) is no date"),
        ("soon", "'soon' (1 cell) is no date"), ("9999-12-31", "from the year 2024 to 9999"),
        ("0001-01-01", "from the year 1 to 2024"), ("1600-01-01", "from the year 1600"),
    ],
)  # fmt: skip
def test_one_odd_cell_among_dates_is_told(odd, note):
    features = features_of([*DAYS[:7], odd, *DAYS[7:]])
    assert features.kinds_ == {"d": "date"}
    assert note in " ".join(features.notes_)
    year = features.transform(pd.DataFrame({"d": [odd, "2024-01-01"]}))
    assert np.isfinite(year).all()


@pytest.mark.parametrize(
    ("word", "format_", "note"),
    [
        ("{m:02d}/{d:02d}/24", "%m/%d/%y", "years of two digits: 69 to 99 are 1969"),
        ("{d:02d}.{m:02d}.24", "%d.%m.%y", "years of two digits"),
        ("{m:02d}/{d:02d}/2024 {h}:05 PM", "%m/%d/%Y %I:%M %p", "%I:%M %p"),
        ("{d:02d}-Jan-2024", "%d-%b-%Y", ""), ("{d:02d}-Jan-24", "%d-%b-%y", "years of two digits"),
        ("2024-W{w:02d}", "%G-W%V-%u", "weeks of the year (ISO)"), ("2024-W{w:02d}-3", "%G-W%V-%u", "weeks"),
        ("2024-{m:02d}-{d:02d}T10:00:00Z", ISO, "year first"),
    ],
)  # fmt: skip
def test_ways_of_writing_dates(word, format_, note):
    cells = [word.format(m=1 + n % 12, d=1 + n % 28, h=1 + n % 12, w=1 + n % 50) for n in range(40)]
    assert date_format(pd.Series(cells)) == format_
    assert note in " ".join(features_of(cells).notes_)


def test_days_and_months_either_way_round():
    cells = [f"{1 + n % 12:02d}/{1 + n * 5 % 12:02d}/2024" for n in range(40)]
    assert "%d/%m/%Y would fit too" in " ".join(features_of(cells).notes_)
    assert features_of(cells).encoders_[0].format == "%m/%d/%Y"
    assert features_of(cells, day_first=True).encoders_[0].format == "%d/%m/%Y"
    sure = [f"{1 + n % 12:02d}/{13 + n % 9}/2024" for n in range(40)]
    assert features_of(sure, day_first=True).encoders_[0].format == "%m/%d/%Y"


@given(st.lists(st.dates(), min_size=1, max_size=20))
def test_every_date_of_the_calendar_comes_back(dates):
    words = pd.Series([date.isoformat() for date in dates])
    assert parsed(words, ISO).tolist() == [pd.Timestamp(date) for date in dates]
    assert one_date(words[0], ISO) == datetime.datetime.combine(dates[0], datetime.time())


def test_a_cell_of_another_file_that_is_no_date():
    strict = features_of(DAYS)
    with pytest.raises(DataError, match="'soon', which is not a date"):
        strict.transform(pd.DataFrame({"d": ["soon"]}))
    assert np.isfinite(strict.transform(pd.DataFrame({"d": ["NA"]}))).all()
    lenient = features_of([*DAYS, "2024-02-30"])
    assert lenient.misfits(pd.DataFrame({"d": ["soon", "2024-01-01", None, "NA"]})) == {"d": 1}


def test_words_that_are_no_dates():
    for cells in (["a", "b"] * 20, DAYS[:20] + ["x", "y"] * 10, ["12 apples 20"] * 40, ["1.2.3"] * 40):
        assert date_format(pd.Series(cells)) is None
