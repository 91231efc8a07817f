"""The one error that a command turns into one line and exit code 2."""


class InputError(ValueError):
    """The caller's input is wrong; the message is one line: name, rule, value, next step."""
