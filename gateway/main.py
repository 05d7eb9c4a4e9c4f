"""The embedded platform for an ASGI server: `uvicorn gateway.main:app`."""

from .embedded import create_gateway, from_environment
from .settings import GatewaySettings, read

app = create_gateway(from_environment(), read(GatewaySettings))
