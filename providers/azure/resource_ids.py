"""Names of Azure's things, whose case differs from one answer to the next."""


def resource_group_of(resource_id: str) -> str:
    """Return its resource group in lower case, as in costs; "" where it has none."""
    parts = resource_id.lower().split("/")
    return parts[4] if parts[3:4] == ["resourcegroups"] else ""


def region_name(location: str) -> str:
    """Return "westeurope", also of "West Europe"."""
    return location.replace(" ", "").lower()
