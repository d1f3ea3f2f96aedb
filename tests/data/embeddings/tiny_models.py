"""Sentence models of a few numbers, in the forms in which real ones come."""

import json
import struct

import numpy as np

WORDS = ["[UNK]", "[CLS]", "good", "bad", "film", "tea", "the", "is"]
WIDTH = 4


def tokenizer(folder, *, first=True):
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import WordLevel

    made = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    if first:
        made.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    return made


def told(folder, name, **content):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(content), "utf-8")


def modules(folder, *kinds):
    steps = [{"idx": n, "type": f"sentence_transformers.models.{kind}"} for n, kind in enumerate(kinds)]
    (folder / "modules.json").write_text(json.dumps(steps), "utf-8")


def static(folder, seed=0):
    """Make a model of model2vec."""
    from safetensors.numpy import save_file

    vectors = np.random.default_rng(seed).normal(size=(len(WORDS), WIDTH)).astype(np.float32)
    tokenizer(folder, first=False)
    told(folder, "config.json", model_type="model2vec", normalize=False, seq_length=1_000_000)
    save_file({"embeddings": vectors}, str(folder / "model.safetensors"))
    return folder, vectors


def bert(folder, seed=0, *, pooling="mean_tokens", longest=6, kinds=("Transformer", "Pooling", "Normalize")):
    """Make a BERT of two layers, two heads and random weights."""
    from safetensors.numpy import save_file

    rng = np.random.default_rng(seed)
    tokenizer(folder)
    config = {"model_type": "bert", "hidden_act": "gelu", "num_hidden_layers": 2, "num_attention_heads": 2}
    told(folder, "config.json", **config, layer_norm_eps=1e-12)
    told(folder, "sentence_bert_config.json", max_seq_length=longest)
    told(folder, "1_Pooling/config.json", **{f"pooling_mode_{pooling}": True, "pooling_mode_max_tokens": False})
    modules(folder, *kinds)
    shapes = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (16, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        for part in ("query", "key", "value"):
            shapes[f"{layer}.attention.self.{part}.weight"] = (WIDTH, WIDTH)
        shapes[f"{layer}.attention.output.dense.weight"] = (WIDTH, WIDTH)
        shapes[f"{layer}.intermediate.dense.weight"] = (6, WIDTH)
        shapes[f"{layer}.output.dense.weight"] = (WIDTH, 6)
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    shapes |= {f"{name}.weight": (WIDTH,) for name in norms}
    names = [*shapes]
    shapes |= {name.replace("weight", "bias"): (shapes[name][0],) for name in names if "embeddings.weight" not in name}
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    save_file(weights, str(folder / "model.safetensors"))
    return folder, weights


def onnx(folder, seed=0, *, name="onnx/model.onnx", inputs=("input_ids", "attention_mask")):
    """Make an ONNX file whose last layer looks up a row for each token."""
    vectors = np.random.default_rng(seed).normal(size=(len(WORDS), WIDTH)).astype(np.float32)
    tokenizer(folder)
    told(folder, "config.json", model_type="other")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(_model(vectors, inputs))
    return folder, vectors


def _number(value):
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _field(number, value):
    """Write a field of a protocol buffer."""
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    value = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(value)) + value


def _value(name, kind, *sizes):
    shape = b"".join(_field(1, _field(1, size) if isinstance(size, int) else _field(2, size)) for size in sizes)
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, shape)))


def _model(vectors, inputs):
    floats, longs = 1, 7
    table = _field(1, vectors.shape[0]) + _field(1, vectors.shape[1]) + _field(2, floats) + _field(8, "table")
    table += _field(9, struct.pack(f"<{vectors.size}f", *vectors.ravel()))
    node = _field(1, "table") + _field(1, inputs[0]) + _field(2, "last_hidden_state") + _field(4, "Gather")
    graph = _field(1, node) + _field(2, "tiny") + _field(5, table)
    for name in inputs:
        graph += _field(11, _value(name, longs, "n", "length"))
    graph += _field(12, _value("last_hidden_state", floats, "n", "length", vectors.shape[1]))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(2, 13))
