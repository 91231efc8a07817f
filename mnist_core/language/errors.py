"""The one error that a command turns into one line and exit code 2."""


class InputError(ValueError):
    """The caller's input is wrong; the message is one line: name, rule, value, next step.

    Example:
        >>> try:
        ...     parse_ordering("shuffle(0).batch(32)")
        ... except InputError as error:
        ...     print(error)
        shuffle(buffer_size) must be an int >= 1, got 0.
    """
