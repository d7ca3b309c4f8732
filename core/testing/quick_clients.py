"""What boto3 makes for each client, and is the same each time, is made once.

A class with the methods of a service, the settings of TLS, which no emulator speaks,
and the names of events take, with the question which functions accept all that an event
says, more than half of the time of a client, of which a test makes some twenty.
"""

from collections.abc import Callable
from functools import cache
from inspect import CO_VARKEYWORDS
from typing import Any

from botocore import hooks, httpsession
from botocore.client import ClientCreator

create_class = ClientCreator._create_client_class  # type: ignore[attr-defined]
begin_aliases = hooks.EventAliaser.__init__
accepts_kwargs = hooks.accepts_kwargs
classes: dict[str, type] = {}
event_names: dict[str, str] = {}


def make_once() -> None:
    ClientCreator._create_client_class = _class_of  # type: ignore[attr-defined]
    httpsession.create_urllib3_context = cache(httpsession.create_urllib3_context)
    hooks.EventAliaser.__init__ = _with_known_names  # type: ignore[assignment,method-assign]
    hooks.accepts_kwargs = _accepts_kwargs  # type: ignore[assignment]


def _class_of(creator: Any, service: str, model: Any) -> type:
    if service not in classes:
        classes[service] = create_class(creator, service, model)
    return classes[service]


def _with_known_names(aliaser: Any, *args: Any, **options: Any) -> None:
    begin_aliases(aliaser, *args, **options)
    aliaser._alias_name_cache = event_names


def _accepts_kwargs(function: Callable[..., Any]) -> Any:
    code = getattr(function, "__code__", None)
    if code is None:
        return accepts_kwargs(function)
    return bool(code.co_flags & CO_VARKEYWORDS)
