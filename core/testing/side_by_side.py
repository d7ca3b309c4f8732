"""Tests in several processes, each a copy of the one that has collected them.

    pytest --processes 3

To import and collect everything takes a process as long as a hundred tests, and half a
gigabyte, which copies share. Each runs one file after another, until none is left.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from warnings import WarningMessage

import pytest
from _pytest import runner
from django.conf import settings

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
    if not options.processes or options.collectonly or session.testsfailed:
        return None
    capture: Any = session.config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    files = files_of(session.items)
    numbers = queue_of(len(files))
    copies = [Copy.of(session, files, numbers, n) for n in range(options.processes)]
    try:
        follow(session, copies)
    except BaseException:
        for copy in copies:
            copy.process.terminate()
        raise
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
    """A process that runs tests, and what it says of them."""

    process: BaseProcess
    said: Connection
    running: str = ""
    location: tuple[str, int | None, str] = ("", None, "")

    @classmethod
    def of(cls, session: pytest.Session, *arguments: Any) -> "Copy":
        said, says = COPIES.Pipe(duplex=False)
        process = COPIES.Process(target=run, args=(session, *arguments, says))
        process.start()
        says.close()
        return cls(process, said)

    def died(self) -> pytest.TestReport:
        self.process.join()  # else it has no exit code yet
        told = f"The process ended with {self.process.exitcode} while it ran this."
        return pytest.TestReport(
            self.running, self.location, {}, "failed", told, "call"
        )


def follow(session: pytest.Session, copies: list[Copy]) -> None:
    """Report what the processes do, until the last one has ended."""
    hook, by_connection = session.config.hook, {copy.said: copy for copy in copies}
    while by_connection:
        for said in wait(list(by_connection)):
            assert isinstance(said, Connection)
            copy = by_connection[said]
            try:
                name, told = said.recv()
            except EOFError:
                hook.pytest_runtest_logreport(report=copy.died())
                name = "ended"
            if name == "ended":
                del by_connection[said]
                copy.process.join()
            elif name == "pytest_runtest_logreport":
                told = {"config": session.config, "data": told}
                report = hook.pytest_report_from_serializable(**told)
                hook.pytest_runtest_logreport(report=report)
            elif name == "pytest_warning_recorded":
                hook.pytest_warning_recorded.call_historic(kwargs=told)
            else:
                if name == "pytest_runtest_logstart":
                    copy.running, copy.location = told["nodeid"], told["location"]
                getattr(hook, name)(**told)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)


def run(
    session: pytest.Session,
    files: list[list[pytest.Item]],
    numbers: int,
    copy: int,
    says: Connection,
) -> None:
    """Run files, as one of the processes, until none is left."""
    be_on_its_own(session.config, copy)
    plugins = session.config.pluginmanager
    plugins.unregister(name="terminalreporter")
    plugins.register(Reporter(session.config, says))
    for items in files_that_are_next(files, numbers):
        # What comes after the last shares nothing with it but the session.
        for item, following in zip(items, [*items[1:], session], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    runner.pytest_sessionfinish(session)
    says.send(("ended", {}))


def files_that_are_next(
    files: list[list[pytest.Item]], numbers: int
) -> Iterator[list[pytest.Item]]:
    while number := os.read(numbers, DIGITS):
        yield files[int(number)]


def be_on_its_own(config: Any, copy: int) -> None:
    """Let go what processes can't share: captured output, databases, and folders."""
    config.pluginmanager.getplugin("capturemanager").start_global_capturing()
    config.workerinput = {"workerid": f"copy{copy}"}  # pytest-django names it by that
    folder: Path = config._tmp_path_factory.getbasetemp() / f"copy{copy}"
    folder.mkdir()
    config._tmp_path_factory._basetemp = folder
    shared, own = os.environ["STATE_DIR"], tempfile.mkdtemp(prefix="cloudintel-test-")
    for name, text in os.environ.items():
        if text.startswith(shared):
            os.environ[name] = text.replace(shared, own, 1)
    for name in dir(settings):
        place = getattr(settings, name)
        if isinstance(place, str | Path) and str(place).startswith(shared):
            moved = str(place).replace(shared, own, 1)
            setattr(settings, name, type(place)(moved))
            if Path(place).is_dir():
                Path(moved).mkdir(exist_ok=True)


class Reporter:
    """Sends on what happens to the process that shows it."""

    def __init__(self, config: pytest.Config, says: Connection) -> None:
        self._config = config
        self._says = says

    def pytest_runtest_logstart(
        self, nodeid: str, location: tuple[str, int | None, str]
    ) -> None:
        told = {"nodeid": nodeid, "location": location}
        self._says.send(("pytest_runtest_logstart", told))

    def pytest_runtest_logfinish(
        self, nodeid: str, location: tuple[str, int | None, str]
    ) -> None:
        told = {"nodeid": nodeid, "location": location}
        self._says.send(("pytest_runtest_logfinish", told))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        hook = self._config.hook
        told = hook.pytest_report_to_serializable(config=self._config, report=report)
        self._says.send(("pytest_runtest_logreport", told))

    def pytest_warning_recorded(
        self,
        warning_message: WarningMessage,
        when: str,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        if when != "runtest":  # it was told before there were copies
            return
        one = warning_message
        plain = WarningMessage(str(one.message), one.category, one.filename, one.lineno)
        told = {"when": when, "nodeid": nodeid, "location": location}
        self._says.send(("pytest_warning_recorded", {"warning_message": plain, **told}))
