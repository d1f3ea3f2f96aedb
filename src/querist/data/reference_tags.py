"""What the tags of a record of literature mean, in RIS and in MEDLINE's format (NBIB), and which column holds each."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Lines = Iterable[tuple[str, str]]

# How Querist's own note in a record begins; the rest is an object in JSON.
OWN_NOTE = "querist: "
# What is read of a record to decide about it.
TITLE_AND_ABSTRACT = ("title", "abstract")
# Columns that tell records of literature from other tables with a title.
_BESIDE = frozenset({"authors", "year", "journal", "doi", "pmid", "keywords"})
_YEAR = re.compile(r"(\d{4})(?!\d)")
_DOI = " [doi]"


@dataclass(frozen=True)
class Tags:
    """The tags of a format.

    Attributes
    ----------
    format : str
        Its name, for messages.
    line : re.Pattern
        A line with a tag: groups are the tag and what follows.
    names : dict of str to tuple of str
        Column to its tags: of a record it holds the first that is there; the others keep columns of their own.
    years : tuple of str
        Tags that begin with the year; one that says more keeps its column beside ``year``.
    dois : tuple of str
        Tags whose values name their kind, as ``10.1/x [doi]``; what is another kind stays there.
    first, last : str
        Tags that begin and end a record; no tag ends one of NBIB.
    notes : str
        The tag of notes.
    """

    format: str
    line: "re.Pattern[str]"
    names: Mapping[str, tuple[str, ...]]
    years: tuple[str, ...]
    dois: tuple[str, ...]
    first: str
    last: str
    notes: str

    def column_of(self, tag: str) -> str:
        """Return the column that a tag is for, where no other of its kind stands beside it."""
        return next((name for name, tags in self.names.items() if tag in tags), tag)

    def tag_of(self, column: str) -> str | None:
        """Return the tag under which a column is written; None: the format has none for it."""
        if column in self.names:
            return self.names[column][0]
        is_tag = self.line.fullmatch(self.written(column, "")) is not None and column not in (self.first, self.last)
        return column if is_tag else None

    def written(self, tag: str, value: str) -> str:
        """Return a line with a tag."""
        return f"{tag}  - {value}" if self.last else f"{tag:<4}- {value}"

    def fields(self, lines: Lines) -> dict[str, str]:
        """Return the columns of a record from its tags and their values, in their order.

        A tag that is there several times gives one cell of as many lines. What is empty gives nothing.
        """
        held: dict[str, list[str]] = {}
        for tag, value in lines:
            if value:
                held.setdefault(tag, []).append(value)
        derived = self._derived(held)
        chosen = {
            tag: name
            for name, tags in self.names.items()
            for tag in [next((each for each in tags if each in held), None)]
            if tag is not None
        }
        return {chosen.get(tag, tag): "\n".join(values) for tag, values in held.items()} | derived

    def _derived(self, held: dict[str, list[str]]) -> dict[str, str]:
        """Return the year and the DOI, and take their tags out where these say nothing else."""
        found = {}
        for tag in self.years:
            year = _YEAR.match(held[tag][0]) if tag in held else None
            if year is not None:
                found["year"] = year[1]
                if held[tag] == [year[1]]:
                    del held[tag]
                break
        dois = [value for tag in self.dois for value in held.get(tag, ()) if value.endswith(_DOI)]
        if dois:
            found["doi"] = dois[0].removesuffix(_DOI)
            for tag in self.dois:
                if held.get(tag) == dois[:1]:
                    del held[tag]
                    break
        return found

    def derived(self, column: str, value: str) -> tuple[str, str] | None:
        """Return the tag and value of a column that other tags may tell already: the year, and the DOI of NBIB."""
        if column == "year":
            return self.years[0], value
        return (self.dois[0], f"{value}{_DOI}") if column == "doi" and self.dois else None


RIS = Tags(
    "RIS",
    re.compile(r"([A-Z][A-Z0-9])  -(?: (.*))?", re.DOTALL),
    {
        "type": ("TY",),
        "title": ("TI", "T1"),
        "abstract": ("AB", "N2"),
        "authors": ("AU", "A1"),
        "journal": ("T2", "JF", "JO", "JA"),
        "doi": ("DO",),
        "keywords": ("KW",),
        "url": ("UR",),
        "notes": ("N1",),
    },
    years=("PY", "Y1", "DA"),
    dois=(),
    first="TY",
    last="ER",
    notes="N1",
)
NBIB = Tags(
    "NBIB",
    re.compile(r"(?=[A-Z][A-Z0-9 ]{3}-)([A-Z][A-Z0-9]*) *-(?: (.*))?", re.DOTALL),
    {
        "pmid": ("PMID",),
        "title": ("TI", "BTI"),
        "abstract": ("AB",),
        "authors": ("FAU", "AU"),
        "journal": ("JT", "TA"),
        "keywords": ("OT",),
        "mesh_terms": ("MH",),
        "notes": ("GN",),
    },
    years=("DP",),
    dois=("LID", "AID"),
    first="PMID",
    last="",
    notes="GN",
)


def is_literature(columns: Iterable[str]) -> bool:
    """Whether columns are those of records of literature.

    Examples
    --------
    >>> is_literature(["title", "abstract", "year"]), is_literature(["title", "abstract"])
    (True, False)
    """
    names = set(columns)
    return names.issuperset(TITLE_AND_ABSTRACT) and not names.isdisjoint(_BESIDE)
