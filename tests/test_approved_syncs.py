"""What both clouds are asked, and what is said, sent and stored of it, is as approved.

The emulators' sample companies are read, and again once parts of them are denied.
"""

from collections.abc import Iterator

import pytest

from core.testing.approved import Approve
from core.testing.aws_emulator import EmulatedAws
from core.testing.azure_emulator import EmulatedAzure
from tests.read_clouds import ReadClouds
from tests.source_files import HOUSE
from tests.stored_texts import MODELS, of_model
from tests.table_keys import TableKeys, numbered_keys

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
APPROVED = HOUSE / "tests" / "approved" / "syncs"
CLOUDS = ("aws", "azure")
TIMES = ("first", "denied", "denied-again", "healed")
SAID = ("printed", "logged", "sent")
ALL = 1000


Read = tuple[ReadClouds, TableKeys]


@pytest.fixture(scope="module")
def clouds(
    module_db: None, module_aws: EmulatedAws, module_azure: EmulatedAzure
) -> Iterator[Read]:
    with numbered_keys() as keys:
        found = ReadClouds(module_aws, module_azure)
        found.read()
        yield found, keys


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("cloud", CLOUDS)
def test_clouds_are_asked_what_is_approved(
    cloud: str, time: str, clouds: Read, approve: Approve
) -> None:
    read, keys = clouds
    name = f"{cloud}-{time}"
    text = keys.text(read.asked[name], ALL)
    approve(APPROVED / "asked" / f"{name}.txt", text)


@pytest.mark.parametrize("what", SAID)
def test_it_says_what_is_approved(what: str, clouds: Read, approve: Approve) -> None:
    read, keys = clouds
    approve(APPROVED / f"{what}.txt", keys.text(getattr(read, what), ALL))


@pytest.mark.parametrize("name", MODELS)
def test_rows_are_stored_as_approved(name: str, clouds: Read, approve: Approve) -> None:
    _, keys = clouds
    texts = (keys.text(of_model(model)) for model in MODELS[name])
    text = "\n".join(one for one in texts if one.strip())
    approve(APPROVED / "stored" / f"{name}.txt", text)


def test_nothing_is_approved_that_nothing_is_compared_with() -> None:
    compared = {
        *(f"asked/{cloud}-{time}.txt" for cloud in CLOUDS for time in TIMES),
        *(f"{what}.txt" for what in SAID),
        *(f"stored/{name}.txt" for name in MODELS),
    }
    files = (one.relative_to(APPROVED) for one in APPROVED.rglob("*.*"))
    assert {str(one) for one in files} <= compared
