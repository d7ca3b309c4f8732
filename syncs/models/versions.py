"""Which state of the data is stored: a name that changes whenever the data does.

A name, not a number: after a database was restored numbers would come again.
"""

from uuid import uuid4

from django.db import models

from people.limits import OfAccounts
from syncs.models.accounts import CloudAccount


class DataVersion(models.Model):
    """The state of one dataset of one account. Each sync that stores gives it a new
    name in the same transaction, so an answer made of an older state is told apart.
    """

    account = models.ForeignKey(
        CloudAccount, models.CASCADE, related_name="data_versions"
    )
    dataset = models.CharField(max_length=16)
    version = models.UUIDField(default=uuid4)

    objects = OfAccounts.as_manager()

    class Meta:
        ordering = ["account", "dataset"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "dataset"], name="dataversion_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} of {self.account}: {self.version}"


class SharedVersion(models.Model):
    """The state of one dataset of all accounts, or of the accounts themselves.

    syncs.versions gives it a new name in the transaction that changes any DataVersion
    of the dataset, or an account. So one row tells of a thousand accounts.
    """

    ACCOUNTS = "accounts"

    subject = models.CharField(max_length=16, primary_key=True)
    version = models.UUIDField(default=uuid4)

    objects = models.Manager["SharedVersion"]()

    class Meta:
        ordering = ["subject"]

    def __str__(self) -> str:
        return f"{self.subject}: {self.version}"
