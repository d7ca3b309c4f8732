from django.urls import path

from dashboard.digests.views import DigestsView, RemoveDigestView
from dashboard.places import SECTIONS
from dashboard.resources import UsedResourceListView, UsedResourceView
from dashboard.views import SearchView
from inventory.kinds import KINDS

urlpatterns = [
    path("search/", SearchView.as_view(), name="search"),
    path("digests/", DigestsView.as_view(), name="digests"),
    path("digests/<int:pk>/remove/", RemoveDigestView.as_view(), name="remove-digest"),
    *(
        path(
            f"{name}/",
            UsedResourceListView.as_view(title=title, kinds=kinds),
            name=name,
        )
        for name, (title, kinds) in SECTIONS.items()
    ),
    *(
        path(
            f"resources/{kind}/<int:pk>/",
            UsedResourceView.as_view(model=KINDS[kind].model, section=name),
            name=kind,
        )
        for name, (_, kinds) in SECTIONS.items()
        for kind in kinds
    ),
]
