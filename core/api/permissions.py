"""Permission to use an endpoint or page: a view permission, or any role at all."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_permission_codename
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Model
from django.http import HttpRequest
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    # REST's views ask for this module while they are imported.
    from rest_framework.views import APIView

RIGHTS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class MayView(BasePermission):
    """Require the view permission of the endpoint's model, or of its `viewed_models`,
    and that its rows are not closed to the user altogether.

    It applies to every method except OPTIONS, which shows only what the schema shows
    to every signed-in user. Changes need a permission of their own on top. An endpoint
    without a model must name other permissions: here it is refused.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method == "OPTIONS":
            return True
        queryset = getattr(view, "queryset", None)
        own = () if queryset is None else (queryset.model,)
        rights = [view_right(one) for one in getattr(view, "viewed_models", own)]
        for right in rights:
            self.message = f"This needs the permission {right}."
            if not request.user.has_perm(right):
                return False
        closed_to = getattr(queryset, "closed_to", None)
        if closed_to and (reason := closed_to(request.user)):
            self.message = reason
            return False
        return bool(rights)


class MayChange(BasePermission):
    """Whether the user may add, change or delete the rows of the endpoint.

    An action about rows of another model names that in `changes`.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
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


def requires(right: str, *, unless: Collection[str] = ()) -> type[BasePermission]:
    """Return the requirement of one permission, whatever the method, but for some."""

    class Requires(BasePermission):
        message = f"This needs the permission {right}."

        def has_permission(self, request: Request, view: "APIView") -> bool:
            return request.method in unless or request.user.has_perm(right)

    return Requires


class RoleRequiredMixin(PermissionRequiredMixin):
    """Require any role at all of a page, before whatever else it requires."""

    request: HttpRequest
    permission_required: Any = ()

    def has_permission(self) -> bool:
        return has_role(self.request.user) and super().has_permission()


def has_role(user: Any) -> bool:
    """Return whether the user may do anything at all."""
    return bool(user.get_all_permissions())


def view_right(model: type[Model]) -> str:
    """Return the name of a model's view permission, such as costs.view_dailycost."""
    options: Any = model._meta
    return f"{options.app_label}.{get_permission_codename('view', options)}"
