"""What it takes to refuse a small file that unfolds: ``python benchmarks/files/refused.py`` writes README.md.

Each is read as an upload of labels to a project of 400 rows, by the function that the server's process for it runs, in
a process of its own; time and memory are what that function takes beside what the process had.
"""

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import unfolding

HERE = Path(__file__).parent
_INTRODUCTION = """# Small files that unfold

Written by `python benchmarks/files/refused.py`: each file is read as an upload of labels to a project of 400 rows. The
time is that of the processor; memory is what was taken beside the process as it was, its libraries included where they
are loaded for that kind of file. Bounds: one second, 100 MB. Linux, Python {python}.

| file | bytes | seconds | MB | what the person is told |
|---|---|---|---|---|
"""


def measured(path):
    """Return seconds of processor time, MB, and what reading the file of labels raised; run in a process of its own."""
    from querist.exceptions import DataError
    from querist.labelling.label_files.match import ItemIndex, read_labels

    known = ItemIndex([(row, f"x{row}", {"text": f"text {row}"}) for row in range(400)], columns=["text"])
    before, start = _peak(), time.process_time()
    try:
        read = read_labels(path, known=known)
        told = f"read: {len(read.refused)} lines refused"
    except DataError as error:
        told = str(error)
    return time.process_time() - start, _peak() - before, told


def _peak():
    # Not what `resource` tells: to that the process that started this one has added its own.
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main():
    """Measure each file, and write the table; with a path, measure that one and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", nargs="?")
    path = parser.parse_args().path
    if path is not None:
        print(*measured(path), sep="\t")
        return
    lines = [_INTRODUCTION.format(python=platform.python_version())]
    with tempfile.TemporaryDirectory(prefix="querist-unfolding-") as folder:
        for name, make in unfolding.TABLES.items():
            file = Path(folder) / name
            file.write_bytes(make())
            command = [sys.executable, __file__, str(file)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, memory, told = done.stdout.rstrip("\n").split("\t")
            lines.append(
                f"| {name} | {file.stat().st_size:,} | {float(seconds):.2f} | {float(memory):.0f} | {told} |\n"
            )
            print(lines[-1], end="")
    (HERE / "README.md").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
