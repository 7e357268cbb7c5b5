"""The key file: JSON, readable by its owner only, replaced as a whole and never in part."""

import base64
import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from privacy.crypto.aead import DataKey
from privacy.crypto.signing import Signer
from privacy.errors import ConfigError, ConflictError, InvalidError

FORMAT = "privacy-keyring/1"


@dataclass(frozen=True)
class KeyFile:
    """What a key file holds, as keys that do not show themselves."""

    roots: dict[str, DataKey]
    current_root: str
    service: DataKey
    signers: tuple[Signer, ...]
    transfers: tuple[Signer, ...]
    """What signs data that are sent to other controllers; none in a file that is older."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a key file; raise ConfigError if it is missing, damaged or readable by others."""
        contents = cls._parsed(_text(path))
        if contents is None:
            # Raised outside `except`: the parser's own error carries the text of the file.
            raise ConfigError(f"The key file {path} is damaged. Restore it from its backup.")
        return contents

    @classmethod
    def _parsed(cls, text: str) -> Self | None:
        try:
            document = json.loads(text)
            contents = cls(
                roots={root: DataKey(_key(key)) for root, key in document["roots"].items()},
                current_root=document["current_root"],
                service=_service(document["service"]),
                signers=_signers(document["log"]),
                transfers=_signers(document.get("transfers", [])),
            )
            whole = contents.current_root in contents.roots and contents.signers
            return contents if whole and document["format"] == FORMAT else None
        except (ArithmeticError, AttributeError, InvalidError, LookupError, TypeError, ValueError):
            return None


@contextmanager
def changing(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the document of a key file and write it back; processes take turns."""
    with _turn(path):
        KeyFile.read(path)
        document: dict[str, Any] = json.loads(_text(path))
        yield document
        _write(path, document)


def create(path: Path, document: dict[str, Any]) -> None:
    """Write a new key file; raise ConflictError if there is one, ConfigError if it cannot be."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _turn(path):
            if path.exists():
                raise ConflictError(f"There is a key file at {path} already; it stays as it is.")
            _write(path, document)
    except OSError as error:
        raise ConfigError(f"The key file {path} cannot be written: {error.strerror}") from error


def encoded_key(secret: bytes) -> str:
    """Return key bytes as they stand in the file."""
    return base64.b64encode(secret).decode()


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise ConfigError(f"Others can read the key file. Run: chmod 600 {path}")
            return file.read()
    except FileNotFoundError:
        raise ConfigError(
            f"There is no key file at {path}. Restore it from its backup;"
            " only a new installation may create one."
        ) from None
    except OSError as error:
        raise ConfigError(f"The key file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        return ""


def _write(path: Path, document: dict[str, Any]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    with _folder(path) as folder:
        os.fsync(folder)


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Hold the folder's lock: two writers at once would lose a root key, and all under it."""
    with _folder(path) as folder:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        yield folder
    finally:
        os.close(folder)


def _signers(listed: list[dict[str, str]]) -> tuple[Signer, ...]:
    return tuple(Signer(one["name"], _key(one["seed"])) for one in listed)


def _service(versions: dict[str, str]) -> DataKey:
    keys = {int(version): _key(text) for version, text in versions.items()}
    newest = max(keys)
    older = [DataKey(key, version=version) for version, key in keys.items() if version != newest]
    return DataKey(keys[newest], version=newest, older=older)


def _key(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
