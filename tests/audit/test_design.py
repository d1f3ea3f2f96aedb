"""What the audit costs, in words: the page, the command line and the documentation say the same."""

from pathlib import Path

from querist.audit.design import PRICE, TEACHING_PRICE

ROOT = Path(__file__).parents[2]


def test_the_documentation_quotes_the_prices():
    told = " ".join((ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8").split())
    assert PRICE in told
    assert TEACHING_PRICE in told
