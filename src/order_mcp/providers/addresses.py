"""Addresses: is one valid, is it loopback, which certificates and which proxy belong to it, how is one built."""

import os
import re
import ssl
from contextlib import suppress
from ipaddress import ip_address, ip_network
from urllib.parse import quote, urlencode
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

_HOST_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")


PROXIES, CERTIFICATES = ("HTTPS_PROXY", "ALL_PROXY"), ("SSL_CERT_FILE", "SSL_CERT_DIR")


class UnusableSetting(httpcore2.ConnectError):
    """A proxy or a certificate file of this machine that the library refuses; the message says which."""

    def __init__(self, message: str, variables: tuple[str, ...]) -> None:
        super().__init__(message)
        self.variables = variables


def ssl_context() -> ssl.SSLContext:
    """The certificates of the operating system, or of `SSL_CERT_FILE` and `SSL_CERT_DIR`.

    Raises:
        UnusableSetting: the file cannot be read.
    """
    file = os.environ.get("SSL_CERT_FILE")
    try:
        if file and not os.path.isfile(file):
            raise OSError  # a pipe without a writer would block
        return httpcore2.default_ssl_context()
    except (OSError, ValueError):
        raise UnusableSetting(
            "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read", CERTIFICATES
        ) from None


def proxy_for(host: str, context: ssl.SSLContext) -> httpcore2.Proxy | None:
    """The proxy that the environment or the operating system names for an https address.

    Raises:
        UnusableSetting: the library cannot use it.
    """
    proxies = getproxies()
    address = proxies.get("https") or proxies.get("all")
    if not address or proxy_bypass(host) or _is_in_network(host, proxies.get("no", "")):
        return None
    try:
        proxy = httpx2.Proxy(address if "://" in address else f"http://{address}")
        if scheme_and_host(str(proxy.url))[0] not in ("http", "https") or proxy.url.path.strip("/"):
            raise ValueError
    except (httpx2.InvalidURL, ValueError):
        # Its address is not repeated: it may hold a password.
        raise UnusableSetting(
            "the proxy that HTTPS_PROXY or ALL_PROXY names cannot be used; it has to be an address such as "
            "http://proxy.example.com:8080, with special characters of a password percent-encoded",
            PROXIES,
        ) from None
    url = httpcore2.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
    )
    return httpcore2.Proxy(url, auth=proxy.raw_auth, ssl_context=context if proxy.url.scheme == "https" else None)


def _is_in_network(host: str, no_proxy: str) -> bool:
    """Whether `NO_PROXY` excepts an address by its network, such as 10.0.0.0/8, which the standard library does not."""
    with suppress(ValueError):
        address = ip_address(host)
        for entry in no_proxy.split(","):
            with suppress(ValueError):
                if "/" in entry and address in ip_network(entry.strip(), strict=False):
                    return True
    return False


def scheme_and_host(address: str) -> tuple[str, str]:
    """Scheme and host of an address.

    Raises:
        ValueError: the address is malformed, DNS cannot have such a host, or there is a user name in it.
    """
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL:
        raise ValueError from None
    is_host = url.netloc.startswith(b"[") or _HOST_NAME.fullmatch(url.host)
    has_user = "@" in address.partition("://")[2].partition("/")[0]
    if not is_host or has_user or not 0 <= (url.port or 0) <= 65535:
        raise ValueError
    return url.scheme, url.host


def is_loopback(host: str | None) -> bool:
    """Whether a host name means this very machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def path_of(*segments: str, **query: str | int) -> str:
    """A path with its query. Each segment, and each value, is percent-encoded as a whole."""
    path = "".join(f"/{quote(segment, safe='')}" for segment in segments)
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path
