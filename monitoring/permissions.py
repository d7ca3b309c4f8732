"""Who may see the installation itself, which serves all accounts together."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clouds.access import is_limited


class SeesInstallation(BasePermission):
    """Require that no account is hidden from the user."""

    message = "This is of the installation, and some accounts are hidden from you."

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.method == "OPTIONS" or not is_limited(request.user)


class InstallationPage(PermissionRequiredMixin):
    """The same of a page."""

    request: HttpRequest

    def has_permission(self) -> bool:
        return super().has_permission() and not is_limited(self.request.user)
