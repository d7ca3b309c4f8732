"""Which tag keys costs are read by is a setting of every cloud, and checked."""

import pytest

from providers.aws.account_settings import AwsSettings
from providers.azure.account_settings import AzureSettings
from providers.settings import InvalidSetting, ProviderSettings


@pytest.mark.parametrize("settings", [ProviderSettings, AwsSettings, AzureSettings])
def test_every_cloud_takes_tag_keys(settings: type[ProviderSettings]) -> None:
    found = settings.of({"tag_keys": ["team", "cost:center", "Größe 1"]})
    assert found.tag_keys == ["team", "cost:center", "Größe 1"]
    assert settings.of(found.as_json()) == found


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("team", 'Give a list such as ["team", "env"].'),
        ([""], "Give a list"),
        ([" team"], "Give a list"),
        ([7], "Give a list"),
        (["a=b"], "The tag key 'a=b' can't be read"),
        (["a\0"], "The tag key 'a\\x00' can't be read"),
        (["x" * 129], "a key has at most 128 characters"),
        (["Team", "team"], "Name each tag key once, in one case."),
    ],
)
def test_what_is_no_list_of_keys_is_refused(keys: object, reason: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        AwsSettings.of({"tag_keys": keys})
    assert caught.value.field == "tag_keys"
    assert reason in str(caught.value)
