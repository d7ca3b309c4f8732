"""Two accounts with a row in every model: one that is seen, and one that is hidden.

A model that is added is filled too: its texts hold the word, its keys are the number.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount
from clouds.testing import see_only
from insights.models import Feedback
from users.roles import DATA, Role, assign_role

HIDDEN_KEY = 774411
# In the name, in the machine's id, in every text of the hidden account.
HIDDEN = "xhiddenx"
HIDDEN_ID = "909090909090"


@dataclass
class Filler:
    """Makes one row of each model, all of one account."""

    word: str
    key: int
    account_id: str
    made: dict[type[models.Model], models.Model] = field(default_factory=dict)

    def fill(self) -> None:
        for model in models_of_accounts():
            self.row(model)

    def row(self, model: type[models.Model]) -> models.Model:
        if model not in self.made:
            values = {one.name: self.value(one) for one in wanted(model)}
            if model is CloudAccount:
                values |= {"account_id": self.account_id, "provider": "aws"}
            if model is Feedback:  # it is of one insight
                values |= {"anomaly": None, "forecast": None}
            row = model(pk=self.key, **values)
            row.save(force_insert=True)
            self.made[model] = row
        return self.made[model]

    def value(self, one: Any) -> Any:
        if isinstance(one, models.ForeignKey):
            target = one.remote_field.model
            if target is ContentType:
                return ContentType.objects.get_for_model(CloudAccount)
            if is_of_accounts(target):
                return self.row(target)
            return None if one.null else User.objects.get_or_create(username="who")[0]
        if one.choices:
            return one.choices[0][0]
        return self.plain(one)

    def plain(self, one: Any) -> Any:
        now = timezone.now()
        if isinstance(one, models.DateTimeField):
            return now - timedelta(hours=2)
        if isinstance(one, models.DateField):
            days_ago = 0 if one.name.endswith("end") else 1
            day = now.date() - timedelta(days=days_ago)
            return day.replace(day=1) if one.name == "month" else day
        if isinstance(one, models.DecimalField) or "Money" in type(one).__name__:
            return Decimal(1)
        if isinstance(one, models.CharField | models.TextField):
            text = "USD" if one.name == "currency" else f"{self.word}-{one.name}"
            return text[: one.max_length]
        if isinstance(one, models.JSONField):
            return {self.word: self.word} if one.default is dict else one.get_default()
        if isinstance(one, models.BooleanField):
            return one.get_default() or False
        return self.key if one.name.endswith("_id") else 1


def models_of_accounts() -> list[type[models.Model]]:
    """All of our apps whose rows each belong to an account."""
    found = [model for app in DATA for model in apps.get_app_config(app).get_models()]
    return [m for m in found if is_of_accounts(m)]


def is_of_accounts(model: type[models.Model]) -> bool:
    rows = model._default_manager.all()
    if not isinstance(rows, AccountScopedQuerySet):
        return False
    names = {one.name for one in model._meta.get_fields()}
    return rows.account_path == "pk" or rows.account_path.split("__")[0] in names


def wanted(model: type[models.Model]) -> list[Any]:
    """What has to be filled in; who started or made something is nobody."""
    return [
        one
        for one in model._meta.concrete_fields
        if not one.primary_key
        and not isinstance(one, models.GenericIPAddressField)
        and one.name
        not in ("payer", "undoes", "gone_since", "closed_at", "finished_at")
    ]


def two_accounts() -> tuple[CloudAccount, CloudAccount]:
    """The seen one and the hidden one, each with a row of everything."""
    for filler in (
        Filler("seen", 3, "101010101010"),
        Filler(HIDDEN, HIDDEN_KEY, HIDDEN_ID),
    ):
        filler.fill()
    first, second = CloudAccount.objects.order_by("pk")
    return first, second


def limited_to(account: CloudAccount, role: Role = Role.ADMINISTRATOR) -> User:
    """Somebody who may do all that the role may, for this account alone."""
    user = User.objects.create_user(f"limited-{role}", is_staff=True)
    assign_role(user, role)
    see_only(user, account)
    return user
