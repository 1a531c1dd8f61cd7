from order_mcp_medusa import Medusa

from order_mcp.testing import ProviderSuite


class TestMedusa(ProviderSuite):
    provider = Medusa
