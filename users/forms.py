"""The accounts that a form chooses, and the forms of tokens."""

from typing import Any

from django import forms
from django.conf import settings

from clouds.access import AnyUser
from clouds.models import CloudAccount
from users.models import TOKEN_NAME_LENGTH, ApiToken

NONE, SOME, ALL = "none", "some", "all"


class AccountChoiceForm(forms.Form):
    """Chooses among the accounts that `user` sees: all of them, or some."""

    access = forms.ChoiceField(choices=[(ALL, "All accounts"), (SOME, "Only these")])
    accounts = forms.ModelMultipleChoiceField(
        CloudAccount.objects.none(), required=False
    )

    def __init__(self, *args: Any, user: AnyUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accounts"].queryset = CloudAccount.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if data.get("access") == SOME and not data.get("accounts"):
            self.add_error("accounts", "Choose at least one account.")
        return data

    @property
    def chosen_keys(self) -> list[str]:
        """Return the keys of the boxes that are checked, for the template."""
        return [str(getattr(one, "pk", one)) for one in self["accounts"].value() or ()]


class TokenForm(AccountChoiceForm):
    """A new token: a forgotten one must expire."""

    name = forms.CharField(
        max_length=TOKEN_NAME_LENGTH, error_messages={"required": "Give a name."}
    )
    scope = forms.ChoiceField(
        label="Used by", choices=ApiToken.Scope.choices, required=False
    )
    days = forms.IntegerField(label="Valid for (days)", min_value=1, max_value=365)
    is_read_only = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"days": settings.TOKEN_DAYS, "is_read_only": True}
        initial |= {"scope": ApiToken.Scope.API, "access": ALL}
        super().__init__(*args, **{**kwargs, "initial": initial})

    @property
    def wanted(self) -> dict[str, Any]:
        """Return what `make_token` needs."""
        data = self.cleaned_data
        return {
            "days": data["days"],
            "name": data["name"],
            "scope": data["scope"] or ApiToken.Scope.API,
            "is_read_only": data["is_read_only"],
            "accounts": data["accounts"] if data["access"] == SOME else None,
        }
