from django.urls import include, path

from syncs.backfills.transitions import DONE
from syncs.backfills.views import (
    BackfillView,
    ChangeBackfillStatusView,
    ProposeBackfillView,
)
from syncs.runs.views import RunView, StartSyncView, SyncsView

change = ChangeBackfillStatusView.as_view
backfills = [
    path("propose/", ProposeBackfillView.as_view(), name="propose-backfill"),
    path("<int:pk>/", BackfillView.as_view(), name="backfill"),
    *(path(f"<int:pk>/{n}/", change(name=n), name=f"{n}-backfill") for n in DONE),
]
urlpatterns = [
    path("syncs/", SyncsView.as_view(), name="syncs"),
    path("syncs/runs/<int:pk>/", RunView.as_view(), name="run"),
    path("syncs/start/", StartSyncView.as_view(), name="start-sync"),
    path("syncs/backfills/", include(backfills)),
]
