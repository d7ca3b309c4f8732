"""Files in a container of Azure Blob Storage: put, read, list, delete.

azure-core and azure-identity are imported with the first request, so that who stores
nothing there never loads them. A part of a file is one request, and is sent again
where it fails on the way.
"""

import base64
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from providers.azure.azure_errors import failure
from providers.azure.client import AzureOptions
from providers.errors import ErrorKind

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.rest import HttpResponse

API_VERSION = "2023-11-03"
SCOPE = "https://storage.azure.com/.default"
SAS = "AZURE_STORAGE_SAS_TOKEN"
PART_BYTES = 8 * 1024**2
ADVICE = (
    "Check the account, the container and the right: Storage Blob Data Contributor, or "
    f"a token in {SAS} that may read, create, list and delete."
)
# What a condition that the blob must be new is refused with.
EXISTS = {"BlobAlreadyExists", "ConditionNotMet", "TargetConditionNotMet"}


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob as lists have it."""

    name: str
    size_bytes: int
    modified_at: datetime


@dataclass
class BlobContainer:
    """One container; every method raises ProviderError where Azure refuses."""

    account: str
    container: str
    options: AzureOptions

    def put(self, name: str, file: BinaryIO, *, replaces: bool) -> None:
        """Store the file, whole or not at all. A blob of that name goes, or else stays
        as it is."""
        ids: list[str] = []
        while part := file.read(PART_BYTES):
            ids.append(base64.b64encode(b"%08d" % len(ids)).decode())
            query = {"comp": "block", "blockid": ids[-1]}
            self._ask("PUT", name, query, content=part)
        blocks = "".join(f"<Latest>{block}</Latest>" for block in ids)
        self._ask(
            "PUT",
            name,
            {"comp": "blocklist"},
            {
                **({} if replaces else {"If-None-Match": "*"}),
                "Content-Type": "text/plain; charset=UTF-8",
            },
            f"<BlockList>{blocks}</BlockList>".encode(),
            accepted=EXISTS,
        )

    def read_into(self, name: str, file: BinaryIO) -> None:
        """Write the blob's content to the file."""
        size = int(self._ask("HEAD", name).headers["Content-Length"])
        for start in range(0, size, PART_BYTES):
            end = min(start + PART_BYTES, size) - 1
            part = self._ask("GET", name, headers={"Range": f"bytes={start}-{end}"})
            file.write(part.read())

    def blobs(self, prefix: str = "") -> Iterator[Blob]:
        """Return those whose name begins so, by name."""
        query = {"restype": "container", "comp": "list", "prefix": prefix}
        while True:
            blobs, query["marker"] = self._page(self._ask("GET", "", query).read())
            yield from blobs
            if not query["marker"]:
                return

    def _page(self, content: bytes) -> tuple[list[Blob], str]:
        """Return a page's blobs, and the marker of the next one or ""."""
        try:
            # From Azure over TLS, and expat bounds what entities expand to.
            page = ElementTree.fromstring(content)  # noqa: S314  # nosec B314
            return [*map(_blob, page.iter("Blob"))], page.findtext("NextMarker") or ""
        except (ElementTree.ParseError, KeyError, ValueError) as error:
            reading = f"list of {self.account}/{self.container} (Azure Blob)"
            reason = f"the list can't be understood ({error})"
            raise failure(ErrorKind.INCOMPLETE, reading, reason) from error

    def delete(self, name: str) -> None:
        """Delete the blob; one that is gone is no error."""
        self._ask("DELETE", name, accepted={"BlobNotFound"})

    def _ask(
        self,
        method: str,
        name: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        accepted: set[str] | None = None,
    ) -> "HttpResponse":
        from azure.core.exceptions import AzureError
        from azure.core.rest import HttpRequest

        reading = f"{method} of {self.account}/{self.container}/{name} (Azure Blob)"
        path = f"/{quote(name)}" if name else ""
        url = f"{self._url}{path}?{urlencode(query or {})}{self._sas}"
        request = HttpRequest(method, url, headers=dict(headers or {}), content=content)
        try:
            response = self._pipeline.send_request(request)
            response.read()
        except (AzureError, ValueError) as error:
            reason = str(error).partition("\n")[0].replace(self._sas or "\0", "&...")
            raise failure(ErrorKind.UNAVAILABLE, reading, reason, ADVICE) from error
        code = response.headers.get("x-ms-error-code", "")
        if response.status_code >= 400 and code not in (accepted or set()):
            kind = (
                ErrorKind.DENIED
                if response.status_code in (401, 403)
                else ErrorKind.INVALID
            )
            reason = f"{response.status_code} {code or response.reason}"
            raise failure(kind, reading, reason, ADVICE)
        return response

    @property
    def _url(self) -> str:
        if self.options.endpoint_url:
            return f"{self.options.endpoint_url}/{self.account}/{self.container}"
        return f"https://{self.account}.blob.core.windows.net/{self.container}"

    @cached_property
    def _sas(self) -> str:
        token = "" if self.options.endpoint_url else os.environ.get(SAS, "").strip()
        return f"&{token.lstrip('?')}" if token else ""

    @cached_property
    def _pipeline(self) -> "PipelineClient[Any, Any]":
        from azure.core import PipelineClient
        from azure.core.pipeline import policies

        options = self.options
        headers = {"x-ms-version": API_VERSION}
        if options.endpoint_url:
            headers["Authorization"] = f"Bearer {options.access_token}"
        signing = [] if options.endpoint_url or self._sas else [self._signing()]
        return PipelineClient(
            self._url,
            policies=[
                policies.UserAgentPolicy(base_user_agent="cloudintel"),
                policies.HeadersPolicy(headers),
                policies.RetryPolicy(retry_total=options.max_attempts - 1),
                *signing,
            ],
            connection_timeout=options.connect_timeout,
            read_timeout=options.read_timeout,
            use_env_settings=not options.endpoint_url,
        )

    def _signing(self) -> Any:
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy
        from azure.identity import DefaultAzureCredential

        return BearerTokenCredentialPolicy(DefaultAzureCredential(), SCOPE)


def _blob(listed: ElementTree.Element) -> Blob:
    properties = {one.tag: one.text or "" for one in listed.iter()}
    return Blob(
        properties["Name"],
        int(properties["Content-Length"]),
        parsedate_to_datetime(properties["Last-Modified"]),
    )
