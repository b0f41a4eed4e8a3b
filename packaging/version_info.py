"""What Windows shows of a program in its properties, and the manifest it reads before starting it."""

from __future__ import annotations

import re
from pathlib import Path

PUBLISHER = "The Reading Station developers"
PRODUCT = "Reading Station"

# No administrator, long paths, the look of today's controls. No entry for scaling: Qt sets that itself. With
# UTF-8 as code page, libraries in C open files below folders of any name.
MANIFEST = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security>
      <requestedPrivileges>
        <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
      </requestedPrivileges>
    </security>
  </trustInfo>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
    <application>
      <supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
    </application>
  </compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3">
    <windowsSettings>
      <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
      <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings">UTF-8</activeCodePage>
    </windowsSettings>
  </application>
  <dependency>
    <dependentAssembly>
      <assemblyIdentity type="win32" name="Microsoft.Windows.Common-Controls" version="6.0.0.0"
        processorArchitecture="*" publicKeyToken="6595b64144ccf1df" language="*"/>
    </dependentAssembly>
  </dependency>
</assembly>
"""


def program_version(root: Path) -> str:
    """Return the version of the program, as its source says it."""
    text = (root / "capture_app" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise SystemExit("capture_app/__init__.py names no version.")
    return found.group(1)


def four_numbers(version: str) -> tuple[int, int, int, int]:
    """Return a version as Windows wants it: four numbers; the rest, as in 1.2.0rc1, is left out."""
    found = re.match(r"\d+(\.\d+){0,3}", version)
    if found is None:
        raise SystemExit(f"{version!r} is no version that Windows can show.")
    numbers = [int(part) for part in found.group(0).split(".")]
    major, minor, micro, build = [*numbers, 0, 0, 0][:4]
    return major, minor, micro, build


def version_info(version: str, name: str, description: str) -> str:
    """Return PyInstaller's version file: the version resource of a program.

    Parameters
    ----------
    version
        Of the program, as in 1.2.0.
    name
        File name of the program without its ending.
    description
        What the list of processes shows.
    """
    numbers = four_numbers(version)
    texts = {
        "CompanyName": PUBLISHER,
        "FileDescription": description,
        "FileVersion": version,
        "InternalName": name,
        "LegalCopyright": f"{PUBLISHER}, MIT licence",
        "OriginalFilename": f"{name}.exe",
        "ProductName": PRODUCT,
        "ProductVersion": version,
    }
    structs = ", ".join(f"StringStruct({key!r}, {text!r})" for key, text in texts.items())
    return (
        "VSVersionInfo(\n"
        f"  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004,\n"
        "    fileType=0x1, subtype=0x0, date=(0, 0)),\n"
        f"  kids=[StringFileInfo([StringTable('040904B0', [{structs}])]),\n"
        "    VarFileInfo([VarStruct('Translation', [0x0409, 1200])])])\n"
    )
