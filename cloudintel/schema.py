"""What the OpenAPI schema describes."""

from typing import Any

from django.conf import settings


def only_versioned(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The API's own addresses; the product's first names only repeat them."""
    prefix = settings.SPECTACULAR_SETTINGS["SCHEMA_PATH_PREFIX"]
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(prefix)]
