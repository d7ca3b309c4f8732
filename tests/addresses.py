"""Every address of the site, found by walking the routes, with 1 for each parameter.

A page, an endpoint or a model of the admin that is added is walked too.
"""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# What stands in a route for a parameter, in either of Django's two ways to write it.
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
# Open to everybody: signing in, and what tells a monitor that it is alive.
OPEN = {"/login/", "/logout/", "/admin/login/", "/admin/logout/", "/health", "/status"}
# Open to whoever has the message: the key is signed.
OPEN |= {"/alerts/act/1/"}


def closed(key: object = 1) -> list[str]:
    """All that are not open, each once; `key` stands for the number of a row."""
    return sorted(set(walk(get_resolver().url_patterns, key=str(key))) - OPEN)


def walk(
    patterns: list[URLPattern | URLResolver], prefix: str = "/", key: str = "1"
) -> Iterator[str]:
    """Yield the address of each route, some twice."""
    for pattern in patterns:
        route = re.sub(r"\\Z|[\^$]", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, prefix + route, key)
        elif not _repeats(route):
            yield prefix + PARAMETER.sub(lambda found: _value(found, key), route)


def _repeats(route: str) -> bool:
    """The admin's answer to what does not exist."""
    return "(?P<url>" in route


def _value(found: re.Match[str], key: str) -> str:
    name = found[1] or found[2]
    return {"app_label": "syncs", "model_name": "cloudaccount"}.get(name, key)
