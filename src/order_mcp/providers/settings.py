"""What a provider needs to be asked: its variables, declared by the provider file, read here.

A settings model is a `ProviderSettings` with one field per variable (`variable(...)`), the rule for its value
in the field's type, and `needs`: what has to be set, as plain English that is also the rule.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from .addresses import is_loopback, scheme_and_host

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}(\.[A-Za-z0-9_-]{1,100}){0,9}")


def _header(value: str) -> str:
    value = value.strip()
    if not (value.isascii() and value.isprintable()):
        raise ValueError("must be printable ASCII (was an example with … pasted?)")
    return value


def _secret_header(value: SecretStr) -> SecretStr:
    return SecretStr(_header(value.get_secret_value()))


def _sendable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("must be valid UTF-8 text") from None
    return value


def _sendable_secret(value: SecretStr) -> SecretStr:
    return SecretStr(_sendable(value.get_secret_value()))


def _base_url(value: str) -> str:
    value = _header(value).rstrip("/")
    try:
        scheme, host = scheme_and_host(value)
    except ValueError:
        host = ""
    if not host or any(c in value for c in "?# "):
        raise ValueError("must be an address such as https://api.example.com, without user, query or fragment")
    if scheme != "https" and not (scheme == "http" and is_loopback(host)):
        raise ValueError("must begin with https:// (http:// only on this machine)")
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value.strip()):
        raise ValueError("must be a name of letters, digits, '.', '_' and '-'")
    return value.strip()


Header = Annotated[str, AfterValidator(_header)]
"""A value sent in a header: stripped, printable ASCII."""
SecretHeader = Annotated[SecretStr, AfterValidator(_secret_header)]
"""The same, and never shown."""
Text = Annotated[str, AfterValidator(_sendable)]
"""A value sent in a body, taken as it is."""
Password = Annotated[SecretStr, AfterValidator(_sendable_secret)]
"""The same, and never shown."""
Name = Annotated[str, AfterValidator(_name)]
"""The name of a field, or a path of names with dots between them."""
BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""An address: https, or http on loopback; a trailing slash means nothing."""


def variable(name: str, description: str, *, default: str | None = None, choices: tuple[str, ...] = ()) -> Any:
    """Declare the environment variable behind a field."""
    return Field(default=default, alias=name, description=description, json_schema_extra={"choices": list(choices)})


def secret(name: str, description: str) -> Any:
    """Declare an environment variable that is never shown, and that may come from a file."""
    return Field(default=None, alias=name, description=description, json_schema_extra={"secret": True})


class ProviderSettings(BaseModel):
    """A provider's variables. A field that is not set is None."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True, hide_input_in_errors=True)

    needs: ClassVar[tuple[str, ...]]
    """What has to be set, such as `"A"` or `"A or B and C"`: variable names with `and` binding tighter."""

    if TYPE_CHECKING:
        # Declared by every subclass, under a variable name and in a place of its own.
        base_url: BaseUrl | None

    @property
    def address(self) -> str:
        """Where the provider's API lives, without a trailing slash."""
        return self.base_url or ""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable, as documentation, `doctor` and the registry file describe it."""

    name: str
    description: str
    secret: bool
    default: str | None
    choices: tuple[str, ...]

    @property
    def file_name(self) -> str:
        """The variable that may name a file instead, where this one is a secret."""
        return f"{self.name}_FILE"


@dataclass(frozen=True, slots=True)
class Setup:
    """How far a provider is set up: `settings` when it is configured, otherwise the `problems`."""

    settings: ProviderSettings | None
    problems: tuple[str, ...] = ()
    begun: bool = False
    """Whether at least one of its variables is set."""
    possible: bool = True
    """Whether the operator could set it up here at all."""
    remedy: str = "set this and restart the server"
    """What the operator has to do about the problems."""


def revealed(secret: SecretStr | None) -> str | None:
    """A secret in plain text, on its way into a request."""
    return None if secret is None else secret.get_secret_value()


def variables(model: type[ProviderSettings]) -> list[Variable]:
    """The variables that a settings model declares."""
    return [_variable(field) for field in model.model_fields.values()]


def _variable(field: FieldInfo) -> Variable:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Variable(
        name=str(field.alias),
        description=field.description or "",
        secret="secret" in extra,
        default=field.default,
        choices=choices_of(field),
    )


def choices_of(field: FieldInfo) -> tuple[str, ...]:
    """The words that a variable takes, where only these are right."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    choices = extra.get("choices", [])
    return tuple(str(choice) for choice in choices) if isinstance(choices, list) else ()


def names_in(need: str) -> list[str]:
    """The variables that an entry of `needs` names."""
    return need.replace(" and ", " or ").split(" or ")


def read_setup(
    model: type[ProviderSettings],
    environment: Mapping[str, str],
    read_text: Callable[[str], str],
    placeholders: Collection[str] = (),
) -> Setup:
    """Read a provider's variables, and its secrets' files with `read_text`, which raises OSError or ValueError.

    A problem is a sentence that names the variable and the rule. `placeholders` are variables that count as not set,
    because somebody pasted a configuration and has not filled them in.
    """
    values: dict[str, str] = {}
    problems: list[str] = []
    for declared in variables(model):
        name, file_name = declared.name, declared.file_name
        if name in environment:
            values[name] = environment[name]
        if declared.secret and file_name in environment:
            if name in environment:
                problems.append(f"{name} and {file_name} are both set; keep one.")
                continue
            try:
                values[name] = read_text(environment[file_name]).removesuffix("\n").removesuffix("\r")
            except (OSError, ValueError):
                values[name] = ""
            if not values[name].strip():
                problems.append(f"{file_name} must name a readable text file with the secret in it.")
    begun = bool(values) or bool(problems)
    settings: ProviderSettings | None = None
    try:
        # Building a model takes time, so it is not built for a provider that is not set up.
        settings = model.model_validate(values) if begun else None
    except ValidationError as invalid:
        problems += [f"{error['loc'][0]} {_rule(error)}." for error in invalid.errors(include_input=False)]
    problems += [
        f"{need} is not set.{_forgotten(need, placeholders)}" for need in model.needs if not _met(need, values)
    ]
    return Setup(None if problems else settings, tuple(problems), begun)


def _forgotten(need: str, placeholders: Collection[str]) -> str:
    """Which of these variables still hold what `order-mcp config` printed for them."""
    names = [name for name in names_in(need) if name in placeholders]
    return "".join(f" Nobody has replaced the placeholder of {name} yet." for name in names)


def _rule(error: Any) -> str:
    reason = error.get("ctx", {}).get("error")
    return str(reason) if reason is not None else "is malformed"


def _met(need: str, values: Mapping[str, str]) -> bool:
    return any(all(name in values for name in way.split(" and ")) for way in need.split(" or "))
