"""The OpenAPI document: made without a server, and typed throughout."""

import json
from dataclasses import fields

import pytest

from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving.actions import Action
from querist.web.app import openapi_document
from querist.web.schemas.labelling import ActionBody
from querist.web.schemas.rows import FilterBody


@pytest.fixture(scope="module")
def document():
    return openapi_document()


def nodes(schema, path=()):
    """Yield each schema inside a schema, with its place; examples and the names of fields are none."""
    yield path, schema
    for key in ("properties", "$defs"):
        for name, each in schema.get(key, {}).items():
            yield from nodes(each, (*path, name))
    for key in ("items", "additionalProperties", "itemSchema", "contentSchema"):
        if isinstance(schema.get(key), dict):
            yield from nodes(schema[key], (*path, key))
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for each in schema.get(key, []):
            yield from nodes(each, (*path, key))


def is_free(schema):
    """Whether a schema lets anything pass: no type at all, or an object or a list of whatever."""
    if not {"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"} & set(schema):
        return True
    if schema.get("type") == "object":
        typed = isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]
        return not schema.get("properties") and not typed
    return schema.get("type") == "array" and not ({"items", "prefixItems"} & set(schema))


def schemas(document):
    """Yield every schema of the document, with its place."""
    for name, schema in document["components"]["schemas"].items():
        yield from nodes(schema, (name,))
    for path, route in document["paths"].items():
        for method, operation in route.items():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for body in bodies:
                for media_type, content in body.get("content", {}).items():
                    if "schema" in content:
                        yield from nodes(content["schema"], (method, path, media_type))


def test_no_shape_is_free_form(document):
    assert [place for place, schema in schemas(document) if is_free(schema)] == []


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"title": "Guess"},
        {"type": "object"},
        {"type": "object", "additionalProperties": True},
        {"type": "object", "additionalProperties": {}},
        {"type": "array"},
    ],
)
def test_a_free_form_would_be_found(schema):
    found = {"type": "object", "properties": {"a": {"anyOf": [{"type": "array", "items": schema}, {"type": "null"}]}}}
    assert ("a", "anyOf", "items") in [place for place, each in nodes(found) if is_free(each)]


def test_every_reply_has_a_shape_of_its_own_but_files_and_the_stream(document):
    without = {
        path
        for path, route in document["paths"].items()
        for operation in route.values()
        if "$ref" not in operation["responses"]["200"]["content"].get("application/json", {}).get("schema", {})
    }
    files = {
        f"/api/v1/{name}" for name in ("export", "export/agreement", "export/log", "export/model", "items/{row}/image")
    }
    assert without == {*files, "/api/v1/stream"}


def test_it_is_the_same_each_time(document):
    assert json.dumps(openapi_document()) == json.dumps(document)


@pytest.mark.anyio
async def test_it_is_served_and_shows_examples(connect, document):
    served = (await connect().get("/api/v1/openapi.json")).json()
    assert "/api/v1/answers" in served["paths"]
    assert "examples" in json.dumps(served)
    assert set(served["paths"]) == set(document["paths"])


@pytest.mark.parametrize(("body", "taken"), [(ActionBody, Action), (FilterBody, Filter)])
def test_a_body_holds_what_labelling_takes(body, taken):
    """The body adds limits, nothing else."""
    defaults = {name: field.get_default() for name, field in body.model_fields.items() if not field.is_required()}
    assert list(body.model_fields) == [each.name for each in fields(taken)]
    assert defaults == {each.name: each.default for each in fields(taken) if each.name in defaults}
