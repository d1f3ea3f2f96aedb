"""The exported model is the one that was judged: its script says of the labelled file what the page says."""

import gzip
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from judged import answer, assert_says_the_same, exported, labelled_project, rows_of, run_script, trainer_says
from PIL import Image

from querist.labelling.model_export import own_figures
from querist.store.rows import EventRow
from querist.store.store import Store

WORDS = ["cheap", "Füße", "العربية", "slow", "ship", "blue", "fine"]


def cars(n=150, seed=0):
    """Numbers, dates in two spellings, categories few and many, rare values and gaps; the class hangs on the date."""
    rng = np.random.default_rng(seed)
    built = pd.Timestamp("2018-01-01") + pd.to_timedelta(rng.integers(0, 2500, n), unit="D")
    frame = pd.DataFrame({
        "id": range(1000, 1000 + n),
        "price": np.where(rng.random(n) < 0.1, np.nan, rng.normal(9000, 2500, n).round(2)),
        "seats": rng.integers(2, 7, n),
        "built": built.strftime("%d/%m/%Y"),
        "seen": pd.Series(built + pd.to_timedelta(rng.integers(0, 99999, n), unit="s")).astype(str),
        "maker": rng.choice(["Opel", "Škoda", "BMW", "=NA", None], n, p=[0.5, 0.3, 0.15, 0.02, 0.03]),
        "code": [f"{number:03d}" for number in rng.integers(0, 12, n)],
        "town": [f"{rng.choice(['Bad', 'Alt'])} {number}stadt" for number in rng.integers(0, 90, n)],
        "used": rng.random(n) < 0.5,
    })  # fmt: skip
    return frame, np.where(built.year > 2021, "new", "old").tolist()


def dated(frame):
    """Files whose cells have types hold dates as such."""
    return frame.assign(seen=pd.to_datetime(frame["seen"])) if "seen" in frame else frame


def written(frame, path):
    name = path.name.removesuffix(".gz")
    plain = path.with_name(name)
    if name.endswith((".csv", ".tsv", ".txt")):
        frame.to_csv(plain, index=False, sep={"csv": ",", "tsv": "\t", "txt": ";"}[name[-3:]])
    elif name.endswith(".parquet"):
        dated(frame).to_parquet(plain)
    elif name.endswith(".xlsx"):
        dated(frame).to_excel(plain, index=False)
    elif name.endswith(".json"):
        frame.to_json(plain, orient="records", force_ascii=False, date_format="iso")
    else:
        frame.to_json(plain, orient="records", lines=True, force_ascii=False, date_format="iso")
    if path != plain:
        path.write_bytes(gzip.compress(plain.read_bytes()))
    return path


def test_a_model_of_dates_is_exported_with_them(tmp_path, monkeypatch):
    # What the export once did: 100 % on the page, 54 % by its own script, under the page's figure.
    rng = np.random.default_rng(1)
    n = 300
    built = pd.Timestamp("2018-01-01") + pd.to_timedelta(rng.integers(0, 2900, n), unit="D")
    frame = pd.DataFrame({
        "price": rng.normal(9000, 2500, n).round(2),
        "date": built.strftime("%Y-%m-%d"),
        "maker": rng.choice(["Opel", "BMW", "Fiat"], n),
    })  # fmt: skip
    labels = np.where(built.year > 2021, "after 2021", "before").tolist()
    location = labelled_project(written(frame, tmp_path / "cars.csv"), labels, n_labels=120)
    rows = assert_says_the_same(location, monkeypatch, tmp_path / "cars.csv")
    assert np.mean([row["prediction"] == label for row, label in zip(rows, labels, strict=True)]) > 0.97


@pytest.mark.parametrize(
    "name", ["cars.csv", "cars.tsv", "cars.txt.gz", "cars.parquet", "cars.xlsx", "cars.json", "cars.jsonl"]
)
def test_a_table_in_every_format(name, tmp_path, monkeypatch):
    frame, labels = cars()
    path = written(frame, tmp_path / name)
    location = labelled_project(path, labels, n_labels=60, settings={"estimator": "logistic_regression"})
    rows = assert_says_the_same(location, monkeypatch, path)
    assert list(rows[0]) == [*frame.columns, "prediction", "confidence"]
    assert [row["code"] for row in rows] == frame["code"].tolist()
    assert [row["price"] == "" for row in rows] == frame["price"].isna().tolist()


def test_a_matrix(tmp_path, monkeypatch):
    X = np.random.default_rng(0).normal(size=(60, 5))
    y = (X[:, 1] > 0).astype(int)
    path = tmp_path / "matrix.npz"
    np.savez(path, X=X, y=y)
    columns = [f"feature {place}" for place in range(1, 6)]
    named = np.where(y, "above", "below").tolist()
    location = labelled_project(path, named, n_labels=40, columns=columns, existing_labels=False)
    assert list(assert_says_the_same(location, monkeypatch, path)[0])[:5] == columns


@pytest.mark.parametrize("estimator", ["logistic_regression", "gradient_boosting", "k_neighbors", "svc"])
def test_other_classifiers(estimator, tmp_path, monkeypatch):
    frame, labels = cars(90)
    path = written(frame, tmp_path / "cars.csv")
    location = labelled_project(path, labels, n_labels=50, settings={"estimator": estimator})
    if estimator != "svc":
        assert_says_the_same(location, monkeypatch, path)
        return
    # Without probabilities there is nothing to write, and that is told.
    prediction, _ = trainer_says(location)
    code, rows = run_script(exported(location), monkeypatch, path)
    assert code == 0
    assert [row["prediction"] for row in rows] == [["new", "old"][number] for number in prediction.tolist()]
    assert {row["confidence"] for row in rows} == {""}


def texts(n=90, seed=0):
    rng = np.random.default_rng(seed)
    kinds = [["spam", "ham"][number] for number in rng.integers(0, 2, n)]
    told = [
        " ".join([*rng.choice(WORDS, 4), *(["win money"] * (kind == "spam")), f"call {rng.integers(0, 40)}"])
        for kind in kinds
    ]
    return told, kinds


def test_texts(tmp_path, monkeypatch):
    told, labels = texts()
    told[3], told[5] = "", "=cmd, 'quoted' \"words\" in\ntwo lines"
    path = written(pd.DataFrame({"text": told, "sender": ["a", "b", None] * 30}), tmp_path / "sms.csv")
    location = labelled_project(path, labels, n_labels=50)
    assert_says_the_same(location, monkeypatch, path)


def test_texts_with_columns_beside_them(tmp_path, monkeypatch):
    told, labels = texts()
    frame, _ = cars(len(told))
    frame["remark"] = told
    frame.loc[7, "remark"] = None
    path = written(frame, tmp_path / "mixed.csv")
    location = labelled_project(path, labels, n_labels=50, text=["remark"])
    beside = ["price", "built", "maker", "remark"]
    with Store.open(location) as store, store.writing() as tx:
        tx.set_info(settings=store.info.settings | {"feature_columns": beside, "columns": beside})
    assert_says_the_same(location, monkeypatch, path)


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for place in range(24):
        bright = rng.integers(0, 100, (14, 12)) + 120 * (place % 2)
        name = f"{'more/' * (place % 5 == 0)}{place}"
        if place % 3 == 0:
            Image.fromarray((bright * 200).astype(np.uint16)).save(folder / f"{name}.png")
        elif place % 3 == 1:
            Image.fromarray(bright.astype(np.uint8)).save(folder / f"{name}.webp", lossless=True)
        else:
            Image.fromarray(np.stack([bright, bright // 2, bright // 3], -1).astype(np.uint8)).save(
                folder / f"{name}.jpg"
            )
    (folder / "8.jpg").write_bytes(b"no picture")
    return folder


def test_a_folder_of_images(pictures, monkeypatch, capsys):
    location = labelled_project(pictures, ["light", "dark"] * 12, n_labels=16)
    rows = assert_says_the_same(location, monkeypatch, pictures)
    assert list(rows[0]) == ["file", "folder", "prediction", "confidence"]
    assert "8.jpg" in capsys.readouterr().err
    # One by one, too.
    chosen = [pictures / "1.webp", pictures / "2.jpg"]
    code, alone = run_script(location.parent / "model", monkeypatch, *chosen)
    assert code == 0
    of = {row["file"]: row["prediction"] for row in rows}
    assert [row["prediction"] for row in alone] == [of["1.webp"], of["2.jpg"]]


def test_a_table_that_names_images(pictures, monkeypatch, tmp_path):
    names = sorted(path.relative_to(pictures).as_posix() for path in pictures.rglob("*.*"))
    names[4] = "http://example.org/far.png"
    frame = pd.DataFrame({"where": names, "who": ["ada", "bob"] * 12})
    path = written(frame, pictures / "list.jsonl")
    location = labelled_project(path, ["light", "dark"] * 12, n_labels=16)
    assert_says_the_same(location, monkeypatch, path)
    elsewhere = written(frame, tmp_path / "list.csv")
    code, rows = run_script(location.parent / "model", monkeypatch, elsewhere, "--images", pictures)
    assert code == 0
    assert [row["where"] for row in rows] == names


@pytest.fixture
def car_model(tmp_path):
    frame, labels = cars(80)
    frame["used"] = frame["used"].astype(bool)
    path = written(frame, tmp_path / "cars.csv")
    location = labelled_project(path, labels, n_labels=40, settings={"estimator": "logistic_regression"})
    return frame, exported(location)


def test_what_is_new_in_a_file_is_handled_and_told(car_model, tmp_path, monkeypatch, capsys):
    frame, folder = car_model
    frame = frame.drop(columns=["id"])[::-1].reset_index(drop=True)
    new = frame.astype({"used": object, "seats": object})
    new.loc[0, "maker"] = "Tesla"
    new.loc[1, ["seats", "used", "seen"]] = None
    new.insert(2, "prediction", "my own")
    new["extra"] = 1
    code, rows = run_script(folder, monkeypatch, written(new, tmp_path / "new.csv"))
    told = capsys.readouterr().err
    assert code == 0
    assert list(rows[0])[-2:] == ["querist_prediction", "confidence"]
    assert {row["prediction"] for row in rows} == {"my own"}
    assert "column 'maker': 1 rows have a category that the model has never seen" in told
    assert "column 'seats': 1 empty cells, taken for the usual number" in told
    assert "column 'seen': 1 empty cells" in told
    assert "the model does not use 'prediction', 'extra'" in told
    # True and False are words where a cell beside them is empty, and still the same categories.
    assert "'used': 1 empty cells" in told
    assert "'used': 79 rows" not in told
    code, whole = run_script(folder, monkeypatch, written(frame, tmp_path / "same.csv"))
    assert [row["confidence"] for row in rows][2:] == [row["confidence"] for row in whole][2:]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda frame: frame.drop(columns=["price", "built"]), "lacks the columns price, built"),
        (lambda frame: frame.assign(price=["dear", *frame["price"][1:]]), "row 1 of the file .* holds 'dear'"),
        (lambda frame: frame.assign(built="soon"), "which is not a date"),
    ],
)
def test_what_does_not_fit_is_refused(change, error, car_model, tmp_path, monkeypatch, capsys):
    frame, folder = car_model
    code, _ = run_script(folder, monkeypatch, written(change(frame), tmp_path / "new.csv"))
    assert code == 1
    assert re.search(error, capsys.readouterr().err)
    assert not (folder / "said.csv").exists()
    assert run_script(folder, monkeypatch, tmp_path)[0] == 1
    assert "is a folder" in capsys.readouterr().err


def test_the_script_as_a_command(car_model, tmp_path):
    frame, folder = car_model
    command = [sys.executable, "-W", "error", "use_model.py", str(written(frame[:9], tmp_path / "few.csv"))]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    (folder / "out.csv").write_bytes(done.stdout)
    assert [row["town"] for row in rows_of(folder / "out.csv")] == frame["town"][:9].tolist()


# ---------------------------------------------------------------------- the figure in the zip


def judged_project(tmp_path, n_labels=60, **options):
    """A project of which the page has shown a figure."""
    frame, labels = cars(120)
    path = written(frame, tmp_path / "cars.csv")
    estimator = {"estimator": "logistic_regression"}
    return labelled_project(path, labels, n_labels=n_labels, settings=estimator, **options), labels


def readme_of(location):
    return (exported(location) / "README.md").read_text(encoding="utf-8")


def test_the_figure_of_the_page_goes_with_its_own_model(tmp_path):
    location, _ = judged_project(tmp_path)
    told = readme_of(location)
    assert "- model accuracy: 50.0% as the page said. (This model, of 60 labels; 2001-09-09T01:46:40+00:00.)" in told
    assert "running accuracy" not in told


@pytest.mark.parametrize("change", ["label", "estimator", "rows"])
def test_a_figure_of_another_model_does_not(change, tmp_path):
    location, labels = judged_project(tmp_path)
    with Store.open(location) as store, store.writing() as tx:
        if change == "label":
            free = next(row for row in range(len(labels)) if row not in labelled_rows(store))
            tx.append([answer(free, 1)])
        elif change == "estimator":
            changes = {"estimator": "naive_bayes"}
            tx.set_info(settings=store.info.settings | changes)
            tx.append([EventRow(None, "s1", "settings", 2e9, None, None, {"changes": changes})])
        else:
            item = next(store.all_items())
            tx.add_items(120, [type(item)(120, "new", item.content, item.text, 0.999, 0)])
            tx.append([EventRow(None, "r1", "rows_added", 2e9, None, None, {"n_rows": 1, "source": 0})])
    told = readme_of(location)
    assert "as the page said" not in told
    # Its own is computed instead.
    assert f"This model, of {60 + (change == 'label')} labels" in told


def labelled_rows(store):
    return {event.row for event in store.events() if event.kind == "answered"}


def test_where_there_is_no_figure_it_says_so(tmp_path, monkeypatch):
    location, _ = judged_project(tmp_path, n_labels=4, judged=False)
    assert "Nothing is known about this model's accuracy. Needs" in readme_of(location)
    (tmp_path / "more").mkdir()
    location, _ = judged_project(tmp_path / "more", judged=False)
    monkeypatch.setattr(own_figures, "_PATIENCE", 0.0)
    assert "Nothing is known about this model's accuracy. This model is slow to train" in readme_of(location)


# ---------------------------------------------------------------------- the file


def test_a_model_of_few_labels_is_small(tmp_path):
    rng = np.random.default_rng(0)
    vocabulary = [f"{first}{second}{number}" for first in "bdfgkl" for second in "aeiou" for number in range(100)]
    told = [" ".join(rng.choice(vocabulary, 20)) for _ in range(1500)]
    path = written(pd.DataFrame({"text": told}), tmp_path / "many.csv")
    location = labelled_project(path, [f"class {row % 9}" for row in range(1500)], n_labels=100)
    folder = exported(location)
    with Store.open(location, read_only=True) as store:
        words = {word for item in store.all_items() for word in item.content["text"].split()}
    # Each word and each group of letters once, its weight, and the coefficients of those that were labelled: no
    # dictionary, no zeros; and 50 numbers of four bytes for each of the commonest, the latent semantics.
    n_features = len(words) + 4096
    assert (folder / "model.skops").stat().st_size < (40 + 4 * 50) * n_features


def test_what_is_not_named_is_not_loaded(car_model, monkeypatch, tmp_path):
    frame, folder = car_model
    script = (folder / "use_model.py").read_text(encoding="utf-8")
    named = "querist.data.table_features.TableFeatures"
    assert named in script
    (folder / "use_model.py").write_text(script.replace(named, "nothing"), encoding="utf-8")
    from skops.io.exceptions import UntrustedTypesFoundException

    with pytest.raises(UntrustedTypesFoundException):
        run_script(folder, monkeypatch, written(frame, tmp_path / "new.csv"))


def test_a_model_of_texts_and_embeddings_wants_vectors_and_says_the_same(tmp_path, monkeypatch):
    rng = np.random.default_rng(2)
    labels = rng.choice(["good", "bad"], 60).tolist()
    texts = [f"{rng.choice(WORDS)} {rng.choice(WORDS)} number {number}" for number in range(60)]
    path = tmp_path / "texts.csv"
    pd.DataFrame({"text": texts}).to_csv(path, index=False)
    vectors = rng.normal(size=(60, 6)) + np.where(np.array(labels) == "good", 1.0, -1.0)[:, None]
    np.save(tmp_path / "v.npy", vectors)
    location = labelled_project(path, labels, n_labels=30, text=["text"], embeddings=str(tmp_path / "v.npy"))
    rows = assert_says_the_same(location, monkeypatch, path, "--embeddings", tmp_path / "v.npy")
    assert np.mean([row["prediction"] == label for row, label in zip(rows, labels, strict=True)]) > 0.9
    told = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "python use_model.py FILE --embeddings VECTORS.npy [--out PREDICTED.csv]" in told
    assert "the columns above and a column 'embedding' with the vectors" in told
    assert run_script(tmp_path / "model", monkeypatch, path)[0] == 2


def test_a_model_with_a_sentence_model_runs_it_on_the_next_file(tmp_path, monkeypatch):
    import tiny_models

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder, _ = tiny_models.bert(tmp_path / "m")
    rng = np.random.default_rng(2)
    labels = rng.choice(["good", "bad"], 60).tolist()
    texts = [f"the {rng.choice(['film', 'tea'])} is {label} {number}" for number, label in enumerate(labels)]
    path = tmp_path / "texts.csv"
    pd.DataFrame({"text": texts}).to_csv(path, index=False)
    location = labelled_project(path, labels, n_labels=30, text=["text"], embeddings=str(folder))
    assert_says_the_same(location, monkeypatch, path)
    exported_to = tmp_path / "model"
    assert f"by the sentence model `{folder}`" in (exported_to / "README.md").read_text("utf-8")
    assert "tokenizers==" in (exported_to / "requirements.txt").read_text("utf-8")
    tiny_models.bert(folder, seed=9)
    assert run_script(exported_to, monkeypatch, path)[0] == 1
