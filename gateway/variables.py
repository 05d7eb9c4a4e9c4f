"""Every environment variable, as the settings classes declare them."""

from typing import NamedTuple

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from .routes import SERVICES, load
from .settings import GatewaySettings, variable_name


class Variable(NamedTuple):
    name: str
    default: str
    description: str


def every_variable() -> list[Variable]:
    """Shared ones first, then each service's own, in the order of their declaration."""
    classes: list[type[BaseSettings]] = [GatewaySettings, *(load(route).settings for route in SERVICES)]
    found: dict[str, Variable] = {}
    for settings in classes:
        for field, info in settings.model_fields.items():
            name = variable_name(settings, field)
            found.setdefault(name, Variable(name, _default(info), info.description or ""))
    return sorted(found.values(), key=lambda variable: not variable.name.startswith("CANEVAS_"))


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value in ("", (), {}):
        return "empty"
    return str(value)
