"""Both databases find the same rows."""

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from querist.store import ItemRow, ProjectInfo, Store

TEXTS = [
    "The quick brown fox jumps over the lazy dog",  # 0
    "Quickly now: brown-fox, and a dog's dinner",  # 1
    "Ein Größenwahn über Äpfel in Zürich",  # 2
    "ein grossenwahn uber apfel",  # 3
    "我们在北京买了iPhone手机",  # 4
    "ラーメンはとてもおいしい",  # 5
    "ภาษาไทยไม่เว้นวรรค",  # 6
    "C++ costs 100% of_your time",  # 7
    "see https://example.com/page?id=42 or mail ann@example.com",  # 8
    "😀 fine 👍",  # 9
    "version 1.2.3 e5 1e5 0x1f 007 12abc",  # 10
    "Ελληνικά και Русский и हिन्दी 한국어를",  # 11
    "",  # 12
    "nul\0inside and \ud800 half",  # 13
    "AND OR NOT NEAR and or not near",  # 14
]
FOUND = {
    "fox": [0, 1],
    "FOX": [0, 1],
    "quick": [0],
    "quick*": [0, 1],
    "brown fox": [0, 1],
    "fox brown": [0, 1],
    '"brown fox"': [0, 1],
    '"fox brown"': [],
    '"quick brown" dog': [0],
    '"quick bro"*': [0],
    "brown-fox": [0, 1],
    "dog's": [1],
    "fox cat": [],
    "größenwahn": [2, 3],
    "grossenwahn": [2, 3],
    "ZURICH": [2],
    "北京": [4],
    "买了": [4],
    "了买": [],
    "iphone": [4],
    "iPhone手机": [4],
    '"北京买"': [4],
    "北京*": [4],
    "北京 iphone": [4],
    "ラーメン": [5],
    "おいしい": [5],
    "ไทย": [6],
    "c++": [7],
    "100%": [7],
    "%": [7],
    "_": [7],
    "your": [7],
    "example": [8],
    "example.com": [8],
    "ann@example.com": [8],
    "page": [8],
    "😀": [9],
    "👍 fine": [9],
    "👎": [],
    "1e5": [10],
    "1.2.3": [10],
    "0x1f": [10],
    "007": [10],
    "12*": [10],
    "ελληνικα": [11],
    "РУССКИЙ": [11],
    "हिन्दी": [11],
    "한국어*": [11],
    "half": [13],
    "nul": [13],
    "AND": [1, 13, 14],
    "NOT near": [14],
    "NEAR(": [14],
    "quick OR lazy": [],
    '"quick': [0],
    '""': list(range(15)),
    "": list(range(15)),
    " \t\n": list(range(15)),
    "***": [],
    "?!": [],
    "row:1": [],
    "\\": [],
    "'": [1],
}


@pytest.fixture
def store(store_location):
    with Store.create(store_location(), ProjectInfo("id", "name", "text", 0.0, 0, {})) as store:
        with store.writing() as tx:
            tx.add_items(0, [ItemRow(row, "", {}, text, 0.5, 0) for row, text in enumerate(TEXTS)])
        yield store


def test_what_is_found(store):
    found = {query: store.search(query).tolist() for query in FOUND}
    assert found == FOUND


def test_a_limit_keeps_the_first_rows(store):
    found = store.search("", limit=3)
    np.testing.assert_array_equal(found, [0, 1, 2])
    assert found.dtype == np.int64
    assert store.search("fox", limit=1).tolist() == [0]


def test_no_query_is_an_error(store):
    @given(query=st.text(st.characters(exclude_categories=()) | st.sampled_from("\"*()'\\:&|!<->^{}%_ \0")))
    @example("\0")
    @example("\ud800")
    @example("word " * 100_000)
    @example("x" * 1_000_000)
    @example("“" + "词" * 1_000_000)
    @example('"' + "a " * 500)
    @example("%" * 5000)
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def check(query):
        found = store.search(query)
        assert found.dtype == np.int64
        assert (np.diff(found) > 0).all()

    check()


def test_every_word_of_a_text_finds_it(store):
    """Also where a database would see a number, an address or a letter of a script it does not know."""

    @given(text=st.text(min_size=1))
    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def check(text):
        row = store.n_items
        with store.writing() as tx:
            tx.add_items(row, [ItemRow(row, "", {}, text, 0.5, 0)])
        for word in text.split():
            assert row in store.search(word.replace('"', " ").rstrip("*"))

    check()


def test_very_long_texts_are_searched(store):
    different = " ".join(f"w{n:x}" for n in range(150_000))  # a megabyte of words, more than PostgreSQL keeps of a text
    endless = "x" * 1_000_000
    row = store.n_items
    with store.writing() as tx:
        tx.add_items(row, [ItemRow(row, "", {}, different, 0.5, 0), ItemRow(row + 1, "", {}, endless, 0.5, 0)])
    assert store.search("w7f").tolist() == [row]
    assert store.search('"w10 w11"').tolist() == [row]
