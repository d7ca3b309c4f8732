from django.urls import path

from alerts.views import AlertsView, RemoveChannelView, SendTestView

urlpatterns = [
    path("alerts/", AlertsView.as_view(), name="alerts"),
    path("alerts/test/", SendTestView.as_view(), name="test-channel"),
    path(
        "alerts/channels/<int:pk>/remove/",
        RemoveChannelView.as_view(),
        name="remove-channel",
    ),
]
