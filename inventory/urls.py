from django.urls import path

from inventory.views import AnyResourceView, ResourceListView

urlpatterns = [
    path("resources/", ResourceListView.as_view(), name="resources"),
    path("resources/<int:pk>/", AnyResourceView.as_view(), name="resource"),
]
