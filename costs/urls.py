from django.urls import path

from costs.views import CostsView

urlpatterns = [path("costs/", CostsView.as_view(), name="costs")]
