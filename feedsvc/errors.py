"""Everything that feedsvc raises on purpose, so that a caller can tell our faults from bugs.

FeedsvcError
├── SettingsError      the configuration; lists every problem at once
├── FolderError        the folder of posts cannot be read at all
├── RepositoryError    the git repository of the posts cannot be followed
├── FrontMatterError   the front matter of one file cannot be read; posts.py catches it
├── Unreachable        a request to a subscriber or a hub had no answer
└── StoreError         the store could not be asked or written
    ├── StoreDamaged   its file is not, or no longer, a database
    ├── StoreGone        its file was taken away
    ├── StoreTooOld    an older feedsvc wrote it, which may still be using it
    ├── StoreTooNew    it was written by a newer feedsvc and is left untouched
    ├── StoreSlow      a query took longer than it may
    └── StoreLocked    another process is publishing
"""


class FeedsvcError(Exception):
    """The root: its text is fit to be shown to a person."""


class SettingsError(FeedsvcError):
    """The configuration is refused; `problems` has one line for each fault."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(
            "the configuration has problems:\n" + "\n".join(f"  {p}" for p in problems)
        )
        self.problems = problems


class FolderError(FeedsvcError):
    """The folder of posts cannot be listed; nothing is withdrawn because of it."""


class RepositoryError(FeedsvcError):
    """The git repository of the posts cannot be followed now; what was published stands."""


class FrontMatterError(FeedsvcError):
    """Front matter that cannot be read: `line` and `column` count from 1 in the file.

    `text` is what stands there, at most 60 characters; a column of 0 is one not known. `code`
    is a word for machines.
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


class Unreachable(FeedsvcError):  # noqa: N818 - a request is not wrong because of it
    """A request to somebody else's server was refused or had no answer.

    The text names scheme, host and port, and the fault; never a path or a query, which may
    hold a secret.
    """


class StoreError(FeedsvcError):
    """The store could not be asked or written; what was published before stands."""


class StoreDamaged(StoreError):  # noqa: N818 - a kind of StoreError, named for what is wrong
    """The store's file is damaged; it is put aside and made anew from the folder."""


class StoreGone(StoreError):  # noqa: N818 - likewise
    """The store's file was taken away while it was in use; it is made anew from the folder."""


class StoreTooOld(StoreError):  # noqa: N818 - as StoreDamaged
    """The store has the schema of an older feedsvc and was not to be upgraded."""


class StoreTooNew(StoreError):  # noqa: N818 - likewise
    """The store was written by a newer feedsvc; it is left as it is."""


class StoreSlow(StoreError):  # noqa: N818 - likewise
    """A query took longer than it may, and was interrupted."""


class StoreLocked(StoreError):  # noqa: N818 - likewise
    """Another process is publishing into this store."""
