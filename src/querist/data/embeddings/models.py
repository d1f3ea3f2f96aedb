"""Sentence models, by a folder, a file, an installed package or a name: what makes vectors of texts."""

import hashlib
import importlib.metadata
import importlib.util
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from querist.data.embeddings.arrays import Vectors
from querist.data.embeddings.tokens import Tokens, module_types, read_json
from querist.exceptions import DataError

_EXTRA = "pip install 'querist[embeddings]'"
_WEIGHTS = ("model.safetensors", "onnx/model.onnx", "model.onnx")
_BLOCK = 1 << 20
# Of a model on the hub, what is run here; weights for other libraries stay there.
_WANTED = ["*.json", "*.txt", "model.safetensors", "*/model.safetensors", "onnx/model.onnx", "model.onnx"]
_OF_SHORT_NAMES = "sentence-transformers"


@dataclass(frozen=True)
class SentenceModel:
    """A model that makes one vector of a text.

    Attributes
    ----------
    name : str
        As it was named.
    identity : str
        What tells it from others, by its content.
    packages : tuple of str
        What must be installed to run it.
    encode : callable
        Takes texts, returns an array of shape (n_texts, n_dimensions), float32.
    """

    name: str
    identity: str
    packages: tuple[str, ...]
    encode: Callable[[Sequence[str]], Vectors]


def load_model(name: str) -> SentenceModel:
    """Return a sentence model.

    Parameters
    ----------
    name : str
        A folder of sentence-transformers, of model2vec or with an ONNX file; an ``.onnx`` file beside its
        ``tokenizer.json``; an installed package that carries such a folder; or else a model of the Hugging Face hub,
        such as ``sentence-transformers/all-MiniLM-L6-v2``: only then is anything downloaded, once.

    Raises
    ------
    DataError
        If there is no such model, a package is missing, or the model cannot be run.
    """
    folder, onnx = _found(name)
    config = read_json(folder / "config.json")
    # The first versions of model2vec did not say its name.
    if (
        config.get("model_type") == "model2vec"
        or "apply_pca" in config
        or any(each.endswith("StaticEmbedding") for each in module_types(folder))
    ):
        return _static(name, folder)
    if onnx is not None:
        return _onnx(name, folder, onnx)
    from querist.data.embeddings.bert import runs

    plain = all(each.rpartition(".")[2] in ("Transformer", "Pooling", "Normalize") for each in module_types(folder))
    if runs(config) and plain and (folder / "model.safetensors").is_file():
        return _bert(name, folder)
    return _of_its_own_library(name, folder)


def _found(name: str) -> tuple[Path, Path | None]:
    """Return the folder of a model, and its ONNX file if it has one."""
    path = Path(name).expanduser()
    if path.suffix == ".onnx":
        if not path.is_file():
            raise DataError(f"There is no file {path}. Name the folder or the .onnx file of a sentence model.")
        folder = path.parent if (path.parent / "tokenizer.json").is_file() else path.parent.parent
        return folder, path
    folder = path if path.is_dir() else _packaged(name) or _downloaded(name)
    return folder, next((folder / each for each in _WEIGHTS[1:] if (folder / each).is_file()), None)


def _packaged(name: str) -> Path | None:
    """Return the folder of a model that an installed package carries."""
    try:
        files = importlib.metadata.files(name) or []
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None
    tops = [Path(str(each.locate())).parent for each in files if each.name in ("modules.json", "config.json")]
    found = next((top for top in tops if any((top / each).is_file() for each in _WEIGHTS)), None)
    if found is None:
        raise DataError(f"The installed package {name!r} carries no sentence model. Name a folder that holds one.")
    return found


def _downloaded(name: str) -> Path:
    if name.count("/") > 1 or name.startswith((".", "/", "~")) or "\\" in name:
        raise DataError(f"There is no folder {name}. Name the folder of a sentence model, or a file of vectors.")
    _need(("huggingface_hub",), name)
    from huggingface_hub import snapshot_download

    full = name if "/" in name else f"{_OF_SHORT_NAMES}/{name}"
    try:
        return Path(snapshot_download(full, allow_patterns=_WANTED, local_files_only=True))
    except Exception:  # not there yet, in whatever words that library says it
        pass
    try:
        return Path(snapshot_download(full, allow_patterns=_WANTED))
    except Exception as error:  # whatever a network can do
        raise DataError(
            f"{name!r} is no column, file, folder or installed package here, and the model {full} could not be got "
            f"from the hub ({type(error).__name__}). Download its folder where the network allows it, and name that."
        ) from error


def _static(name: str, folder: Path) -> SentenceModel:
    _need(("model2vec",), name)
    from model2vec import StaticModel

    with warnings.catch_warnings():
        # Its first versions leave a file open.
        warnings.simplefilter("ignore", ResourceWarning)
        model = StaticModel.from_pretrained(str(folder))

    def encode(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.encode(list(texts), use_multiprocessing=False), np.float32)

    weights = [path for path in sorted(folder.rglob("*.safetensors")) if path.is_file()]
    return SentenceModel(name, _identity(folder, weights), ("model2vec",), encode)


def _bert(name: str, folder: Path) -> SentenceModel:
    needed = ("tokenizers", "safetensors")
    _need(needed, name)
    from querist.data.embeddings.bert import Bert

    tokens, model = Tokens(folder), Bert(folder)
    return SentenceModel(name, _identity(folder, [folder / "model.safetensors"]), needed, _pooling(tokens, model))


def _onnx(name: str, folder: Path, path: Path) -> SentenceModel:
    needed = ("tokenizers", "onnxruntime")
    _need(needed, name)
    import onnxruntime

    tokens = Tokens(folder)
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common root
        raise DataError(
            f"{path} is no ONNX model that can be run: {error}. Replace the folder with a whole one."
        ) from None
    wanted = {each.name for each in session.get_inputs()}
    unknown = wanted - {"input_ids", "attention_mask", "token_type_ids"}
    if unknown:
        raise DataError(f"{path} wants {min(unknown)}, which texts do not give. Name an encoder of sentences.")

    def run(ids: Any, mask: Any) -> Any:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return session.run(None, {key: value for key, value in given.items() if key in wanted})[0]

    return SentenceModel(name, _identity(folder, [path]), needed, _pooling(tokens, run))


def _of_its_own_library(name: str, folder: Path) -> SentenceModel:
    """Run a model of another make by sentence-transformers, where that is installed: it needs torch."""
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise DataError(f"{folder} holds no sentence model: neither a config.json nor an ONNX file. Name another.")
    if importlib.util.find_spec("sentence_transformers") is None:
        kind = read_json(folder / "config.json").get("model_type", "another kind")
        raise DataError(
            f"The model {name} ({kind}) is run by its own library, which is not installed: "
            "pip install sentence-transformers. Or name a folder with its ONNX file."
        )
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")

    def encode(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.encode(list(texts), show_progress_bar=False, convert_to_numpy=True), np.float32)

    weights = [path for path in sorted(folder.rglob("*")) if path.suffix in (".safetensors", ".bin")]
    return SentenceModel(name, _identity(folder, weights), ("sentence-transformers",), encode)


def _pooling(tokens: Tokens, model: Callable[[Any, Any], Any]) -> Callable[[Sequence[str]], Vectors]:
    def encode(texts: Sequence[str]) -> Vectors:
        parts = [
            (batch.places, tokens.pooled(model(batch.ids, batch.mask), batch.mask)) for batch in tokens.batches(texts)
        ]
        vectors = np.concatenate([vectors for _, vectors in parts])
        back: Vectors = vectors[np.argsort(np.concatenate([places for places, _ in parts]))]
        return back

    return encode


def _need(packages: Sequence[str], name: str) -> None:
    missing = [each for each in packages if importlib.util.find_spec(each) is None]
    if missing:
        raise DataError(f"The model {name} is run by {missing[0]}, which is not installed. Install it: {_EXTRA}.")


def _identity(folder: Path, weights: Sequence[Path]) -> str:
    """Return a hash of all that decides on the vectors."""
    told = ("config.json", "tokenizer.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json")
    digest = hashlib.blake2b(digest_size=16)
    for path in (*weights, *(folder / each for each in told)):
        if path.is_file():
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
    return digest.hexdigest()
