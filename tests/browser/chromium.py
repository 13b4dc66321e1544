"""Chromium and a Japanese font for the tests: find them, or bring them (`make browser`).

As root, or where sudo asks no password, apt-get installs them for the machine. Otherwise apt itself downloads the packages into
a directory of the user's, they are unpacked there, and a script starts Chromium with the libraries and the font beside it.
Nothing but the standard library is used: this runs before anything is installed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("chromium", "fonts-morisawa-bizud-gothic")
NAMES = ("chromium", "chromium-browser", "google-chrome")
IMPOSSIBLE = """Chromium を入れられませんでした。

{why}

次のどれかを行って、もう一度「make browser」を実行してください。
  ・管理者として実行する: apt-get install chromium fonts-morisawa-bizud-gothic
  ・Chromium か Google Chrome を、ほかの方法で入れて、PATH の通った所に置く
  ・.venv/bin/playwright install chromium
"""
START = """#!/bin/sh
export LD_LIBRARY_PATH="{libraries}"
export FONTCONFIG_FILE="{fonts}"
exec "{program}" "$@"
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{root}/usr/share/fonts</dir>
  <cachedir>{root}/var/cache/fontconfig</cachedir>
  <include ignore_missing="yes">{settings}</include>
</fontconfig>
"""


class ImpossibleError(Exception):
    """What stood in the way, in words for the one who typed the command."""


def cache() -> Path:
    """The user's own place for it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "osame" / "chromium"


def find() -> str:
    """The program that starts Chromium; empty when there is none."""
    ours = cache() / "chromium"
    playwright = sorted((Path.home() / ".cache" / "ms-playwright").glob("chromium-*/chrome-linux*/chrome"))
    installed = next(filter(None, map(shutil.which, NAMES)), "")
    return installed or (str(ours) if ours.exists() else "") or (str(playwright[-1]) if playwright else "")


def bring() -> None:
    """Install for the machine when that is allowed, for this user otherwise."""
    if not shutil.which("apt-get"):
        raise ImpossibleError("apt-get がありません。自動で入れられるのは、Debian と Ubuntu だけです。")
    before = () if os.geteuid() == 0 else ("sudo", "-n") if _sudo() else None
    if before is None:
        _unpack_for_this_user()
        return
    _run(*before, "apt-get", "update", "-qq")
    _run(*before, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)


def _sudo() -> bool:
    return bool(shutil.which("sudo")) and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0


def _unpack_for_this_user() -> None:
    if not shutil.which("dpkg-deb"):
        raise ImpossibleError("dpkg-deb がありません。")
    apt, root = cache() / "apt", cache() / "root"
    for folder in ("lists/partial", "archives/partial", "log"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    options = [
        f"-oDir::State::Lists={apt}/lists", f"-oDir::Cache={apt}", f"-oDir::Cache::Archives={apt}/archives",
        f"-oDir::Log={apt}/log", "-oAPT::Sandbox::User=", "-oDebug::NoLocking=1", "-oAPT::Update::Post-Invoke=",
        "-oAPT::Update::Post-Invoke-Success=", "-oAPT::Keep-Downloaded-Packages=1",
    ]  # fmt: skip
    _say("管理者の権限がないため、利用者の領域に入れます（数分かかることがあります） …")
    _run("apt-get", *options, "update", "-qq")
    _run("apt-get", *options, "install", "--download-only", "-y", "-qq", "--no-install-recommends", *PACKAGES)
    shutil.rmtree(root, ignore_errors=True)
    for package in sorted((apt / "archives").glob("*.deb")):
        _run("dpkg-deb", "-x", str(package), str(root))
    program = root / "usr/lib/chromium/chromium"
    if not program.exists():
        raise ImpossibleError(
            "この配布物の chromium は、利用者の領域では動きません（snap への案内だけが入っています）。"
        )
    _write_start(root, program)
    shutil.rmtree(apt)


def _write_start(root: Path, program: Path) -> None:
    """The script is written last: where it stands, everything does."""
    settings, fonts = root / "etc/fonts/conf.d", cache() / "fonts.conf"
    shown = settings if settings.exists() else Path("/etc/fonts/conf.d")
    fonts.write_text(FONTS.format(root=root, settings=shown), encoding="utf-8")
    start = cache() / "chromium"
    aside = start.with_suffix(".new")
    aside.write_text(START.format(libraries=":".join(_libraries(root)), fonts=fonts, program=program), encoding="utf-8")
    aside.chmod(0o755)
    aside.replace(start)


def _libraries(root: Path) -> Iterator[str]:
    for place in sorted((root / "usr/lib").glob("*-linux-gnu")) + sorted((root / "lib").glob("*-linux-gnu")):
        yield str(place)
        yield from sorted({str(each.parent) for each in place.glob("*/*.so*")})


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _run(*command: str) -> None:
    done = subprocess.run(
        command, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, capture_output=True, text=True
    )
    if done.returncode:
        raise ImpossibleError(f"「{' '.join(command[:2])} …」が失敗しました。\n{(done.stderr or done.stdout)[-1500:]}")


def works(program: str) -> bool:
    """Does it start?"""
    asked = subprocess.run([program, "--version"], capture_output=True, text=True)
    return asked.returncode == 0


def main() -> int:
    """Bring it when it is not there; say what to do when that is impossible."""
    if not find():
        try:
            bring()
        except ImpossibleError as why:
            _say(IMPOSSIBLE.format(why=why))
            return 1
    found = find()
    if not found or not works(found):
        _say(IMPOSSIBLE.format(why=f"入れましたが、動きません（{found or '見つかりません'}）。"))
        return 1
    _say(f"Chromium: {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
