"""Values come back exactly, whatever is in them."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from querist.store import EventRow, ItemRow, ProjectInfo, RankingRow, Store
from querist.store.columns import storable

ODD = [
    "",
    " ",
    "\0",
    "a\0b",
    "\x01\x1f\x7f\x80\x9f",
    "\r\n\t\v\f\u2028\u2029",
    "\ud800",
    "x\udfffy",
    "\udc80\udcff",
    "\u202eright to left\u202c \u2066isolated\u2069",
    "👩‍👩‍👧 🏳️‍🌈\U00020000",
    "é e\u0301",
    "\ufeff\ufffe\uffff\U0010ffff",
    '"quoted" \\ \\u0000 \'',
    '"',
    "null",
    "%s %(row)s :row ?",
    "x" * 1_000_000,
    "日本語" * 300_000,
]

# Two halves of a pair side by side are the character that they spell, as in every JSON.
texts = st.text(st.characters(exclude_categories=())).filter(
    lambda text: not re.search("[\ud800-\udbff][\udc00-\udfff]", text)
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
contents = st.dictionaries(texts, values, max_size=4)
finite = st.floats(allow_nan=False, allow_infinity=False)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def store(store_location):
    with Store.create(store_location(), ProjectInfo("id", "name", "text", 0.0, 0, {})) as store:
        yield store


def kept(store, content, item_id="id", text="", audit_number=0.5):
    item = ItemRow(store.n_items, item_id, content, text, audit_number, 0)
    with store.writing() as tx:
        tx.add_items(item.row, [item])
    (found,) = store.items([item.row])
    assert found == ItemRow(item.row, item_id, content, storable(text), audit_number, 0)
    assert list(found.content) == list(content)  # the order of the columns
    return found


def test_odd_texts(store):
    for text in ODD:
        kept(store, {text[:100]: text, "list": [text[:100], None]}, item_id=text, text=text)
    assert list(store.texts()) == [storable(text) for text in ODD]


def test_searched_text_loses_only_what_no_database_keeps():
    assert storable("a\0b\ud800c\n\x01😀") == "a\ufffdb\ufffdc\n\x01😀"


def test_any_item(store):
    @given(content=contents, item_id=texts, text=texts, audit_number=finite)
    @thorough
    def check(content, item_id, text, audit_number):
        kept(store, content, item_id, text, audit_number)

    check()


def test_any_event(store):
    @given(events=st.lists(st.tuples(contents, finite, st.uuids()), max_size=5, unique_by=lambda event: event[2]))
    @thorough
    def check(events):
        last = max((event.seq for event in store.events()), default=0)
        known = store.find_events([str(uuid) for _, _, uuid in events])
        rows = [
            EventRow(None, str(uuid), "noted", at, None, None, data)
            for data, at, uuid in events
            if str(uuid) not in known
        ]
        with store.writing() as tx:
            numbers = tx.append(rows)
        found = list(store.events(after=last))
        assert [event.seq for event in found] == numbers == sorted(numbers)
        assert [(event.uuid, event.at, event.data) for event in found] == [(row.uuid, row.at, row.data) for row in rows]

    check()


def test_any_info_name_and_ranking(store):
    @given(name=texts, content=contents, blob=st.none() | st.binary())
    @thorough
    def check(name, content, blob):
        version = len(store.rankings()) + 1
        ranking = RankingRow(version, 2**40, 0.1, 3, content, blob)
        with store.writing() as tx:
            tx.set_info(name=name, settings=content)
            annotator = tx.add_annotator(name, "annotator")
            tx.save_ranking(ranking)
        assert (store.info.name, store.info.settings) == (name, content)
        assert [(each.annotator_id, each.name) for each in store.annotators()][-1] == (annotator, name)
        assert store.latest_ranking(with_blob=blob is not None) == ranking

    check()
