"""A message about something leads to its page, as Open does in each."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.contenttypes.fields import GenericRelation
from django.urls import resolve

from alerts.models import Notice
from archives.backup.models import Backup
from archives.retention.models import RetentionRun
from clouds.models import CloudAccount
from dashboard.digests.models import Digest
from insights.models import Anomaly, Budget, BudgetAlert, Recommendation, Remediation
from monitoring.rules.models import Breach
from syncs.models import Incident
from syncs.scheduler.models import Worker

ABOUT: list[Any] = [
    *(Backup(), RetentionRun(), Breach(pk=1), Worker(), Digest()),
    *(Anomaly(pk=1), Recommendation(pk=1), Remediation(pk=1)),
    *(BudgetAlert(budget=Budget(pk=1)), CloudAccount(account_id="000000000011")),
    Incident(account=CloudAccount(account_id="/providers/of/azure")),
]


@pytest.mark.parametrize("about", ABOUT, ids=lambda about: type(about).__name__)
def test_what_a_notice_is_about_has_a_page(about: Any) -> None:
    assert resolve(urlsplit(about.get_absolute_url()).path)


def test_no_model_of_notices_is_forgotten() -> None:
    of_notices = {
        model
        for model in apps.get_models()
        for field in model._meta.private_fields
        if isinstance(field, GenericRelation) and field.related_model is Notice
    }
    assert Incident in of_notices
    assert of_notices <= {type(about) for about in ABOUT}
