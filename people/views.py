"""Signing in and out, one's own password, and one's own tokens of the API."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView
from knox.models import AuthToken

from people.audit import record
from people.forms import NewToken
from people.tokens import TooManyTokens, living, make_token


class SignIn(LoginView):
    """The one page by which people sign in; who fails too often is locked out."""

    template_name = "login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        record(self.request, "sign_in")
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        name = form.cleaned_data.get("username", "")
        # What is refused because of a lock-out is kept as that.
        if name and not getattr(self.request, "axes_locked_out", False):
            record(self.request, "sign_in.fail", user_name=name)
        return super().form_invalid(form)


class SignOut(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            record(request, "sign_out")
        return super().post(request, *args, **kwargs)


class AdminDoor(View):
    """The admin sends here whom it does not let in: to sign in, or to be told so."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("next", reverse("admin:index"))
        if not request.user.is_authenticated:
            return redirect(f"{reverse('login')}?{urlencode({'next': wanted})}")
        if not request.user.is_staff:
            raise PermissionDenied("Only who is marked as staff may enter the admin.")
        return redirect("admin:index")


class ChangePassword(PasswordChangeView):
    """One's own password; other sessions of the user end."""

    template_name = "password.html"
    success_url = reverse_lazy("password_change")

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        record(self.request, "password.change")
        messages.success(
            self.request, "Your password is changed; you are signed out elsewhere."
        )
        return answer


@method_decorator(never_cache, name="dispatch")
class TokensView(LoginRequiredMixin, FormView[NewToken]):
    """One's tokens, and a form that makes one; its text is shown this once."""

    template_name = "tokens.html"
    form_class = NewToken

    def get_initial(self) -> dict[str, Any]:
        return {"days": settings.TOKEN_DAYS}

    def form_valid(self, form: NewToken) -> HttpResponse:
        try:
            made, text = make_token(own_user(self.request), form.cleaned_data["days"])
        except TooManyTokens as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        record(self.request, "token.make", token=made.token_key, until=_day(made))
        # Not redirected, as the text is kept nowhere.
        return self.render_to_response(
            self.get_context_data(form=form, made=made, text=text)
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tokens = living(own_user(self.request))
        return super().get_context_data(
            tokens=tokens,
            limit=settings.REST_KNOX["TOKEN_LIMIT_PER_USER"],
            now=timezone.now(),
            **kwargs,
        )


class RevokeToken(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        own = AuthToken.objects.filter(user=own_user(request))
        for token in own.filter(token_key=request.POST.get("token", "")):
            record(request, "token.revoke", token=token.token_key)
            token.delete()
            messages.success(request, f"The token {token.token_key[:8]}… is revoked.")
        return HttpResponseRedirect(resolve_url("tokens"))


def own_user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - LoginRequiredMixin saw to it
    return request.user


def _day(token: AuthToken) -> str:
    return f"{token.expiry:%Y-%m-%d}"
