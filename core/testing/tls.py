"""TLS of our own: a certificate that nobody else trusts, and a server that shows it."""

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def own_certificate(folder: Path, address: str = "127.0.0.1") -> Path:
    """Return a file with a certificate for this address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cloudintel tests")])
    address_of_it = x509.IPAddress(ipaddress.ip_address(address))
    signed = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address_of_it]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{address}.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@contextmanager
def tls_in_front(port: int, certificate: Path) -> Iterator[int]:
    """Yield a port that speaks TLS and passes what it hears to that other port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def accept() -> None:
        with suppress(OSError):  # until the server is closed
            while True:
                Thread(target=serve, args=server.accept()[:1], daemon=True).start()

    def serve(plain: socket.socket) -> None:
        behind = socket.create_connection(("127.0.0.1", port))
        with behind, suppress(OSError), context.wrap_socket(plain, True) as peer:
            back = Thread(target=copy, args=(behind, peer), daemon=True)
            back.start()
            copy(peer, behind)

    def copy(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while heard := source.recv(65536):
                target.sendall(heard)
            target.shutdown(socket.SHUT_RDWR)

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
