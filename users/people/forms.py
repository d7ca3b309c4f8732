"""The one form by which somebody is invited, and by which that is changed."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import User

from users.forms import ALL, NONE, SOME, AccountChoiceForm
from users.owned_filter import ME, NOBODY
from users.roles import Role

USERNAME = User._meta.get_field("username")


class PersonForm(AccountChoiceForm):
    """Role and accounts of somebody: no account until some are chosen."""

    email = forms.EmailField(label="E-mail address", required=False, max_length=254)
    role = forms.ChoiceField(
        choices=[(role.value, role.label) for role in Role],
        initial=Role.VIEWER.value,
        error_messages={"required": "Choose a role."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["access"] = forms.ChoiceField(
            choices=[
                (NONE, "No account yet"),
                (ALL, "All, also those that are connected later"),
                (SOME, "Only these"),
            ],
            initial=NONE,
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("role") == Role.ADMINISTRATOR and data.get("access") == NONE:
            # Without a choice they see all accounts, so this would be false.
            self.add_error(
                "accounts", "An administrator sees all accounts, or those you choose."
            )
        return data


class InviteForm(PersonForm):
    """The same, and the name of somebody who is new."""

    # As it is read where they sign in: one of two ways to write a letter.
    username = UsernameField(
        max_length=USERNAME.max_length,
        validators=USERNAME.validators,
        error_messages={"required": "Give a username."},
    )

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if name.lower() in (ME, NOBODY):
            raise forms.ValidationError(f"{name} is a word of filters by owner.")
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(f"There is a user {name} already.")
        return name
