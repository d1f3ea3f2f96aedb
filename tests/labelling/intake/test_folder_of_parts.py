"""A folder of parts as a project: read, known again, added to; a folder with an image in it is one of images."""

import pandas as pd

from querist.labelling.intake.add import add_file
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.intake.source import fingerprint
from querist.labelling.intake.source_check import check_sources
from querist.store import Store


def parts(folder, numbers):
    folder.mkdir(exist_ok=True)
    for number in numbers:
        frame = pd.DataFrame(
            {"text": [f"text of part {number}, row {row}" for row in range(3)], "label": ["a", "b", None]}
        )
        frame.to_parquet(folder / f"part-{number}.parquet")
    return folder


def test_a_folder_of_parts(tmp_path):
    folder = parts(tmp_path / "data", range(2))
    plan = guess_plan(folder)
    assert (plan.kind, plan.source.n_rows, plan.source.is_folder) == ("text", 6, False)
    import_rows(plan, tmp_path / "p.querist")
    with Store.open(tmp_path / "p.querist") as store:
        assert check_sources(store) == []
    before = fingerprint(folder)
    parts(folder, [2])
    assert fingerprint(folder) != before
    with Store.open(tmp_path / "p.querist") as store:
        assert "has changed" in check_sources(store)[0]
    added = add_file(tmp_path / "p.querist", folder)
    assert (added.n_added, added.n_known) == (3, 6)
    (folder / "a.png").write_bytes(b"")
    assert guess_plan(folder).kind == "image"
