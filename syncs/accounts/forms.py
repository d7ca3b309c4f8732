"""The form of an account, with the settings of its cloud."""

from dataclasses import asdict, fields
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminNullBooleanSelectWidget as NullBooleanSelect
from unfold.widgets import UnfoldAdminPasswordWidget as PasswordWidget
from unfold.widgets import UnfoldAdminSelectWidget as Select
from unfold.widgets import UnfoldAdminTextareaWidget as Textarea
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput
from unfold.widgets import UnfoldBooleanSwitchWidget as Switch

from clouds.models import CloudAccount
from clouds.registry import CLOUDS, CloudKind
from core.api.json import Decoder
from core.db.exclusive import hold_until_commit
from providers.azure.account_settings import CLOUDS as AZURE_CLOUDS
from providers.settings import InvalidSetting, ProviderSettings
from syncs.accounts.changes import ACCOUNT_IDS

# The settings of every cloud, those that a cloud has of its own in the order of the
# page, to read and to act, and those that are never shown.
SHARED = [one.name for one in fields(ProviderSettings)]
OWN = {
    CloudKind(kind): own
    for kind, cloud in CLOUDS.items()
    if (own := [one.name for one in fields(cloud.settings) if one.name not in SHARED])
}
ACTING = {
    kind: [n for n in own if n.startswith("acting_")] for kind, own in OWN.items()
}
ACCESS = {kind: [n for n in own if n not in ACTING[kind]] for kind, own in OWN.items()}
# Bill files are fetched as AWS and Azure are asked, and have these names too.
FIELDS = list(dict.fromkeys([*SHARED, *(name for own in OWN.values() for name in own)]))
SECRETS = {one for cloud in CLOUDS.values() for one in cloud.settings.SECRETS}


def text(label: str, help_text: str, widget: Any = TextInput) -> forms.CharField:
    """Return the field of a setting that may be left empty."""
    return forms.CharField(
        label=label, required=False, widget=widget(), help_text=help_text
    )


class ListField(forms.JSONField):
    def clean(self, value: object) -> object:
        return super().clean(value) or []


class AccountForm(forms.ModelForm[CloudAccount]):
    """An account, and each cloud's settings as fields of their names."""

    place = text(
        "Place of the files",
        "A directory or file of the server, s3://bucket/prefix, or "
        "https://ACCOUNT.blob.core.windows.net/CONTAINER/prefix.",
    )

    role_arn = text(
        "Role ARN",
        "The role to assume. Empty: the credentials of the environment.",
    )
    external_id = text(
        "External ID",
        "The ExternalId that the role's trust policy asks for.",
        PasswordWidget,
    )
    regions = ListField(
        required=False,
        decoder=Decoder,
        widget=Textarea(attrs={"rows": 2}),
        help_text='Only these regions, such as ["eu-west-1"]. Empty: all enabled.',
    )

    member_role = text(
        "Role of members",
        "Of a payer: accounts that join its organization are added with this "
        "role, such as cloudintel. Empty: they are only named.",
    )

    tenant = text(
        "Tenant ID",
        "The tenant (directory) that signs in.",
    )
    client_id = text(
        "Client ID",
        "The application, or a user-assigned managed identity.",
    )
    client_secret_env = text(
        "Variable of the client secret",
        "The environment variable of the server that holds the application's "
        "secret. The secret itself is never stored.",
    )
    certificate = text(
        "Certificate file",
        "The file on the server with the application's certificate and key.",
    )
    managed_identity = forms.BooleanField(
        required=False,
        widget=Switch(),
        help_text="Sign in as the machine. With none of these three: as the workload.",
    )
    cloud = forms.ChoiceField(
        label="Azure cloud",
        choices=[("", "---------"), *((one, one) for one in AZURE_CLOUDS)],
        required=False,
        widget=Select(),
        help_text="Empty: public.",
    )

    acting_role_arn = text(
        "Acting role ARN",
        "The role that stops, resizes and deletes what was approved. It is "
        "another one than the role that reads. Empty: nothing is ever changed.",
    )
    acting_external_id = text(
        "External ID of the acting role",
        "The ExternalId that the acting role's trust policy asks for.",
        PasswordWidget,
    )
    acting_client_id = text(
        "Acting client ID",
        "The application, or managed identity, that stops, resizes and "
        "deletes what was approved. It is another one than the one that reads. Empty: "
        "nothing is ever changed.",
    )
    acting_client_secret_env = text(
        "Variable of the acting client secret",
        "The environment variable of the server that holds its secret.",
    )
    acting_certificate = text(
        "Acting certificate file",
        "Or the file on the server with its certificate and key.",
    )
    acting_managed_identity = forms.BooleanField(
        required=False,
        widget=Switch(),
        help_text="Or act as a managed identity of the machine, that of the acting "
        "client ID.",
    )

    tag_keys = ListField(
        required=False,
        decoder=Decoder,
        widget=Textarea(attrs={"rows": 2}),
        help_text='Costs are also read by each of these tag keys, such as ["team"]. '
        "In AWS each costs $0.01 a page, and the payer must have activated it as a "
        "cost allocation tag; in Azure it takes 1 or 2 more requests for each month; "
        "of bill files it costs nothing.",
    )

    class Meta:
        # unfold's switch would save "unknown" as "no".
        widgets = {"is_payer": NullBooleanSelect()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unset = asdict(CLOUDS[self.instance.provider].settings())
        self.initial = {**unset, **self.instance.settings, **self.initial}

    def clean(self) -> dict[str, Any]:
        """Check the settings by the account's cloud; an empty secret is unchanged."""
        hold_until_commit(ACCOUNT_IDS)
        data = super().clean() or self.cleaned_data
        kind = data.get("provider", self.instance.provider)
        before = self.instance.settings
        given = {name: data[name] for name in FIELDS if data.get(name)}
        given |= {s: before[s] for s in SECRETS if s in before and s not in given}
        for name in given.keys() - CLOUDS[kind].settings.names():
            self.add_error(name, f"This is not a setting of {CloudKind(kind).label}.")
            return data
        try:
            self.instance.settings = CLOUDS[kind].settings.of(given).as_json()
        except InvalidSetting as error:
            self.add_error(error.field if error.field in FIELDS else None, str(error))
        return data | {name: given.get(name, "") for name in SECRETS}
