"""What the operators that ship have in common: they are their settings, which a file or a request can give."""

from pydantic import BaseModel, ConfigDict


class OperatorSettings(BaseModel):
    """An operator's settings; each operator is a subclass with a `name` of its own and a `__call__`."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def ready(self) -> None:
        """Read keys and import what is optional, so that what is missing is said before any text is read.

        Raises:
            InputError: saying what is missing.
        """
