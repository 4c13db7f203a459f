# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone's life: boot, register, dial a code, restart when notified, arrive as its owner's phone."""

import json
import os
import sys
import time
from pathlib import Path

from .account import Account
from .download import Downloader
from .fault import PhoneFault
from .lease import DHCPClient
from .sip import UserAgent
from .talk import TalkingPhone

#: provd answers the call, speaks, and then notifies; or somebody asks it to notify. This leaves room for a slow machine.
NOTIFY_TIMEOUT_SECONDS = 300
#: How long a phone waits for the other one to be there, which may still have to dial its code.
TALK_TIMEOUT_SECONDS = 120


class Life:
    """Runs one phone, says each step, and keeps a report that others can read while it runs."""

    def __init__(self, family, interface: str, flash: Path):
        self.family = family
        self.flash = flash
        self.client = DHCPClient(interface, family.vendor_class, family.host_name, flash)
        self.agent: UserAgent | None = None
        self.report = {
            "family": family.name, "mac": family.mac, "state": "starting", "boots": [], "calls": [], "notified": [],
            "error": None}
        self.save()

    def boot(self) -> Account:
        """DHCP, the configuration, and the registration that it asks for."""
        lease = self.client.acquire()
        self.say("dhcp", f"{lease.address} from {lease.server}, boot server {lease.boot_server or '(none)'}")
        boot = {"address": lease.address, "boot_server": lease.boot_server, "files": [], "user": None}
        self.report["boots"].append(boot)
        downloader = Downloader(self.family.user_agent, self.flash)
        try:
            account = self.family.boot(lease, downloader)
        finally:
            for made in downloader.made:
                self.say("fetch", f"{made.url}: {made.status}, {len(made.content)} bytes")
                boot["files"].append({"url": made.url, "status": made.status, "bytes": len(made.content)})
        self.say("account", str(account))
        self.agent = UserAgent(account, lease.address, self.family.sip_agent, self.flash)
        self.agent.register()
        boot["user"] = account.user
        self.say("register", f"registered as {account.user}")
        self.save()
        return account

    def dial(self, code: str) -> None:
        """Dial one provisioning code and listen to the answer."""
        self.say("dial", code)
        call = self.agent.call(code)
        self.report["calls"].append(call)
        self.save()
        ended = f", ended {call['ended']}" if "ended" in call else ""
        speech = f", {call['speech_packets']} packets of speech" if call["speech_packets"] else ""
        self.say("call", f"{call['outcome']}{speech}{ended}")

    def await_restart(self, seconds: float) -> bool:
        """Wait for a check-sync; whether it came."""
        event = self.agent.notified(seconds)
        if event is None:
            return False
        self.report["notified"].append(event)
        self.save()
        self.say("notify", event)
        return event.startswith("check-sync")

    def power_off(self) -> None:
        """Fall silent and forget the address."""
        if self.agent is not None:
            self.agent.stop()
        self.client.release()

    def talk(self, account: Account, number: str | None) -> None:
        """Call a number, or wait for a call, and talk; then be registered as before."""
        self.agent.stop()
        phone = TalkingPhone(account, self.report["boots"][-1]["address"], self.family.sip_agent)
        try:
            phone.register()
            self.say("talk", f"calls {number}" if number else "waits for a call")
            call = phone.call(number, TALK_TIMEOUT_SECONDS) if number else phone.answer(TALK_TIMEOUT_SECONDS)
        finally:
            phone.close()
        self.report["calls"].append(call)
        self.agent.register()
        self.say("talk", f"with {call['number']}: {call['sent']} packets of speech sent, {call['speech_packets']} received")
        if call["speech_packets"] == 0:
            raise PhoneFault(f"talk: the call with {call['number']} was silent")
        self.enter("talked")

    def run(self, codes: list[str], until: str, stay: float, talk: str | None = None) -> None:
        """Live until the given point; "forever" follows each check-sync with a restart."""
        first = account = self.boot()
        self.enter("registered")
        if until == "registered":
            return
        for code in codes[:-1]:
            self.dial(code)
            self.agent.register()
        if codes:
            self.dial(codes[-1])
            self.enter("called")
            if until == "called":
                return
            if not self.await_restart(NOTIFY_TIMEOUT_SECONDS):
                outcome = self.report["calls"][-1]["outcome"]
                raise PhoneFault(f"notify: code {codes[-1]} was {outcome}, but no check-sync came within {NOTIFY_TIMEOUT_SECONDS} s")
            account = self.restart()
            if account.user == first.user:
                raise PhoneFault(f"configuration: after the restart the account is still {first.user}")
        self.enter("arrived")
        if talk is not None:
            self.talk(account, None if talk == "answer" else talk)
        if until == "synchronised":
            if not self.await_restart(NOTIFY_TIMEOUT_SECONDS):
                raise PhoneFault(f"notify: no check-sync came within {NOTIFY_TIMEOUT_SECONDS} s")
            self.restart()
        self.stay(float("inf") if until == "forever" else stay)

    def stay(self, seconds: float) -> None:
        """Stay registered, and restart when told."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self.await_restart(min(left, 1.0)):
                self.restart()

    def restart(self) -> Account:
        self.say("restart", "as the check-sync asks")
        self.power_off()
        return self.boot()

    def enter(self, state: str) -> None:
        self.report["state"] = state
        self.save()
        self.say("state", state)

    def fail(self, fault: PhoneFault) -> None:
        self.report["error"] = str(fault)
        self.report["state"] = "failed"
        self.save()
        self.say("failed", str(fault))

    def say(self, step: str, text: str) -> None:
        # One write for one line: several phones share the terminal.
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} phone {self.family.name:8} {step:9} {text}\n")
        sys.stdout.flush()

    def save(self) -> None:
        """Write the report in one step, so that a reader never sees half of it."""
        part = self.flash / "report.json.part"
        part.write_text(json.dumps(self.report, indent=2) + "\n")
        os.replace(part, self.flash / "report.json")
