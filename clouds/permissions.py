"""Permission to what is of all accounts together."""

from typing import TYPE_CHECKING

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clouds.access import OF_ALL_ACCOUNTS, is_limited

if TYPE_CHECKING:
    # REST's views ask for this module while they are imported.
    from rest_framework.views import APIView


class SeesAllAccounts(BasePermission):
    """Require that no account is hidden from the user.

    It applies to every method except OPTIONS, which shows only the schema.
    """

    message = OF_ALL_ACCOUNTS

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return request.method == "OPTIONS" or not is_limited(request.user)


class AllAccountsMixin(PermissionRequiredMixin):
    """A page of all accounts together: closed to users from whom some are hidden."""

    request: HttpRequest

    def has_permission(self) -> bool:
        return super().has_permission() and not is_limited(self.request.user)
