from django.urls import path

from insights.remediation import views

urlpatterns = [
    path("", views.RemediationListView.as_view(), name="remediations"),
    path("propose/", views.ProposeView.as_view(), name="propose-remediation"),
    path("<int:pk>/", views.RemediationView.as_view(), name="remediation"),
    path("<int:pk>/decide/", views.DecideView.as_view(), name="decide-remediation"),
]
