"""No file is longer than a reader bears."""

from tests.source_files import files, text_of

LONGEST_FILE = 400


def test_no_file_is_longer_than_a_reader_bears() -> None:
    long = {
        str(path): lines
        for path in files(".py", ".html", ".css", ".js", ".svg")
        if "migrations" not in path.parts
        and (lines := len(text_of(path).splitlines())) > LONGEST_FILE
    }
    assert long == {}
