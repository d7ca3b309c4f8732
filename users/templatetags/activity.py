"""Entries of the audit log as pages show them."""

from django import template

from users.activity.sentences import facts_of, link_of, note_of, verb_of

register = template.Library()
register.filter("verb", verb_of)
register.filter("link", link_of)
register.filter("note", note_of)
register.filter("facts", facts_of)
