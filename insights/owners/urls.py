from django.urls import path

from insights.owners.views import AssignView, MineView

urlpatterns = [
    path("mine/", MineView.as_view(), name="mine"),
    path("assign/<slug:kind>/", AssignView.as_view(), name="assign"),
]
