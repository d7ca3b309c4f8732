"""Response format: `?format=` takes precedence over the Accept header."""

from collections.abc import Iterable

from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from core.api.suggestions import suggestion


class FormatFirst(DefaultContentNegotiation):
    """Use the requested format, whatever the Accept header says."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        asked = request.query_params.get("format")
        if not asked:
            return super().select_renderer(request, renderers, format_suffix)
        by_name = {renderer.format: renderer for renderer in renderers}
        if asked not in by_name:
            hint = suggestion(asked, by_name)
            names = ", ".join(by_name)
            reason = f'"{asked}" is not valid.{hint} Choose one of: {names}.'
            raise ValidationError({"format": [reason]})
        return by_name[asked], by_name[asked].media_type
