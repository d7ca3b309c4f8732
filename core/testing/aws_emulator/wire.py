"""One HTTP request as a `Call`, and a result or an error as AWS words it.

The protocols (JSON, query, EC2's query) are botocore's, read and written by moto's
core. JSON results and EC2's instances skip moto's serializer, which is too slow for
ten thousand of anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

if TYPE_CHECKING:
    from moto.core.model import ServiceModel

# What a client sent or gets back: nested, and different for every operation.
Parameters = Mapping[str, Any]
Answer = Mapping[str, Any] | bytes  # bytes: a body that is rendered already

SERVICE_OF_SIGNING_NAME = {"monitoring": "cloudwatch"}
# How botocore names a service that IAM and signatures name otherwise.
MODEL_NAMES = {"elasticloadbalancing": "elbv2"}
# Elastic Load Balancing's first API, which requests name by its version alone.
CLASSIC, CLASSIC_VERSION = "elb", "2012-06-01"
PERMISSION_PREFIXES = {CLASSIC: "elasticloadbalancing"}
# Operations that need a permission of another name.
PERMISSIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
}
LIFECYCLE = {
    "GET": "GetBucketLifecycleConfiguration",
    "PUT": "PutBucketLifecycleConfiguration",
    "DELETE": "DeleteBucketLifecycle",
}
CREDENTIAL = re.compile(
    r"Credential=(?P<key>[^/,]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4"
)
TOKEN_PARAMETERS = frozenset(
    {"NextToken", "NextPageToken", "Marker", "ContinuationToken"}
)
REQUEST_ID = "11111111-2222-4333-8444-555555555555"


class AwsError(Exception):
    """An error a service answers with: its code, message and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Call:
    """One request: what was asked, where, and by whom."""

    service: str
    operation: str
    region: str
    account_id: str
    parameters: Parameters = field(repr=False)
    access_key: str = field(default="", repr=False)
    caller_arn: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The permission this call needs: ``ce:GetCostAndUsage``."""
        return permission_of(self.service, self.operation)

    @property
    def question(self) -> object:
        """What is asked, whichever page of it."""
        asked = {
            name: value
            for name, value in self.parameters.items()
            if name not in TOKEN_PARAMETERS
        }
        return [self.name, self.account_id, self.region, asked]


@dataclass(frozen=True)
class Signature:
    """What a request's Authorization header says."""

    access_key: str
    region: str
    service: str


def read_signature(request: Request) -> Signature:
    """The signature's claims; refuses an unsigned request."""
    found = CREDENTIAL.search(request.headers.get("Authorization", ""))
    if not found:
        raise AwsError(
            "MissingAuthenticationToken", "Missing Authentication Token", 403
        )
    service = SERVICE_OF_SIGNING_NAME.get(found["service"], found["service"])
    if request.form.get("Version") == CLASSIC_VERSION:
        service = CLASSIC
    return Signature(found["key"], found["region"], service)


def permission_of(service: str, operation: str) -> str:
    """What IAM calls the operation: "ce:GetCostAndUsage"."""
    name = f"{PERMISSION_PREFIXES.get(service, service)}:{operation}"
    return PERMISSIONS.get(name, name)


def read_operation(request: Request, service: str) -> str:
    """The operation's name, from the target header (JSON) or the form (query); S3 has
    an address for each, of which these are the ones that are known here."""
    if service == "s3" and request.method == "GET":
        if request.path == "/":
            return "ListBuckets"
        if "tagging" in request.args:
            return "GetBucketTagging"
    if service == "s3" and "lifecycle" in request.args:
        return LIFECYCLE[request.method]
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rpartition(".")[2]
    return request.form.get("Action", "")


def read_protocol(request: Request, service: str) -> str:
    """``json``, ``query``, ``ec2`` or ``rest-xml``."""
    protocol: str = determine_request_protocol(_model_of(service), request.content_type)
    return protocol


def _model_of(service: str) -> ServiceModel:
    model: ServiceModel = get_service_model(MODEL_NAMES.get(service, service))
    return model


def read_parameters(
    request: Request, service: str, operation: str, protocol: str
) -> Parameters:
    """The request's parameters by their API names, dates as datetimes in UTC."""
    model = _model_of(service).operation_model(operation)
    parser = PROTOCOL_PARSERS[protocol](model, map_type=dict)
    parsed: Parameters = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": {"Bucket": request.path.strip("/")},
        }
    )
    return parsed


def write_answer(
    call: Call, protocol: str, answer: Answer
) -> tuple[bytes, dict[str, str]]:
    """The answer's body in the caller's protocol, and what S3 says in headers."""
    if isinstance(answer, bytes):
        return answer, {}
    if protocol == "json":
        return json.dumps(answer, default=_json_timestamp).encode(), {}
    serializer = get_serializer_class(call.service, protocol)
    model = _model_of(call.service).operation_model(call.operation)
    written = serializer(operation_model=model).serialize(answer)
    body: str | bytes = written["body"]
    own = {k: v for k, v in written["headers"].items() if k.startswith("x-amz-")}
    return body.encode() if isinstance(body, str) else body, own


def write_error(error: AwsError, protocol: str) -> tuple[bytes, dict[str, str]]:
    """The error's body in the caller's protocol, and the headers it needs."""
    fault = "Sender" if error.status < 500 else "Receiver"
    if protocol == "json":
        body = json.dumps({"__type": error.code, "message": error.message})
        # CloudWatch's JSON speaks the codes of its query protocol in this header.
        return body.encode(), {"x-amzn-query-error": f"{error.code};{fault}"}
    code, message = escape(error.code), escape(error.message)
    inner = f"<Code>{code}</Code><Message>{message}</Message>"
    if protocol == "ec2":
        body = f"<Errors><Error>{inner}</Error></Errors>"
        body = f"<Response>{body}<RequestID>{REQUEST_ID}</RequestID></Response>"
    elif protocol == "rest-xml":
        body = f"<Error>{inner}<RequestId>{REQUEST_ID}</RequestId></Error>"
    else:
        body = f"<Error><Type>{fault}</Type>{inner}</Error>"
        body += f"<RequestId>{REQUEST_ID}</RequestId>"
        body = f"<ErrorResponse>{body}</ErrorResponse>"
    return body.encode(), {}


def as_utc(moment: datetime) -> datetime:
    """A request's timestamp in UTC; a naive one is UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _json_timestamp(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no place in an answer: {value!r}")
