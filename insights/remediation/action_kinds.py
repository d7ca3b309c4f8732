"""Which actions there are: one table, from which everything else follows."""

from dataclasses import dataclass

from django.db import models

from clouds.registry import CLOUDS
from insights.recommendations.engine.advice import STOPPED, Rule
from inventory.models import Resource
from providers.acting import ActionKind

Kind = Resource.Kind


class RemediationKind(models.TextChoices):
    STOP_INSTANCE = "stop_instance", "Stop instance"
    START_INSTANCE = "start_instance", "Start instance"
    RESIZE_INSTANCE = "resize_instance", "Resize instance"
    RELEASE_ADDRESS = "release_address", "Release address"
    DELETE_VOLUME = "delete_volume", "Delete volume after a snapshot"
    RESTORE_VOLUME = "restore_volume", "Restore volume from its snapshot"
    CHANGE_VOLUME_TYPE = "change_volume_type", "Change volume type"
    SET_STORAGE_CLASS = "set_storage_class", "Set storage class"
    STOP_DATABASE = "stop_database", "Stop database"
    START_DATABASE = "start_database", "Start database"
    SCHEDULE = "schedule", "Stop and start by schedule"
    END_SCHEDULE = "end_schedule", "End schedule"
    RESTART_SYNC = "restart_sync", "Restart sync"
    FREE_SLOT = "free_slot", "End sync"

    def label_in(self, provider: str) -> str:
        """Return what is done, in that cloud's words: Azure bills on what is stopped,
        so an instance is deallocated."""
        if self == self.STOP_INSTANCE and STOPPED in CLOUDS[provider].billed_states:
            return "Deallocate instance"
        return self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTraits:
    acts: ActionKind | None = None
    """What the cloud is asked to do; None: nothing is asked of it by this itself."""
    of: Kind | None = None
    """The kind of resource that it changes; None: it changes a sync of ours."""
    of_billed: bool | None = None
    """Whether an instance must cost money as it is; None: that is the same."""
    in_states: frozenset[str] = frozenset()
    """The states in which it can be done; empty: any."""
    of_gone: bool = False
    """Whether it is of what was deleted."""
    must_be_unattached: bool = False
    rules: tuple[Rule, ...] = ()
    """The recommendations that it carries out."""
    only_begins: bool = False
    """Whether it is the first step of these, which are in progress then."""
    has_target: bool = False
    ends_acting: bool = False
    """Whether it only keeps a cloud from being changed."""
    no_rollback: str = ""
    """Why nothing takes it back, and what a user can do instead."""

    @property
    def needs_approval(self) -> bool:
        return self.of is not None

    @property
    def needs_role(self) -> bool:
        """Whether it changes something in the cloud, at once or later."""
        return self.of is not None and not self.ends_acting


KINDS = {
    RemediationKind.STOP_INSTANCE: KindTraits(
        acts=ActionKind.STOP_INSTANCE,
        of=Kind.INSTANCE,
        of_billed=True,
        rules=(Rule.IDLE, Rule.ALLOCATED),
    ),
    RemediationKind.START_INSTANCE: KindTraits(
        acts=ActionKind.START_INSTANCE,
        of=Kind.INSTANCE,
        of_billed=False,
    ),
    RemediationKind.RESIZE_INSTANCE: KindTraits(
        acts=ActionKind.RESIZE_INSTANCE,
        of=Kind.INSTANCE,
        rules=(Rule.OVERSIZED, Rule.OLD_GENERATION),
        has_target=True,
    ),
    RemediationKind.RELEASE_ADDRESS: KindTraits(
        acts=ActionKind.RELEASE_ADDRESS,
        of=Kind.ADDRESS,
        must_be_unattached=True,
        rules=(Rule.UNATTACHED,),
        no_rollback="Not possible: the cloud gives a released address to others. What "
        "still names it, as DNS or a firewall, has to be changed.",
    ),
    RemediationKind.DELETE_VOLUME: KindTraits(
        acts=ActionKind.DELETE_VOLUME,
        of=Kind.VOLUME,
        must_be_unattached=True,
        rules=(Rule.UNATTACHED,),
    ),
    RemediationKind.RESTORE_VOLUME: KindTraits(
        acts=ActionKind.RESTORE_VOLUME,
        of=Kind.VOLUME,
        of_gone=True,
        has_target=True,
        no_rollback="Not by an action: delete the volume that it makes.",
    ),
    RemediationKind.CHANGE_VOLUME_TYPE: KindTraits(
        acts=ActionKind.CHANGE_VOLUME_TYPE,
        of=Kind.VOLUME,
        rules=(Rule.VOLUME_TYPE,),
        has_target=True,
    ),
    RemediationKind.SET_STORAGE_CLASS: KindTraits(
        acts=ActionKind.SET_STORAGE_CLASS,
        of=Kind.BUCKET,
        rules=(Rule.COLDER_TIER,),
        has_target=True,
    ),
    RemediationKind.STOP_DATABASE: KindTraits(
        acts=ActionKind.STOP_DATABASE,
        of=Kind.DATABASE,
        # Of RDS, and of flexible servers; those of Azure SQL can't be stopped.
        in_states=frozenset({"available", "ready"}),
        rules=(Rule.IDLE,),
        only_begins=True,
    ),
    RemediationKind.START_DATABASE: KindTraits(
        acts=ActionKind.START_DATABASE,
        of=Kind.DATABASE,
        in_states=frozenset({"stopped"}),
    ),
    RemediationKind.SCHEDULE: KindTraits(
        of=Kind.INSTANCE, rules=(Rule.SCHEDULE,), has_target=True
    ),
    RemediationKind.END_SCHEDULE: KindTraits(of=Kind.INSTANCE, ends_acting=True),
    RemediationKind.RESTART_SYNC: KindTraits(),
    RemediationKind.FREE_SLOT: KindTraits(),
}
# What is asked of the cloud -> the action that asks it.
OF_CLOUD = {traits.acts: kind for kind, traits in KINDS.items() if traits.acts}
OF_RULE = {
    (rule, traits.of): kind for kind, traits in KINDS.items() for rule in traits.rules
}
