"""Defines the exceptions that feedsvc raises, which separates expected errors from bugs.

FeedsvcError
├── SettingsError      the configuration is invalid; lists all problems
├── FolderError        the folder of posts cannot be read
├── RepositoryError    the git repository of the posts cannot be fetched or read
├── HistoryError       git cannot tell when files were added
├── FrontMatterError   the front matter of one file cannot be read
├── FeedError          another feed cannot be read or adopted
├── ExportError        a file or an object of an export cannot be written
├── LedgerError        a line of a ledger file cannot be read
├── Unreachable        a request to another server had no answer
├── NotHeld            the set of losses to accept is not the one that is held
└── StoreError         a query or a write failed
    ├── StoreDamaged   its file is not a valid database
    ├── StoreGone      its file was deleted
    ├── StoreTooOld    it has the schema of an older feedsvc
    ├── StoreTooNew    it has the schema of a newer feedsvc
    ├── StoreSlow      a query took too long
    └── StoreLocked    another process is publishing
"""


class FeedsvcError(Exception):
    """The base class; its text may be shown to users."""


class SettingsError(FeedsvcError):
    """The configuration is invalid; `problems` has one line for each fault.

    `hint` is a further line, for a fault that has another cure than to mend each line.
    """

    def __init__(self, problems: tuple[str, ...], hint: str = "") -> None:
        self.problems = tuple(map(_one_line, problems))
        lines = [*(f"  {p}" for p in self.problems), *([hint] if hint else [])]
        super().__init__("the configuration has problems:\n" + "\n".join(lines))


def _one_line(text: str) -> str:
    """The text with control characters escaped: names in a file may have them."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class FolderError(FeedsvcError):
    """The folder of posts cannot be listed; published posts stay."""


class RepositoryError(FeedsvcError):
    """The git repository of the posts cannot be fetched or read; published posts stay."""


class HistoryError(FeedsvcError):
    """Git cannot tell when the files of a folder were added; their posts have no date."""

    def __init__(self, fault: str, cure: str) -> None:
        super().__init__(f"{fault}; {cure}")
        self.fault = fault
        self.cure = cure


class NotHeld(FeedsvcError):  # noqa: N818 - the fault itself
    """The set of losses that somebody accepts is not held, or has changed meanwhile."""


class FrontMatterError(FeedsvcError):
    """The front matter of a file cannot be read.

    `line` and `column` count from 1 in the file; a column of 0 is unknown. `text` is the text
    at that position, at most 60 characters. `code` is the kind of fault for programs.
    """

    def __init__(
        self,
        line: int,
        fault: str,
        cure: str,
        *,
        column: int = 0,
        text: str = "",
        code: str = "front-matter",
    ) -> None:
        super().__init__(f"line {line}: {fault}; {cure}")
        self.line = line
        self.column = column
        self.fault = fault
        self.cure = cure
        self.text = text
        self.code = code


class FeedError(FeedsvcError):
    """Another feed cannot be read or adopted; nothing is changed."""


class ExportError(FeedsvcError):
    """A file or an object of an export cannot be written; the others are as they were."""


class LedgerError(FeedsvcError):
    """A line of a ledger file cannot be read; nothing of the file is used.

    `line` counts from 1 in the file `name`.
    """

    def __init__(self, name: str, line: int, fault: str, cure: str) -> None:
        super().__init__(f"{name}:{line}: {fault}; {cure}")
        self.line = line
        self.fault = fault
        self.cure = cure


class Unreachable(FeedsvcError):  # noqa: N818 - the other server is at fault
    """A request to another server was refused or had no answer.

    The text has the scheme, host, port and fault, but never a path or query, which may contain
    a secret.
    """


class StoreError(FeedsvcError):
    """A query or a write failed; what was published before stays."""


class StoreDamaged(StoreError):  # noqa: N818 - a StoreError, named after the fault
    """The store's file is damaged; it is moved aside and rebuilt from the folder."""


class StoreGone(StoreError):  # noqa: N818 - likewise
    """The store's file was deleted while in use; it is rebuilt from the folder."""


class StoreTooOld(StoreError):  # noqa: N818 - as StoreDamaged
    """The store has the schema of an older feedsvc and may not be upgraded here."""


class StoreTooNew(StoreError):  # noqa: N818 - likewise
    """The store has the schema of a newer feedsvc; it is left unchanged."""


class StoreSlow(StoreError):  # noqa: N818 - likewise
    """A query took too long and was interrupted."""


class StoreLocked(StoreError):  # noqa: N818 - likewise
    """Another process is publishing to this store."""
