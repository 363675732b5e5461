"""Looking into uploaded files in a process of its own: pages stay quick, and a file that ends it hurts nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from services.errors import BadInput, FileError, GenerationError
from services.files.derive import derive
from services.files.rendered import Derived
from services.generation.pool import PoolClosed, RenderPool


class Opener:
    """`derive` for files on disk, one at a time. Renders have processes of their own: nobody waits for those."""

    def __init__(self) -> None:
        self._pool = RenderPool(workers=1, awaited=True)

    def derive(self, path: Path) -> Derived:
        """What is at `path`, with its variants; the original names the path and carries no bytes.

        Raises BadInput as `derive` does, and for what cannot be opened at all; FileError when Freshet is stopping.
        """
        try:
            derived = self._pool.run(read_and_derive, str(path), on_progress=lambda percent: None)
        except PoolClosed as error:
            raise FileError(str(error)) from error
        except GenerationError as error:
            raise BadInput("file", f"could not be opened. {error}.") from error
        original, *made = derived.files
        return replace(derived, files=(replace(original, path=path), *made))

    def close(self) -> None:
        self._pool.close()


def read_and_derive(path: str, report: Callable[[int], None]) -> Derived:
    """In the process: only what was made goes back through the pipe."""
    del report
    derived = derive(Path(path).read_bytes())
    original, *made = derived.files
    return replace(derived, files=(replace(original, data=b""), *made))
