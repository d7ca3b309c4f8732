from django.urls import path

from inventory.kinds import KINDS, Kind
from inventory.views import ResourceListView, ResourceView

# section -> its title and its kinds
SECTIONS = {
    "storage": ("Storage", [Kind.VOLUME, Kind.SNAPSHOT, Kind.BUCKET]),
    "databases": ("Databases", [Kind.DATABASE]),
    "network": ("Network", [Kind.ADDRESS, Kind.NAT_GATEWAY, Kind.LOAD_BALANCER]),
}

urlpatterns = [
    path("resources/", ResourceListView.as_view(), name="resources"),
    *(
        path(
            f"{name}/",
            ResourceListView.as_view(title=title, kinds=kinds),
            name=name,
        )
        for name, (title, kinds) in SECTIONS.items()
    ),
    *(
        path(
            f"resources/{kind}/<int:pk>/",
            ResourceView.as_view(model=KINDS[kind].model, section=name),
            name=kind,
        )
        for name, (_, kinds) in SECTIONS.items()
        for kind in kinds
    ),
]
