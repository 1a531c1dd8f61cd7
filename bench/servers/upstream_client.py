"""What the Python peers ask the provider with: httpx2's own client, which keeps connections alive by itself."""

import os

import httpx2


def upstream_client() -> httpx2.AsyncClient:
    """A client with the address and the headers that order-mcp would use."""
    headers = {
        "Authorization": f"Bearer {os.environ['FLEXPORTAL_API_KEY']}",
        "Tenant-ID": os.environ["FLEXPORTAL_TENANT_ID"],
    }
    return httpx2.AsyncClient(base_url=os.environ["FLEXPORTAL_BASE_URL"], headers=headers, trust_env=False)
