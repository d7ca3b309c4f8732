"""Nothing is removed that something else holds."""

from providers.acting import CloudAction
from providers.approved import PROPOSE_AGAIN
from providers.errors import ErrorKind, ProviderError
from providers.records import AddressRecord, ResourceRecord, VolumeRecord


def refuse_held(action: CloudAction, record: ResourceRecord) -> None:
    """Raise ProviderError for what is attached to something."""
    if isinstance(record, VolumeRecord | AddressRecord) and record.attached_to:
        raise ProviderError(
            ErrorKind.CONFLICT,
            str(action),
            f"{record.attached_to} holds it",
            PROPOSE_AGAIN,
            action.region,
        )
