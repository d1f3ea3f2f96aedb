"""What `--help` calls the value of an option: words of people, not Python's types."""

from typing import Any

from typer.core import TyperCommand, TyperGroup

_COLUMN, _FILE, _FOLDER, _NAME, _NUMBER, _SPEC = "COLUMN", "FILE", "FOLDER", "NAME", "NUMBER", "NAME[:...]"
_CALLED = {
    "allow_host": _NAME,
    "annotator": _NAME,
    "answers": _FILE,
    "audit": "SHARE",
    "base_path": "PATH",
    "batch_size": _NUMBER,
    "budget": _NUMBER,
    "category": _COLUMN,
    "cold_start": _NAME,
    "columns": "COLUMN,COLUMN,...",
    "copies": "alike|exact|off",
    "cost": _COLUMN,
    "decimal": "point|comma",
    "delimiter": "CHARACTER",
    "draw": _NUMBER,
    "drop": _COLUMN,
    "duplicates": "ask_once|keep",
    "embeddings": "FILE|COLUMN|MODEL",
    "error_cost": _NUMBER,
    "estimator": _SPEC,
    "format": "FORMAT",
    "goal": "screening",
    "group": _COLUMN,
    "guidelines": _FILE,
    "header_lines": _NUMBER,
    "highest": _NUMBER,
    "host": "ADDRESS",
    "id_column": _COLUMN,
    "image": _COLUMN,
    "images": _FOLDER,
    "initial": _NUMBER,
    "initial_set": "random|stratified",
    "jobs": _NUMBER,
    "keywords": _FILE,
    "label_column": _COLUMN,
    "label_cost": _NUMBER,
    "labels": "CLASS,CLASS,...",
    "labels_per_point": _NUMBER,
    "like": "FILE|TEXT",
    "lowest": _NUMBER,
    "metric": "METRIC",
    "missing": "WORD",
    "n_future": _NUMBER,
    "name": _NAME,
    "names": "NAME,NAME,...",
    "number": _NAME,
    "out": "PATH",
    "port": _NUMBER,
    "project": "FILE|ADDRESS",
    "public_url": "ADDRESS",
    "query_estimator": _SPEC,
    "repeats": _NUMBER,
    "report": _FILE,
    "rows": "all|labelled",
    "seed": _NUMBER,
    "sheet": _NAME,
    "stop": "RULE",
    "strategy": _SPEC,
    "target": _COLUMN,
    "test": _FILE,
    "test_embeddings": _FILE,
    "test_size": _NUMBER,
    "text": _COLUMN,
    "trust_proxy": "ADDRESS",
    "unit": "UNIT",
    "weight": _COLUMN,
}


class _Worded:
    """Its options' values have names of their own; switches have none."""

    def get_params(self, ctx: Any) -> Any:
        """Return the options and arguments."""
        params = super().get_params(ctx)  # type: ignore[misc]  # of the class that it is mixed with
        for param in params:
            if param.param_type_name == "argument":
                # The argument's own name says what it is; `<list[Path]>` beside it would not.
                param.display_type_rich = _nothing
            elif param.metavar is None:
                param.metavar = "" if param.is_flag else _CALLED.get(param.name, "VALUE")
        return params


def _nothing(ctx: Any) -> None:
    return None


class Command(_Worded, TyperCommand):
    """A command whose `--help` speaks of columns and files."""


class Commands(_Worded, TyperGroup):
    """Commands, and options before them."""
