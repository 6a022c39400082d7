"""`replace`: the label in square brackets, `[PERSON]`."""


class Replace:
    """Puts `[LABEL]` in a span's place."""

    def __call__(self, original: str, label: str) -> str:
        return f"[{label}]"
