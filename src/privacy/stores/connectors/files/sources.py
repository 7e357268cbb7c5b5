"""Where files of records lie, whatever is written in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from typing_extensions import override

from privacy.errors import UnavailableError


class Source(Protocol):
    """One file, which may be opened any number of times."""

    @property
    def name(self) -> str:
        """Return its name without the folder."""
        ...

    def opened(self) -> BinaryIO:
        """Return the file from its beginning, to read and to seek in; OSError when it is away."""
        ...


class Folder(Protocol):
    """A place with files, or one file."""

    def sources(self) -> Sequence[Source]:
        """Return every file, in order; UnavailableError when the place is away."""
        ...

    def source(self, name: str) -> Source:
        """Return the file of a name, which need not be there."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True)
class LocalFile(Source):
    """A file of this machine."""

    path: Path

    @property
    @override
    def name(self) -> str:
        return self.path.name

    @override
    def opened(self) -> BinaryIO:
        if not self.path.is_file():  # a pipe or a device could keep us waiting for ever
            raise FileNotFoundError
        return self.path.open("rb")


@dataclass(frozen=True)
class LocalFolder(Folder):
    """A folder of this machine, or one file of it."""

    path: Path

    @override
    def sources(self) -> Sequence[LocalFile]:
        try:
            paths = sorted(self.path.iterdir()) if self.path.is_dir() else [self.path]
        except OSError:
            raise UnavailableError("The folder cannot be read.") from None
        if not self.path.exists():
            raise UnavailableError("The folder cannot be read.")
        return [LocalFile(path) for path in paths]

    @override
    def source(self, name: str) -> LocalFile:
        is_it = self.path.name == name and not self.path.is_dir()
        return LocalFile(self.path if is_it else self.path / name)

    @override
    def close(self) -> None:
        """Nothing stays open."""
