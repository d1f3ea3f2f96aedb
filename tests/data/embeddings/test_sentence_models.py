"""Sentence models in all forms, against sums by hand; and what is said where one cannot be run."""

import importlib.util
import sys
import types

import numpy as np
import pytest
import tiny_models
from scipy.special import erf, softmax
from tiny_models import WORDS

from querist.data import load_model
from querist.exceptions import DataError

TEXTS = ["good film", "", "the tea is bad tea", "the the the the the the the the good", "unheard"]


def ids(text, longest=6):
    return [1, *(WORDS.index(word) if word in WORDS else 0 for word in text.split())][:longest]


def normed(values, weights, name):
    values = values - values.mean(axis=-1, keepdims=True)
    return (
        values / np.sqrt((values**2).mean(axis=-1, keepdims=True)) * weights[f"{name}.weight"] + weights[f"{name}.bias"]
    )


def dense(values, weights, name):
    return values @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def by_hand(tokens, weights):
    """One text through a BERT, head by head, in double precision."""
    weights = {name: values.astype(np.float64) for name, values in weights.items()}
    hidden = np.stack([
        weights["embeddings.word_embeddings.weight"][token]
        + weights["embeddings.position_embeddings.weight"][place]
        + weights["embeddings.token_type_embeddings.weight"][0]
        for place, token in enumerate(tokens)
    ])  # fmt: skip
    hidden = normed(hidden, weights, "embeddings.LayerNorm")
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        q, k, v = (dense(hidden, weights, f"{layer}.attention.self.{part}") for part in ("query", "key", "value"))
        heads = [softmax(q[:, at] @ k[:, at].T / np.sqrt(2), axis=1) @ v[:, at] for at in (slice(0, 2), slice(2, 4))]
        attended = dense(np.hstack(heads), weights, f"{layer}.attention.output.dense")
        hidden = normed(hidden + attended, weights, f"{layer}.attention.output.LayerNorm")
        inner = dense(hidden, weights, f"{layer}.intermediate.dense")
        inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
        hidden = normed(hidden + dense(inner, weights, f"{layer}.output.dense"), weights, f"{layer}.output.LayerNorm")
    return hidden


@pytest.mark.parametrize(
    ("pooling", "pooled"), [("mean_tokens", lambda h: h.mean(axis=0)), ("cls_token", lambda h: h[0])]
)
def test_a_bert_by_numpy_is_the_sum_by_hand(tmp_path, pooling, pooled):
    folder, weights = tiny_models.bert(tmp_path / "m", pooling=pooling)
    model = load_model(str(folder))
    expected = np.stack([pooled(by_hand(ids(text), weights)) for text in TEXTS])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(model.encode(TEXTS), expected, atol=1e-5)
    assert model.packages == ("tokenizers", "safetensors")


def test_without_a_step_that_says_so_vectors_keep_their_length(tmp_path):
    folder, weights = tiny_models.bert(tmp_path / "m", kinds=("Transformer", "Pooling"))
    expected = by_hand(ids(TEXTS[0]), weights).mean(axis=0)
    np.testing.assert_allclose(load_model(str(folder)).encode(TEXTS[:1])[0], expected, atol=1e-5)


@pytest.mark.parametrize("name", ["onnx/model.onnx", "model.onnx"])
def test_an_onnx_file_is_run_by_its_folder_or_by_itself(tmp_path, name):
    folder, vectors = tiny_models.onnx(tmp_path / "m", name=name)
    expected = np.stack([vectors[ids(text, 512)].mean(axis=0) for text in TEXTS])
    for given in (folder, folder / name):
        model = load_model(str(given))
        np.testing.assert_allclose(model.encode(TEXTS), expected, atol=1e-6)
    assert model.packages == ("tokenizers", "onnxruntime")


def test_a_static_model_is_run_by_model2vec(tmp_path):
    folder, vectors = tiny_models.static(tmp_path / "m")
    model = load_model(str(folder))
    np.testing.assert_allclose(model.encode(["good film"])[0], vectors[[2, 4]].mean(axis=0), atol=1e-6)
    assert model.packages == ("model2vec",)


def test_models_are_told_apart_by_their_content(tmp_path):
    made = [tiny_models.bert(tmp_path / name, seed)[0] for name, seed in (("a", 0), ("b", 0), ("c", 1))]
    one, same, other = (load_model(str(folder)).identity for folder in made)
    assert one == same != other
    tiny_models.told(made[1], "sentence_bert_config.json", max_seq_length=3)
    assert load_model(str(made[1])).identity != one


def test_a_model_in_an_installed_package_is_found_by_its_name(tmp_path, monkeypatch):
    tiny_models.bert(tmp_path / "carrier" / "model")
    record = tmp_path / "carrier-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n")
    files = [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "carrier").rglob("*") if path.is_file()]
    (record / "RECORD").write_text("".join(f"{name},,\n" for name in files))
    monkeypatch.syspath_prepend(tmp_path)
    assert load_model("carrier").encode(TEXTS).shape == (5, 4)
    with pytest.raises(DataError, match="'numpy' carries no sentence model"):
        load_model("numpy")


def test_a_name_is_looked_for_here_and_then_on_the_hub(tmp_path, monkeypatch):
    folder, _ = tiny_models.bert(tmp_path / "m")
    asked = []

    def snapshot_download(name, *, allow_patterns, local_files_only=False):
        asked.append((name, local_files_only))
        if local_files_only:
            raise FileNotFoundError(name)
        return str(folder)

    hub = types.SimpleNamespace(snapshot_download=snapshot_download, __spec__=importlib.util.find_spec("json"))
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    assert load_model("tiny-model").encode(TEXTS).shape == (5, 4)
    assert asked == [("sentence-transformers/tiny-model", True), ("sentence-transformers/tiny-model", False)]
    monkeypatch.setattr(hub, "snapshot_download", lambda *_, **__: 1 / 0)
    with pytest.raises(
        DataError, match=r"'me/other' is no column, file, folder or installed package here, .* \(ZeroDivisionErr"
    ):
        load_model("me/other")


def test_a_model_of_another_make_is_left_to_its_own_library(tmp_path, monkeypatch):
    folder, _ = tiny_models.bert(tmp_path / "m", kinds=("Transformer", "Pooling", "Dense"))
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "sentence_transformers" else name)
    with pytest.raises(DataError, match="pip install sentence-transformers"):
        load_model(str(folder))

    class SentenceTransformer:
        def __init__(self, path, device):
            assert (path, device) == (str(folder), "cpu")

        def encode(self, texts, *, show_progress_bar, convert_to_numpy):
            return np.ones((len(texts), 3))

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    fake = types.SimpleNamespace(SentenceTransformer=SentenceTransformer)
    monkeypatch.setitem(sys.modules, "sentence_transformers", fake)
    assert load_model(str(folder)).encode(TEXTS).dtype == np.float32


@pytest.mark.parametrize("make", ["bert", "onnx", "static"])
def test_what_is_not_installed_is_named_with_the_command(tmp_path, monkeypatch, make):
    folder = getattr(tiny_models, make)(tmp_path / "m")[0]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"not installed. Install it: pip install 'querist\[embeddings\]'"):
        load_model(str(folder))


def damaged(folder, how):
    match how:
        case "pooling":
            tiny_models.told(folder, "1_Pooling/config.json", pooling_mode_max_tokens=True)
        case "tokenizer":
            (folder / "tokenizer.json").unlink()
        case "config":
            (folder / "config.json").write_text("{")
        case "weights":
            tiny_models.told(folder, "config.json", model_type="bert", num_hidden_layers=3, num_attention_heads=2)
        case "empty":
            for path in folder.iterdir():
                path.rename(folder.parent / path.name)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("pooling", "pooled by max_tokens"),
        ("tokenizer", "no tokenizer.json"),
        ("config", "is damaged"),
        ("weights", "lacks encoder.layer.2"),
        ("empty", "holds no sentence model"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(tmp_path, how, words):
    folder, _ = tiny_models.bert(tmp_path / "m")
    damaged(folder, how)
    with pytest.raises(DataError, match=words):
        load_model(str(folder))


@pytest.mark.parametrize("name", ["./gone", "/gone/model", "a/b/c"])
def test_a_path_that_is_not_there_is_not_asked_of_the_hub(name):
    with pytest.raises(DataError, match="There is no folder"):
        load_model(name)


def test_an_onnx_file_that_cannot_be_run_is_refused(tmp_path):
    folder, _ = tiny_models.onnx(tmp_path / "m", inputs=("input_ids", "pixel_values"))
    with pytest.raises(DataError, match="wants pixel_values"):
        load_model(str(folder))
    (folder / "onnx" / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(DataError, match="no ONNX model that can be run"):
        load_model(str(folder))
    with pytest.raises(DataError, match="There is no file"):
        load_model(str(folder / "other.onnx"))
