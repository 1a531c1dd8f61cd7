"""Both tools against what Claude, OpenAI and Gemini publish about tool calling: each rule with its source."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mcp_types as types
import pytest

from order_mcp.tools import LOOK_UPS, TOOLS

from .conftest import connected

CLAUDE = "https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools"
CLAUDE_REFUSES = "https://github.com/anthropics/claude-code/issues/657"
CLAUDE_STRICT = "https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations"
OPENAI = "https://platform.openai.com/docs/api-reference/chat/create"
OPENAI_REFUSES = "https://github.com/rusiaaman/wcgw/issues/51"
OPENAI_STRICT = "https://platform.openai.com/docs/guides/structured-outputs/supported-schemas"
GEMINI = "https://cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/FunctionDeclaration"
GEMINI_SCHEMA = "https://googleapis.github.io/js-genai/interfaces/types.Schema.html"

GEMINI_KEYWORDS = (
    {"type", "title", "description", "default", "example", "nullable", "format", "enum", "anyOf"}
    | {"properties", "required", "propertyOrdering", "minProperties", "maxProperties"}
    | {"items", "minItems", "maxItems", "pattern", "minLength", "maxLength", "minimum", "maximum"}
)
# Bounds on one value. Where strict mode knows no such keyword the vendors' libraries move it into the description
# before they send a schema, and the server checks it in any case.
BOUNDS = {"minLength", "maxLength", "minimum"}

Schema = dict[str, Any]


def parts(schema: Schema) -> Iterator[Schema]:
    """A schema and every schema in it."""
    yield schema
    for inner in inside(schema):
        yield from parts(inner)


def inside(schema: Schema) -> list[Schema]:
    return [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]


def depth(schema: Schema) -> int:
    """How many objects are nested in one another."""
    return (schema["type"] == "object") + max(map(depth, inside(schema)), default=0)


def keywords(schema: Schema) -> set[str]:
    return {keyword for part in parts(schema) for keyword in part}


def names(schema: Schema) -> list[str]:
    return [name for part in parts(schema) for name in part.get("properties", {})]


def choices(schema: Schema) -> list[Any]:
    return [value for part in parts(schema) for value in part.get("enum", [])]


def closed(schema: Schema) -> bool:
    return all(part.get("additionalProperties") is False for part in parts(schema) if part["type"] == "object")


@dataclass(frozen=True, slots=True)
class Rule:
    """One published rule: what it says, where, and whether a tool keeps it."""

    says: str
    source: str
    kept: Callable[[types.Tool], bool]


def of_inputs(says: str, source: str, kept: Callable[[Schema], bool]) -> Rule:
    return Rule(says, source, lambda tool: kept(tool.input_schema))


def of_both(says: str, source: str, kept: Callable[[Schema], bool]) -> Rule:
    """A rule about any schema: hosts that know `outputSchema` hand it on as the function's response."""
    return Rule(says, source, lambda tool: kept(tool.input_schema) and kept(tool.output_schema or {}))


RULES = (
    # 64 in the older editions of the page, 128 in the newest.
    Rule("Claude: a name is 1 to 64 of these", CLAUDE, lambda tool: _is(r"[a-zA-Z0-9_-]{1,64}", tool.name)),
    Rule("Claude: a tool is described", CLAUDE, lambda tool: bool(tool.description)),
    of_both("Claude: the root is an object", CLAUDE, lambda schema: schema.get("type") == "object"),
    of_both(
        "Claude: no oneOf, allOf or anyOf at the root",
        CLAUDE_REFUSES,
        lambda schema: not schema.keys() & {"oneOf", "allOf", "anyOf"},
    ),
    of_inputs("Claude, strict: every object is closed", CLAUDE_STRICT, closed),
    of_inputs(
        "Claude, strict: no keyword outside the subset, bounds apart",
        CLAUDE_STRICT,
        lambda schema: (
            keywords(schema) - BOUNDS
            <= {"type", "enum", "default", "description", "properties", "required", "additionalProperties", "items"}
        ),
    ),
    of_inputs(
        "Claude, strict: at most 24 optional parameters in all tools",
        CLAUDE_STRICT,
        lambda schema: len(TOOLS) * (len(schema["properties"]) - len(schema["required"])) <= 24,
    ),
    Rule("OpenAI: a name is 1 to 64 of these", OPENAI, lambda tool: _is(r"[a-zA-Z0-9_-]{1,64}", tool.name)),
    Rule(
        "OpenAI: a description has at most 1,024 characters", OPENAI, lambda tool: len(tool.description or "") <= 1024
    ),
    of_inputs("OpenAI, strict: every object is closed", OPENAI_STRICT, closed),
    of_both(
        "OpenAI, strict: no composition",
        OPENAI_STRICT,
        lambda schema: (
            not keywords(schema)
            & {
                "allOf",
                "oneOf",
                "not",
                "dependentRequired",
                "dependentSchemas",
                "if",
                "then",
                "else",
                "patternProperties",
            }
        ),
    ),
    of_both("OpenAI, strict: at most 10 levels", OPENAI_STRICT, lambda schema: depth(schema) <= 10),
    of_both("OpenAI, strict: at most 5,000 properties", OPENAI_STRICT, lambda schema: len(names(schema)) <= 5000),
    of_both("OpenAI, strict: at most 1,000 enum values", OPENAI_STRICT, lambda schema: len(choices(schema)) <= 1000),
    of_both(
        "OpenAI, strict: at most 120,000 characters of names and values",
        OPENAI_STRICT,
        lambda schema: sum(map(len, names(schema) + choices(schema))) <= 120_000,
    ),
    Rule("Gemini: a name begins so and has at most 64", GEMINI, lambda tool: _is(r"[a-zA-Z_][\w.-]{0,63}", tool.name)),
    of_both(
        "Gemini: parameter names likewise, without dots and dashes",
        GEMINI,
        lambda schema: all(_is(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}", name) for name in names(schema)),
    ),
    of_both(
        # `parametersJsonSchema` takes that one too, and its documentation shows it.
        "Gemini: no keyword outside the subset, additionalProperties apart",
        GEMINI_SCHEMA,
        lambda schema: keywords(schema) <= GEMINI_KEYWORDS | {"additionalProperties"},
    ),
    of_both(
        "Gemini: every part has one type",
        GEMINI_SCHEMA,
        lambda schema: all(isinstance(part.get("type"), str) for part in parts(schema)),
    ),
    of_both(
        "Gemini: enum values are strings",
        GEMINI_SCHEMA,
        lambda schema: all(isinstance(value, str) and value for value in choices(schema)),
    ),
    of_both(
        "Gemini: what is required exists",
        GEMINI_SCHEMA,
        lambda schema: all(set(part.get("required", [])) <= set(part.get("properties", {})) for part in parts(schema)),
    ),
    of_both(
        "Gemini: an array says what is in it",
        GEMINI_SCHEMA,
        lambda schema: all("items" in part for part in parts(schema) if part["type"] == "array"),
    ),
)


def _is(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text, re.ASCII) is not None


async def published() -> list[types.Tool]:
    """The tools as a host gets them."""
    async with connected({}) as client:
        return (await client.list_tools()).tools


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
async def test_the_tools_keep(rule: Rule) -> None:
    for tool in await published():
        assert rule.kept(tool), f"{tool.name} does not keep it: {rule.source}"


@pytest.mark.parametrize("tool", LOOK_UPS)
def test_null_stands_for_an_argument_that_was_left_out(tool: str) -> None:
    # Strict mode makes every argument required and lets a model say null instead.
    # https://platform.openai.com/docs/guides/function-calling#strict-mode
    row, id = TOOLS[tool], {f"{TOOLS[tool].noun}_id": "1"}
    left_out = {"provider": None, "detail": None, "item_offset": None}
    assert row.arguments.read(id | left_out, ["fleet"]) == row.arguments.read(id, ["fleet"])
