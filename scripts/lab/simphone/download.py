# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone's downloads: curl for HTTP and HTTPS, atftp for TFTP."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .fault import PhoneFault

#: A phone gives up on a server that does not finish a configuration file within this time.
TRANSFER_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Download:
    """One request of a phone and what came of it."""

    url: str
    #: The HTTP status, or "ok" and "refused" over TFTP.
    status: str
    content: bytes

    @property
    def succeeded(self) -> bool:
        return self.status in ("200", "ok")


class Downloader:
    """Fetches as one phone does: with its user agent, from the address that it was told."""

    def __init__(self, user_agent: str, flash: Path):
        self.user_agent = user_agent
        self.directory = flash / "files"
        self.directory.mkdir(exist_ok=True)
        self.log = flash / "download.log"
        self.made: list[Download] = []

    def get(self, url: str) -> Download:
        """Fetch a file; a missing file is an answer, a silent server is a fault."""
        scheme = checked_scheme(url)
        target = self.directory / (urlsplit(url).path.rsplit("/", 1)[-1] or "index")
        target.unlink(missing_ok=True)
        if scheme in ("http", "https"):
            status = self._over_http(url, target)
        else:
            status = self._over_tftp(url, target)
        content = target.read_bytes() if target.exists() else b""
        download = Download(url, status, content)
        self.made.append(download)
        return download

    def _over_http(self, url: str, target: Path) -> str:
        done = self._run(
            ["curl", "--silent", "--show-error", "--globoff", "--max-time", str(TRANSFER_TIMEOUT_SECONDS),
             "--user-agent", self.user_agent, "--output", target, "--write-out", "%{http_code}", url])
        if done.returncode != 0:
            raise PhoneFault(f"fetch: {url}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _over_tftp(self, url: str, target: Path) -> str:
        parts = urlsplit(url)
        # The path keeps its leading slash, as in the requests of SPA phones.
        done = self._run(
            ["atftp", "--get", "--remote-file", parts.path, "--local-file", target,
             parts.hostname or "", str(parts.port or 69)])
        if done.returncode == 0:
            return "ok"
        if "timeout" in done.stderr.lower() or "timed out" in done.stderr.lower():
            raise PhoneFault(f"fetch: {url}: {done.stderr.strip()}")
        target.unlink(missing_ok=True)
        return "refused"

    def _run(self, command: list) -> subprocess.CompletedProcess:
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
                timeout=TRANSFER_TIMEOUT_SECONDS + 5)
        except FileNotFoundError as error:
            raise PhoneFault(f"fetch: {command[0]} is not installed (see scripts/setup)") from error
        except subprocess.TimeoutExpired as error:
            raise PhoneFault(f"fetch: no end after {TRANSFER_TIMEOUT_SECONDS} s: {command[-1]}") from error
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"{' '.join(map(str, command))}\n  exit {done.returncode} {done.stdout} {done.stderr}\n")
        return done


def checked_scheme(url: str) -> str:
    """The scheme of a URL that the phone can use."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise PhoneFault(f"fetch: {url!r} is no URL: {error}") from error
    if parts.scheme not in ("http", "https", "tftp") or not parts.hostname or port == 0:
        raise PhoneFault(f"fetch: the phone cannot fetch {url!r}: it knows http, https and tftp")
    return parts.scheme
