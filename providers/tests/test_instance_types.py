"""Families and sizes are read from the names of both clouds."""

import pytest

from providers.instance_types import family_of, size_of


@pytest.mark.parametrize(
    ("instance_type", "family", "size"),
    [
        ("m5.xlarge", "m5", "xlarge"),
        ("u-6tb1.metal", "u-6tb1", "metal"),
        ("m5", "m5", ""),
        ("", "", ""),
        ("Standard_D4s_v5", "Standard_Ds_v5", "4"),
        ("Standard_D16s_v5", "Standard_Ds_v5", "16"),
        ("Standard_D4s_v4", "Standard_Ds_v4", "4"),
        ("Standard_E8-4ds_v5", "Standard_Eds_v5", "8-4"),
        ("Standard_DS3_v2", "Standard_DS_v2", "3"),
        ("Standard_B2ms", "Standard_Bms", "2"),
        ("Standard_NC24ads_A100_v4", "Standard_NCads_A100_v4", "24"),
        ("Standard_F8s_v2", "Standard_Fs_v2", "8"),
        ("Basic_A1", "Basic_A", "1"),
    ],
)
def test_each_name_has_its_family_and_size(
    instance_type: str, family: str, size: str
) -> None:
    assert (family_of(instance_type), size_of(instance_type)) == (family, size)
