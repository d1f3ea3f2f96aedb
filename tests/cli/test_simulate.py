"""``querist simulate`` as a user meets it: good files, bad files, interruption."""

import gzip
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from querist import simulate
from querist.cli.main import app
from querist.data import read_problem

QUICK = ["--repeats", "2", "--initial", "10", "--budget", "30", "--estimator", "logistic_regression", "--jobs", "1"]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Run in an empty folder, with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    size, colour = rng.normal(size=120), rng.choice(["red", "blue", "green"], 120)
    return pd.DataFrame({"size": size, "colour": colour, "kind": np.where((size > 0) ^ (colour == "red"), "a", "b")})


def querist(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(*words, status=1):
    """Assert that a command ends with one clear message and leaves nothing behind; return the message."""
    result = querist("simulate", *words)
    assert result.exit_code == status, result.output
    message = result.stderr.strip().splitlines()
    assert message, "no message"
    assert "Traceback" not in result.output
    assert message[-1].startswith("Error: ")
    return message[-1]


def test_a_csv_gives_every_result_file(place, frame):
    frame.to_csv("things.csv", index=False)
    result = querist("simulate", "things.csv", "--target", "kind", "--strategy", "margin",
                     "--strategy", "power:beta=2", "--metric", "accuracy", "--metric", "roc_auc", *QUICK)  # fmt: skip
    assert result.exit_code == 0, result.output
    out = place / "querist-simulation-things"
    names = {"table.parquet", "table.csv", "summary.csv", "learning_curve.png", "learning_curve.svg", "report.html",
             "manifest.json", "experiment.json", "timings.csv"}  # fmt: skip
    assert names <= {item.name for item in out.iterdir()}
    table = pd.read_parquet(out / "table.parquet")
    assert {"random", "margin", "power:beta=2"} <= set(table["strategy"])
    assert set(table["metric"]) == {"accuracy", "roc_auc"}
    assert "margin reaches" in result.stdout or "margin does not reach" in result.stdout
    assert "report.html" in result.stdout
    assert "delimiter comma" in result.stderr


@pytest.mark.parametrize("kind", ["tsv", "semicolon", "xlsx", "parquet", "jsonl", "csv.gz", "npz", "svm"])
def test_every_format_gives_the_same_problem(place, frame, kind):
    frame = frame.drop(columns="colour")
    path = place / {"semicolon": "t.csv"}.get(kind, f"t.{kind}")
    target = ["--target", "kind"]
    if kind == "tsv":
        frame.to_csv(path, index=False, sep="\t")
    elif kind == "semicolon":
        frame.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-16")
    elif kind == "xlsx":
        frame.to_excel(path, index=False)
    elif kind == "parquet":
        frame.to_parquet(path)
    elif kind == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    elif kind == "csv.gz":
        path.write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    elif kind == "npz":
        np.savez(path, X=frame[["size"]].to_numpy(), y=frame["kind"].to_numpy().astype(str))
        target = []
    else:
        lines = [f"{int(k == 'a')} 1:{v}" for k, v in zip(frame["kind"], frame["size"], strict=True)]
        path.write_text("\n".join(lines))
        target = []
    result = querist("simulate", path, *target, *QUICK)
    assert result.exit_code == 0, result.output
    summary = pd.read_csv(place / "querist-simulation-t" / "summary.csv")
    assert set(summary["strategy"]) == {"random", "auto"}


@pytest.mark.parametrize(
    ("write", "options", "words"),
    [
        (None, ["--target", "kind"], ["no file", "things.csv"]),
        (b"", ["--target", "kind"], ["empty"]),
        (b"a,b\n", ["--target", "b"], ["no row"]),
        (b"a,b\n1,x\n2\n3,y\n", ["--target", "b"], ["line 3", "1 cell", "2"]),
        (b"\x00\x01\x02\x03" * 50, ["--target", "b"], ["binary"]),
        (b"a,b\n" + bytes(range(1, 9)) * 9 + b"\x81\x8d\x8f,x\n", ["--target", "b"], ["UTF-8"]),
        (b"a,a,b\n1,2,x\n3,4,y\n", ["--target", "b"], ["'a'", "columns 1 and 2"]),
        (b"a,label\n1,x\n2,y\n", ["--target", "lable"], ["no target column 'lable'", "Did you mean 'label'"]),
        (b"a,b\n1,x\n2,x\n3,x\n", ["--target", "b"], ["only one class", "'x'"]),
        (b"a,b\n1,x\n2,\n3,y\n4,y\n5,x\n", ["--target", "b"], ["missing", "row 2"]),
        (b"a,b\n" + b"".join(b"1,%f\n" % (i * 0.37) for i in range(60)), ["--target", "b"], ["continuous"]),
        (b"a,b\n1,x\n2,x\n3,z\n4,y\n5,y\n6,x\n7,y\n", ["--target", "b"], ["'z'", "single row", "row 3"]),
        (b"a,c,b\n1,2,x\ninf,3,x\n3,4,y\n4,5,y\n5,6,x\n6,7,y\n", ["--target", "b"], ["'a'", "row 2", "infinite"]),
        (b"a,c,b\n1,2,x\n1e200,3,x\n3,4,y\n4,5,y\n5,6,x\n6,7,y\n", ["--target", "b"], ["'a'", "row 2", "too large"]),
    ],
    ids=[
        "missing", "empty", "header-only", "ragged", "binary", "undecodable", "twice-named", "no-such-column",
        "one-class", "gaps", "continuous", "single-row", "infinite", "huge",
    ],
)  # fmt: skip
def test_bad_files_give_one_clear_message(place, write, options, words):
    if write is not None:
        (place / "things.csv").write_bytes(write)
    message = refused("things.csv", *options, "--repeats", "1", "--initial", "2", "--budget", "3", "--jobs", "1")
    assert all(word in message for word in words), message
    left = {item.name for item in place.iterdir()} - {"cache"}
    assert left == ({"things.csv"} if write is not None else set())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--budget", "1000"], ["budget is 1000", "90 rows"]),
        (["--batch-size", "0"], ["batch_size", "0"]),
        (["--repeats", "0"], ["repeats"]),
        (["--strategy", "margine"], ["Unknown strategy 'margine'", "Did you mean 'margin'", "entropy"]),
        (["--strategy", "margin:beta=1"], ["no parameter 'beta'"]),
        (["--estimator", "forest"], ["Unknown estimator 'forest'", "random_forest"]),
        (["--metric", "precision"], ["precision", "accuracy"]),
        (["--group", "grp"], ["group column 'grp'"]),
        (["--drop", "colr"], ["'colr'", "colour"]),
        (["--test", "nothing.csv"], ["no file"]),
        (["--test-size", "0.999"], ["test_size"]),
        (["--initial-set", "best"], ["initial_set", "stratified"]),
        (["--estimator", "svc", "--strategy", "entropy", "--metric", "log_loss"], ["log_loss", "predict_proba"]),
        (["--audit", "2"], ["audit must be in [0, 1]", "2"]),
        (["--stop", "defalt", "--audit", "0.2"], ["Unknown stopping rule 'defalt'", "Did you mean 'default'"]),
        (["--stop", "default"], ["'default'", "without an audit", "--audit 0.2"]),
        (["--stop", "time"], ["looks at a clock"]),
        (["--stop", "any(budget"], ["'any(budget'", "any(NAME, ...)"]),
        (["--stop", "budget:labels=0"], ["'budget:labels=0'", "labels must be in (0"]),
        (["--stop", "budget", "--label-cost", "0"], ["label_cost must be in (0"]),
        (["--stop", "budget", "--error-cost", "-1"], ["error_cost must be in (0"]),
        (["--n-future", "0"], ["n_future must be in (0"]),
    ],
)
def test_bad_options_give_one_clear_message(place, frame, options, words):
    frame.to_csv("things.csv", index=False)
    message = refused("things.csv", "--target", "kind", "--jobs", "1", "--initial", "10", *options)
    assert all(word in message for word in words), message
    assert not (place / "querist-simulation-things").exists()


def test_a_folder_with_another_experiment_is_refused(place, frame):
    frame.to_csv("things.csv", index=False)
    assert querist("simulate", "things.csv", "--target", "kind", *QUICK, "--out", "out").exit_code == 0
    before = {item.name: item.read_bytes() for item in (place / "out").iterdir() if item.is_file()}
    message = refused("things.csv", "--target", "kind", *QUICK, "--seed", "1", "--out", "out")
    assert "another experiment" in message
    assert "random_state" in message
    assert before == {item.name: item.read_bytes() for item in (place / "out").iterdir() if item.is_file()}


def test_an_unwritable_folder_is_told(place, frame):
    frame.to_csv("things.csv", index=False)
    (place / "out").write_text("a file, not a folder")
    assert "out" in refused("things.csv", "--target", "kind", *QUICK, "--out", "out")


def test_a_folder_of_the_earlier_default_goes_on_with_it(place, frame):
    frame.to_csv("things.csv", index=False)
    words = ["simulate", "things.csv", "--target", "kind", *QUICK, "--out", "out"]
    begun = querist(*words, "--strategy", "margin")
    assert querist(*words).stdout == begun.stdout
    assert "holds another experiment" in refused(*words[1:], "--strategy", "auto")


def test_groups_never_stand_on_both_sides(place, frame):
    frame["machine"] = np.arange(120) // 10
    frame.to_csv("things.csv", index=False)
    result = querist("simulate", "things.csv", "--target", "kind", "--group", "machine", *QUICK, "--out", "out")
    assert result.exit_code == 0, result.output
    table = pd.read_parquet(place / "out" / "table.parquet")
    for _, part in table[table["strategy"] == "auto"].groupby("repeat"):
        asked = {row for rows in part["rows"] for row in rows}
        assert len({row // 10 for row in asked}) < 12


def test_a_test_file_is_the_test_part(place, frame):
    frame[:80].to_csv("things.csv", index=False)
    frame[80:].to_csv("test.csv", index=False)
    result = querist("simulate", "things.csv", "--target", "kind", "--test", "test.csv", *QUICK, "--out", "out")
    assert result.exit_code == 0, result.output
    frame[80:].drop(columns="size").to_csv("narrow.csv", index=False)
    assert "size" in refused("things.csv", "--target", "kind", "--test", "narrow.csv", *QUICK, "--out", "other")


def test_rows_that_stand_twice_are_told(place, frame):
    pd.concat([frame, frame[:30]]).to_csv("things.csv", index=False)
    result = querist("simulate", "things.csv", "--target", "kind", *QUICK)
    assert "30 of 150 rows repeat" in result.stderr


@pytest.fixture
def _ctrl_c_is_heard():
    """Where the tests themselves run in the background, Ctrl-C is ignored, and children would inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")
@pytest.mark.usefixtures("_ctrl_c_is_heard")
def test_ctrl_c_stops_cleanly_and_the_same_command_resumes(place, frame):
    pd.concat([frame] * 8).assign(size=lambda t: np.linspace(0, 1, len(t))).to_csv("things.csv", index=False)
    words = ["simulate", "things.csv", "--target", "kind", "--repeats", "30", "--initial", "10", "--budget", "200",
             "--batch-size", "1", "--estimator", "logistic_regression", "--jobs", "2", "--out", "out"]  # fmt: skip
    environment = os.environ | {"XDG_CACHE_HOME": str(place / "cache")}
    command = [sys.executable, "-m", "querist", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + 120
    while not list((place / "out" / "runs").glob("**/*.json")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=180)
    assert process.returncode == 130, message
    assert "run the same command again" in message
    assert "Traceback" not in message
    assert not (place / "out" / "report.html").exists()
    kept = len(list((place / "out" / "runs").glob("**/*.json")))
    assert kept > 0


def test_text_and_real_files(place, real_data):
    path = real_data / "text" / "sms_spam.csv"
    result = querist("simulate", path, "--target", "label", "--metric", "balanced_accuracy", *QUICK, "--out", "out")
    assert result.exit_code == 0, result.output
    assert "free text: text" in result.stderr
    assert json.loads((place / "out" / "experiment.json").read_text())


def test_audit_and_stopping_rules_are_told_of(place, frame):
    frame.to_csv("things.csv", index=False)
    words = ["simulate", "things.csv", "--target", "kind", *QUICK, "--out", "out", "--audit", "0.5",
             "--stop", "any(budget:labels=20, default)", "--stop", "settled_predictions:window=10,threshold=0.5",
             "--label-cost", "2", "--error-cost", "0.5", "--n-future", "1000"]  # fmt: skip
    result = querist(*words)
    assert result.exit_code == 0, result.output
    assert "Audit of auto: " in result.stdout
    assert "Stopping rule any(budget:labels=20, default) on auto proposes to stop in 2 of 2 runs" in result.stdout
    assert "Stopping rule settled_predictions:window=10,threshold=0.5 on auto proposes" in result.stdout
    protocol = json.loads((place / "out" / "experiment.json").read_text())["protocol"]
    assert protocol["audit"] == "exchangeable:share=0.5"
    assert protocol["costs"] == {"label_cost": 2.0, "error_cost": 0.5, "n_future": 1000.0}
    stopping = pd.read_csv(place / "out" / "stopping.csv")
    accuracy = pd.read_csv(place / "out" / "table.csv").query("strategy == 'auto' and repeat == 1")
    costs = 2 * accuracy["n_labels"] + 0.5 * 1000 * (1 - accuracy["value"])
    line = stopping.query("strategy == 'auto' and repeat == 1 and rule == '(whole budget)'").squeeze()
    assert line["regret"] == pytest.approx(costs.iloc[-1] - costs.min())
    assert pd.read_csv(place / "out" / "audit.csv")["n_labels"].tolist() == [10, 20, 30] * 4
    # Nothing is computed twice, and another share is another experiment.
    assert querist(*words).stdout == result.stdout
    assert 'audit is "exchangeable:share=0.5" there and "exchangeable:share=0.2" here' in refused(
        *words[1:], "--audit", "0.2"
    )


def test_compare_ranks_over_data_sets(place, frame):
    for number in range(2):
        frame.assign(size=frame["size"] + number).to_csv(f"set{number}.csv", index=False)
        assert querist("simulate", f"set{number}.csv", "--target", "kind", *QUICK, "--out", f"o{number}").exit_code == 0
    result = querist("compare", "o0", "o1", "--report", "both.html")
    assert result.exit_code == 0, result.output
    assert "average_rank" in result.stdout
    assert (place / "both.html").stat().st_size > 1000
    assert querist("compare", "o0", "nowhere").exit_code == 1


def test_strategies_lists_everything():
    result = querist("strategies")
    for name in ("margin", "weighted_k_means", "subsample", "extra_trees"):
        assert f"  {name}" in result.stdout
    assert "Stopping rules:" in result.stdout
    for name in ("stabilising_predictions", "default", "all"):
        assert f"  {name} " in result.stdout
    assert "--stop 'any(default, budget:labels=300)'" in result.stdout


def test_files_with_several_dots_have_folders_and_names_of_their_own(place, frame):
    from querist.data.packed import title_of

    for month in ("01", "02"):
        frame.to_csv(f"2024.{month}.train.csv", index=False)
        result = querist("simulate", f"2024.{month}.train.csv", "--target", "kind", *QUICK)
        assert result.exit_code == 0, result.output
        assert (place / f"querist-simulation-2024.{month}.train" / "report.html").exists()
    assert querist("compare", *sorted(map(str, place.glob("querist-simulation-*")))).exit_code == 0
    names = {".hidden.csv": ".hidden", "a.csv.gz": "a", "a.b.CSV.GZ": "a.b", ".csv": ".csv", "plain": "plain"}
    assert {name: title_of(pathlib.Path(name)) for name in names} == names


def test_data_sets_of_one_name_are_compared_by_the_advice_that_is_given(place, frame):
    for folder in ("jan", "feb"):
        (place / folder).mkdir()
        frame.to_csv(f"{folder}/train.csv", index=False)
        querist("simulate", f"{folder}/train.csv", "--target", "kind", *QUICK, "--out", f"{folder}/out")
    result = querist("compare", "jan/out", "feb/out")
    assert result.exit_code == 1
    assert "Two data sets are called 'train'" in result.stderr
    assert "--name once for each folder" in result.stderr
    result = querist("compare", "jan/out", "feb/out", "--name", "January", "--name", "February", "--report", "b.html")
    assert result.exit_code == 0, result.output
    page = (place / "b.html").read_text(encoding="utf-8")
    for words in ("January", "February", "always the largest class"):
        assert words in page
    assert "give --name once for each" in querist("compare", "jan/out", "feb/out", "--name", "x").stderr
    querist("simulate", "jan/train.csv", "--target", "kind", *QUICK, "--name", "new")
    assert (place / "querist-simulation-new" / "report.html").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--strategy", "margn"], "Did you mean 'margin'"),
        (["--estimator", "nope"], "nope"),
        (["--metric", "f1"], "metric"),
        (["--repeats", "0"], "repeats"),
        (["--budget", "5", "--initial", "10"], "budget is 5"),
        (["--stop", "never"], "never"),
        (["--jobs", "0"], "n_jobs"),
        (["--test-size", "0"], "test_size"),
        (["--name", ""], "name must be"),
        (["--duplicates", "drop"], "duplicates"),
        (["--group", "g", "--test", "t.csv"], "--group and --test are two ways to split"),
    ],
)
def test_options_are_checked_before_a_file_is_read(words, told):
    assert told in refused("no such file.csv", "--target", "kind", *words)


def test_what_compare_is_asked_is_checked_before_folders_are_read(place):
    for words, told in [
        (["nowhere"], "compare needs two or more folders"),
        (["nowhere", "there", "--name", "a"], "give --name once for each"),
        (["nowhere", "there", "--name", "a", "--name", "a"], "Two data sets are called 'a'"),
        (["nowhere", "there", "--report", "no such folder/r.html"], "There is no folder"),
    ]:
        result = querist("compare", *words)
        assert result.exit_code == 1
        assert told in result.stderr


def test_an_unfinished_folder_is_told_and_the_process_ends_in_peace(place, frame):
    """Threads that read Parquet from Python's objects could meet the end of the interpreter, which aborted it."""
    frame.to_csv("t.csv", index=False)
    querist("simulate", "t.csv", "--target", "kind", *QUICK, "--out", "done")
    shutil.copytree(place / "done", place / "half")
    (place / "half" / "manifest.json").unlink()
    ended = subprocess.run(
        [sys.executable, "-m", "querist", "compare", "done", "half"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: half holds a simulation that is not finished.")
    assert len(ended.stderr.splitlines()) == 1


def test_an_estimator_may_weigh_its_classes(place, frame):
    rare = frame.assign(kind=np.where(frame["size"] > 1.2, "rare", "common"))
    rare.to_csv("things.csv", index=False)
    words = [*QUICK[:-4], "--jobs", "1", "--initial-set", "stratified", "--metric", "balanced_accuracy"]
    both = ["--estimator", "logistic_regression", "--estimator", "logistic_regression:class_weight=balanced"]
    result = querist("simulate", "things.csv", "--target", "kind", *words, *both)
    assert result.exit_code == 0, result.output
    table = pd.read_parquet(place / "querist-simulation-things" / "table.parquet")
    means = table[table["strategy"] == "random"].groupby("estimator")["value"].mean()
    assert means["logistic_regression:class_weight=balanced"] > means["logistic_regression"]


def test_weights_are_a_column(place, frame):
    frame.assign(trust=np.linspace(0.1, 5, 120)).to_csv("things.csv", index=False)
    result = querist("simulate", "things.csv", "--target", "kind", "--weight", "trust", *QUICK)
    assert result.exit_code == 0, result.output
    assert "trained with the weights given" in result.stderr
    message = refused(
        *("things.csv", "--target", "kind", "--weight", "trust"),
        *(*QUICK, "--estimator", "k_neighbors:plain=True", "--out", "o"),
    )
    assert "the estimator 'k_neighbors:plain=True'" in message
    assert "cannot be trained with weights" in message


def test_costs_are_a_column(place, frame):
    frame.assign(minutes=np.linspace(0.5, 5, 120)).to_csv("things.csv", index=False)
    result = querist("simulate", "things.csv", "--target", "kind", "--cost", "minutes", *QUICK)
    assert result.exit_code == 0, result.output
    table = pd.read_parquet(place / "querist-simulation-things" / "table.parquet")
    assert (table.loc[table["strategy"] != "(full data)", "cost"] > 0).all()


def test_a_folder_that_an_earlier_version_began_keeps_its_features_of_texts(place):
    rng = np.random.default_rng(1)
    words = [f"word{number}" for number in range(30)]
    texts = [" ".join(rng.choice(words, 6)) for _ in range(90)]
    pd.DataFrame({"text": texts, "kind": ["ab"["word1" in text] for text in texts]}).to_csv("t.csv", index=False)
    problem = read_problem("t.csv", "kind", text_columns=["text"], words_only=True)
    simulate(
        problem.X, problem.y, strategies=["margin"], estimators=["logistic_regression"], repeats=2, budget=30,
        initial=10, n_jobs=1, name="t", out="then",
    )  # fmt: skip
    before = {path: path.read_bytes() for path in (place / "then").glob("runs/*")}
    result = querist("simulate", "t.csv", "--target", "kind", "--text", "text", *QUICK, "--out", "then")
    assert result.exit_code == 0, result.output
    assert "texts are words alone, as when then was begun" in " ".join(result.stderr.split())
    assert {path: path.read_bytes() for path in (place / "then").glob("runs/*")} == before
    result = querist("simulate", "t.csv", "--target", "kind", "--text", "text", *QUICK, "--out", "now")
    assert "words alone" not in result.stderr
    width = {name: json.loads((place / name / "experiment.json").read_text())["data"] for name in ("then", "now")}
    assert width["then"]["n_features"] == problem.X.shape[1] < width["now"]["n_features"]


def test_vectors_are_learned_from_beside_the_columns(place, frame):
    frame.to_csv("data.csv", index=False)
    np.save("v.npy", np.where(frame["kind"] == "a", 1.0, -1.0)[:, None] + np.zeros((120, 3)))
    result = querist("simulate", "data.csv", "--target", "kind", "--embeddings", "v.npy", *QUICK)
    assert result.exit_code == 0
    assert "embeddings: 3 numbers a row" in result.stderr
    refused = querist("simulate", "data.csv", "--target", "kind", "--embeddings", "v.npy", "--test", "data.csv", *QUICK)
    assert refused.exit_code == 1
    assert "--test-embeddings" in refused.stderr
