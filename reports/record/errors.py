"""What is raised of a file that is no record. Apart from the types, which workers load without mnist_core."""

from __future__ import annotations

from mnist_core.language.errors import InputError


class RecordError(InputError):
    """A file is not a record that can be read; the message is one line that names it.

    Example:
        >>> try:
        ...     record = load_record(Path("runs/none"))
        ... except RecordError as error:
        ...     print(error)
        runs/none does not exist: give a run's folder or its record.json.
    """
