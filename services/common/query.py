"""Query parameters declared as one model: validated at once, published one by one.

FastAPI reads parameters one at a time, which for the dozen filters of a listing costs more than its page's SQL.
"""

from functools import cache
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

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


def published(model: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads `model`; its enums are components already, through the answer."""
    return {"parameters": [_parameter(name, schema) for name, schema in _properties(model).items()]}


def _properties(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = model.model_json_schema(ref_template="#/components/schemas/{model}")["properties"]
    return found


def _types(schema: dict[str, Any]) -> set[str]:
    return {str(choice.get("type")) for choice in (schema, *schema.get("anyOf", ()))}


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in schema.items() if key != "default" or value is not None}
    said = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": "query", "required": False, "schema": shown, **said}
