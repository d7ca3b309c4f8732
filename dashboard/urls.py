from django.urls import path

from dashboard.digests.views import DigestsView, RemoveDigestView
from dashboard.places import SECTIONS
from dashboard.resource_page import ResourceView
from dashboard.resources import UsedResourceListView
from dashboard.views import SearchView
from inventory.kinds import Kind

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
    path(
        "instances/<int:pk>/",
        ResourceView.as_view(kind=Kind.INSTANCE),
        name=Kind.INSTANCE,
    ),
    *(
        path(f"resources/{kind}/<int:pk>/", ResourceView.as_view(kind=kind), name=kind)
        for _, kinds in SECTIONS.values()
        for kind in kinds
    ),
]
