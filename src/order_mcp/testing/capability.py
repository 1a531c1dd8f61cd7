"""What a provider has is what it overrides: its stories show all of that, and nothing else; and its file says it."""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from ..finding import Held
from ..models import Noun
from ..providers.base import Provider
from ..providers.settings import variables
from ..providers.wire import Wire
from .stories import Story
from .subject import Part


class Capability(Part):
    """What it can do."""

    def test_stories_show_what_every_provider_must_show(self) -> None:
        subject, kind = self.subject, self.subject.kind
        for noun in Noun:
            shown = [story for story in subject.found if story.tool == f"get_{noun}"]
            assert not kind.has(noun) or shown, f"{subject.folder}/ has no story in which get_{noun} finds something"
            told = [story for story in subject.stories if story.tool == f"get_{noun}"]
            assert kind.has(noun) or not told, f"{kind.title} has no get_{noun}, and a story of it: {told[0]}"
        missing = [story for story in subject.stories if _code(story) == "not_found" and not story.is_search]
        assert missing, f"{subject.folder}/ has no story of a look-up that ends in not_found"

    def test_stories_show_what_orders_can_be_found_by(self) -> None:
        subject, kind = self.subject, self.subject.kind
        ways = kind.finds_by(None)
        finds = kind.find_orders is not Provider.find_orders
        assert finds or not ways, f"{kind.title} says finds_by, and does not override find_orders"
        assert ways or not finds, f"{kind.title} overrides find_orders, and does not say finds_by"
        searches = [story for story in subject.stories if story.is_search]
        for held in Held:
            told = [story for story in searches if held in story.arguments]
            lacks = f"{subject.folder}/ has no story in which find_orders finds an order by {held}"
            assert held not in ways or [story for story in told if story.expect is not None], lacks
            assert held in ways or not told, f"{kind.title} does not find by {held}, and a story of it: {told[0]}"
        nothing = [story for story in searches if _code(story) == "not_found"]
        assert not ways or nothing, f"{subject.folder}/ has no story in which find_orders finds nothing (not_found)"

    def test_a_status_that_is_in_no_table_survives_verbatim(self) -> None:
        def survives(story: Story) -> bool:
            shown: Mapping[str, Any] = story.expect or {}
            word, sent = shown.get("provider_status", ""), story.reply.content.decode()
            verbatim = word in story.says and all(f'"{part}"' in sent for part in word.split("/"))
            return shown.get("status") == "unknown" and bool(word) and verbatim

        told = f"{self.subject.folder}/ has no story of a status that is in no table and is shown as it is"
        assert not self.subject.kind.has(Noun.ORDER) or any(map(survives, self.subject.found)), told


class Declaration(Part):
    """What its file says of it."""

    def test_a_provider_file_introduces_itself(self) -> None:
        # The registry has seen to it that nothing is missing.
        kind = self.subject.kind
        docstring = sys.modules[kind.__module__].__doc__ or ""
        begins = f"the docstring of {kind.__module__} has to begin with “{kind.title} (site): what it is.”"
        assert re.match(r".+ \(\S+\): .+", docstring), begins
        assert "https://" in docstring, f"the docstring of {kind.__module__} has to have the documentation's address"
        addresses = {*kind.key_sources, kind.privacy_policy or "https://"}
        told = "key_sources and privacy_policy are addresses that begin with https://"
        assert all(address.startswith("https://") for address in addresses), told

    def test_wire_models_take_null_for_whatever_is_not_indispensable_and_no_endless_list(self) -> None:
        kind = self.subject.kind
        wires = {each for module in modules_of(kind) for each in vars(module).values() if is_wire(each)}
        assert wires, f"{kind.__module__} has no wire model"
        for wire in wires:
            for field, declared in wire.model_fields.items():
                where = f"{wire.__name__}.{field} in {wire.__module__}"
                may_be_none = declared.is_required() or takes_none(declared.annotation)
                assert may_be_none, f"{where} has to end with | None"
                is_list = any(
                    get_origin(each) is list for each in (declared.annotation, *get_args(declared.annotation))
                )
                # What stands around a required list is told apart from it.
                assert not is_list or any(getattr(each, "max_length", None) for each in declared.metadata), (
                    f"{where} has to be Members[…] instead of list[…]"
                )

    def test_a_provider_declares_its_variables_under_its_name_with_a_description(self) -> None:
        # The registry has seen to it that what is needed is declared.
        declared = variables(self.subject.kind.Settings)
        begun = f"{self.subject.name.upper()}_"
        odd = [v.name for v in declared if not (v.name.startswith(begun) and v.description)]
        assert not odd, f"each variable is described, and begins with {begun}"
        assert any(v.secret for v in declared), "the credential is declared with secret(…)"
        assert f"{begun}BASE_URL" in {v.name for v in declared}, f"the variable of base_url is {begun}BASE_URL"

    def test_a_provider_has_no_public_methods_of_its_own(self) -> None:
        own = {member for member in vars(self.subject.kind) if not member.startswith("_")}
        declared = {name for base in Provider.__mro__ for name in getattr(base, "__annotations__", {})}
        more = own - set(dir(Provider)) - declared
        assert not more, "what Provider does not have begins with _"


def modules_of(kind: type[Provider[Any]]) -> Iterator[ModuleType]:
    """The loaded modules of a provider: its file, or its whole package where it has one of its own."""
    package = kind.__module__.partition(".")[0]
    for name, module in list(sys.modules.items()):
        is_own = name == kind.__module__ if package == "order_mcp" else name.partition(".")[0] == package
        if is_own:
            yield module


def takes_none(annotation: Any) -> bool:
    """Whether a field takes null."""
    try:
        return TypeAdapter(annotation).validate_python(None) is None
    except ValidationError:
        return False


def is_wire(value: Any) -> bool:
    """Whether it is a wire model."""
    return inspect.isclass(value) and issubclass(value, Wire) and value is not Wire


def _code(story: Story) -> str:
    return str((story.expect_error or {}).get("code", ""))
