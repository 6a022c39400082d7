"""What XML can hold."""


def writable(text: str) -> str:
    """`text` without the control characters that XML 1.0 cannot hold; an operator may have put them there."""
    return "".join(c for c in text if (c >= " " and c not in "\ufffe\uffff") or c in "\t\n\r")
