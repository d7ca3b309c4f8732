"""Families and sizes that the names of instance types are made of."""

import re

# "Standard_D4s_v5", "Standard_E8-4ds_v5": the number of vCPUs stands inside.
# https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
AZURE = re.compile(
    r"(?P<tier>Standard|Basic)_(?P<letters>[A-Za-z]+)(?P<size>\d+(-\d+)?)(?P<rest>.*)"
)


def family_of(instance_type: str) -> str:
    """ "m5" of "m5.xlarge", "Standard_Ds_v5" of "Standard_D4s_v5"; all of it where
    there is no size."""
    if azure := AZURE.fullmatch(instance_type):
        return f"{azure['tier']}_{azure['letters']}{azure['rest']}"
    return instance_type.partition(".")[0]


def size_of(instance_type: str) -> str:
    """ "xlarge" of "m5.xlarge", "4" of "Standard_D4s_v5"."""
    if azure := AZURE.fullmatch(instance_type):
        return azure["size"]
    return instance_type.partition(".")[2]
