"""An account's payer is a payer account of the same cloud."""

import pytest
from django.core.exceptions import ValidationError

from clouds.models import CloudAccount
from clouds.testing import aws_account, azure_account

pytestmark = pytest.mark.django_db
MEMBER = "222222222222"


def test_a_payer_of_the_same_cloud_may_pay() -> None:
    CloudAccount(account_id=MEMBER, payer=aws_account(is_payer=True)).clean()


def test_an_account_that_pays_for_itself_alone_may_not() -> None:
    with pytest.raises(ValidationError, match="is not a payer account"):
        CloudAccount(account_id=MEMBER, payer=aws_account(is_payer=False)).clean()


def test_a_payer_of_another_cloud_may_not() -> None:
    with pytest.raises(ValidationError, match="is of another cloud"):
        CloudAccount(account_id=MEMBER, payer=azure_account(is_payer=True)).clean()
