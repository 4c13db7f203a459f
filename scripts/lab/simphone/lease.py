# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone's DHCP leg, done by ISC dhclient.

dhclient rather than udhcpc, because udhcpc reports an option 66 that holds a URL as "bad".
"""

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .fault import PhoneFault

#: Long enough for a server that first pings the address it is about to give (about three seconds with dnsmasq).
LEASE_TIMEOUT_SECONDS = 120

CLIENT_CONFIGURATION = """\
option opt150 code 150 = array of ip-address;
option opt159 code 159 = text;
option opt160 code 160 = text;
send vendor-class-identifier "{vendor_class}";
send host-name "{host_name}";
request subnet-mask, routers, domain-name-servers, ntp-servers, tftp-server-name, bootfile-name,
  vendor-encapsulated-options, opt150, opt159, opt160;
timeout 100;
retry 5;
"""


@dataclass(frozen=True)
class Lease:
    """What the DHCP server told the phone."""

    address: str
    server: str
    options: dict[str, str]

    @property
    def boot_server(self) -> str:
        """Option 66 as it was received, or the empty text."""
        return self.options.get("tftp_server_name", "")


class DHCPClient:
    """One dhclient on one interface, from the phone's start until its next restart."""

    def __init__(self, interface: str, vendor_class: str, host_name: str, flash: Path):
        self.interface = interface
        self.flash = flash
        self.process: subprocess.Popen | None = None
        self.configuration = flash / "dhclient.conf"
        self.configuration.write_text(CLIENT_CONFIGURATION.format(vendor_class=vendor_class, host_name=host_name))
        # A copy of the program: the AppArmor profile of Debian's package belongs to its path, and would keep
        # dhclient from our script and our lease file.
        installed = shutil.which("dhclient", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if installed is None:
            raise PhoneFault("dhcp: dhclient is not installed (apt-get install isc-dhcp-client)")
        self.program = flash / "dhclient"
        shutil.copyfile(installed, self.program)
        self.program.chmod(0o755)

    def acquire(self) -> Lease:
        """Ask for an address from nothing, as a phone does after a power cut."""
        answer = self.flash / "dhcp-answer"
        leases = self.flash / "dhclient.leases"
        for old in (answer, leases):
            old.unlink(missing_ok=True)
        script = Path(__file__).parent / "dhclient-script"
        with open(self.flash / "dhclient.log", "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "-4", "-1", "-d", "-cf", self.configuration, "-lf", leases,
                 "-pf", self.flash / "dhclient.pid", "-sf", script, "-e", f"ANSWER={answer}", self.interface],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + LEASE_TIMEOUT_SECONDS
        while not answer.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise PhoneFault(f"dhcp: no lease within {LEASE_TIMEOUT_SECONDS} s (see {self.flash}/dhclient.log)")
            time.sleep(0.05)
        return parse_answer(answer.read_text(errors="replace"))

    def release(self) -> None:
        """Forget the address, as the loss of power does: the server is not told."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        subprocess.run(["ip", "-4", "address", "flush", "dev", self.interface], check=True)


def parse_answer(text: str) -> Lease:
    """Read the environment that dhclient gave its script."""
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    options = {name.removeprefix("new_"): unescaped(value) for name, value in values.items() if name.startswith("new_")}
    return Lease(options.get("ip_address", ""), options.get("dhcp_server_identifier", ""), options)


def unescaped(value: str) -> str:
    """Undo dhclient's escapes: a backslash before characters special to a shell, \\ooo for what cannot be printed."""
    def character(match: re.Match) -> str:
        escaped = match[1]
        return chr(int(escaped, 8)) if len(escaped) == 3 else escaped

    return re.sub(r"\\([0-7]{3}|.)", character, value)
