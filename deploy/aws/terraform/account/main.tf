# The role by which cloudintel reads one account and, if it is given an external id of its
# own, the role that carries out approved actions.

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
  description = "The --external-id of `manage.py add_account`."
  type        = string
  sensitive   = true
}

variable "acting_external_id" {
  description = "The --acting-external-id. Empty: nothing in this account can be changed."
  type        = string
  default     = ""
  sensitive   = true
}

variable "role_name" {
  description = "The acting role is named after it, with -acting."
  type        = string
  default     = "cloudintel"
}

locals {
  # Whether it acts is no secret, and each.key must not be one.
  acts  = nonsensitive(var.acting_external_id != "")
  roles = toset(local.acts ? ["reading", "acting"] : ["reading"])
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name = each.key == "reading" ? var.role_name : "${var.role_name}-acting"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = var.trusted_principal_arn }
      Condition = {
        StringEquals = {
          "sts:ExternalId" = each.key == "reading" ? var.external_id : var.acting_external_id
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = aws_iam_role.this

  name   = "cloudintel-${each.key}"
  role   = each.value.id
  policy = file("${path.module}/../../${each.key}.json")
}

output "role_arn" {
  value = aws_iam_role.this["reading"].arn
}

output "acting_role_arn" {
  value = local.acts ? aws_iam_role.this["acting"].arn : ""
}
