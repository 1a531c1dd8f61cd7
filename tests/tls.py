"""A certificate for this machine, and providers behind it."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .processes import Talk, raw_provider


def certificate(folder: Path) -> Path:
    """A file with a key and a certificate for 127.0.0.1, which signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "order-mcp tests")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file = folder / "this-machine.pem"
    file.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def tls_provider(file: Path, talk: Talk) -> Iterator[str]:
    """A provider that speaks bytes behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with raw_provider(talk, wrap=lambda connection: context.wrap_socket(connection, server_side=True)) as origin:
        yield origin.replace("http://", "https://")


@contextmanager
def silent_provider() -> Iterator[tuple[str, list[threading.Event]]]:
    """A provider whose TLS handshake never ends, and for each connection an event that it was closed."""
    closed: list[threading.Event] = []

    def listen(connection: ssl.SSLSocket) -> ssl.SSLSocket:
        left = threading.Event()
        closed.append(left)
        connection.settimeout(20)
        try:
            while connection.recv(65536):
                pass
        finally:
            left.set()
        return connection

    with raw_provider(lambda *_: None, wrap=listen) as origin:
        yield origin.replace("http://", "https://"), closed
