"""`querist audit`: from a table with a machine's labels to a sentence."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from querist.cli.main import app
from querist.judging.sheet import drawn_rows


@pytest.fixture
def pile(tmp_path):
    rng = np.random.default_rng(0)
    truth = np.where(rng.random(1000) < 0.3, "spam", "ham")
    frame = pd.DataFrame({"text": [f"message {number}" for number in range(1000)]})
    frame["gpt"] = np.where(rng.random(1000) < 0.92, truth, "ham")
    frame["gpt_sure"] = np.where(frame["gpt"] == truth, 0.9, 0.6)
    frame["rules"] = np.where(rng.random(1000) < 0.7, truth, "spam")
    path = tmp_path / "pile.csv"
    frame.to_csv(path, index=False)
    return path, truth


JUDGES = ["--judge", "gpt=gpt:gpt_sure", "--judge", "rules=rules"]


def audit(*words):
    return CliRunner().invoke(app, ["audit", *map(str, words)])


def filled(path, truth, *, answered=100, skipped=()):
    sheet = pd.read_csv(path, dtype={"answer": str})
    sheet["answer"] = truth[sheet["row"] - 1]
    sheet.loc[answered:, "answer"] = ""
    sheet.loc[list(skipped), "answer"] = ""
    out = path.with_name("filled.csv")
    sheet.to_csv(out, index=False)
    return out


def test_from_a_table_to_a_sentence(pile, tmp_path):
    path, truth = pile
    drawn = audit(path, *JUDGES, "--draw", 150)
    assert drawn.exit_code == 0, drawn.output
    sheet = pd.read_csv(tmp_path / "pile-to-answer.csv")
    assert list(sheet.columns) == ["row", "answer", "text"]
    assert np.array_equal(sheet["row"] - 1, drawn_rows(1000, 150, 0))
    told = audit(path, *JUDGES, "--answers", filled(tmp_path / "pile-to-answer.csv", truth, skipped=[3, 7]))
    assert told.exit_code == 0, told.output
    assert "of its 1,000 labels are right, from 98 random rows" in told.output
    assert "gpt is right more often" in told.output
    assert "by the judge" in told.output
    assert "accuracy" in told.output


def test_answers_in_the_same_table(pile):
    path, truth = pile
    frame = pd.read_csv(path)
    frame["human"] = ""
    rows = np.random.default_rng(1).choice(1000, 60, replace=False)
    frame.loc[rows, "human"] = truth[rows]
    frame.to_csv(path, index=False)
    told = audit(path, "--judge", "gpt=gpt", "--truth", "human")
    assert told.exit_code == 0, told.output
    assert "from 60 random rows" in told.output
    assert "were drawn at random" in told.output


def test_a_sheet_with_answers_is_not_written_over(pile):
    path, _ = pile
    assert audit(path, *JUDGES).exit_code == 0
    again = audit(path, *JUDGES)
    assert again.exit_code == 1
    assert "is there already" in again.output


def test_a_sheet_that_lost_a_row_is_no_random_sample(pile, tmp_path):
    path, truth = pile
    audit(path, *JUDGES)
    out = filled(tmp_path / "pile-to-answer.csv", truth)
    lines = out.read_text().splitlines()
    out.write_text("\n".join([*lines[:5], *lines[6:]]))
    told = audit(path, *JUDGES, "--answers", out)
    assert told.exit_code == 1
    assert "not the first 199 of the draw" in told.output


def test_a_sheet_in_another_order_is_the_same_sample(pile, tmp_path):
    path, truth = pile
    audit(path, *JUDGES)
    out = filled(tmp_path / "pile-to-answer.csv", truth)
    before = audit(path, *JUDGES, "--answers", out).output
    pd.read_csv(out, dtype=str).sample(frac=1, random_state=0).to_csv(out, index=False)
    assert audit(path, *JUDGES, "--answers", out).output == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--judge", "gpt"], "NAME=COLUMN"),
        (["--judge", "gpt=nothing"], "no judge column 'nothing'"),
        (["--judge", "gpt=gpt:text"], "must be a number from 0 to 1"),
        (["--judge", "a=gpt", "--judge", "a=rules"], "same name"),
        (["--judge", "gpt=gpt", "--truth", "x", "--answers", "y"], "Name one"),
    ],
)
def test_what_cannot_be_audited_is_told(pile, words, told):
    path, _ = pile
    result = audit(path, *words)
    assert result.exit_code == 1
    assert told in " ".join(result.output.split())
