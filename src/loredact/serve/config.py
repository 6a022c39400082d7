"""The configuration of a server: a YAML file, checked whole before any of it counts.

    adapters:                     # names and their folders
      north: /srv/adapters/north
    adapter-folder: /srv/more     # each adapter in it, by the name of its folder
    store: /var/lib/loredact      # where adapters are kept that are put over the network
    policies:
      court: /srv/policies/court.yaml
    vault:                        # each customer has a file of its own in the folder
      folder: /var/lib/loredact-vaults
      key: {env: LOREDACT_VAULT_KEY}
    limits:                       # of the server, and of each customer that has none of its own
      requests-per-minute: 600
    customers:
      north:
        keys: [sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08]
        adapters: [default, north]
        policies: [court]

Without `customers` everybody who reaches the server is the one customer `local`, who may use every adapter.
"""

import re
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from loredact.adapters import DEFAULT_ADAPTER
from loredact.errors import InputError
from loredact.keys import Key
from loredact.strict_yaml import RepeatedKeyError, parse_yaml

LOCAL = "local"
SHIPPED = (DEFAULT_ADAPTER, "fast")
# What is part of a path on the disk, or of an address, is a name and nothing else.
NAME_RULE = "1 to 64 lower-case letters, digits and - _, the first a letter or a digit"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
Name = Annotated[str, StringConstraints(pattern=rf"^{NAME.pattern}$")]
KeyHash = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
# ISO 639-1; where a request names a language, as Presidio's must, these are answered. The default adapter learnt from
# texts in most of them; its base read a hundred.
# fmt: off
LANGUAGES = (
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "he",
    "hi", "hr", "hu", "id", "is", "it", "ja", "ko", "lt", "lv", "mk", "ms", "mt", "nb", "nl", "nn", "no", "pl",
    "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh",
)
# fmt: on


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, alias_generator=lambda name: name.replace("_", "-")
    )


class CustomerLimits(_Strict):
    """What one customer may ask for."""

    requests_per_minute: int | None = Field(default=None, ge=1, description="None: as many as the server can answer")
    concurrent: int = Field(default=256, ge=1, description="requests under way at once")
    own_adapters: int = Field(default=100, ge=0, description="adapters it may put over the network")


class Limits(CustomerLimits):
    """What the server takes, in each of its processes."""

    body_bytes: int = Field(default=16 << 20, ge=1024, description="of one request, but for streams")
    text_characters: int = Field(default=1_000_000, ge=1, description="of one text, but for streams")
    texts: int = Field(default=1_000, ge=1, description="of one request")
    waiting_tokens: int = Field(default=500_000, ge=1, description="estimated tokens that may wait for the model")
    batch_tokens: int = Field(default=8_192, ge=1, description="estimated tokens that the model is given at once")
    seconds: float = Field(default=60.0, gt=0, le=3600, description="from the last byte of a request to its answer")
    read_seconds: float = Field(default=30.0, gt=0, le=3600, description="to wait for more of a request, or its reader")
    adapters_in_memory: int = Field(default=1_000, ge=1, description="beyond these the least recently used go")
    file_bytes: int = Field(default=64 << 20, ge=1024, description="of a file to be masked")
    adapter_bytes: int = Field(default=64 << 20, ge=1024, description="of an adapter put over the network")


class CustomerConfig(_Strict):
    """Who shows one of `keys` is this customer."""

    keys: tuple[KeyHash, ...] = Field(min_length=1, description="SHA-256 of API keys; `loredact serve --new-key`")
    adapters: tuple[Name, ...] = Field(default=SHIPPED, description="which of the server's adapters it may use")
    policies: tuple[Name, ...] | None = Field(default=None, description="of the configuration's; None: all of them")
    default_adapter: Name | None = Field(default=None, description="where a request names none; None: the server's")
    default_policy: str | None = Field(default=None, description="where a request names none; None: `default`")
    limits: CustomerLimits | None = None


class VaultConfig(_Strict):
    """Where each customer's vault is kept, and the key that opens them."""

    folder: Path
    key: Key
    days: int | None = Field(default=None, ge=1, description="how long a value is kept; None: until it is forgotten")


class Config(_Strict):
    """All that a server is told."""

    adapters: dict[Name, Path] = Field(default_factory=dict)
    adapter_folder: Path | None = None
    policies: dict[Name, Path] = Field(default_factory=dict, description="beside those that ship")
    vault: VaultConfig | None = None
    store: Path | None = Field(default=None, description="None: no adapter can be put over the network")
    default_adapter: Name = DEFAULT_ADAPTER
    limits: Limits = Limits()
    customers: dict[Name, CustomerConfig] = Field(default_factory=dict)
    operator_keys: tuple[KeyHash, ...] = Field(default=(), description="SHA-256 of keys that may read the metrics")
    languages: tuple[str, ...] = LANGUAGES

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> Self:
        known = self.folders()
        for name, customer in self.customers.items():
            missing = sorted(set(customer.adapters) - known.keys())
            if missing and self.store is None:
                raise ValueError(f"customers.{name}.adapters names what is not there: {', '.join(missing)}")
            missing = sorted(set(customer.policies or ()) - self.policies.keys())
            if missing:
                raise ValueError(f"customers.{name}.policies names what is not there: {', '.join(missing)}")
        if self.default_adapter not in known:
            raise ValueError(f"default-adapter names what is not there: {self.default_adapter}")
        hashes = [key for customer in self.customers.values() for key in customer.keys]
        if len(set(hashes)) < len(hashes):
            raise ValueError("one key stands with two customers, or twice with one")
        return self

    def folders(self) -> dict[str, Path | str]:
        """The adapters by name: those that ship, those of the folder, and those named, which come before."""
        folders: dict[str, Path | str] = {name: name for name in SHIPPED}
        if self.adapter_folder is not None and self.adapter_folder.is_dir():
            inside = (one for one in sorted(self.adapter_folder.iterdir()) if (one / "loredact.json").is_file())
            folders |= {one.name: one for one in inside if NAME.fullmatch(one.name)}
        return folders | self.adapters


def read_config(path: Path) -> Config:
    """The configuration in the YAML file `path`.

    Raises:
        InputError: where it cannot be read, or anything in it is wrong; the message names each wrong entry.
    """
    try:
        values = parse_yaml(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except RepeatedKeyError as error:
        raise InputError(f"{path}: {error}") from None
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise InputError(f"{path} cannot be read as YAML ({type(error).__name__}).") from None
    if not isinstance(values, dict):
        raise InputError(f"{path} must hold entries such as `adapters:` and `customers:`.")
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, problem['loc'])) or 'it'}: {problem['msg']}" for problem in error.errors()]
        raise InputError(f"{path} is not the configuration of a server:\n" + "\n".join(lines)) from None
    for name, folder in config.adapters.items():
        if not (folder / "loredact.json").is_file():
            raise InputError(f"{path}: adapters.{name}: {folder} is no adapter: it has no loredact.json.")
    if config.adapter_folder is not None and not config.adapter_folder.is_dir():
        raise InputError(f"{path}: adapter-folder: {config.adapter_folder} is no folder.")
    return config
