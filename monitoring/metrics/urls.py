from django.urls import path

from monitoring.metrics.views import SystemMetricsView

urlpatterns = [path("", SystemMetricsView.as_view(), name="system-metrics")]
