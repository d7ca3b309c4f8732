"""Credentials that ask nobody: what waits for a person fails at once."""

import os
import signal
import subprocess
from typing import Any, NoReturn

from botocore.credentials import ProcessProvider
from botocore.exceptions import CredentialRetrievalError
from botocore.session import Session

PROCESS_SECONDS = 30.0


def ask_nobody(session: Session) -> None:
    """Let no profile of the session ask for a code, or run a process without end."""
    resolver = session.get_component("credential_provider")
    roles = resolver.get_provider("assume-role")
    roles._prompter = _refuse_to_ask

    def process_of(profile_name: str) -> UnattendedProcess:
        return UnattendedProcess(
            profile_name, lambda: session.full_config, popen=_Process
        )

    # A profile may name a source profile, whose process is run as well.
    roles._profile_provider_builder._create_process_provider = process_of
    profile_name = session.get_config_variable("profile") or "default"
    resolver.providers = [
        process_of(profile_name) if isinstance(one, ProcessProvider) else one
        for one in resolver.providers
    ]


def _refuse_to_ask(prompt: str) -> NoReturn:
    raise CredentialRetrievalError(
        provider="assume-role",
        error_msg="the profile asks a person for an MFA code (mfa_serial), and nobody "
        "is asked here: use a profile or a role without one",
    )


class UnattendedProcess(ProcessProvider):
    """The credential_process of a profile; whatever is wrong with it is its fault."""

    def _retrieve_credentials_using(self, credential_process: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = super()._retrieve_credentials_using(  # type: ignore[misc]
                credential_process
            )
        except subprocess.TimeoutExpired:
            reason = f"it did not answer within {PROCESS_SECONDS:g} s"
        except (AttributeError, OSError, ValueError) as error:
            # It can't be run, or its output is no JSON object.
            reason = f"{type(error).__name__}: {error}"
        else:
            return found
        raise CredentialRetrievalError(
            provider=self.METHOD,
            error_msg=f"{reason}. A credential_process must print JSON and ask nobody",
        )


class _Process(subprocess.Popen[bytes]):
    """A process without terminal and input, which ends within seconds."""

    def __init__(self, arguments: list[str], **pipes: Any) -> None:
        super().__init__(
            arguments, stdin=subprocess.DEVNULL, start_new_session=True, **pipes
        )

    def communicate(self, *_: Any) -> tuple[bytes, bytes]:
        try:
            return super().communicate(timeout=PROCESS_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            super().communicate()
            raise
