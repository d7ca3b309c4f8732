from django.urls import path

from monitoring.health.views import HealthView

urlpatterns = [path("monitoring/health/", HealthView.as_view(), name="health-history")]
