"""Keys of desks and terminals: an Ed25519 key, its self-signed certificate, signatures."""

import hashlib
import ssl
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

MAX_CERTIFICATE_BYTES: Final = 1024
SIGNATURE_BYTES: Final = 64

# A terminal's clock may say anything, so a certificate is valid for ever; trust ends by revoking.
_FROM: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNTIL: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def make_key(seed: bytes | None = None) -> bytes:
    """A new private key with its certificate, as PEM; the same `seed` (32 bytes) gives the same."""
    key = Ed25519PrivateKey.from_private_bytes(seed) if seed else Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    digest = hashlib.sha256(public).hexdigest()
    # Trust is looked up by this name, so it has to be another one for every key.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"tallydock {digest[:32]}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int(digest[:30], 16) or 1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .sign(key, None)
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def certificate_of(pem: bytes) -> bytes:
    """The certificate (DER) in what `make_key` gave. Raises ValueError."""
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def device_id(certificate: bytes) -> bytes:
    """SHA-256 of a certificate (DER): how its owner is known."""
    return hashlib.sha256(certificate).digest()


def is_certificate(data: bytes) -> bool:
    """Whether this is a certificate (DER) of the kind that this protocol knows.

    It is signed by its own key, and TLS takes it: one that it does not take would keep a desk
    that trusts it from talking to anybody.
    """
    if len(data) > MAX_CERTIFICATE_BYTES or _public_key(data) is None:
        return False
    try:
        certificate = x509.load_der_x509_certificate(data)
        certificate.verify_directly_issued_by(certificate)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem_of(data))
    except (ValueError, TypeError, InvalidSignature, OSError):
        return False
    return True


def pem_of(certificate: bytes) -> str:
    """A certificate (DER) as text. Raises ValueError."""
    loaded = x509.load_der_x509_certificate(certificate)
    return loaded.public_bytes(Encoding.PEM).decode("ascii")


def sign(pem: bytes, data: bytes) -> bytes:
    """The 64 bytes that prove that the owner of the key said `data`. Raises ValueError."""
    key = load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")
    return key.sign(data)


def is_signed(certificate: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the owner of the certificate (DER) signed `data`."""
    key = _public_key(certificate)
    if key is None:
        return False
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _public_key(certificate: bytes) -> Ed25519PublicKey | None:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None
