"""A web process: the embedded gateway on a socket inherited from the supervisor, or one service on its own port."""

import os
import socket
import sys

import uvicorn
from starlette.types import ASGIApp

from services.common import logs

from . import lifeline
from .edge import Edge
from .openapi import platform
from .pages import create_pages
from .routes import PAGES_NAME, SERVICES, load, route_of
from .settings import GatewaySettings, read

#: Seconds an open request is given to end when the process is asked to stop.
GRACE = 8
#: Longer than nginx keeps an idle connection to us, so that it never writes on one we are closing.
KEEP_ALIVE = 75


def configuration(app: ASGIApp | str, settings: GatewaySettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )


def one_service(name: str, settings: GatewaySettings) -> ASGIApp:
    """A service (or the pages) alone, behind its own edge; its siblings also call it by its name."""
    hosts = settings.hosts | {name, "127.0.0.1", "localhost"}
    if name == PAGES_NAME:
        for route in SERVICES:
            load(route)  # their problems have pages
        return Edge(create_pages(settings, [route.service for route in SERVICES], platform), settings, hosts=hosts)
    part = load(route_of(name))
    return Edge(part.create_app(part.read_settings(), None), settings, hosts=hosts)


def serve_one(name: str, host: str, port: int) -> None:
    settings = read(GatewaySettings)
    config = configuration(one_service(name, settings), settings)
    logs.configure(settings.log_level)
    config.host, config.port = host, port
    uvicorn.Server(config).run()


def main() -> None:
    """Serve the embedded gateway on the listening socket whose descriptor is the first argument."""
    lifeline.watch()
    settings = read(GatewaySettings)
    logs.configure(settings.log_level)
    listening = socket.socket(fileno=int(sys.argv[1]))
    server = uvicorn.Server(configuration("gateway.main:app", settings))
    server.run(sockets=[listening])
    if not server.started:
        sys.exit(os.EX_SOFTWARE)


if __name__ == "__main__":
    main()
