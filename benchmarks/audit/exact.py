"""Certificates, auto-labelling at its worst and running accuracy in simulation.

nice -n 15 python benchmarks/audit/exact.py   # minutes; writes runs/exact.md
"""

import itertools
from pathlib import Path

import numpy as np

from querist._random import derive_generator
from querist.audit.auto_label import auto_labels
from querist.audit.auto_label_plan import AutoLabelPlan
from querist.audit.certificate import attempt_level, remainder_accuracy, rest_bound
from querist.audit.certificate_plan import labels_needed
from querist.audit.running import log_wealth

OUT = Path(__file__).parent / "runs" / "exact.md"
REPEATS = 2000


def error(share, repeats):
    """Return the Monte-Carlo standard error of a share, in percent."""
    return 100 * np.sqrt(share * (1 - share) / repeats)


def certificates():
    """Small pools labelled in stages: at each the model is frozen, fresh rows are drawn, every bound is checked."""
    lines = [
        "| pool | stage: rows left | fresh draws | accuracy left | attempt | nominal | bound on all left holds "
        "| bound on the rest holds | Monte-Carlo error |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    generator = derive_generator(0, "certificates")
    pool = 120
    for n_left, n_drawn in itertools.product((100, 60, 30), (10, 20)):
        for accuracy in (0.7, 0.9):
            right = np.arange(n_left) < round(accuracy * n_left)
            counts = np.array([right[generator.permutation(n_left)[:n_drawn]].sum() for _ in range(REPEATS)])
            for attempt in (1, 2, 3):
                low = np.array(
                    [remainder_accuracy(x, n_drawn, n_left, attempt=attempt).low for x in range(n_drawn + 1)]
                )
                rest = np.array([rest_bound(x, n_drawn, n_left, attempt=attempt) for x in range(n_drawn + 1)])
                whole = np.mean(low[counts] <= right.mean() + 1e-9)
                others = (right.sum() - counts) / (n_left - n_drawn)
                after = np.mean(rest[counts] <= others + 1e-9)
                nominal = 1 - attempt_level(attempt)
                lines.append(
                    f"| {pool} | {n_left} | {n_drawn} | {100 * accuracy:.0f} % | {attempt} | {100 * nominal:.2f} % | "
                    f"{100 * whole:.2f} % | {100 * after:.2f} % | {error(nominal, REPEATS):.2f} |"
                )
    return lines


def all_attempts():
    """One pool, five attempts, each with fresh draws from what is left: whether all bounds are right together."""
    lines = ["| pool | accuracy | attempts | draws each | all bounds right (at least 95 %) |", "|---|---|---|---|---|"]
    generator = derive_generator(0, "attempts")
    for pool, accuracy in itertools.product((60, 150), (0.8, 0.93)):
        right = np.arange(pool) < round(accuracy * pool)
        good = 0
        tables = [[remainder_accuracy(x, 8, pool - 8 * j, attempt=j + 1).low for x in range(9)] for j in range(5)]
        for _ in range(REPEATS):
            order = right[generator.permutation(pool)]
            good += all(tables[j][order[8 * j : 8 * j + 8].sum()] <= order[8 * j :].mean() + 1e-9 for j in range(5))
        lines.append(f"| {pool} | {100 * accuracy:.0f} % | 5 | 8 | {100 * good / REPEATS:.2f} % |")
    return lines


def power():
    """Target 90 %, truth 95 %: labels planned, and how often they suffice."""
    lines = [
        "| rows left | attempt | labels planned | right ones needed | passes (simulated) |",
        "|---|---|---|---|---|",
    ]
    generator = derive_generator(0, "power")
    for n_left, attempt in itertools.product((500, 2000, 10_000, 100_000), (1, 2)):
        plan = labels_needed(0.9, 0.95, n_left, level=attempt_level(attempt))
        drawn = generator.hypergeometric(round(0.95 * n_left), n_left - round(0.95 * n_left), plan.n_labels, 20_000)
        passed = 100 * np.mean(drawn >= plan.n_needed)
        lines.append(f"| {n_left:,} | {attempt} | {plan.n_labels} | {plan.n_needed} | {passed:.1f} % |")
    return lines


def promises():
    """Auto-labelling at its worst: region errors at, just over and around the promise, 2,000 repeats each."""
    lines = [
        "| regions | errors in the added rows | promise kept (at least 95 %) | released, mean |",
        "|---|---|---|---|",
    ]
    generator = derive_generator(0, "promises")
    n, target = 200, 0.9
    for errors in ((0.12, 0.12, 0.12), (0.0, 0.3, 0.0), (0.08, 0.14, 0.2), (0.1, 0.1, 0.5), (0.01, 0.02, 0.03)):
        sizes = (100, 150, 200)
        right = np.ones(n, bool)
        for start, stop, rate in zip((0, *sizes[:-1]), sizes, errors, strict=True):
            right[start : start + int(np.ceil(rate * (stop - start)))] = False
        regions = tuple(np.arange(size) for size in sizes)
        kept, released = 0, 0
        for _ in range(REPEATS):
            sample = generator.permutation(n)[:90]
            found = auto_labels(AutoLabelPlan(target, attempt_level(1), regions, sample), right[sample])
            kept += not found.rows.size or right[found.rows].mean() >= target - 1e-9
            released += found.rows.size
        said = ", ".join(f"{100 * rate:.0f} %" for rate in errors)
        lines.append(
            f"| 100, 150, 200 rows; 90 drawn | {said} | {100 * kept / REPEATS:.2f} % | {released / REPEATS:.0f} |"
        )
    return lines


SHAPES = {
    "constant 0.9": lambda t, z: 0.9,
    "constant 0.99": lambda t, z: 0.99,
    "constant 0.5": lambda t, z: 0.5,
    "learning, 0.5 to 0.95": lambda t, z: 0.95 - 0.45 * np.exp(-t / 40),
    "collapses at 100": lambda t, z: 0.95 if t < 100 else 0.3,
    "answers to the past": lambda t, z: 0.3 if t and z / t > 0.75 else 0.95,
}


def running():
    """Conditional means that are constant, learn, collapse, or answer to the past; 500 draws, all times at once."""
    lines = [
        "| conditional accuracies | lower end right at all times | upper end | both (at least 95 %) | "
        "width after 100, after 500 draws | Wilson there, for one time only |",
        "|---|---|---|---|---|---|",
    ]
    from querist.audit.intervals import wilson
    from querist.audit.running import running_accuracy

    times = np.arange(1, 501)
    limit = -np.log(0.025)
    for number, (name, mean_at) in enumerate(SHAPES.items()):
        generator = derive_generator(0, "running", number)
        low = high = both = 0
        for _ in range(REPEATS):
            u = generator.random(500)
            means, outcomes, total = np.empty(500), np.empty(500), 0.0
            for t in range(500):
                means[t] = mean_at(t, total)
                outcomes[t] = u[t] < means[t]
                total += outcomes[t]
            sums, averages = np.cumsum(outcomes), np.cumsum(means) / times
            a = (log_wealth(sums, times, averages) < limit).all()
            b = (log_wealth(times - sums, times, 1 - averages) < limit).all()
            low, high, both = low + a, high + b, both + (a and b)
        widths, plain = [], []
        for count in (100, 500):
            found = running_accuracy(outcomes[:count])
            widths.append(f"{found.high - found.low:.3f}")
            ends = wilson(outcomes[:count].mean(), count)
            plain.append(f"{ends[1] - ends[0]:.3f}")
        lines.append(
            f"| {name} | {100 * low / REPEATS:.2f} % | {100 * high / REPEATS:.2f} % | {100 * both / REPEATS:.2f} % | "
            f"{', '.join(widths)} | {', '.join(plain)} |"
        )
    return lines


def main():
    """Write all tables."""
    lines = []
    for title, table in (
        ("Certificates at every stage and attempt", certificates),
        ("All attempts together", all_attempts),
        ("Power", power),
        ("Auto-labelling at its worst", promises),
        ("Running accuracy", running),
    ):
        lines += [f"### {title}", "", *table(), ""]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
