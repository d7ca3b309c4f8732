from django.urls import path

from alerts import views

urlpatterns = [
    path("alerts/", views.AlertsView.as_view(), name="alerts"),
    path("alerts/test/", views.SendTestView.as_view(), name="test-channel"),
    path(
        "alerts/channels/<int:pk>/remove/",
        views.RemoveChannelView.as_view(),
        name="remove-channel",
    ),
    path("alerts/routes/", views.AddRouteView.as_view(), name="add-route"),
    path(
        "alerts/routes/<int:pk>/remove/",
        views.RemoveRouteView.as_view(),
        name="remove-route",
    ),
    path("alerts/notices/<int:pk>/", views.OpenNoticeView.as_view(), name="notice"),
    path("alerts/notices/<int:pk>/act/", views.ActView.as_view(), name="act"),
    path(
        "alerts/act/<str:token>/", views.ActByLinkView.as_view(), name="act-on-notice"
    ),
]
