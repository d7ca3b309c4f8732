"""Bill files in a container of Azure's Blob Storage."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

import urllib3
from urllib3.exceptions import HTTPError

from providers.azure.azure_errors import answer_failure, failure
from providers.azure.client import AzureAccount, AzureClient, AzureOptions
from providers.errors import ErrorKind, ProviderError
from providers.files.account_settings import FilesSettings
from providers.files.places import CHANGED, StoredFile, key_of, name_below
from providers.meter import Meter

# https://learn.microsoft.com/rest/api/storageservices/list-blobs
VERSION = "2023-11-03"
TOKEN_SCOPE = "https://storage.azure.com/.default"  # noqa: S105 no secret
ROLE = "Storage Blob Data Reader"
PRECONDITION_FAILED = 412
RETRIED = (429, 500, 502, 503, 504)


class Container:
    """Of an Azure storage account, below a prefix."""

    is_remote = True

    def __init__(
        self, settings: FilesSettings, options: AzureOptions, folder: Path, meter: Meter
    ) -> None:
        parts = urlsplit(settings.place)
        container, _, prefix = parts.path.strip("/").partition("/")
        self._origin = options.endpoint_url.rstrip("/") or f"https://{parts.netloc}"
        self._container, self._prefix = container, prefix.rstrip("/")
        self._place, self._folder, self._meter = settings.place, folder, meter
        self._client = AzureClient(
            AzureAccount("", settings.azure), options, meter, datetime.now(UTC)
        )
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(options.connect_timeout, options.read_timeout),
            retries=urllib3.Retry(
                total=options.max_attempts,
                redirect=False,
                backoff_factor=1,
                status_forcelist=RETRIED,
                raise_on_status=False,
            ),
        )

    def list_files(self) -> Sequence[StoredFile]:
        return list(self._listed())

    def _listed(self) -> Iterator[StoredFile]:
        folder = f"{self._prefix}/" if self._prefix else ""
        asked = {"restype": "container", "comp": "list", "prefix": self._prefix}
        marker: str | None = ""
        while marker is not None:
            query = asked | ({"marker": marker} if marker else {})
            page = self._parsed(self._get(f"?{urlencode(query)}", "list").data)
            for blob in page.iter("Blob"):
                if name := name_below(blob.findtext("Name", ""), folder):
                    yield _stored(name, blob)
            marker = page.findtext("NextMarker") or None

    @contextmanager
    def on_disk(self, file: StoredFile) -> Iterator[Path]:
        key = key_of(self._prefix, file.name)
        suffix = "".join(Path(file.name).suffixes[-2:])
        headers = {"If-Match": file.version}
        with NamedTemporaryFile(dir=self._folder, suffix=suffix) as local:
            answer = self._get(f"/{quote(key)}", file.name, headers, preload=False)
            try:
                # As it is stored: its name tells that it is gzip, its header may too.
                for chunk in answer.stream(1 << 20, decode_content=False):
                    local.write(chunk)
            except HTTPError as error:
                raise self._unreachable(file.name, error) from error
            finally:
                answer.release_conn()
            local.flush()
            yield Path(local.name)

    def _get(
        self,
        path: str,
        what: str,
        headers: dict[str, str] | None = None,
        *,
        preload: bool = True,
    ) -> Any:
        """Return what storage answers; its token goes nowhere else."""
        self._meter.count(f"Microsoft.Storage/{'list' if preload else 'get'}")
        bearer = self._client.bearer(TOKEN_SCOPE)
        try:
            answer = self._http.request(
                "GET",
                f"{self._origin}/{self._container}{path}",
                headers={
                    "Authorization": f"Bearer {bearer}",
                    "x-ms-version": VERSION,
                    **(headers or {}),
                },
                preload_content=preload,
            )
        except HTTPError as error:
            raise self._unreachable(what, error) from error
        if answer.status == PRECONDITION_FAILED:
            raise ProviderError(ErrorKind.INCOMPLETE, self._reading(what), *CHANGED)
        if answer.status != 200:
            text = answer.data.decode("utf-8", "replace")
            raise answer_failure(answer.status, text, self._reading(what), role=ROLE)
        return answer

    def _parsed(self, content: bytes) -> Any:
        try:
            if b"<!DOCTYPE" in content:
                raise ElementTree.ParseError("it defines entities")
            return ElementTree.fromstring(content)  # noqa: S314  # nosec B314
        except ElementTree.ParseError as error:
            reason = f"the list can't be understood ({error})"
            raise failure(
                ErrorKind.INCOMPLETE, self._reading("list"), reason
            ) from error

    def _unreachable(self, what: str, error: Exception) -> ProviderError:
        return failure(ErrorKind.UNAVAILABLE, self._reading(what), str(error))

    def _reading(self, what: str) -> str:
        return f"Bill files in {self._place}: {what}"


def _stored(name: str, blob: Any) -> StoredFile:
    properties = blob.find("Properties")
    return StoredFile(
        name=name,
        size=int(properties.findtext("Content-Length", "0")),
        version=properties.findtext("Etag", ""),
        modified_at=parsedate_to_datetime(properties.findtext("Last-Modified", "")),
    )
