"""Texts of a cloud are stored as they are, or changed so that two stay two."""

import pytest

from core.db.storable import storable, storable_mapping


@pytest.mark.parametrize("text", ["", "Amazon EC2", "ü 💸", "a,b\t\n", "x" * 20])
def test_what_can_be_stored_stays(text: str) -> None:
    assert storable(text, 20) == text


def test_what_is_too_long_is_cut_to_the_length_and_distinguished() -> None:
    one, other = storable("x" * 21, 20), storable("x" * 22, 20)
    assert one.startswith("xxxxxxxxxxx~")
    assert len(one) == len(other) == 20
    assert one != other
    assert one == storable("x" * 21, 20)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_characters_that_no_database_keeps_are_replaced(text: str) -> None:
    stored = storable(text, 20)
    assert stored.encode()
    assert "\0" not in stored
    assert stored[0] == "a"
    assert stored[1:].startswith(("\N{REPLACEMENT CHARACTER}b~", "?b~"))
    assert stored != storable(stored[:3], 20)


def test_a_column_too_short_for_a_digest_has_as_much_of_it_as_fits() -> None:
    assert len(storable("USDX", 3)) == 3
    assert storable("USDX", 3) != storable("USDY", 3)


def test_keys_and_values_of_tags_are_changed_alike() -> None:
    (pair,) = storable_mapping({"a\0": "b\0"}).items()
    assert "\0" not in "".join(pair)
