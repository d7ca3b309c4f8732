# cloudintel's reading role in every account of an organization, also in those that join
# later. Apply it with credentials of the management account, which a StackSet leaves out.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "trusted_principal_arn" {
  description = "The role or user whose credentials cloudintel has."
  type        = string
}

variable "external_id" {
  description = "The --external-id of `manage.py add_account --organization`."
  type        = string
  sensitive   = true
}

variable "role_name" {
  description = "The --role-name of `manage.py add_account --organization`."
  type        = string
  default     = "cloudintel"
}

variable "organizational_unit_ids" {
  description = "The root (r-...) for all accounts, or some units (ou-...)."
  type        = list(string)
}

module "management_account" {
  source = "../account"

  trusted_principal_arn = var.trusted_principal_arn
  external_id           = var.external_id
  role_name             = var.role_name
}

resource "aws_cloudformation_stack_set" "member_accounts" {
  name             = "cloudintel"
  description      = "The role by which cloudintel reads each account."
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = file("${path.module}/../../role.yaml")

  parameters = {
    TrustedPrincipalArn = var.trusted_principal_arn
    ExternalId          = var.external_id
    RoleName            = var.role_name
    ActingExternalId    = ""
  }

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  # One account that refuses does not keep the others from their role.
  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 25
  }

  lifecycle {
    # AWS fills the first in for itself, and never tells the secret ones. For another
    # external id, apply with -replace of this and of its instance below.
    ignore_changes = [
      administration_role_arn,
      parameters["ExternalId"],
      parameters["ActingExternalId"],
    ]
  }
}

resource "aws_cloudformation_stack_set_instance" "member_accounts" {
  stack_set_name = aws_cloudformation_stack_set.member_accounts.name

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}

output "role_arn" {
  value = module.management_account.role_arn
}
