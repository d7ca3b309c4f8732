"""One small fault: what is written where, instead of what stands there."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Bytes from `start` to `end` of a file, and what is planted there."""

    path: Path
    start: int
    end: int
    kind: str
    planted: bytes

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.planted + source[self.end :]

    def line(self, source: bytes) -> int:
        return source.count(b"\n", 0, self.start) + 1

    def shown(self, source: bytes) -> str:
        """Return where it is, and the line before and after, for people."""
        line = self.line(source)
        before = source.splitlines()[line - 1].decode().strip()
        after = self.applied(source).splitlines()[line - 1].decode().strip()
        return f"{self.path}:{line}  {self.kind}\n    - {before}\n    + {after}"
