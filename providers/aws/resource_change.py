"""What every change of a resource of AWS shares: its requests, and how they fail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from providers.acting import CloudAction
from providers.aws.aws_errors import aws_errors, failure
from providers.aws.client import AwsClients
from providers.errors import ErrorKind, ProviderError


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """See providers.acting_steps.Change."""

    clients: AwsClients
    action: CloudAction

    @property
    def region(self) -> str:
        return self.action.region

    @property
    def ec2(self) -> Any:
        return self.clients.ec2(self.region)

    def ask(
        self,
        call: Callable[..., Any],
        permission: str,
        *,
        missing: str = "",
        **request: Any,
    ) -> Any:
        """Return the answer; None where the code of the error begins with `missing`, as
        AWS has no such thing. Raise ProviderError."""
        with aws_errors(f"{self.action} ({permission})", self.region):
            try:
                return call(**request)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if missing and code.startswith(missing):
                    return None
                raise

    def conflict(
        self, reason: str, advice: str = "", permission: str = ""
    ) -> ProviderError:
        about = f"{self.action} ({permission})" if permission else str(self.action)
        return failure(ErrorKind.CONFLICT, about, reason, advice, self.region)

    def gone(self, reason: str) -> ProviderError:
        """Return the error of a resource that somebody else removed meanwhile."""
        about, advice = str(self.action), "Nothing is left to do."
        return failure(ErrorKind.CHANGED, about, reason, advice)
