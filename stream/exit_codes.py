"""How every command ends, so that a supervisor and a person can tell the causes apart (numbers after sysexits.h)."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of `rasid` and of the worker."""

    OK = 0
    FAILED = 1
    """Something that no other code names; a bug of ours."""
    USAGE = 2
    """The command line is wrong."""
    BAD_DATA = 65
    """The input given to a command is damaged, or a lexicon file is wrong."""
    OVER_LIMIT = 66
    """An archive given to a command unpacks to more than is allowed; what came before was done."""
    NO_BROKER = 69
    """No broker can be reached."""
    BROKEN = 70
    """One article after another fails in our own code or lexicons; a person has to mend or to roll back."""
    NO_DEAD_LETTERS = 71
    """The dead-letter topic takes no messages; nothing is lost, a person has to mend the topic."""
    NOT_WRITTEN = 72
    """A file or standard output cannot be written, for instance since the disk is full."""
    PORT_TAKEN = 73
    """The address for health and metrics cannot be had."""
    STALLED = 74
    """Articles wait, and committed offsets stood still for too long; a restart is the remedy."""
    UNDELIVERED = 75
    """Alerts could not be delivered; nothing is lost, a restart takes the articles again."""
    TLS = 76
    """The encrypted connection cannot be made: certificate, authority, or a port that speaks otherwise."""
    REFUSED = 77
    """The broker refuses the user, the token or the client's certificate."""
    SETTINGS = 78
    """A setting is wrong."""
    NO_TOPIC = 79
    """A topic is missing; `rasid topics create` makes it."""


NEEDS_A_PERSON = frozenset(
    {
        *(ExitCode.USAGE, ExitCode.BAD_DATA, ExitCode.BROKEN, ExitCode.NO_DEAD_LETTERS, ExitCode.PORT_TAKEN),
        *(ExitCode.TLS, ExitCode.REFUSED, ExitCode.SETTINGS, ExitCode.NO_TOPIC),
    }
)
"""How a worker ends that should not be started again before something was mended (SECURITY.md lists them)."""


class WorkerError(Exception):
    """The worker cannot go on. The text is for people and holds no secret."""

    def __init__(self, message: str, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = exit_code
