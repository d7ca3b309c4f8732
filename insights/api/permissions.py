"""The permission to change insights: that of the model."""

from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models import Model
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

RIGHTS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class MayChange(BasePermission):
    """Whether the user may add, change or delete the rows of the endpoint.

    An action about rows of another model names that in `changes`.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return True
        action = RIGHTS.get(request.method or "")
        if action is None:
            return True  # no such method: that is what is answered
        model: type[Model] = getattr(view, "changes", None) or view.queryset.model  # type: ignore[attr-defined]
        options: Any = model._meta
        right = f"{options.app_label}.{get_permission_codename(action, options)}"
        self.message = f"This needs the permission {right}."
        return request.user.has_perm(right)
