"""Who may ask: whoever has the right to view what an endpoint answers."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_permission_codename
from django.db.models import Model
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    # REST's views ask for this module while they are imported.
    from rest_framework.views import APIView


class MayView(BasePermission):
    """The view permission of the model whose rows the endpoint answers.

    It is asked for every method but OPTIONS, which tells only what the schema tells
    everybody who is signed in. What an endpoint changes needs a right of its own on
    top. An endpoint about no model names other permissions: here it is refused.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method == "OPTIONS":
            return True
        queryset = getattr(view, "queryset", None)
        if queryset is None:
            return False
        right = view_right(queryset.model)
        self.message = f"This needs the permission {right}."
        return request.user.has_perm(right)


def view_right(model: type[Model]) -> str:
    """The name of a model's view permission, such as costs.view_dailycost."""
    options: Any = model._meta
    return f"{options.app_label}.{get_permission_codename('view', options)}"
