"""Under which services a bill has the charges of each kind of resource."""

import pytest

from clouds.billed_services import AZURE_CHARGES
from providers.azure.priced_meters import ENGINES, KINDS, Asked

# Azure's bill names its services as its list of prices does.
PRICED = {**KINDS, "database": [asked for of in ENGINES.values() for asked in of]}


@pytest.mark.parametrize(("kind", "priced"), PRICED.items())
def test_what_azure_has_a_price_of_is_charged_under_its_service(
    kind: str, priced: list[Asked]
) -> None:
    assert {asked.service for asked in priced} <= AZURE_CHARGES[kind]
