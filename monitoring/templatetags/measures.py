"""How templates write measured values."""

from django import template

from monitoring.metrics.measures import measured

register = template.Library()
register.filter("measure", measured)
