"""The admin's site, whose pages list all models only where they show such a list."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class AdminSite(UnfoldAdminSite):  # type: ignore[misc]
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return the list once it is looked at.

        Django makes it for each page, a tenth of its time, and our sidebar has its own.
        """
        make = super().get_app_list
        return SimpleLazyObject(lambda: make(request, app_label))

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the links as they are: ours are of who may follow them, and active.

        unfold copies each, and asks of it all that a link may have.
        """
        sidebar = self._get_config("SIDEBAR", request)
        return self._get_value(sidebar["navigation"], request)
