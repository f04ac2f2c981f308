"""Presets: parameters that a user keeps under a name, one JSON file per user.

They lie in `presets/` in the data directory.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import xxhash

from seqsel_core.errors import InputError, StoreError

LONGEST_NAME = 60
MOST_PRESETS = 100
_LONGEST_VALUE = 200


class Presets:
    """The presets of one user."""

    def __init__(self, data_dir: Path, user: str = "") -> None:
        """Use the presets of a user ('': of everybody, where nobody signs in)."""
        who = xxhash.xxh3_128(user.encode("utf-8", "surrogateescape")).hexdigest()
        self._path = data_dir / "presets" / f"{who}.json"

    def all(self) -> dict[str, dict[str, str]]:
        """Return the parameters of every preset, as in a URL, by its name, in order of names.

        Raises:
            StoreError: The file is damaged or cannot be read.
        """
        try:
            content = json.loads(self._path.read_text("utf-8"))
            return {
                str(name): {str(key): str(value) for key, value in values.items()}
                for name, values in sorted(content.items())
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise StoreError(
                f"The presets in {self._path} cannot be read ({error}). Remove the file to begin "
                "anew."
            ) from error

    def save(self, name: str, values: Mapping[str, str]) -> None:
        """Keep parameters under a name; those that it had before are gone.

        Args:
            name: For people; spaces around it are dropped.
            values: As in a URL.

        Raises:
            InputError: The name is empty or too long, or there are too many presets.
            StoreError: The file is damaged or cannot be read.
            OSError: It cannot be written.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= LONGEST_NAME:
            raise InputError(
                f"A preset needs a name of 1 to {LONGEST_NAME} letters; this one has {len(name)}."
            )
        with self._changing() as every:
            if name not in every and len(every) >= MOST_PRESETS:
                raise InputError(
                    f"There are {len(every)} presets already, as many as can be: delete one first."
                )
            every[name] = {key: value[:_LONGEST_VALUE] for key, value in values.items()}

    def delete(self, name: str) -> None:
        """Remove a preset, if there is one of this name.

        Raises:
            StoreError: The file is damaged or cannot be read.
            OSError: It cannot be written.
        """
        with self._changing() as every:
            every.pop(name, None)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, dict[str, str]]]:
        """Yield the presets and write them back, with nobody else doing the same in between."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            every = self.all()
            yield every
            temporary = self._path.with_name(f".{os.getpid()}-{uuid.uuid4().hex}.tmp")
            temporary.write_text(json.dumps(every), "utf-8")
            temporary.replace(self._path)
