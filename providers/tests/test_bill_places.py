"""Bill files in S3 and in Azure's Blob Storage are read as those of a directory."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from core.testing.aws_emulator import EmulatedAws
from providers.azure.client import AzureOptions
from providers.errors import ErrorKind, ProviderError
from providers.files.account_settings import FilesSettings, check_place
from providers.files.provider import FilesOptions, FilesProvider
from providers.files.testing import (
    NOW,
    PAYER,
    focus,
    provider_of,
    read,
    say_nothing,
    write_csv,
)
from providers.settings import InvalidSetting

CONTAINER = "https://bills.blob.core.windows.net/exports/team"
BLOB = "team/2026-10.csv.gz"


@pytest.mark.parametrize("place", ["s3://bills/team", "s3://bills/team/2026-10.csv.gz"])
def test_a_bucket_is_read_by_prefix_or_key(
    place: str, aws: EmulatedAws, tmp_path: Path
) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bills")
    path = write_csv(tmp_path / "x.csv.gz", focus(billed="1.5"))
    s3.put_object(Bucket="bills", Key=BLOB, Body=path.read_bytes())
    s3.put_object(Bucket="bills", Key="teams/2026-10.csv", Body=b"of somebody else")
    provider = provider_of(place, folder=tmp_path)
    bill, _ = read(provider, tmp_path / "l.parquet")
    assert str(bill.billed) == "1.5000000000"
    assert provider.meter.requests_by_operation["s3:ListObjectsV2"] == 1
    (month,) = provider.list_months({}, say_nothing)
    s3.put_object(Bucket="bills", Key=BLOB, Body=b"other")
    with pytest.raises(ProviderError, match="it changed while it was read"):
        provider.read_month(month, tmp_path / "l.parquet", say_nothing)
    assert {one.name for one in tmp_path.iterdir()} == {"x.csv.gz", "l.parquet"}


def test_of_many_runs_the_newest_manifest_of_a_month_is_fetched_once(
    aws: EmulatedAws, tmp_path: Path
) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bills")
    path = write_csv(tmp_path / "x.csv.gz", focus(billed="1.5"))
    for run in ("1", "2"):
        folder = f"team/cur/20261001-20261101/{run}"
        manifest = {"reportKeys": [f"{folder}/x.csv.gz"], "reportName": "cur"}
        s3.put_object(
            Bucket="bills",
            Key=f"{folder}/cur-Manifest.json",
            Body=json.dumps(manifest).encode(),
        )
        s3.put_object(Bucket="bills", Key=f"{folder}/x.csv.gz", Body=path.read_bytes())
    fetched = []
    for _ in range(2):
        provider = provider_of("s3://bills/team", folder=tmp_path)
        assert len(provider.list_months({}, say_nothing)) == 1
        fetched.append(provider.meter.requests_by_operation.get("s3:GetObject", 0))
    assert fetched == [1, 0]


@contextmanager
def blob_storage(blobs: dict[str, bytes], status: int = 200) -> Iterator[str]:
    """A container of these blobs, listed one a page; it wants a token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            wants = self.headers["Authorization"] == "Bearer token"
            if status != 200 or not wants or "x-ms-version" not in self.headers:
                self._answer(status if wants else 401, b"<Error/>")
            elif parts.query:
                self._answer(200, self._page(parse_qs(parts.query)))
            else:
                content = blobs[parts.path.removeprefix("/exports/")]
                is_same = self.headers["If-Match"] == f"0x{len(content)}"
                self._answer(200 if is_same else 412, content)

        def _page(self, query: dict[str, list[str]]) -> bytes:
            names = sorted(n for n in blobs if n.startswith(query["prefix"][0]))
            at = int(query.get("marker", ["0"])[0])
            following = str(at + 1) if names[at + 1 :] else ""
            size = len(blobs[names[at]])
            return (
                "<EnumerationResults><Blobs><Blob>"
                f"<Name>{names[at]}</Name><Properties><Etag>0x{size}</Etag>"
                f"<Content-Length>{size}</Content-Length>"
                "<Last-Modified>Fri, 20 Nov 2026 10:00:00 GMT</Last-Modified>"
                "</Properties></Blob></Blobs>"
                f"<NextMarker>{following}</NextMarker></EnumerationResults>"
            ).encode()

        def _answer(self, code: int, content: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            if self.path.endswith(".gz"):
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def of_container(url: str, folder: Path, token: str = "token") -> FilesProvider:  # noqa: S107
    azure = AzureOptions(endpoint_url=url, access_token=token, max_attempts=1)
    return FilesProvider(
        f"bill:{PAYER}",
        FilesSettings(place=CONTAINER),
        FilesOptions(folder, azure=azure),
        NOW,
    )


def test_a_container_is_read_page_by_page(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "x.csv.gz", focus(billed="1.5"))
    blobs = {BLOB: path.read_bytes(), "team/a.txt": b"x", "teams/2026-10.csv": b"y"}
    with blob_storage(blobs) as url:
        provider = of_container(url, tmp_path)
        bill, _ = read(provider, tmp_path / "l.parquet")
        assert str(bill.billed) == "1.5000000000"
        (month,) = provider.list_months({}, say_nothing)
        blobs[BLOB] = b"other"
        with pytest.raises(ProviderError, match="it changed while it was read"):
            provider.read_month(month, tmp_path / "l.parquet", say_nothing)


@pytest.mark.parametrize(
    ("token", "status", "kind"),
    [("old", 200, ErrorKind.CREDENTIALS), ("token", 403, ErrorKind.DENIED)],
)
def test_what_storage_refuses_is_reported(
    token: str, status: int, kind: ErrorKind, tmp_path: Path
) -> None:
    with blob_storage({BLOB: b""}, status) as url:
        (check,) = of_container(url, tmp_path, token).check_access(NOW)
    assert check.error
    assert check.error.kind is kind


@pytest.mark.parametrize(
    "place",
    [
        "",
        "bills",
        "s3://",
        "ftp://bills/x",
        "https://bills.blob.core.windows.net",
        "https://bills.blob.core.windows.net/",
        "https://bills.blob.core.windows.net.evil.test/exports",
        "https://evil.test/x?.blob.core.windows.net",
        "http://bills.blob.core.windows.net/exports",
        "https://user@bills.blob.core.windows.net/exports",
    ],
)
def test_a_token_is_sent_to_no_other_place(place: str) -> None:
    with pytest.raises(InvalidSetting, match="Give where the bill's files lie"):
        check_place(place)
