# SPDX-License-Identifier: GPL-3.0-or-later
"""A Cisco SPA504G at firmware 7.5.5."""

from urllib.parse import urlsplit
from xml.etree import ElementTree

from .account import Account
from .download import Downloader
from .fault import PhoneFault
from .lease import Lease


class CiscoSPA:
    """Fetches the profile that DHCP names, follows the profile rules that it finds, and reads flat XML profiles."""

    name = "cisco"
    vendor_class = "Cisco SPA504G"
    host_name = "SipuraSPA"
    sip_agent = "Cisco/SPA504G-7.5.5"

    def __init__(self, mac: str):
        self.mac = mac
        compact = mac.replace(":", "")
        serial = "CBT" + compact[-8:].upper()
        self.user_agent = f"Cisco/SPA504G-7.5.5 ({compact.upper()})({serial})"
        # The phone's macros, longest first so that $MAU is not read as $MA.
        self.macros = (("$MAU", compact.upper()), ("$PSN", "504G"), ("$MAC", mac), ("$MA", compact), ("$PN", "SPA504G"),
                       ("$SWVER", "7.5.5"))

    def boot(self, lease: Lease, downloader: Downloader) -> Account:
        """Fetch the first profile, then those its rules name; later values win over earlier ones."""
        if not lease.boot_server:
            raise PhoneFault("dhcp: the answer holds no option 66, so the phone does not know where its configuration lies")
        first = profile_url(self.expanded(lease.boot_server), base="")
        settings = self.profile(first, downloader)
        for rule in ("Profile_Rule_B", "Profile_Rule_C", "Profile_Rule_D"):
            if settings.get(rule):
                settings |= self.profile(profile_url(self.expanded(settings[rule]), base=first), downloader)
        return account_in(settings)

    def expanded(self, text: str) -> str:
        """Fill in the phone's macros."""
        for name, value in self.macros:
            text = text.replace(name, value)
        return text

    def profile(self, url: str, downloader: Downloader) -> dict[str, str]:
        """Fetch one profile and read its elements."""
        download = downloader.get(url)
        if not download.succeeded:
            raise PhoneFault(f"fetch: {url}: answer {download.status}")
        return parse_profile(url, download.content)


def profile_url(rule: str, base: str) -> str:
    """A profile rule as a URL: without a scheme it is a TFTP path, on the server of the first profile."""
    rule = rule.strip()
    if "://" in rule:
        # A server alone means the default profile rule, whose macro was already filled in.
        return rule if urlsplit(rule).path not in ("", "/") else rule.rstrip("/") + "/spa504G.cfg"
    if rule.startswith("/") and base:
        parts = urlsplit(base)
        return f"{parts.scheme}://{parts.netloc}{rule}"
    server, _, path = rule.partition("/")
    return f"tftp://{server}/{path or 'spa504G.cfg'}"


def parse_profile(url: str, content: bytes) -> dict[str, str]:
    """Read a flat profile: one element for each parameter, the last occurrence wins."""
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise PhoneFault(f"configuration: {url} is not well-formed XML: {error}") from error
    if root.tag != "flat-profile":
        raise PhoneFault(f"configuration: {url} has the root {root.tag}, and the phone reads flat-profile only")
    return {element.tag: (element.text or "").strip() for element in root}


def account_in(settings: dict[str, str]) -> Account:
    """The first line, which must be enabled and complete."""
    def needed(key: str) -> str:
        value = settings.get(f"{key}_1_", "")
        if not value:
            raise PhoneFault(f"configuration: {key}_1_ has no value")
        return value

    if needed("Line_Enable").lower() != "yes":
        raise PhoneFault("configuration: Line_Enable_1_ is not Yes")
    server, _, port = needed("Proxy").partition(":")
    user = needed("User_ID")
    with_auth_id = settings.get("Use_Auth_ID_1_", "No").lower() == "yes"
    return Account(
        server=server, port=int(port or 5060), user=user, auth_user=needed("Auth_ID") if with_auth_id else user,
        password=needed("Password"), display_name=settings.get("Display_Name_1_", ""))
