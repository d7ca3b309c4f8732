"""The emulated Price List refuses and answers as AWS's does."""

import json

import pytest
from botocore.exceptions import ClientError

from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.clients import Clients, code_of
from core.testing.aws_emulator.price_list import product


def types_in(answer: object) -> list[str]:
    assert isinstance(answer, dict)
    products = [json.loads(text)["product"] for text in answer["PriceList"]]
    return [each["attributes"]["instanceType"] for each in products]


def test_all_filters_must_hold(aws: EmulatedAws) -> None:
    aws.products = [
        product("m5.large", "0.0960000000"),
        product("m5.large", "0.1070000000", "eu-west-1"),
        product("m5.large", "0.1880000000", operatingSystem="Windows"),
        product("m6i.large", "0.0960000000"),
    ]
    answer = (
        Clients(aws)
        .pricing()
        .get_products(
            ServiceCode="AmazonEC2",
            Filters=[
                {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"},
                {"Type": "TERM_MATCH", "Field": "operatingSystem", "Value": "Linux"},
                {"Type": "CONTAINS", "Field": "instanceType", "Value": "m5."},
            ],
        )
    )
    assert types_in(answer) == ["m5.large"]


def test_pages_go_on_by_a_token_of_the_same_question(aws: EmulatedAws) -> None:
    aws.products = [product("m5.large", "0.1"), product("m5.xlarge", "0.2")]
    pricing = Clients(aws).pricing()
    first = pricing.get_products(ServiceCode="AmazonEC2", MaxResults=1)
    assert types_in(first) == ["m5.large"]
    second = pricing.get_products(
        ServiceCode="AmazonEC2", MaxResults=1, NextToken=first["NextToken"]
    )
    assert types_in(second) == ["m5.xlarge"]
    assert "NextToken" not in second
    with pytest.raises(ClientError) as refused:
        pricing.get_products(
            ServiceCode="AmazonEC2", MaxResults=1, NextToken="of another question"
        )
    assert code_of(refused.value) == "InvalidNextTokenException"


def test_it_refuses_what_aws_refuses(aws: EmulatedAws) -> None:
    pricing = Clients(aws).pricing()
    with pytest.raises(ClientError) as unknown:
        pricing.get_products(ServiceCode="AmazonEC3")
    assert code_of(unknown.value) == "NotFoundException"
    aws.deny("pricing:GetProducts")
    with pytest.raises(ClientError) as denied:
        pricing.get_products(ServiceCode="AmazonEC2")
    assert code_of(denied.value) == "AccessDeniedException"


def test_it_answers_in_the_regions_of_its_endpoints_alone(aws: EmulatedAws) -> None:
    with pytest.raises(ClientError) as elsewhere:
        Clients(aws).pricing("eu-west-1").get_products(ServiceCode="AmazonEC2")
    assert code_of(elsewhere.value) == "UnknownEndpoint"
