"""A folder of posts that a test writes, as an author would."""

from pathlib import Path


class PostFolder:
    """Writes posts below `root`; every path is relative to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def write(
        self,
        path: str = "tea.md",
        body: str = "Green tea, brewed twice.",
        /,
        **fields: str,
    ) -> Path:
        """Write a post with a title and a date, and `fields` as further front matter lines."""
        front = {"title": path, "date": "2026-03-01 09:30:00"} | fields
        lines = [f"{key}: {value}" for key, value in front.items()]
        return self.write_raw(path, "\n".join(["---", *lines, "---", "", body, ""]).encode())

    def write_raw(self, path: str, source: bytes) -> Path:
        """Write the bytes of a file, in place."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(source)
        return file
