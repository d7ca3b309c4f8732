from django.urls import path

from inventory.views import ResourceListView

urlpatterns = [path("resources/", ResourceListView.as_view(), name="resources")]
