import gc

from django.apps import AppConfig

# A sync makes millions of objects, of which none refers to itself. To look for such
# after each 700 new ones took two fifths of its processor time. Old ones are looked at
# as often as Python does by itself, so that a long process does not grow by them.
COLLECTED_AFTER = (50_000, 10, 10)


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core.db.sqlite_days import keep_days

        keep_days()
        gc.set_threshold(*COLLECTED_AFTER)
