"""A container of Azure Blob Storage over HTTP, as far as files are kept in one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

LAST_MODIFIED = "Sat, 20 Jun 2026 09:00:00 GMT"
# So small that a test has several pages.
PAGE = 2


@dataclass
class EmulatedBlobs:
    """What is stored, by container and name."""

    url: str = ""
    stored: dict[str, bytes] = field(default_factory=dict)
    blocks: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refused: int = 0
    """How many of the next requests are refused with 503."""
    listed: bytes | None = None
    """What lists answer instead of what is stored."""


@contextmanager
def blob_emulator() -> Iterator[EmulatedBlobs]:
    blobs = EmulatedBlobs()
    handler = type("Handler", (_Handler,), {"blobs": blobs})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    blobs.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield blobs
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    blobs: EmulatedBlobs
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self._refuses():
            return
        blocks = self.blobs.blocks.setdefault(self._name, {})
        if self._query.get("comp") == "block":
            blocks[self._query["blockid"]] = content
            self._answer(201)
        elif self._name in self.blobs.stored and self.headers["If-None-Match"] == "*":
            self._answer(409, error="BlobAlreadyExists")
        else:
            order = re.findall(r"<Latest>(.*?)</Latest>", content.decode())
            self.blobs.stored[self._name] = b"".join(blocks[each] for each in order)
            self._answer(201)

    def do_GET(self) -> None:
        if self._refuses():
            return
        if self._query.get("comp") == "list":
            self._list()
        elif (content := self._content()) is not None:
            first, last = re.findall(r"\d+", self.headers["Range"])
            self._answer(206, content[int(first) : int(last) + 1])

    def do_HEAD(self) -> None:
        if not self._refuses() and (content := self._content()) is not None:
            self._answer(200, content)

    def do_DELETE(self) -> None:
        if not self._refuses() and self._content() is not None:
            del self.blobs.stored[self._name]
            self._answer(202)

    def _list(self) -> None:
        container = f"{self._name.strip('/')}/"
        prefix = container + self._query.get("prefix", "")
        names = sorted(name for name in self.blobs.stored if name.startswith(prefix))
        start = int(self._query.get("marker") or 0)
        following = start + PAGE if start + PAGE < len(names) else ""
        blobs = "".join(
            f"<Blob><Name>{escape(name.removeprefix(container))}</Name><Properties>"
            f"<Last-Modified>{LAST_MODIFIED}</Last-Modified>"
            f"<Content-Length>{len(self.blobs.stored[name])}</Content-Length>"
            "</Properties></Blob>"
            for name in names[start : start + PAGE]
        )
        text = (
            f"<EnumerationResults><Blobs>{blobs}</Blobs>"
            f"<NextMarker>{following}</NextMarker></EnumerationResults>"
        )
        listed = self.blobs.listed
        self._answer(200, text.encode() if listed is None else listed)

    def _content(self) -> bytes | None:
        if (content := self.blobs.stored.get(self._name)) is None:
            self._answer(404, error="BlobNotFound")
        return content

    def _refuses(self) -> bool:
        if self.headers["Authorization"] != "Bearer emulated":
            self._answer(403, error="AuthenticationFailed")
            return True
        if self.blobs.refused:
            self.blobs.refused -= 1
            self._answer(503, error="ServerBusy")
            return True
        return False

    def _answer(self, status: int, content: bytes = b"", error: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if error:
            self.send_header("x-ms-error-code", error)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    @property
    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/")

    @property
    def _query(self) -> dict[str, str]:
        query = parse_qs(urlsplit(self.path).query)
        return {key: values[0] for key, values in query.items()}

    def log_message(self, *_: object) -> None:
        pass
