"""Which sets nobody looks at while the audit is built: drawn once, by a seed written down before (2026-11-29).

python benchmarks/audit/set_aside.py
"""

import random

SEED = 20261129
TABLES = (
    "adult", "car", "chess", "churn", "connect_4", "dna", "letter", "magic", "mfeat_factors", "optdigits",
    "page_blocks", "pendigits", "satimage", "segmentation", "titanic", "waveform_40", "wine_quality_white", "yeast",
)  # fmt: skip
TEXTS = ("banking77", "product_reviews", "sms_spam", "subj", "trec")


def set_aside():
    """Return four of the tables and two of the texts: for the last table alone."""
    generator = random.Random(SEED)
    return (*sorted(generator.sample(TABLES, 4)), *sorted(generator.sample(TEXTS, 2)))


if __name__ == "__main__":
    print(*set_aside(), sep="\n")
