"""Who may see the installation itself, which serves all accounts together."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest

from clouds.access import is_limited
from clouds.permissions import SeesAllAccounts


class SeesInstallation(SeesAllAccounts):
    message = "This is of the installation, and some accounts are hidden from you."


class InstallationPage(PermissionRequiredMixin):
    """The same of a page as SeesInstallation of an endpoint."""

    request: HttpRequest

    def has_permission(self) -> bool:
        return super().has_permission() and not is_limited(self.request.user)
