"""The list of parts of a bundle in the form of CycloneDX, which tools for the safety of software read."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from pathlib import Path

from bundle_parts import Part, is_native

SPECIFICATION = "1.5"
# Declared licences that are SPDX identifiers as they stand; others are given as the words of their package.
SPDX = frozenset(
    {
        "AFL-2.1",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "FTL",
        "ISC",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "MIT",
        "PSF-2.0",
        "Zlib",
    }
)


def sbom(
    version: str,
    system: str,
    python: Part,
    distributions: Iterable[Part],
    libraries: Iterable[Part],
    bundle: Path,
) -> dict[str, object]:
    """Return the document.

    Parameters
    ----------
    version
        Of the program.
    system
        What the bundle is for: windows, linux or macos.
    python
        The interpreter.
    distributions, libraries
        Other people's packages, and native libraries that came from the machine or inside those packages.
    bundle
        Folder whose native files are listed with their checksums.
    """
    files = sorted(path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink())
    native = [path for path in files if is_native(path.name)]
    components = [
        component("library", python),
        *(component("library", part, purl=f"pkg:pypi/{part.name}@{part.version}") for part in distributions),
        *(component("library", part) for part in libraries),
        *(file_component(path, bundle) for path in native),
    ]
    name = f"reading-station-{version}-{system}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        # The same bundle has the same number: its files decide.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name + digest_of(native))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": name,
                "name": "reading-station",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": components,
    }


def component(kind: str, part: Part, *, purl: str = "") -> dict[str, object]:
    """Return a part as CycloneDX names it."""
    licence = {"id": part.licence} if part.licence in SPDX else {"name": part.licence or "not known"}
    entry: dict[str, object] = {
        "type": kind,
        "bom-ref": purl or f"part:{part.name}",
        "name": part.name,
        "licenses": [{"license": licence}],
    }
    if part.version:
        entry["version"] = part.version
    if purl:
        entry["purl"] = purl
    return entry


def file_component(path: Path, bundle: Path) -> dict[str, object]:
    """Return a native file with its checksum."""
    name = path.relative_to(bundle).as_posix()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "type": "file",
        "bom-ref": f"file:{name}",
        "name": name,
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }


def digest_of(files: Iterable[Path]) -> str:
    """Return one checksum over files."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()
