"""A secret key that can be guessed is refused in a sentence that does not show it."""

import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured

from cloudintel.environment import secret


@pytest.mark.parametrize("weak", ["changeme", "x" * 60, "abcd" * 20, "k3" * 24 + "y"])
def test_a_weak_one_is_refused_unseen(
    monkeypatch: pytest.MonkeyPatch, weak: str
) -> None:
    monkeypatch.setenv("SECRET_KEY", weak)
    with pytest.raises(ImproperlyConfigured, match="at least 50 random") as refused:
        secret("SECRET_KEY", "signs in")
    assert weak not in str(refused.value)


def test_a_random_one_is_taken_and_none_is_made_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strong = secrets.token_urlsafe(50)
    monkeypatch.setenv("SECRET_KEY", strong)
    assert secret("SECRET_KEY", "signs in") == strong
    monkeypatch.delenv("SECRET_KEY")
    assert secret("SECRET_KEY", "signs in") == ""
