from order_mcp.testing import ProviderSuite

from order_mcp_medusa import Medusa


class TestMedusa(ProviderSuite):
    provider = Medusa
