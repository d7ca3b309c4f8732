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
        """Return where it is, and its lines before and after, for people."""
        line = self.line(source)
        first = source.rfind(b"\n", 0, self.start) + 1
        rest = source[self.end :].partition(b"\n")[0]
        before = _on_one_line(source[first : self.end] + rest)
        after = _on_one_line(source[first : self.start] + self.planted + rest)
        return f"{self.path}:{line}  {self.kind}\n    - {before}\n    + {after}"


def _on_one_line(text: bytes) -> str:
    return " ".join(text.decode().split())
