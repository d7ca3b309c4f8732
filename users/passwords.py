"""What a new password must be, and what ends with the old one."""

import re

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from users.models import ApiToken

# Of 0 to 4: 10^8 guesses and more, which no sign-in page can be asked.
LEAST_SCORE = 3
# More letters take long to judge, and make no password weaker.
JUDGED_LETTERS = 72


class PasswordStrengthValidator:
    """Refuse what is common, repeated, a sequence, or the user's own name."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        names = ("username", "email", "first_name", "last_name")
        own = " ".join(str(getattr(user, name, "")) for name in names)
        found = zxcvbn(password[:JUDGED_LETTERS], re.findall(r"\w+", own))
        if found["score"] < LEAST_SCORE:
            hints = " ".join(found["feedback"]["suggestions"])
            raise ValidationError(f"This password is easy to guess. {hints}")

    def get_help_text(self) -> str:
        return "Several words that do not belong together are hard to guess."


class TokenRevokingValidator:
    """Revoke the user's API tokens with the old password, wherever it is changed."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Any password will do."""

    def password_changed(self, password: str, user: AbstractBaseUser) -> None:
        ApiToken.objects.filter(user_id=user.pk).delete()

    def get_help_text(self) -> str:
        return "A new password revokes all API tokens and ends all other sessions."
