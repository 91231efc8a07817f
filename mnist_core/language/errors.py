"""The one error that a command turns into one line and exit code 2; every error of wrong input derives from it."""


class InputError(ValueError):
    """What the caller gave is wrong: a value, a file or a folder.

    The message is one line: the name, the rule, the value and the next step.

    Example:
        >>> try:
        ...     parse_ordering("shuffle(0).batch(32)")
        ... except InputError as error:
        ...     print(error)
        shuffle(buffer_size) must be an int >= 1, got 0.
    """
