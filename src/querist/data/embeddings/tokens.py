"""Texts as numbers of tokens, and what a sentence model's folder says of how its vectors are pooled."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from querist._typing import AnyArray, IntArray
from querist.exceptions import DataError

# Beyond these no model of the kinds that are run here has learned positions.
_MOST_TOKENS = 512
# Texts of like length share a batch, so that little of it is padding.
_TOKENS_A_BATCH = 4096


@dataclass(frozen=True)
class Batch:
    """Texts of like length.

    Attributes
    ----------
    places : ndarray of shape (n_texts,)
        Which texts they are.
    ids, mask : ndarrays of shape (n_texts, n_tokens), int64
        The tokens, and 1 where there is one.
    """

    places: IntArray
    ids: IntArray
    mask: IntArray


class Tokens:
    """The tokens of texts, by the ``tokenizer.json`` of a model's folder.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    DataError
        If the folder has no tokenizer, or pools in a way that is not known here.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        path = folder / "tokenizer.json"
        if not path.is_file():
            raise DataError(
                f"{folder} has no tokenizer.json, which its model reads texts by. Replace it with a whole one."
            )
        self._tokenizer = Tokenizer.from_file(str(path))
        told = read_json(folder / "sentence_bert_config.json")
        limits = [told.get("max_seq_length"), read_json(folder / "tokenizer_config.json").get("model_max_length")]
        longest = next((each for each in limits if each), _MOST_TOKENS)
        self._tokenizer.enable_truncation(min(int(longest), _MOST_TOKENS))
        self._tokenizer.no_padding()
        self._lower = bool(told.get("do_lower_case"))
        self._of_first = _pooled_by_first(folder)
        self._unit = any(name.endswith("Normalize") for name in module_types(folder))

    def batches(self, texts: Sequence[str]) -> Iterator[Batch]:
        """Yield texts in batches, the longest first."""
        read = self._tokenizer.encode_batch([text.lower() for text in texts] if self._lower else list(texts))
        ids = [each.ids for each in read]
        lengths = np.array([len(each) for each in ids], np.int64)
        order = np.argsort(-lengths, kind="stable")
        while order.size:
            longest = max(1, int(lengths[order[0]]))
            places, order = np.split(order, [max(1, _TOKENS_A_BATCH // longest)])
            padded = np.zeros((places.size, longest), np.int64)
            mask = np.zeros_like(padded)
            for row, place in enumerate(places.tolist()):
                padded[row, : lengths[place]] = ids[place]
                mask[row, : lengths[place]] = 1
            yield Batch(places, padded, mask)

    def pooled(self, hidden: AnyArray, mask: AnyArray) -> npt.NDArray[np.float32]:
        """Return one vector a text: the mean over its tokens, or the first token's, as the folder says.

        Parameters
        ----------
        hidden : ndarray of shape (n_texts, n_tokens, n_dimensions)
        mask : ndarray of shape (n_texts, n_tokens)
        """
        if self._of_first:
            vectors = hidden[:, 0]
        else:
            weights = mask[:, :, None].astype(np.float32)
            vectors = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
        if self._unit:
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return np.ascontiguousarray(vectors, np.float32)


def read_json(path: Path) -> dict[str, Any]:
    """Return what a JSON file holds; nothing where there is no such file."""
    if not path.is_file():
        return {}
    try:
        read = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise DataError(f"{path} is damaged: {error}. Replace the folder with a whole one.") from None
    return read if isinstance(read, dict) else {"modules": read}


def module_types(folder: Path) -> list[str]:
    """Return the kinds of the steps that ``modules.json`` lists; empty where there is none."""
    return [str(each.get("type", "")) for each in read_json(folder / "modules.json").get("modules", [])]


def _pooled_by_first(folder: Path) -> bool:
    told = read_json(folder / "1_Pooling" / "config.json")
    modes = [name.removeprefix("pooling_mode_") for name, on in told.items() if name.startswith("pooling_mode_") and on]
    modes = modes or [str(told.get("pooling_mode", "mean_tokens"))]
    known = {"mean_tokens": False, "mean": False, "cls_token": True, "cls": True}
    if len(modes) > 1 or modes[0] not in known:
        raise DataError(
            f"{folder}: its vectors are pooled by {' and '.join(modes)}, which is not known here. Compute them with "
            "its own library, save them with numpy.save, and name that file."
        )
    return known[modes[0]]
