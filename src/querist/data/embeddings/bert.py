"""Small sentence models of the BERT family (MiniLM, bge, e5, gte) by numpy: no torch for a few matrix products."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from querist._typing import AnyArray
from querist.data.embeddings.tokens import read_json
from querist.exceptions import DataError

Floats = npt.NDArray[np.float32]


class Bert:
    """The encoder of Devlin et al. (2019), from ``config.json`` and ``model.safetensors``.

    Parameters
    ----------
    folder : Path

    Notes
    -----
    A forward pass takes two operations for each weight of the layers and token; a MiniLM has 10 million such weights.

    Raises
    ------
    DataError
        If the weights are not those that the configuration tells of.
    """

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file

        config = read_json(folder / "config.json")
        self._n_layers, self._n_heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._eps = float(config.get("layer_norm_eps", 1e-12))
        weights = load_file(folder / "model.safetensors")
        self._weights: dict[str, Floats] = {
            name.removeprefix("bert."): values.astype(np.float32) for name, values in weights.items()
        }
        wanted = "embeddings.word_embeddings.weight", f"encoder.layer.{self._n_layers - 1}.output.dense.weight"
        lacking = [name for name in wanted if name not in self._weights]
        if lacking:
            raise DataError(f"{folder / 'model.safetensors'} lacks {lacking[0]}. Replace the folder with a whole one.")

    def __call__(self, ids: AnyArray, mask: AnyArray) -> Floats:
        """Return what the last layer says of each token: an array of shape (n_texts, n_tokens, n_dimensions).

        Parameters
        ----------
        ids, mask : ndarrays of shape (n_texts, n_tokens)
        """
        table = self._weights
        hidden = table["embeddings.word_embeddings.weight"][ids]
        hidden = hidden + table["embeddings.position_embeddings.weight"][None, : ids.shape[1]]
        hidden = self._normed(hidden + table["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        # What is padding is not looked at.
        unseen = np.where(mask[:, None, None, :] > 0, 0, -1e9).astype(np.float32)
        for layer in range(self._n_layers):
            name = f"encoder.layer.{layer}"
            attended = self._dense(self._attention(hidden, unseen, name), f"{name}.attention.output.dense")
            hidden = self._normed(hidden + attended, f"{name}.attention.output.LayerNorm")
            inner = _gelu(self._dense(hidden, f"{name}.intermediate.dense"))
            hidden = self._normed(hidden + self._dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return hidden

    def _attention(self, hidden: Floats, unseen: Floats, name: str) -> Floats:
        n, length, width = hidden.shape
        query, key, value = (
            self._dense(hidden, f"{name}.attention.self.{part}")
            .reshape(n, length, self._n_heads, -1)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(math.sqrt(width // self._n_heads)) + unseen
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        attended: Floats = (scores @ value).transpose(0, 2, 1, 3).reshape(n, length, width)
        return attended

    def _dense(self, hidden: Floats, name: str) -> Floats:
        n, length, width = hidden.shape
        # One product of two matrices is faster than a stack of small ones.
        flat = hidden.reshape(n * length, width) @ self._weights[f"{name}.weight"].T
        flat += self._weights[f"{name}.bias"]
        dense: Floats = flat.reshape(n, length, -1)
        return dense

    def _normed(self, hidden: Floats, name: str) -> Floats:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        variance = np.mean(centred * centred, axis=-1, keepdims=True)
        centred /= np.sqrt(variance + np.float32(self._eps))
        normed: Floats = centred * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normed


def _gelu(values: Floats) -> Floats:
    from scipy.special import erf

    curve: Floats = values * np.float32(0.5) * (np.float32(1) + erf(values * np.float32(1 / math.sqrt(2))))
    return curve


def runs(config: dict[str, Any]) -> bool:
    """Whether a ``config.json`` tells of a model that `Bert` runs."""
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act", "gelu") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
    )
