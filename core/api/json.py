"""JSON, written by a fast encoder."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from rest_framework import renderers
from rest_framework.utils.encoders import JSONEncoder

from core.money import as_text


class Encoder(JSONEncoder):
    """What JSON has no word for; an amount is a text, as DRF would make it a float."""

    def default(self, obj: Any) -> Any:
        return as_text(obj) if isinstance(obj, Decimal) else super().default(obj)


plain = Encoder().default


class JSONRenderer(renderers.JSONRenderer):
    """Writes what DRF's renderer does, in a fraction of the time; NaN is null."""

    encoder_class = Encoder

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        kind, context = accepted_media_type or "", renderer_context or {}
        is_indented = self.get_indent(kind, context) is not None
        if data is not None and not is_indented:
            try:
                return orjson.dumps(data, plain, orjson.OPT_UTC_Z)
            except orjson.JSONEncodeError:
                pass  # a whole number of more than 64 bits, or a key that is no text
        return super().render(data, kind, context)
