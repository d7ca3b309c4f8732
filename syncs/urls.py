from django.urls import path

from syncs.views import RunView, StartSyncView, SyncsView

urlpatterns = [
    path("syncs/", SyncsView.as_view(), name="syncs"),
    path("syncs/runs/<int:pk>/", RunView.as_view(), name="run"),
    path("syncs/start/", StartSyncView.as_view(), name="start-sync"),
]
