"""What is ClickHouse's own. That it answers as DuckDB does: test_loaded_lines.py."""

from io import BytesIO

import pytest

from costs.lines.clickhouse import parsed_rows
from costs.lines.engine import LinesFailed


@pytest.mark.parametrize("answer", [b"", b"<html>\n", b'["a"]\n["UInt8"]\nCode: 241'])
def test_another_answer_is_one_sentence(answer: bytes) -> None:
    with pytest.raises(LinesFailed, match="answers what is none of ClickHouse's"):
        [*parsed_rows(BytesIO(answer))]
