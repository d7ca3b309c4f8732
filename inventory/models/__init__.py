"""Stored resources. Each kind's details have a file of their own."""

from inventory.models.instances import Instance
from inventory.models.resources import Resource, StateChange

__all__ = ["Instance", "Resource", "StateChange"]
