from django.urls import path

from syncs.backfills.transitions import DONE
from syncs.backfills.views import (
    BackfillView,
    ChangeBackfillStatusView,
    ProposeBackfillView,
)
from syncs.views import RunView, StartSyncView, SyncsLiveView, SyncsView

urlpatterns = [
    path("syncs/", SyncsView.as_view(), name="syncs"),
    path("syncs/live/", SyncsLiveView.as_view(), name="syncs-live"),
    path("syncs/runs/<int:pk>/", RunView.as_view(), name="run"),
    path("syncs/start/", StartSyncView.as_view(), name="start-sync"),
    path(
        "syncs/backfills/propose/",
        ProposeBackfillView.as_view(),
        name="propose-backfill",
    ),
    path("syncs/backfills/<int:pk>/", BackfillView.as_view(), name="backfill"),
    *(
        path(
            f"syncs/backfills/<int:pk>/{name}/",
            ChangeBackfillStatusView.as_view(name=name),
            name=f"{name}-backfill",
        )
        for name in DONE
    ),
]
