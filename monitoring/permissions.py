"""Who may see the installation itself, which serves all accounts together."""

from clouds.permissions import SeesAllAccounts


class SeesInstallation(SeesAllAccounts):
    message = "This is of the installation, and some accounts are hidden from you."
