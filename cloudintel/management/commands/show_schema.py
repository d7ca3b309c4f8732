"""manage.py show_schema: every table of ours, as docs/schema.md has it."""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models import Model

HEAD = """# Database schema

Written by `manage.py show_schema > docs/schema.md`; a test holds it equal to the
models. Types are PostgreSQL's. A column that may be null is marked: of figures, null is
unknown and 0 is measured. Tables of libraries (sessions, periodic tasks, locked
sign-ins) are left out. Read them, from a replica or by a user that may only select;
nothing but cloudintel may write, as its sums, versions and audit log would not know."""
# It is never connected to: it knows PostgreSQL's names of types.
POSTGRESQL = DatabaseWrapper({})


class Command(BaseCommand):
    help = "Prints every table with its columns, keys and constraints as Markdown."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(schema_page())


def schema_page() -> str:
    return "\n".join([HEAD, *_rooms()])


def _rooms() -> Iterator[str]:
    for room in apps.get_app_configs():
        models = list(room.get_models(include_auto_created=True))
        if models and Path(room.path).parent == settings.BASE_DIR:
            yield f"\n## {room.label}"
            for model in models:
                yield from _table(model)


def _table(model: type[Model]) -> Iterator[str]:
    options: Any = model._meta
    yield f"\n### {options.db_table}\n"
    about = (model.__doc__ or "").partition("\n\n")[0]
    if about and not about.startswith(f"{model.__name__}("):  # Django's own words
        yield f"{' '.join(cleandoc(about).split())}\n"
    yield "| column | type | |"
    yield "| --- | --- | --- |"
    for column in options.local_concrete_fields:
        yield f"| `{column.column}` | {_type(column)} | {_notes(column)} |"
    if unique := list(_unique(options)):
        yield f"\nUnique: {'; '.join(unique)}."


def _type(column: Any) -> str:
    name = str(column.db_type(POSTGRESQL))
    return f"{name}, null" if column.null else name


def _notes(column: Any) -> str:
    notes = []
    if column.remote_field:
        notes.append(f"→ `{column.related_model._meta.db_table}`")
    if column.primary_key:
        notes.append("primary key")
    elif column.unique:
        notes.append("unique")
    return ", ".join(notes)


def _unique(options: Any) -> Iterator[str]:
    """Yield the columns of each unique constraint, and where it holds."""
    for one in options.total_unique_constraints:
        yield _names(options, one.fields)
    for fields in options.unique_together:
        yield _names(options, fields)
    for one in options.constraints:
        if getattr(one, "condition", None) is not None and hasattr(one, "fields"):
            yield f"{_names(options, one.fields)} among some rows (`{one.name}`)"


def _names(options: Any, fields: Any) -> str:
    return ", ".join(f"`{options.get_field(name).column}`" for name in fields)
