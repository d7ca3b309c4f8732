"""What a process holds: made when asked for again, and bounded."""

from collections.abc import Callable

from prometheus_client import REGISTRY

from rest.memory import KEYS, Memory


def of(*things: str) -> Callable[[], list[str]]:
    return lambda: list(things)


def unwanted() -> list[str]:
    raise AssertionError("it is held already")


def test_what_is_asked_for_once_is_not_made() -> None:
    memory: Memory[list[str]] = Memory("test", 10)
    assert memory.find("one", unwanted) is None
    assert memory.find("one", of("a")) == ["a"]
    assert memory.find("one", unwanted) == ["a"]


def test_what_was_not_asked_for_longest_makes_room() -> None:
    memory: Memory[list[str]] = Memory("test", 3)
    for key in ("one", "two"):
        memory.find(key, unwanted)
        memory.find(key, of(key))
    memory.find("one", unwanted)
    memory.find("three", unwanted)
    memory.find("three", of("a", "b"))
    assert memory.find("one", unwanted) == ["one"]
    assert memory.find("two", unwanted) is None


def test_what_is_too_large_is_tried_once() -> None:
    memory: Memory[list[str]] = Memory("test", 3)
    memory.find("one", unwanted)
    assert memory.find("one", lambda: None) is None
    assert memory.find("one", unwanted) is None


def test_keys_do_not_pile_up() -> None:
    memory: Memory[list[str]] = Memory("test", 3)
    memory.find("first", unwanted)
    for number in range(KEYS + 1):
        memory.find(f"{number}", unwanted)
        memory.find(f"{number}", lambda: None)
    assert memory.find("first", unwanted) is None


def test_it_is_counted_how_often_it_held_an_answer() -> None:
    def count(outcome: str) -> float:
        labels = {"part": "counted", "outcome": outcome}
        name = "cloudintel_cache_lookups_total"
        return REGISTRY.get_sample_value(name, labels) or 0

    memory: Memory[list[str]] = Memory("counted", 3)
    memory.find("one", unwanted)
    memory.find("one", of("a"))
    memory.find("one", unwanted)
    assert (count("miss"), count("hit")) == (2, 1)
