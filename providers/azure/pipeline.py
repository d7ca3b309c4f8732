"""The one pipeline of azure-core: who asks, retries, rates, metering, the token.

Its own policies, as the default ones would register resource providers, which is a
change, retry no POST, not know the headers of Cost Management, and send the token to
whatever host a page names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from urllib.parse import quote, urlencode

from azure.core.exceptions import (
    AzureError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    HeadersPolicy,
    HTTPPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse
from azure.mgmt.core import ARMPipelineClient

from providers.azure.azure_errors import failure
from providers.azure.client import AzureClient, Question, origin_of
from providers.azure.identity import Credential
from providers.azure.rate_limits import shared_limit
from providers.errors import ErrorKind

# 529 is how Azure Monitor says that it is overloaded.
RETRIED = {429, 500, 502, 503, 504, 529}
RETRIED_ERRORS = (ServiceRequestError, ServiceResponseError, IncompleteReadError)
COST_HEADERS = "x-ms-ratelimit-microsoft.costmanagement-"
# Without it all clients of a tenant share one allowance, which portals use up.
CLIENT_TYPE = {"ClientType": "cloudintel"}
# As Microsoft's examples have them in a query.
UNQUOTED = "$:,'"
LONGEST_BACKOFF = 30.0
# A run is taken for dead where it is silent for long.
SECONDS_PER_SIGN = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    retry_after: float
    """Seconds after which Azure wants to be asked again; 0: it says nothing."""
    operation_url: str = ""
    """Where to ask how far a change is that was only begun."""


class Sender:
    """Sends an account's questions."""

    def __init__(self, client: AzureClient) -> None:
        self._client = client
        self._credential = Credential(client)
        options = client.options
        self._pipeline: ARMPipelineClient[HttpRequest, HttpResponse] = (
            ARMPipelineClient(
                client.cloud.arm,
                policies=[
                    UserAgentPolicy(base_user_agent="cloudintel"),
                    HeadersPolicy(CLIENT_TYPE),
                    Retries(client),
                    Departure(client, self._credential),
                ],
                connection_timeout=options.connect_timeout,
                read_timeout=options.read_timeout,
                # A proxy of the environment has no business on this machine.
                use_env_settings=not options.endpoint_url,
            )
        )

    def bearer(self, scope: str) -> str:
        return self._credential.bearer(scope)

    def send(self, question: Question, url: str, *, first: bool) -> Answer:
        """Return what Azure answers, whatever it is. Raise ProviderError.

        `first` is without what only the addresses of further pages carry.
        """
        if first:
            params = {"api-version": question.api_version, **question.params}
            # azure-core would leave them as they are.
            url = f"{url}?{urlencode(params, safe=UNQUOTED, quote_via=quote)}"
        method = question.method or ("GET" if question.body is None else "POST")
        headers = dict(question.headers)
        request = HttpRequest(method, url, json=question.body, headers=headers)
        try:
            response = self._pipeline.send_request(request, question=question)
            text = response.read().decode("utf-8-sig", "replace")
        except AzureError as error:
            is_cut = isinstance(error, IncompleteReadError)
            raise failure(
                ErrorKind.UNAVAILABLE,
                question.reading,
                "the answer broke off" if is_cut else str(error),
                region=question.region,
            ) from error
        status, answered = response.status_code, response.headers
        # The change of a machine is answered by 200, and is only begun.
        asked_at = answered.get("Azure-AsyncOperation", "")
        if status != 200:
            asked_at = asked_at or answered.get("Location", "")
        return Answer(status, text, retry_after(answered), asked_at)


class Retries(HTTPPolicy[HttpRequest, HttpResponse]):
    """Sends again what failed on the way or is to be asked later, within bounds."""

    def __init__(self, client: AzureClient) -> None:
        super().__init__()
        self._client, self._options = client, client.options

    def send(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, HttpResponse]:
        question = request.context.options.pop("question")
        request.context["question"] = question
        waited = 0.0
        for attempt in count(1):
            seconds = min(2.0 ** (attempt - 1), LONGEST_BACKOFF)
            is_last = attempt >= self._options.max_attempts
            try:
                response = self.next.send(request)
            except RETRIED_ERRORS:
                if is_last or waited + seconds > self._options.max_wait:
                    raise
            else:
                if response.http_response.status_code not in RETRIED:
                    return response
                seconds = retry_after(response.http_response.headers) or seconds
                if is_last or waited + seconds > self._options.max_wait:
                    return response
            waited += seconds
            wait(self._client, question, seconds)
        raise AssertionError  # the last attempt returns or raises


class Departure(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """What each request passes before it leaves, retries too: a token goes only to the
    endpoint, no faster than allowed, and counted."""

    def __init__(self, client: AzureClient, credential: Credential) -> None:
        super().__init__()
        self._client, self._credential = client, credential

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        question: Question = request.context["question"]
        self._refuse_elsewhere(question, request.http_request.url)
        if scope := self._client.token_scope(question.service):
            bearer = self._credential.bearer(scope)
            request.http_request.headers["Authorization"] = f"Bearer {bearer}"
        if question.operation.startswith("Microsoft.CostManagement/"):
            self._take_turn(question)
        self._client.meter.count(question.operation, question.usd)

    def _refuse_elsewhere(self, question: Question, url: str) -> None:
        endpoint = self._client.endpoint(question)
        try:
            is_there = origin_of(url) == origin_of(endpoint)
        except ValueError:
            is_there = False
        if not is_there:
            raise failure(
                ErrorKind.INCOMPLETE,
                question.reading,
                f"a page lies at {url[:200]!r}, and not at {endpoint}",
                "It was not asked, so that no token reaches it. Check the proxy before "
                "Azure, which changes its answers. What is stored stays.",
                question.region,
            )

    def _take_turn(self, question: Question) -> None:
        """Wait for the scope's turn, then for those that accounts share: of who asks,
        and of the tenant."""
        client, options = self._client, self._client.options
        settings = client.account.settings
        tenant = f"{options.endpoint_url} {settings.tenant}"
        for who, limits in (
            (f"{tenant} {client.account.scope}", options.cost_scope_limits),
            (f"{tenant} {settings.client_id}", options.cost_client_limits),
            (tenant, options.cost_tenant_limits),
        ):
            wait(client, question, shared_limit(who, limits).reserve())


def wait(client: AzureClient, question: Question, seconds: float) -> None:
    """Wait, with a sign of life now and then."""
    while seconds > 0:
        step = min(seconds, SECONDS_PER_SIGN)
        if seconds > 1:
            question.progress(f"{question.what}: waiting {seconds:.0f} s for Azure")
        client.options.wait(step)
        seconds -= step


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the longest wait that any header asks for; 0 where none does."""
    asked = [0.0]
    for name, value in headers.items():
        name = name.lower()
        is_cost = name.startswith(COST_HEADERS) and name.endswith("-retry-after")
        if name == "retry-after" or is_cost:
            try:
                asked.append(float(value))
            except ValueError:  # a date, or nonsense: the usual pause will do
                continue
    return max(asked)
