"""Texts to label: real ones where they lie beside the checkout, else made ones."""

import csv
import random
from pathlib import Path

SMS = Path(__file__).parents[3] / "shared" / "data" / "text" / "sms_spam.csv"
_HAM = (
    "see",
    "you",
    "later",
    "at",
    "home",
    "ok",
    "lunch",
    "sorry",
    "meeting",
    "call",
    "love",
    "tomorrow",
    "dinner",
    "train",
)
_SPAM = (
    "free",
    "prize",
    "win",
    "claim",
    "now",
    "txt",
    "urgent",
    "cash",
    "offer",
    "mobile",
    "award",
    "reply",
    "stop",
    "call",
)


def messages(n):
    """Return n texts, no two of which are copies, and which of them are spam."""
    if SMS.exists():
        with SMS.open(newline="", encoding="utf-8") as file:
            distinct = {}
            for each in csv.DictReader(file):
                distinct.setdefault(" ".join(each["text"].split()).casefold(), each)
        rows = list(distinct.values())[:n]
        return [row["text"] for row in rows], [row["label"] == "spam" for row in rows]
    draw = random.Random(0)
    spam = [draw.random() < 0.2 for _ in range(n)]
    texts = [
        f"{i}: " + " ".join(draw.choices(_SPAM if bad else _HAM, k=draw.randint(4, 20))) for i, bad in enumerate(spam)
    ]
    return texts, spam


def write_texts(path, texts):
    """Write a CSV file with one column."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text"])
        writer.writerows([text] for text in texts)
    return path
