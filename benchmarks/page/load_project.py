"""A large project of real texts, made directly: how long an import takes is measured elsewhere."""

import csv
import random
import uuid
from dataclasses import dataclass
from pathlib import Path

from querist.labelling.log import classes as class_lists
from querist.labelling.log.settings import Settings
from querist.store.rows import EventRow, ItemRow, ProjectInfo
from querist.store.store import Store

TEXTS = Path(__file__).parents[3] / "shared" / "data" / "text"
_N_MADE = 40_000


@dataclass(frozen=True)
class Texts:
    """Texts, and what each is: the name of its data set."""

    texts: list[str]
    labels: list[str]

    def classes(self):
        """Return the names of the classes in the order of their ids."""
        return sorted(set(self.labels))

    def class_ids(self):
        """Return the class of each row."""
        ids = {name: number for number, name in enumerate(self.classes())}
        return [ids[label] for label in self.labels]

    def first(self, n):
        """Return the first n."""
        return Texts(self.texts[:n], self.labels[:n])


def read_texts():
    """Return the real texts that lie beside the checkout, mixed; without them, made ones."""
    pairs = [(row["text"], path.stem) for path in sorted(TEXTS.glob("*.csv")) for row in _rows(path)]
    draw = random.Random(0)
    if not pairs:
        words = [f"word{number}" for number in range(5000)]
        pairs = [(" ".join(draw.choices(words, k=draw.randint(5, 40))), draw.choice("abcde")) for _ in range(_N_MADE)]
    draw.shuffle(pairs)
    return Texts([text for text, _ in pairs], [label for _, label in pairs])


def _rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def make_project(location, texts):
    """Make a project of texts, with the classes that they have and no label."""
    settings = Settings("text", columns=("text",), text_columns=("text",))
    info = ProjectInfo(str(uuid.uuid4()), "load", "text", 0.0, 7, settings.to_dict())
    draw = random.Random(1)
    classes = [each.to_dict() for each in class_lists.added(texts.classes())]
    facts = {
        "rows_added": {"n_rows": len(texts.texts), "source": 0},
        "classes": {"version": 1, "classes": classes, "change": {}},
    }
    with Store.create(location, info) as store, store.writing() as tx:
        items = (ItemRow(row, "", {"text": text}, text, draw.random(), 0) for row, text in enumerate(texts.texts))
        tx.add_items(0, items)
        tx.append([EventRow(None, str(uuid.uuid4()), kind, 0.0, None, None, data) for kind, data in facts.items()])
