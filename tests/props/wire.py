"""Messages of protocol buffers by hand, field by field: what no library writes, such as damage, as well.

Source: protobuf.dev/programming-guides/encoding.
"""

VARINT, FIXED64, DELIMITED, GROUP, GROUP_END, FIXED32 = 0, 1, 2, 3, 4, 5  # wire types; 6 and 7 are none


def encode(number: int, num_bytes: int = 1) -> bytes:
    """A varint, in at least so many bytes."""
    encoded = bytearray()
    while number > 0x7F or num_bytes > 1:
        encoded.append(number & 0x7F | 0x80)
        number, num_bytes = number >> 7, num_bytes - 1
    return bytes([*encoded, number])


def make_tag(number: int, kind: int) -> bytes:
    return encode(number << 3 | kind)


def make_number(number: int, value: int) -> bytes:
    """A field with a whole number."""
    return make_tag(number, VARINT) + encode(value)


def make_field(number: int, value: bytes) -> bytes:
    """A field with its length: a text or a message."""
    return make_tag(number, DELIMITED) + encode(len(value)) + value


def make_of_each_kind(number: int) -> list[bytes]:
    """Fields of one number, of each wire type that has a value."""
    return [
        make_number(number, 300),
        make_tag(number, FIXED64) + b"12345678",
        make_field(number, b"\x22\xff some bytes"),
        make_tag(number, FIXED32) + b"1234",
    ]
