"""Ids found without a look at every item."""

from querist.store import ItemRow, ProjectInfo, Store
from querist.store.id_hashes import IdHashes

ODD = ['"quoted"', "a\nb", "\ud800", "é", "", "x\0y", "1"]


def item(row, item_id):
    return ItemRow(row, item_id, {"text": "words"}, "words", 0.5, 0)


def test_hashes_come_block_by_block_and_only_once():
    asked = []
    ids = ["a", "b", "c", "d", "e"]

    def read(first):
        asked.append(first)
        rows = list(range(first, len(ids)))
        # Within a block rows may come in any order.
        for block in (rows[:2][::-1], rows[2:][::-1]):
            if block:
                yield block, [ids[row] for row in block]

    index = IdHashes()
    assert index.brought_up(read).tolist() == [hash(each) for each in ids]
    ids.append("f")
    assert index.brought_up(read).tolist() == [hash(each) for each in ids]
    assert asked == [0, 5]


def test_each_id_is_found_to_the_letter_also_of_rows_that_come_later(tmp_path):
    info = ProjectInfo("id", "name", "text", 0.0, 1, {})
    with Store.create(tmp_path / "p.querist", info) as store:
        with store.writing() as tx:
            tx.add_items(0, [item(row, each) for row, each in enumerate(ODD)])
        for row, each in enumerate(ODD):
            assert store.rows_of_id(each).tolist() == [row]
        assert store.rows_of_id("E").tolist() == []
        with store.writing() as tx:
            tx.add_items(len(ODD), [item(len(ODD), "later")])
        assert store.rows_of_id("later").tolist() == [len(ODD)]
