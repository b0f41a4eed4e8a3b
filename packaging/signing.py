"""Signs programs of Windows: ``python packaging/signing.py FILE...``; with osslsigncode, on Windows with
signtool.

Two environment variables say with what: ``READING_STATION_CERTIFICATE`` names the file (PKCS #12, .pfx) and
``READING_STATION_CERTIFICATE_PASSWORD`` holds its password. ``READING_STATION_TIMESTAMP`` may name the
server that stamps the time; without it a signature ends with its certificate.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CERTIFICATE = "READING_STATION_CERTIFICATE"
PASSWORD = "READING_STATION_CERTIFICATE_PASSWORD"  # noqa: S105  # the name of a variable
TIMESTAMP = "READING_STATION_TIMESTAMP"
NAME = "Reading Station"


class SigningError(Exception):
    """A file could not be signed; the text says why."""


def is_wanted() -> bool:
    """Tell whether a certificate is named."""
    return bool(os.environ.get(CERTIFICATE))


def sign(file: Path) -> None:
    """Sign a file in place.

    Raises
    ------
    SigningError
        If the certificate or the tool is missing, or the tool refuses.
    """
    certificate = Path(os.environ.get(CERTIFICATE, ""))
    if not certificate.is_file():
        raise SigningError(f"{CERTIFICATE} names no file: {str(certificate)!r}.")
    with tempfile.TemporaryDirectory() as folder:
        if sys.platform == "win32":
            _run(signtool_command(certificate, file))
            return
        # In a file: a command line can be read by everybody on the machine.
        secret = Path(folder) / "password"
        secret.touch(mode=0o600)
        secret.write_text(os.environ.get(PASSWORD, ""), encoding="utf-8")
        signed = Path(folder) / file.name
        _run(osslsigncode_command(certificate, secret, file, signed))
        shutil.copy(signed, file)


def osslsigncode_command(certificate: Path, password: Path, file: Path, signed: Path) -> list[str]:
    """Return how osslsigncode signs a file into another."""
    stamp = ["-ts", os.environ[TIMESTAMP]] if os.environ.get(TIMESTAMP) else []
    given = ["-pkcs12", str(certificate), "-readpass", str(password), "-h", "sha256", "-n", NAME]
    return ["osslsigncode", "sign", *given, *stamp, "-in", str(file), "-out", str(signed)]


def signtool_command(certificate: Path, file: Path) -> list[str]:
    """Return how signtool signs a file in place; it knows no way but the command line for the password."""
    stamp = ["/tr", os.environ[TIMESTAMP], "/td", "sha256"] if os.environ.get(TIMESTAMP) else []
    given = ["/f", str(certificate), "/p", os.environ.get(PASSWORD, ""), "/fd", "sha256", "/d", NAME]
    return ["signtool", "sign", *given, *stamp, str(file)]


def verify(file: Path, trusted: Path) -> bool:
    """Tell whether a file has a signature by a certificate that is trusted, and was not changed since."""
    command = ["osslsigncode", "verify", "-CAfile", str(trusted), "-in", str(file)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def throw_away_certificate(folder: Path) -> tuple[Path, Path, str]:
    """Make a certificate that nobody trusts; return the .pfx, the certificate alone, the password."""
    password = secrets.token_hex(8)
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "certificate.pfx"
    _run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-sha256"),
            *("-subj", "/CN=Reading Station throw-away", "-addext", "extendedKeyUsage=codeSigning"),
            *("-keyout", str(key), "-out", str(certificate)),
        ]
    )
    _run(
        [
            *("openssl", "pkcs12", "-export", "-inkey", str(key), "-in", str(certificate)),
            *("-out", str(both), "-passout", f"pass:{password}"),
        ]
    )
    return both, certificate, password


def _run(command: list[str]) -> None:
    tool = shutil.which(command[0])
    if tool is None:
        raise SigningError(f"{command[0]} is not installed.")
    done = subprocess.run(
        [tool, *command[1:]], check=False, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode != 0:
        raise SigningError(f"{command[0]} failed ({done.returncode}):\n{done.stdout}{done.stderr}")


def main(arguments: list[str]) -> int:
    """Sign files."""
    if not arguments:
        print("usage: signing.py FILE...")
        return 2
    try:
        for name in arguments:
            sign(Path(name))
    except SigningError as err:
        print(err)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
