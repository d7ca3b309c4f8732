"""Where a browser finds the process that serves sockets."""

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port


def socket_origin(request: HttpRequest) -> str:
    """Return it as ws://host:port; "" where no such process runs.

    A page that was asked for at the web server's own port finds it at LIVE_PORT; any
    other came through a proxy, which maps /ws/ of the same origin to it.
    """
    if not settings.LIVE_PORT:
        return ""
    host, port = split_domain_port(request.get_host())
    if port == str(settings.WEB_PORT):
        port = str(settings.LIVE_PORT)
    scheme = "wss" if request.is_secure() else "ws"
    return f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"
