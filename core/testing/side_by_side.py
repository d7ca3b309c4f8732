"""Tests in several processes, each a copy of the one that has collected them.

    pytest --processes 3

To import and collect everything takes a process as long as a hundred tests, and half a
gigabyte, which copies share. Each runs one file after another, until none is left.
"""

import os
import shutil
import signal
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from warnings import WarningMessage

import pytest
from _pytest import runner
from django.conf import settings

from core.testing.waiting import HANGS_AFTER_SECONDS

# The number of a file is read whole, whichever process reads it.
DIGITS = 4
COPIES = get_context("fork")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--processes",
        type=int,
        default=0,
        metavar="N",
        help="Run files side by side in so many processes.",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """In place of pytest's own loop; it raises what was wrong with collecting."""
    options = session.config.option
    if options.processes < 1 or options.collectonly or options.usepdb:
        return None
    if session.testsfailed:
        return None
    capture: Any = session.config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    files = files_of(session.items)
    numbers = queue_of(len(files))
    copies = [Copy.of(session, files, numbers, n) for n in range(options.processes)]
    try:
        follow(session, copies)
    except BaseException:
        interrupt(copies)
        raise
    finally:
        for copy in copies:
            copy.process.join(HANGS_AFTER_SECONDS)
            copy.process.kill()
    return True


def files_of(items: Sequence[pytest.Item]) -> list[list[pytest.Item]]:
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    return list(files.values())


def queue_of(count: int) -> int:
    """Return a pipe from which each process reads which file is next."""
    numbers, end = os.pipe()
    os.write(end, b"".join(b"%0*d" % (DIGITS, number) for number in range(count)))
    os.close(end)
    return numbers


@dataclass
class Copy:
    """A process that runs tests, and what it reports of them."""

    process: BaseProcess
    reports: Connection
    running: str = "the start of a process"
    location: tuple[str, int | None, str] = ("", None, "")
    error: str = ""

    @classmethod
    def of(cls, session: pytest.Session, *arguments: Any) -> "Copy":
        reports, sender = COPIES.Pipe(duplex=False)
        process = COPIES.Process(target=run, args=(session, *arguments, sender))
        process.start()
        sender.close()
        return cls(process, reports)

    def died(self) -> pytest.TestReport:
        self.process.join(HANGS_AFTER_SECONDS)  # else it has no exit code yet
        ended = f"The process ended with {self.process.exitcode} while it ran this."
        text = f"{self.error}{ended} Later tests of this file did not run."
        return pytest.TestReport(
            self.running, self.location, {}, "failed", text, "call"
        )


def follow(session: pytest.Session, copies: list[Copy]) -> None:
    """Report what the processes do, until the last one has ended."""
    by_connection = {copy.reports: copy for copy in copies}
    while by_connection:
        for reports in wait(list(by_connection)):
            assert isinstance(reports, Connection)
            if not show_next(session, by_connection[reports]):
                del by_connection[reports]
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)


def show_next(session: pytest.Session, copy: Copy) -> bool:
    """Show what the process reports next, and return whether more follows."""
    hook = session.config.hook
    try:
        name, details = copy.reports.recv()
    except EOFError:
        hook.pytest_runtest_logreport(report=copy.died())
        return False
    if name == "ended":
        return False
    if name == "error":
        copy.error = details["text"]
    elif name == "pytest_runtest_logreport":
        report = hook.pytest_report_from_serializable(
            config=session.config, data=details
        )
        hook.pytest_runtest_logreport(report=report)
    elif name == "pytest_warning_recorded":
        hook.pytest_warning_recorded.call_historic(kwargs=details)
    else:
        if name == "pytest_runtest_logstart":
            copy.running, copy.location = details["nodeid"], details["location"]
        getattr(hook, name)(**details)
    return True


def interrupt(copies: list[Copy]) -> None:
    """Have those that still test end, with all that their tests have started."""
    for copy in copies:
        copy.reports.close()  # else they wait until it is read
        if copy.process.is_alive():
            os.kill(copy.process.pid or 0, signal.SIGINT)


def run(
    session: pytest.Session,
    files: list[list[pytest.Item]],
    numbers: int,
    copy: int,
    sender: Connection,
) -> None:
    """Run files, as one of the processes, until none is left."""
    signal.signal(signal.SIGINT, interrupt_once)
    try:
        be_on_its_own(session.config, copy)
        plugins = session.config.pluginmanager
        plugins.unregister(name="terminalreporter")
        plugins.register(Reporter(session.config, sender))
        try:
            run_files(files, numbers)
        finally:
            runner.pytest_sessionfinish(session)
    except KeyboardInterrupt:
        raise SystemExit(pytest.ExitCode.INTERRUPTED) from None
    except BaseException:
        sender.send(("error", {"text": traceback.format_exc()}))
        raise
    sender.send(("ended", {}))


def interrupt_once(*_: object) -> None:
    """Interrupt the test that runs, and not what it tears down then."""
    signal.signal(signal.SIGINT, lambda *_: None)
    raise KeyboardInterrupt


def run_files(files: list[list[pytest.Item]], numbers: int) -> None:
    file = NextFile(files, numbers)
    while file:
        following = NextFile(files, numbers)
        tests: list[Any] = [*file.items, following]
        for item, after in pairwise(tests):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        file = following


class NextFile:
    """The next file's first test, as what comes after the last test of a file.

    The file is taken when somebody asks, which is when that test has run.
    """

    def __init__(self, files: list[list[pytest.Item]], numbers: int) -> None:
        self._files = files
        self._numbers = numbers

    @cached_property
    def items(self) -> list[pytest.Item]:
        number = os.read(self._numbers, DIGITS)
        return self._files[int(number)] if number else []

    def __bool__(self) -> bool:
        return bool(self.items)

    def __getattr__(self, name: str) -> Any:
        if not self.items:
            raise AttributeError(name)
        return getattr(self.items[0], name)


def be_on_its_own(config: Any, copy: int) -> None:
    """Let go what processes can't share: captured output, databases, and folders."""
    config.pluginmanager.getplugin("capturemanager").start_global_capturing()
    config.workerinput = {"workerid": f"copy{copy}"}  # pytest-django names it by that
    folder: Path = config._tmp_path_factory.getbasetemp() / f"copy{copy}"
    folder.mkdir()
    config._tmp_path_factory._basetemp = folder
    shared, own = os.environ["STATE_DIR"], str(folder / "state")
    shutil.copytree(shared, own)  # with the key that signs sessions
    for name, text in os.environ.items():
        os.environ[name] = moved(text, shared, own)
    for name in filter(str.isupper, dir(settings)):
        value = getattr(settings, name)
        if (new := moved(value, shared, own)) is not value:
            setattr(settings, name, new)


def moved(value: Any, shared: str, own: str) -> Any:
    """Return it with the process's own folder. What a dictionary has is replaced."""
    if isinstance(value, dict):
        value.update({key: moved(one, shared, own) for key, one in value.items()})
    elif isinstance(value, str | Path) and shared in str(value):
        return type(value)(str(value).replace(shared, own))
    return value


class Reporter:
    """Sends on what happens to the process that shows it."""

    def __init__(self, config: pytest.Config, sender: Connection) -> None:
        self._config = config
        self._sender = sender

    def pytest_runtest_logstart(
        self, nodeid: str, location: tuple[str, int | None, str]
    ) -> None:
        details = {"nodeid": nodeid, "location": location}
        self._sender.send(("pytest_runtest_logstart", details))

    def pytest_runtest_logfinish(
        self, nodeid: str, location: tuple[str, int | None, str]
    ) -> None:
        details = {"nodeid": nodeid, "location": location}
        self._sender.send(("pytest_runtest_logfinish", details))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        hook = self._config.hook
        details = hook.pytest_report_to_serializable(config=self._config, report=report)
        self._sender.send(("pytest_runtest_logreport", details))

    def pytest_warning_recorded(
        self,
        warning_message: WarningMessage,
        when: str,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        if when != "runtest":  # it was shown before there were copies
            return
        one = warning_message
        plain = WarningMessage(str(one.message), one.category, one.filename, one.lineno)
        details = {"when": when, "nodeid": nodeid, "location": location}
        self._sender.send(
            ("pytest_warning_recorded", {"warning_message": plain, **details})
        )
