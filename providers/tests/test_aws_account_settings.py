"""What an AWS account may be read with: ids, role ARNs and partitions."""

from typing import Any

import pytest

from providers.aws.account_settings import AwsSettings, check_account_id
from providers.settings import InvalidSetting, ProviderSettings


def test_what_is_set_is_stored_and_read_back() -> None:
    given = {
        "role_arn": "arn:aws:iam::123456789012:role/cloudintel",
        "external_id": "between us",
        "regions": ["eu-west-1"],
    }
    china = {"role_arn": "arn:aws-cn:iam::123456789012:role/cloudintel"}
    assert AwsSettings.of(china).as_json() == china
    assert AwsSettings.of(given).as_json() == given
    assert AwsSettings.of({}) == AwsSettings()
    assert AwsSettings().as_json() == {}
    assert {"external_id", "acting_external_id"} == AwsSettings.SECRETS


ROLE = "arn:aws:iam::123456789012:role/cloudintel"


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({"role_arn": "reader"}, "role_arn", "looks like arn:aws:iam::123456789012"),
        (
            {"role_arn": "arn:aws-iso:iam::123456789012:role/reader"},
            "role_arn",
            "Accounts of the partition aws-iso can't be read, only those of aws and "
            "aws-cn.",
        ),
        (
            {"role_arn": "arn:aws-us-gov:iam::123456789012:role/reader"},
            "role_arn",
            "Its costs are on the bill of the standard account that it is linked to",
        ),
        ({"acting_role_arn": "actor"}, "acting_role_arn", "looks like arn:aws:iam::"),
        (
            {"role_arn": ROLE, "acting_role_arn": ROLE},
            "acting_role_arn",
            "a role of its own, not the one that reads",
        ),
        ({"regions": "eu-west-1"}, "regions", "Give a list such as"),
        ({"regions": [""]}, "regions", "Give a list such as"),
        ({"tenant_id": "x"}, "settings", "Unknown: tenant_id."),
    ],
)
def test_what_aws_does_not_take_is_refused_by_name(
    given: dict[str, Any], field: str, told: str
) -> None:
    with pytest.raises(InvalidSetting) as refused:
        AwsSettings.of(given)
    assert refused.value.field == field
    assert told in str(refused.value)


@pytest.mark.parametrize("account_id", ["", "12345678901", "1234567890123", "prod"])
def test_an_account_id_has_12_digits(account_id: str) -> None:
    check_account_id("123456789012")
    with pytest.raises(InvalidSetting, match="12 digits"):
        check_account_id(account_id)


def test_a_cloud_without_settings_takes_none() -> None:
    assert ProviderSettings.of({}).as_json() == {}
    with pytest.raises(InvalidSetting, match="Unknown: regions"):
        ProviderSettings.of({"regions": ["eu-west-1"]})
