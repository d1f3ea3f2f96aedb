"""Texts for the benchmarks: as long and as varied as short messages, two kinds of them, as many as wanted."""

import csv
import random

_COMMON = [first + last for first in "bdfgklmnprstvwz" for last in ("alo", "emi", "ina", "ore", "usu", "ata", "ile")]


def write_pool(path, n_rows, seed=0):
    """Write a CSV file of texts; every fifth is of the second kind."""
    draw = random.Random(seed)
    words = [draw.choice(_COMMON) + draw.choice(_COMMON) + draw.choice(["", "s", "ing", "ed"]) for _ in range(30_000)]
    kinds = [words[:20_000], words[10_000:]]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text"])
        for row in range(n_rows):
            own = kinds[row % 5 == 0]
            # Words are as unequally frequent as in a language.
            chosen = [own[int(len(own) * draw.random() ** 3)] for _ in range(draw.randint(4, 30))]
            writer.writerow([" ".join(chosen)])
    return path
