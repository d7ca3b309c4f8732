"""A part of a list, and the token of what follows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from core.testing.aws_emulator.wire import AwsError
from core.testing.resume_tokens import make_token, read_token

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.wire import Call, Parameters

T = TypeVar("T")
EC2_PAGE = 1_000


def page_of(
    aws: EmulatedAws,
    call: Call,
    found: Sequence[T],
    size: int,
    token: str | None,
    bad_token: AwsError,
) -> tuple[Sequence[T], str | None]:
    """What begins at the token, at most `size` or `aws.page_size`, and the next one."""
    (start,) = read_token(call, token, bad_token) or [0]
    end = start + min(size, aws.page_size.get(call.name, size))
    return found[start:end], make_token(call, end) if end < len(found) else None


def ec2_page(
    aws: EmulatedAws, call: Call, found: Sequence[T]
) -> tuple[Sequence[T], str | None]:
    """A page of EC2, of 5 to 1,000 results."""
    size = call.parameters.get("MaxResults", EC2_PAGE)
    if not 5 <= size <= EC2_PAGE:
        raise AwsError(
            "InvalidParameterValue",
            f"Value ( {size} ) for parameter maxResults is invalid. "
            "Expecting a value between 5 and 1000.",
        )
    bad_token = AwsError("InvalidParameterValue", "The token is not valid.")
    token = call.parameters.get("NextToken")
    return page_of(aws, call, found, size, token, bad_token)


def refuse_narrowed(asked: Parameters, *names: str) -> None:
    """Refuses the parameters that would leave out some, which it does not know."""
    if narrowed := [name for name in names if asked.get(name)]:
        message = f"This emulator knows no {', '.join(narrowed)} here."
        raise AwsError("InvalidParameterValue", message)


def has_tags(tags: dict[str, str], filters: Sequence[Parameters]) -> bool:
    """Whether tags pass EC2's filters: of these only those by a tag's value."""
    for each in filters:
        kind, _, key = each["Name"].partition(":")
        if kind != "tag":
            raise AwsError("InvalidParameterValue", f"The filter {each} is invalid")
        if tags.get(key) not in each["Values"]:
            return False
    return True


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as AWS lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
