"""The whole suite: what a provider is held to, in one class."""

from .any_body import AnyBody
from .audiences import Audiences
from .capability import Capability, Declaration
from .failures import Failures
from .hostile import HostileTexts
from .ids import Ids
from .shapes import Shapes
from .telling import Stories


class ProviderSuite(Stories, Capability, Declaration, Failures, Ids, Shapes, Audiences, HostileTexts, AnyBody):
    """Subclass it under a name that begins with `Test`, and say `provider` and `stories`."""
