"""The exported model: its own script, run elsewhere, says what the pipeline says."""

import io
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from querist.data.images import image_features

from querist.exceptions import InvalidParameterError, NotEnoughLabelsError
from querist.labelling.model_export import files as model_files
from querist.labelling.model_export import write as model_export
from querist.labelling.model_export.pipeline import fit_exportable
from querist.labelling.model_export.write import write_model_zip

TEXTS = [f"{word} number {place} of many" for place in range(30) for word in ("cheap", "Füße", "العربية")]
WORDS = ["spam", "ham", "=other 😀"] * 30


def unpacked(pipeline, kind, labels, folder):
    path = folder / "model.zip"
    with path.open("wb") as target:
        write_model_zip(pipeline, kind, labels, target, project_name="Café", estimator="auto")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
        assert sorted(archive.namelist()) == ["README.md", "model.skops", "requirements.txt", "use_model.py"]
    return folder


# Querist cannot be imported there: the script stands on scikit-learn alone.
BLOCKED = "import runpy, sys; sys.modules['querist'] = None; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0])"


def run(folder, *arguments):
    command = [sys.executable, "-W", "error", "-c", BLOCKED, str(folder / "use_model.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("estimator", ["auto", "random_forest:n_estimators=5"])
def test_texts(estimator, tmp_path):
    labels = [label if place % 3 else None for place, label in enumerate(WORDS, 1)]
    pipeline = fit_exportable("text", TEXTS, labels, estimator)
    new = [*TEXTS[:5], "never seen", "cheap = cheap", ""]
    (tmp_path / "texts.txt").write_text("\n".join(new) + "\n", encoding="utf-8")
    folder = unpacked(pipeline, "text", labels, tmp_path)
    predicted = run(folder, tmp_path / "texts.txt")
    assert predicted == pipeline.predict(new).tolist()
    assert set(predicted) <= set(WORDS)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "Model of Café" in readme
    assert "60 labelled rows" in readme
    assert "Too few randomly drawn rows" in readme


def test_how_good_it_is_goes_with_it():
    pipeline = fit_exportable("text", TEXTS, WORDS)
    told = {"text": "model accuracy: 93.0%, 95% interval 88% to 96%.", "n_labels": 60, "date": "2026-11-28"}
    target = io.BytesIO()
    write_model_zip(pipeline, "text", WORDS, target, project_name="p", estimator="auto", statements=[told])
    with zipfile.ZipFile(target) as archive:
        readme = archive.read("README.md").decode()
    assert "- model accuracy: 93.0%, 95% interval 88% to 96%. (Model of 60 labels, 2026-11-28.)" in readme
    assert "Too few" not in readme


def test_the_vocabulary_comes_from_all_rows_and_the_classes_from_the_labelled():
    labels = ["a", "b", *[None] * (len(TEXTS) - 2)]
    pipeline = fit_exportable("text", TEXTS, labels)
    assert "العربية" in pipeline.named_steps["features"].vocabulary_
    assert pipeline.classes_.tolist() == ["a", "b"]


@pytest.mark.parametrize("texts", [["一"] * 20 + ["二二二 三三三"] * 20, ["x y"] + ["z"] * 39])
def test_texts_with_odd_words(texts):
    labels = ["a"] * 20 + ["b"] * 20
    assert set(fit_exportable("text", texts, labels).predict(texts)) <= {"a", "b"}


def table():
    rng = np.random.default_rng(0)
    n = 80
    return pd.DataFrame(
        {
            "id": range(n),
            "size": [None if place % 7 == 0 else float(place % 10) for place in range(n)],
            "code": [f"{place % 4:03d}" for place in range(n)],
            "colour": [None if place % 11 == 0 else ["red", "green", "NA"][place % 3] for place in range(n)],
            "new": [bool(place % 2) for place in range(n)],
            "seen": pd.date_range("2020-01-01", periods=n).strftime("%Y-%m-%d"),
            "noise": rng.normal(size=n),
        }
    )


@pytest.mark.parametrize("text", [False, True])
def test_rows_of_a_table(text, tmp_path):
    frame = table()
    if text:
        frame["remark"] = [f"some words about the {word} thing" for word in ("good", "bad", "ugly", "dull")] * 20
        frame.loc[3, "remark"] = None
    labels = [["no", "yes"][place % 4 > 1] if place < 60 else None for place in range(len(frame))]
    pipeline = fit_exportable("table", frame, labels, settings={"text_columns": ["remark"] if text else []})
    assert type(pipeline.named_steps["classifier"]).__name__ == (
        "LogisticRegression" if text else "ExtraTreesClassifier"
    )
    used = model_files.columns_in_use(pipeline)
    assert used["category"] == ["code", "colour", "new"]
    assert used["number"] == ["size", "noise"]
    assert used["text"] == ["remark"] * text
    new = frame[::-1].copy()
    new.loc[5, "colour"] = "never seen"
    new.loc[6, ["size", "noise"]] = None
    new.to_csv(tmp_path / "table.csv", index=False)
    predicted = run(unpacked(pipeline, "table", labels, tmp_path), tmp_path / "table.csv")
    expected = pipeline.predict(new.fillna({"remark": ""}) if text else new).tolist()
    assert predicted == expected
    # The code alone decides; it is words, so "003" must not have become 3 on the way.
    right = [["no", "yes"][int(code) > 1] for code in new["code"]]
    assert np.mean([one == other for one, other in zip(predicted, right, strict=True)]) > 0.9
    assert "size, noise" in (tmp_path / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["grey", "colour", "deep"])
def test_images(form, tmp_path):
    rng = np.random.default_rng(0)
    paths = []
    for place in range(12):
        bright = rng.integers(0, 100, (10, 12)) + 120 * (place % 2)
        path = tmp_path / f"{place}.png"
        if form == "deep":
            Image.fromarray((bright * 200).astype(np.uint16)).save(path)
        elif form == "grey":
            Image.fromarray(bright.astype(np.uint8)).save(path)
        else:
            path = path.with_suffix(".jpg")
            Image.fromarray(np.stack([bright, bright // 2, bright // 3], -1).astype(np.uint8)).save(path)
        paths.append(path)
    X = image_features(paths).X
    labels = ["dark", "light"] * 6
    pipeline = fit_exportable("image", X, labels)
    assert run(unpacked(pipeline, "image", labels, tmp_path), *paths) == pipeline.predict(X).tolist()


def test_what_is_not_named_is_not_loaded(tmp_path):
    pipeline = fit_exportable("table", table(), ["no", "yes"] * 40)
    folder = unpacked(pipeline, "table", ["no", "yes"] * 40, tmp_path)
    script = (folder / "use_model.py").read_text(encoding="utf-8")
    assert "sklearn.tree._tree.Tree" in script
    (folder / "use_model.py").write_text(script.replace("sklearn.tree._tree.Tree", "nothing"), encoding="utf-8")
    table().to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(AssertionError, match="UntrustedTypesFoundException"):
        run(folder, tmp_path / "table.csv")


def test_parts_that_nobody_can_judge_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(model_export, "_KNOWN_PACKAGES", ("numpy",))
    pipeline = fit_exportable("table", table(), ["no", "yes"] * 40)
    with pytest.raises(InvalidParameterError, match=r"sklearn\.tree"), (tmp_path / "x").open("wb") as target:
        write_model_zip(pipeline, "table", ["no", "yes"] * 40, target, project_name="p", estimator="auto")


@pytest.mark.parametrize("labels", [[None] * 90, ["a"] * 90])
def test_a_model_needs_two_classes(labels):
    with pytest.raises(NotEnoughLabelsError):
        fit_exportable("text", TEXTS, labels)


def test_the_same_labels_give_the_same_model():
    frame = table()
    labels = ["no", "yes"] * 40
    first, second = (fit_exportable("table", frame, labels, settings={"seed": 3}) for _ in range(2))
    assert np.array_equal(first.predict_proba(frame), second.predict_proba(frame))
