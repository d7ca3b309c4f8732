from django.urls import path

from metrics.views import CpuView

urlpatterns = [path("cpu/", CpuView.as_view(), name="cpu")]
