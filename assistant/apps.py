from django.apps import AppConfig


class AssistantConfig(AppConfig):
    name = "assistant"
    verbose_name = "Assistant"

    def ready(self) -> None:
        from django.conf import settings

        from archives.retention.deletions import Deletion, register
        from assistant.models import Interaction

        register(
            Deletion(
                key="questions",
                label="Questions and answers",
                rows=Interaction.objects.all,
                moment="asked_at",
                default_days=settings.ASSISTANT_KEEP_DAYS,
            )
        )
