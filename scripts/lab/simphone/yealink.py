# SPDX-License-Identifier: GPL-3.0-or-later
"""A Yealink T46S at firmware 66.86.0.15."""

from .account import Account
from .download import Downloader
from .fault import PhoneFault
from .lease import Lease


class Yealink:
    """Fetches its boot files, the file of its model and its own, and reads `key = value` lines."""

    name = "yealink"
    vendor_class = "yealink"
    host_name = "SIP-T46S"
    sip_agent = "Yealink SIP-T46S 66.86.0.15"

    def __init__(self, mac: str):
        self.mac = mac
        self.user_agent = f"Yealink SIP-T46S 66.86.0.15 {mac}"

    def boot(self, lease: Lease, downloader: Downloader) -> Account:
        """Fetch what the boot server has, in the phone's order; only the phone's own file must be there."""
        server = lease.boot_server.rstrip("/")
        if not server:
            raise PhoneFault("dhcp: the answer holds no option 66, so the phone does not know where its configuration lies")
        if "://" not in server:
            server = f"tftp://{server}"
        compact = self.mac.replace(":", "")
        settings: dict[str, str] = {}
        # The number in the model's file name is the firmware's first number, with twelve digits in all.
        for name in (f"{compact}.boot", "y000000000000.boot", "y000000000066.cfg", f"{compact}.cfg"):
            download = downloader.get(f"{server}/{name}")
            if download.succeeded and name.endswith(".cfg"):
                settings.update(parse_settings(name, download.content))
        if not downloader.made[-1].succeeded:
            raise PhoneFault(f"fetch: {downloader.made[-1].url}: answer {downloader.made[-1].status}")
        return account_in(settings)


def parse_settings(name: str, content: bytes) -> dict[str, str]:
    """Read `key = value` lines as the phone does: the header first, later lines over earlier ones."""
    text = content.decode("utf-8")
    if not text.startswith("#!version:1.0.0.1"):
        raise PhoneFault(f"fetch: {name} does not begin with #!version:1.0.0.1, so the phone ignores it")
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, value in pairs}


def account_in(settings: dict[str, str]) -> Account:
    """The first account, which must be enabled and complete."""
    def needed(key: str) -> str:
        value = settings.get(f"account.1.{key}", "")
        if value in ("", "%NULL%"):
            raise PhoneFault(f"configuration: account.1.{key} has no value")
        return value

    if needed("enable") != "1":
        raise PhoneFault("configuration: account.1.enable is not 1")
    return Account(
        server=needed("sip_server.1.address"),
        port=int(settings.get("account.1.sip_server.1.port") or 5060),
        user=needed("user_name"), auth_user=needed("auth_name"), password=needed("password"),
        display_name=settings.get("account.1.display_name", ""))
