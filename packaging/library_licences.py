"""Licences of the shared libraries that come into the bundle from the build machine or inside wheels.

The licence walk refuses a library that stands neither here nor in a distribution that the program requires.
Read in the libraries' own licence files; where there is a choice, the one we take is named.
"""

from __future__ import annotations

import re

GCC_EXCEPTION = "GPL-3.0-or-later WITH GCC-exception-3.1"

# Name without "lib", version and the hash that wheel builders put in; "*" stands for any ending.
_LICENCES = {
    # compilers' run-time libraries; the exception lets programs of any licence be linked to them
    "gcc_s": GCC_EXCEPTION,
    "stdc++": GCC_EXCEPTION,
    "gfortran": GCC_EXCEPTION,
    "atomic": GCC_EXCEPTION,
    "quadmath": "LGPL-2.1-or-later",
    "mvec": "LGPL-2.1-or-later",  # of glibc
    # X11, Wayland, fonts
    "X*": "MIT",
    "xcb*": "MIT",
    "xkbcommon*": "MIT",
    "wayland-*": "MIT",
    "drm": "MIT",
    "bsd": "BSD-3-Clause",
    "md": "BSD-3-Clause",
    "fontconfig": "MIT",
    "freetype": "FTL",
    "png16": "libpng-2.0",
    "brotlicommon": "MIT",
    "brotlidec": "MIT",
    # sound, where the build machine has PortAudio
    "portaudio": "MIT",
    "asound": "LGPL-2.1-or-later",
    "jack": "LGPL-2.1-or-later",
    # glib and what it needs
    "glib-2.0": "LGPL-2.1-or-later",
    "gobject-2.0": "LGPL-2.1-or-later",
    "gio-2.0": "LGPL-2.1-or-later",
    "gmodule-2.0": "LGPL-2.1-or-later",
    "gthread-2.0": "LGPL-2.1-or-later",
    "pcre2-8": "BSD-3-Clause",
    "ffi": "MIT",
    "mount": "LGPL-2.1-or-later",
    "blkid": "LGPL-2.1-or-later",
    "uuid": "BSD-3-Clause",
    "selinux": "public domain",
    # D-Bus and what it needs
    "dbus-1": "AFL-2.1",
    "systemd": "LGPL-2.1-or-later",
    "cap": "BSD-3-Clause",
    "gcrypt": "LGPL-2.1-or-later",
    "gpg-error": "LGPL-2.1-or-later",
    # compression, checks, network
    "z": "Zlib",
    "bz2": "bzip2-1.0.6",
    "lzma": "public domain",
    "lz4": "BSD-2-Clause",
    "zstd": "BSD-3-Clause",
    "expat": "MIT",
    "crypto": "Apache-2.0 (3.x), OpenSSL (1.1)",
    "ssl": "Apache-2.0 (3.x), OpenSSL (1.1)",
    "gssapi_krb5": "MIT",
    "krb5": "MIT",
    "k5crypto": "MIT",
    "krb5support": "MIT",
    "com_err": "MIT",
    "keyutils": "LGPL-2.1-or-later",
    # inside the wheels of numpy, OpenCV, h5py, GDCM
    "openblas*": "BSD-3-Clause",
    "scipy_openblas*": "BSD-3-Clause",
    "av*": "LGPL-2.1-or-later",  # FFmpeg built without GPL parts; `avif` is listed before
    "swresample": "LGPL-2.1-or-later",
    "swscale": "LGPL-2.1-or-later",
    "avif": "BSD-2-Clause",
    "aom": "BSD-2-Clause",
    "vpx": "BSD-3-Clause",
    "hdf5*": "BSD-3-Clause",
    "aec": "BSD-2-Clause",
    "sz": "BSD-2-Clause",
    "gdcm*": "BSD-3-Clause",
    "socketxx": "socket++ (permissive)",
}


def licence_of_library(file_name: str) -> str:
    """Return the licence of a shared library by its file name, "" where it is not known."""
    if re.match(r"(vcruntime140|msvcp140|concrt140)[_0-9]*\.dll$", file_name, re.IGNORECASE):
        return "Microsoft Visual C++ Redistributable"
    match = re.match(r"lib(?P<stem>.+?)\.(so|dylib)", file_name)
    if match is None:
        return ""
    stem = re.sub(r"(-[0-9a-f]{8})+$", "", match["stem"])
    exact = _LICENCES.get(stem)
    if exact is not None:
        return exact
    for pattern, licence in _LICENCES.items():
        if pattern.endswith("*") and stem.startswith(pattern[:-1]):
            return licence
    return ""
