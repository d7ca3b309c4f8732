from django.urls import path

from insights.budgets.views import (
    AddBudgetView,
    BudgetListView,
    BudgetView,
    ChangeBudgetView,
    DeleteBudgetView,
)

urlpatterns = [
    path("", BudgetListView.as_view(), name="budgets"),
    path("add/", AddBudgetView.as_view(), name="add-budget"),
    path("<int:pk>/", BudgetView.as_view(), name="budget"),
    path("<int:pk>/change/", ChangeBudgetView.as_view(), name="change-budget"),
    path("<int:pk>/delete/", DeleteBudgetView.as_view(), name="delete-budget"),
]
