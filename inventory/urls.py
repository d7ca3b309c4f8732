from django.urls import path

from inventory.views import InstanceListView

urlpatterns = [path("instances/", InstanceListView.as_view(), name="instances")]
