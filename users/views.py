"""Sign-in and sign-out, the user's password and API tokens."""

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
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from users.audit import record
from users.forms import TokenForm
from users.tokens import TooManyTokens, active_tokens, make_token, token_facts


class SignIn(LoginView):
    """The only sign-in page; too many failures lock it for a while."""

    template_name = "users/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        record(self.request, "sign_in")
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        name = form.cleaned_data.get("username", "")
        # A refusal during a lock-out is recorded as the lock-out.
        if name and not getattr(self.request, "axes_locked_out", False):
            record(self.request, "sign_in.fail", user_name=name)
        return super().form_invalid(form)


class SignOut(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            record(request, "sign_out")
        return super().post(request, *args, **kwargs)


class AdminLoginRedirect(View):
    """Redirect visitors of the admin to sign in, or refuse them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("next", reverse("admin:index"))
        if not request.user.is_authenticated:
            return redirect(f"{reverse('login')}?{urlencode({'next': wanted})}")
        if not request.user.is_staff:
            raise PermissionDenied("The admin is for users with staff status.")
        return redirect("admin:index")


class ChangePassword(PasswordChangeView):
    """Change the user's password; their other sessions and their tokens end."""

    template_name = "users/password.html"
    success_url = reverse_lazy("password_change")

    def form_valid(self, form: Any) -> HttpResponse:
        record(self.request, "password.change")
        text = (
            "Your password was changed. All other sessions are signed out, and your "
            "API tokens are revoked."
        )
        messages.success(self.request, text)
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class TokensView(LoginRequiredMixin, FormView[TokenForm]):
    """The user's tokens, and a form that creates one; its text is shown once."""

    template_name = "users/tokens.html"
    form_class = TokenForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: TokenForm) -> HttpResponse:
        try:
            made, text = make_token(own_user(self.request), **form.wanted)
        except TooManyTokens as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        record(self.request, "token.make", **token_facts(made))
        # No redirect: the text is not stored.
        context = self.get_context_data(
            form=TokenForm(user=self.request.user), made=made, text=text
        )
        return self.render_to_response(context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            tokens=active_tokens(own_user(self.request)),
            limit_of_tokens=settings.TOKENS_PER_USER,
            **kwargs,
        )


class RevokeToken(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        own = own_user(request).api_tokens
        for token in own.filter(prefix=request.POST.get("token", "")):
            record(request, "token.revoke", token=token.prefix, name=token.name)
            token.delete()
            messages.success(request, f"Token {token} was revoked.")
        return HttpResponseRedirect(resolve_url("tokens"))


def own_user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - by LoginRequiredMixin
    return request.user
