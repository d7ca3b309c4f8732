"""What deploy/ grants is what README.md and docs/acting.md name, and no more.

Other tests hold those two equal to what check_access tries and what the syncs ask.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

HOUSE = Path(__file__).resolve().parent.parent
AWS, AZURE = HOUSE / "deploy/aws", HOUSE / "deploy/azure"
README = (HOUSE / "README.md").read_text()
FENCED = r"```json\n(.*?)```"


class CloudFormation(yaml.SafeLoader):
    """A template, whose functions (!Ref, !GetAtt, !Sub) stay what they are given."""


def _given(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node, deep=True)


yaml.add_multi_constructor("!", _given, CloudFormation)


def template(name: str) -> dict[str, Any]:
    loader = CloudFormation((AWS / name).read_text())
    try:
        return dict(loader.get_single_data())
    finally:
        loader.dispose()


def fenced(page: str) -> list[Any]:
    text = (HOUSE / page).read_text()
    return [json.loads(block) for block in re.findall(FENCED, text, re.DOTALL)]


def stored(path: Path) -> Any:
    return json.loads(path.read_text())


def test_the_policies_are_those_of_the_documentation() -> None:
    assert stored(AWS / "reading.json") == fenced("README.md")[0]
    acting_policy, acting_role = fenced("docs/acting.md")
    assert stored(AWS / "acting.json") == acting_policy
    assert stored(AZURE / "acting.json") == acting_role


@pytest.mark.parametrize("kind", ["reading", "acting"])
def test_cloudformation_grants_the_same_to_whom_knows_the_external_id(
    kind: str,
) -> None:
    role = template("role.yaml")["Resources"][f"{kind.title()}Role"]["Properties"]
    (policy,) = role["Policies"]
    assert policy["PolicyDocument"] == stored(AWS / f"{kind}.json")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": "TrustedPrincipalArn"}
    external_id = "ExternalId" if kind == "reading" else "ActingExternalId"
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": external_id}}


def test_an_organization_gets_the_role_in_every_account_that_joins() -> None:
    resources = template("organization.yaml")["Resources"]
    members = resources["MemberAccounts"]["Properties"]
    assert members["PermissionModel"] == "SERVICE_MANAGED"
    assert members["AutoDeployment"]["Enabled"] is True
    given = {one["ParameterKey"] for one in members["Parameters"]}
    management = resources["ManagementAccount"]["Properties"]
    assert given == set(management["Parameters"])
    assert given < set(template("role.yaml")["Parameters"])
    assert "ActingExternalId" not in given, "a member does not inherit it"


def test_terraform_reads_the_same_files() -> None:
    account = (AWS / "terraform/account/main.tf").read_text()
    organization = (AWS / "terraform/organization/main.tf").read_text()
    assert 'file("${path.module}/../../${each.key}.json")' in account
    assert 'toset(local.acts ? ["reading", "acting"] : ["reading"])' in account
    assert 'file("${path.module}/../../role.yaml")' in organization
    (given,) = re.findall(r"parameters = \{(.*?)\}", organization, re.DOTALL)
    parameters = template("role.yaml")["Parameters"]
    # Each is given; what AWS masks (NoEcho) would differ from it for ever.
    assert set(re.findall(r"(\w+) +=", given)) == set(parameters)
    masked = {name for name, one in parameters.items() if one.get("NoEcho")}
    assert set(re.findall(r'parameters\["(\w+)"\]', organization)) == masked


NAMED = {
    "var": r'^variable "(\w+)"',
    "module": r'^module "(\w+)"',
    "aws_": r'^resource "aws_(\w+)" "(\w+)"',
}
USED = {
    "var": r"\bvar\.(\w+)",
    "module": r"\bmodule\.(\w+)",
    "aws_": r"\baws_(\w+)\.(\w+)",
}


@pytest.mark.parametrize("name", ["account", "organization"])
def test_terraform_names_what_it_declares(name: str) -> None:
    """As `terraform validate` would, which needs a provider of 700 MB."""
    text = (AWS / f"terraform/{name}/main.tf").read_text()
    found = {
        kind: tuple(set(re.findall(which[kind], text, re.M)) for which in (NAMED, USED))
        for kind in NAMED
    }
    declared, used = found["var"]
    assert declared == used
    for declared, used in found.values():
        assert used <= declared
    for block in re.findall(r'^module "\w+" \{(.*?)^\}', text, re.M | re.S):
        (source,) = re.findall(r'source = "(.+)"', block)
        called = (AWS / f"terraform/{name}" / source / "main.tf").read_text()
        given = set(re.findall(r"^  (\w+) +=", block, re.M)) - {"source"}
        assert given <= set(re.findall(NAMED["var"], called, re.M))
        without_default = re.findall(
            r'^variable "(\w+)" \{(?:(?!default).)*?^\}', called, re.M | re.S
        )
        assert set(without_default) <= given


@pytest.mark.needs("terraform")
def test_terraform_can_read_its_files() -> None:
    command = ["terraform", "fmt", "-check", "-recursive", "-diff", "deploy"]
    done = subprocess.run(
        command, cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_azure_gets_the_roles_of_the_documentation() -> None:
    def named(text: str) -> set[str]:
        (loop,) = re.findall(r"for (?:ROLE|role) in (.*?); do", text)
        return set(re.findall(r'"(.*?)"', loop))

    roles = named(README)
    assert named((AZURE / "assign.sh").read_text()) == roles
    reading = (AZURE / "reading.bicep").read_text()
    assert set(re.findall(r"'[0-9a-f-]{36}' // (.+)", reading)) == roles
    assert "loadJsonContent('acting.json')" in (AZURE / "acting.bicep").read_text()
