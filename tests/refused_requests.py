"""What each address answers to a request that it refuses."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.admin import site as admin_site
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, DjangoHelpFormatter
from django.db import transaction
from rest_framework.test import APIClient

from tests.answer_texts import approvable, of_json, of_page
from tests.source_files import ROOMS

VALID = re.compile(r"Valid parameters: ([\w, ]+)\.")
# What any list takes, said once for all in the API's own tests.
OF_EACH_LIST = {"format", "page", "page_size", "cursor"}
OF_EACH_FORM = re.compile(
    r"^\{(?:button|form|_save)|^esc|^dock_to_right|chevron_right|^\[(?:more|history|open_)"
)
LINES_OF_A_FORM = 8
FACTS = ("nargs", "const", "default", "choices", "metavar")


def of_the_api(api: APIClient, address: str) -> Iterator[str]:
    """Yield what it says of parameters without sense, and of a body of another."""
    unknown = {} if "/1/" in address else _errors(api.get(address, {"nonsense": "1"}))
    if found := VALID.search(str(unknown.get("nonsense"))):
        names = [one for one in found[1].split(", ") if one not in OF_EACH_LIST]
        asked = api.get(address, dict.fromkeys(names, "nonsense"))
        yield f"== GET {address} {asked.status_code}"
        yield from of_json(_errors(asked))
    with transaction.atomic():
        posted = api.post(address, {"nonsense": "1"}, format="json")
        transaction.set_rollback(True)
    if posted.status_code not in {404, 405}:
        yield f"== POST {address} {posted.status_code}"
        yield from of_json(_errors(posted))


def _errors(answer: Any) -> dict[str, Any]:
    if answer.streaming:
        list(answer)
    if "json" not in answer.headers.get("Content-Type", ""):
        return {}
    said = answer.json()
    if not isinstance(said, dict):
        return {}
    return said.get("errors") or {"detail": said.get("detail", "")}


def of_a_page(api: APIClient, address: str, shown: Any) -> Iterator[str]:
    """Yield what it says to a form without fields that it did not say before."""
    with transaction.atomic():
        posted = api.post(address, {})
        transaction.set_rollback(True)
    if posted.status_code in {404, 405}:
        return
    yield f"== POST {address} {posted.status_code} {posted.headers.get('Location', '')}"
    if "html" in posted.headers.get("Content-Type", ""):
        before = set(of_page(shown.content.decode()))
        yield from (
            line for line in of_page(posted.content.decode())[1:] if line not in before
        )


def fields_of_the_admin(api: APIClient) -> Iterator[str]:
    """Yield the fields of each form of our models: of the first row, or to add one."""
    for model in sorted(admin_site._registry, key=lambda one: one._meta.label_lower):
        if model._meta.app_label not in ROOMS:
            continue
        row = model._default_manager.order_by("pk").first()
        base = f"/admin/{model._meta.label_lower.replace('.', '/')}/"
        answer = api.get(f"{base}{row.pk}/change/" if row else f"{base}add/")
        if answer.status_code == 200:
            yield f"== {base}{'change' if row else 'add'}"
            lines = of_page(answer.content.decode())[1:]
            fields = [one for one in lines if not OF_EACH_FORM.search(one)]
            yield from approvable([" | ".join(fields)], LINES_OF_A_FORM)


def options_of_commands() -> Iterator[str]:
    """Yield what each command is for and takes, beside what all take."""
    of_all = DjangoHelpFormatter.show_last | {"--help"}
    for name, app in sorted(get_commands().items()):
        if app not in ROOMS:
            continue
        command: BaseCommand = load_command_class(str(app), name)
        yield f"== {name}: {' '.join(command.help.split())}"
        for one in command.create_parser("manage.py", name)._actions:
            if not of_all & {*one.option_strings, one.dest}:
                named = ", ".join(one.option_strings) or one.dest
                facts = {fact: getattr(one, fact) for fact in FACTS}
                given = ", ".join(f"{k} {v}" for k, v in facts.items() if v is not None)
                yield f"  {named} ({given}): {one.help}"
