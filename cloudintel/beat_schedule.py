"""What beat sends each minute; see CONTRIBUTING.md for what each task does."""

from datetime import timedelta

EACH_MINUTE = {
    "schedule-tick": "syncs.tasks.schedule_tick",
    "check-health": "monitoring.tasks.check_health",
    "deliver-notices": "alerts.tasks.deliver_notices",
    "export-focus": "costs.tasks.export_focus",
    "look-whose-insights-are-due": "insights.tasks.refresh_due",
    "queue-remediations": "insights.tasks.queue_remediations",
    "evaluate-alert-rules": "monitoring.tasks.evaluate_rules",
    "scan": "monitoring.tasks.scan_when_due",
    "record-dashboard": "dashboard.tasks.record_dashboard",
    "send-digests": "dashboard.tasks.send_due_digests",
    "play-demo": "dashboard.tasks.play_demo",
    "back-up": "archives.tasks.back_up_when_due",
    "retain": "archives.tasks.retain_when_due",
}
BEAT_SCHEDULE = {
    name: {
        "task": task,
        "schedule": timedelta(seconds=60),
        # An older message is useless: the next one does the same.
        "options": {"expire_seconds": 60},
    }
    for name, task in EACH_MINUTE.items()
}
