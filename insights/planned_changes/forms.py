"""The form of a planned change."""

from typing import Any

from django import forms

from clouds.access import AnyUser, is_limited
from clouds.models import CloudAccount
from core.api.filters import ISO_DAY, NOT_A_DAY
from insights.models import PlannedChange


def day_field() -> forms.DateField:
    return forms.DateField(input_formats=ISO_DAY, error_messages={"invalid": NOT_A_DAY})


class PlannedChangeForm(forms.ModelForm[PlannedChange]):
    """Users who see only some accounts plan for one of them."""

    first_day = day_field()
    last_day = day_field()

    class Meta:
        model = PlannedChange
        fields = ("name", "account", "service", "region", "first_day", "last_day")

    def __init__(self, user: AnyUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: Any = self.fields["account"]
        account.queryset = CloudAccount.objects.visible_to(user)
        account.required = is_limited(user)
