"""Query parameters declared as one model: validated at once, published one by one.

FastAPI reads parameters one at a time, which for the dozen filters of a listing costs more than its page's SQL.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

_TEMPLATE = "#/components/schemas/{model}"

Parameters = TypeVar("Parameters", bound=BaseModel)


def read_query(request: Request, model: type[Parameters]) -> Parameters:
    """The request's parameters as `model` (422 otherwise). A list may be repeated; of the rest the last one counts."""
    repeated, given = _repeated(model), dict[str, Any]()
    for name, value in request.query_params.multi_items():
        if name in repeated:
            given.setdefault(name, []).append(value)
        else:
            given[name] = value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("query", *each["loc"])} for each in error.errors()]) from error


@cache
def _repeated(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for name, schema in _properties(model).items() if "array" in _types(schema))


def published(model: type[BaseModel], *, spelt_out: Iterable[type[Enum]] = ()) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads `model`; its enums are components already, through the answer, or `spelt_out` here."""
    own = {_TEMPLATE.format(model=kind.__name__): {"type": "string", "enum": [each.value for each in kind]} for kind in spelt_out}
    return {"parameters": [_parameter(name, _spelt(schema, own)) for name, schema in _properties(model).items()]}


def _spelt(schema: Any, own: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_spelt(each, own) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("$ref") in own:
        return own[schema["$ref"]]
    return {key: _spelt(value, own) for key, value in schema.items()}


def _properties(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = model.model_json_schema(ref_template=_TEMPLATE)["properties"]
    return found


def _types(schema: dict[str, Any]) -> set[str]:
    return {str(choice.get("type")) for choice in (schema, *schema.get("anyOf", ()))}


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in schema.items() if key != "default" or value is not None}
    said = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": "query", "required": False, "schema": shown, **said}
