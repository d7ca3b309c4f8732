"""One resource of Azure: read, changed, and asked how far a change is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from providers.acting import CloudAction
from providers.acting_steps import Task
from providers.azure.azure_errors import answer_failure, failure
from providers.azure.client import AzureClient, Question, parsed, understood
from providers.azure.rights import ROLE, check_rights
from providers.errors import ErrorKind, ProviderError
from providers.records import ResourceRecord

GONE = {"resourcenotfound", "notfound", "resourcegroupnotfound"}
RUNNING = {"inprogress", "accepted", "running", "updating", "creating", "deleting"}
SUCCEEDED = "succeeded"
OPERATION = "locations/operations/read"


class ResourceChange:
    """What the changes of all kinds have in common."""

    resource_type: ClassVar[str]
    api_version: ClassVar[str]
    actions: ClassVar[Sequence[str]]
    """The rights that it takes, below the resource type or of another."""
    operation_right: ClassVar[str] = OPERATION
    """The right to ask how far a change is."""

    def __init__(self, client: AzureClient, action: CloudAction) -> None:
        self.client, self.action = client, action

    def normalize(self, raw: Mapping[str, Any]) -> ResourceRecord:
        raise NotImplementedError

    def look(self) -> ResourceRecord | None:
        raw = self.read(self.action.resource_id)
        if raw is None:
            return None
        with understood(self.question("read", self.action.resource_id)):
            return self.normalize(raw)

    def do(self, record: ResourceRecord, task: Task) -> str:
        raise NotImplementedError

    def dry_run(self, record: ResourceRecord) -> str:
        check_rights(
            *(self.client, str(self.action), self.action.resource_id), self.actions
        )
        return (
            "Azure has no dry run of it: the resource is as it was, the role allows "
            f"{', '.join(self.actions)}, and no lock forbids it."
        )

    def read(
        self, resource_id: str, params: Mapping[str, str] | None = None
    ) -> Any | None:
        """Return the resource; None: there is none. Raise ProviderError."""
        question = self.question("read", resource_id, params=params or self.expanded)
        try:
            return self.client.ask(question)
        except ProviderError as error:
            code, _, _ = error.reason.partition(" (")
            if code.lower() in GONE:
                return None
            raise

    @property
    def expanded(self) -> Mapping[str, str]:
        return {}

    def change(
        self,
        operation: str,
        method: str,
        task: Task,
        *,
        path: str = "",
        body: Mapping[str, Any] | None = None,
        etag: str = "",
    ) -> None:
        """Send it, and wait until Azure says that it is done. Raise ProviderError."""
        question = self.question(
            operation,
            path or self.action.resource_id,
            method=method,
            body=body,
            headers={"If-Match": etag} if etag else {},
        )
        answer = self.client.send(question)
        if url := answer.operation_url:
            task.until(
                f"until {operation} is done",
                lambda: self._is_done(question, url) or None,
            )

    def post(self, verb: str, task: Task) -> None:
        """Have Azure do what its address ends with, such as start."""
        path = f"{self.action.resource_id}/{verb}"
        self.change(f"{verb}/action", "POST", task, path=path)

    def reach(self, state: str, task: Task) -> None:
        """Wait until it is in that state. Raise ProviderError."""
        task.until(f"until it is {state}", lambda: self.state() == state or None)

    def state(self) -> str:
        """Return its state now. Raise ProviderError where it is gone."""
        record = self.look()
        if record is None:
            reason = "it was deleted meanwhile"
            raise failure(ErrorKind.CHANGED, str(self.action), reason)
        return record.state

    def _is_done(self, change: Question, url: str) -> bool:
        """Ask how far it is: an address of its own has the state, or answers 202."""
        namespace = self.resource_type.partition("/")[0]
        question = replace(
            change,
            operation=f"{namespace}/{self.operation_right}",
            method="",
            body=None,
            headers={},
        )
        answer = self.client.send(question, url)
        with understood(question):
            state = parsed(question, answer) if answer.text else {}
            status = str(state.get("status", "")).lower()
        if answer.status == 202 or status in RUNNING:
            return False
        if status in ("", SUCCEEDED):
            return True
        raise answer_failure(409, answer.text, change.reading, role=ROLE)

    def question(
        self,
        operation: str,
        path: str,
        *,
        method: str = "",
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Question:
        name = (
            operation
            if operation.startswith("Microsoft.")
            else (f"{self.resource_type}/{operation}")
        )
        return Question(
            what=str(self.action),
            operation=name,
            path=path,
            api_version=self.api_version,
            region=self.action.region,
            role=ROLE,
            method=method,
            body=body,
            headers=headers or {},
            params=params or {},
        )
