"""Who may do and see what: everybody on one page, invited and changed by one form."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView
from django_filters.views import FilterView

from clouds.access import access_of, is_limited
from clouds.permissions import AllAccountsMixin
from core.pages import ListPages
from users.audit import record
from users.forms import ALL, NONE, SOME
from users.models import AuditEntry
from users.people.filters import PersonFilter
from users.people.forms import InviteForm, PersonForm
from users.people.rights import (
    change_rights,
    days_of_link,
    invite,
    set_active,
    sign_in_link,
)
from users.roles import role_of
from users.tokens import active_tokens
from users.views import own_user

RECENT_ENTRIES = 8


class PeopleView(AllAccountsMixin, FilterView):
    """Everybody with their role, accounts and last sign-in."""

    template_name = "users/people.html"
    permission_required = "auth.view_user"
    filterset_class = PersonFilter
    paginate_by = 50
    paginator_class = ListPages

    def get_queryset(self) -> QuerySet[User]:
        users = User.objects.select_related("account_access").order_by("username")
        return users.prefetch_related("groups", "account_access__accounts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        administrators = User.objects.with_perm(
            "clouds.change_accountaccess", backend="users.sign_in.Backend"
        )
        return super().get_context_data(
            sees_all_by_role=set(administrators.values_list("pk", flat=True)), **kwargs
        )


@method_decorator(never_cache, name="dispatch")
class InviteView(AllAccountsMixin, FormView[InviteForm]):
    """Invite somebody: name, role, accounts; the link to sign in is shown once."""

    template_name = "users/invite.html"
    permission_required = ("auth.add_user", "clouds.change_accountaccess")
    form_class = InviteForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: InviteForm) -> HttpResponse:
        name = form.cleaned_data["username"]
        try:
            person = invite(self.request, name, form.cleaned_data)
        except IntegrityError:  # somebody else was faster
            form.add_error("username", f"There is a user {name} already.")
            return self.form_invalid(form)
        return _page_with_link(self, person)


class OthersMixin(AllAccountsMixin):
    """One other person. Superusers are changed in the admin, by superusers."""

    permission_required = ("auth.change_user", "clouds.change_accountaccess")
    kwargs: dict[str, Any]

    @cached_property
    def person(self) -> User:
        people = User.objects.select_related("account_access")
        person = get_object_or_404(people, pk=self.kwargs["pk"])
        if person == self.request.user:
            raise PermissionDenied("Ask another administrator to change your own role.")
        if person.is_superuser:
            raise PermissionDenied("A superuser is changed by one, in the admin.")
        return person


@method_decorator(never_cache, name="dispatch")
class PersonView(OthersMixin, FormView[PersonForm]):
    """Change somebody's role and accounts."""

    template_name = "users/person.html"
    form_class = PersonForm
    success_url = reverse_lazy("people")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        access = access_of(self.person)
        accounts = list(access.accounts.all()) if access else []
        limited = is_limited(self.person)
        return {
            "email": self.person.email,
            "role": role_of(self.person),
            "access": (SOME if accounts else NONE) if limited else ALL,
            "accounts": accounts,
        }

    def form_valid(self, form: PersonForm) -> HttpResponse:
        is_changed = change_rights(self.request, self.person, form.cleaned_data)
        what = "was changed" if is_changed else "has these rights already"
        messages.success(self.request, f"{self.person} {what}.")
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(person=self.person, **kwargs)
        if self.request.user.has_perm("users.view_apitoken"):
            context["tokens"] = active_tokens(self.person)
        if self.request.user.has_perm("users.view_auditentry"):
            entries = AuditEntry.objects.filter(user=self.person)
            context["entries"] = entries[:RECENT_ENTRIES]
        return context


class SetActiveView(OthersMixin, View):
    """Disable somebody, or let them sign in again."""

    http_method_names = ["post"]
    is_active = False

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        set_active(request, self.person, self.is_active)
        what = "may sign in again" if self.is_active else "is disabled"
        messages.success(request, f"{self.person} {what}.")
        return redirect("person", pk=pk)


@method_decorator(never_cache, name="dispatch")
class SignInLinkView(OthersMixin, View):
    """Make a link by which somebody sets a new password, and show it once."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.person.is_active:
            raise PermissionDenied(f"{self.person} is disabled. Enable them first.")
        return _page_with_link(self, self.person)


def _page_with_link(view: View, person: User) -> HttpResponse:
    """No redirect: the link is not stored."""
    link = sign_in_link(view.request, person)
    context = {"person": person, "link": link, "days": days_of_link()}
    return render(view.request, "users/invited.html", context)


class InvitationView(PasswordResetConfirmView):
    """Where the link leads: somebody sets a password and is signed in."""

    template_name = "users/invitation.html"
    success_url = reverse_lazy("summary")
    post_reset_login = True
    post_reset_login_backend = "users.sign_in.Backend"

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if user and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        record(self.request, "password.change", own_user(self.request))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.validlink:
            raise PermissionDenied(
                "This link was used or is too old, or its user is disabled. Ask an "
                "administrator for another."
            )
        return super().get_context_data(person=self.user, **kwargs)
