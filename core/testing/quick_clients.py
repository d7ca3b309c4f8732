"""What boto3 makes for each client, and is the same each time, is made once.

A class with the methods of a service, and the settings of TLS, which no emulator
speaks, take two fifths of the time of a client, of which a test makes some twenty.
"""

from functools import cache
from typing import Any

from botocore import httpsession
from botocore.client import ClientCreator

create_class = ClientCreator._create_client_class  # type: ignore[attr-defined]
classes: dict[str, type] = {}


def make_once() -> None:
    ClientCreator._create_client_class = _class_of  # type: ignore[attr-defined]
    httpsession.create_urllib3_context = cache(httpsession.create_urllib3_context)


def _class_of(creator: Any, service: str, model: Any) -> type:
    if service not in classes:
        classes[service] = create_class(creator, service, model)
    return classes[service]
