# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone's SIP leg, done by sipp with the scenarios of ../sip.

One sipp at a time holds the phone's SIP port: `register.xml` while the phone is idle, `call.xml` during a call and
until the phone is notified. Both note what happens in a log, one line for each event.
"""

import socket
import subprocess
import threading
import time
from pathlib import Path

from .account import Account
from .fault import PhoneFault

SCENARIOS = Path(__file__).parent.parent / "sip"
#: The registration lasts five minutes; a phone refreshes well before its end.
REFRESH_MILLISECONDS = 120_000
#: After a call the phone keeps its port open for this long.
LINGER_MILLISECONDS = 600_000
SIP_PORT = 5060
#: How long an answer may take, on a machine that does twenty other things.
ANSWER_SECONDS = 120
SPEECH_PORT = 11780


class UserAgent:
    """The SIP side of one phone between two restarts."""

    def __init__(self, account: Account, address: str, agent: str, flash: Path, port: int = SIP_PORT, speech_port: int = SPEECH_PORT):
        self.port = port
        self.speech_port = speech_port
        self.account = account
        self.address = address
        self.agent = agent
        self.flash = flash
        self.process: subprocess.Popen | None = None
        self.log = flash / "sip.log"
        #: The lines of the log that somebody waited for.
        self.had: set[int] = set()
        self.runs = 0

    def register(self) -> None:
        """Register, and stay registered in the background."""
        self._start("register.xml", REFRESH_MILLISECONDS, {})
        event = self.wait_for(("registered", "refused"), ANSWER_SECONDS)
        if event is None or event[0] == "refused":
            raise PhoneFault(f"register: {self.account}: {'no answer' if event is None else 'answer ' + event[1]}")

    def call(self, number: str) -> dict:
        """Dial a number, listen until the call ends, and keep the port open afterwards."""
        with SpeechListener(self.speech_port) as speech:
            self._start("call.xml", LINGER_MILLISECONDS, {"dialled": number, "rtp": str(self.speech_port)})
            event = self.wait_for(("answered", "refused", "notified"), ANSWER_SECONDS)
            if event is None:
                raise PhoneFault(f"call: {number}: no answer")
            if event[0] == "refused":
                return {"number": number, "outcome": f"refused {event[1]}", "speech_packets": speech.packets}
            # A question is spoken for ten seconds and waits for a key for ten more, and then hears why nothing happened.
            end = self.wait_for(("hungup",), 90)
            if end is None:
                raise PhoneFault(f"call: {number}: the call did not end")
            return {"number": number, "outcome": "answered", "ended": end[1], "speech_packets": speech.packets}

    def notified(self, seconds: float) -> str | None:
        """Wait for a NOTIFY; its event, or nothing when the time is over."""
        event = self.wait_for(("notified",), seconds)
        return event[1] if event else None

    def wait_for(self, names: tuple[str, ...], seconds: float) -> tuple[str, str] | None:
        """Wait until one of these is in the log, and give it with its value."""
        deadline = time.monotonic() + seconds
        while True:
            if line := self._next(names):
                return line
            if self.process is None or self.process.poll() is not None:
                if line := self._next(names):
                    return line
                raise PhoneFault(f"sip: the user agent ended early while waiting for {names[0]} (see {self.flash}/sip-*.err)")
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)

    def stop(self) -> None:
        """Fall silent, as the loss of power does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _start(self, scenario: str, pause: int, keys: dict[str, str]) -> None:
        self.stop()
        self.log.unlink(missing_ok=True)
        self.had = set()
        self.runs += 1
        trace = self.flash / f"sip-{int(time.time())}-{self.runs}"
        arguments = []
        for key, value in {"user": self.account.user, "agent": self.agent, **keys}.items():
            arguments += ["-key", key, value]
        with open(f"{trace}.screen", "wb") as screen:
            self.process = subprocess.Popen(
                ["sipp", "-sf", SCENARIOS / scenario, "-oocsf", SCENARIOS / "answer.xml", *arguments,
                 "-s", self.account.user, "-au", self.account.auth_user, "-ap", self.account.password,
                 "-i", self.address, "-p", str(self.port), "-m", "1", "-d", str(pause), "-nostdin",
                 "-trace_logs", "-log_file", self.log, "-trace_err", "-error_file", f"{trace}.err",
                 "-trace_msg", "-message_file", f"{trace}.messages", f"{self.account.server}:{self.account.port}"],
                cwd=self.flash, stdin=subprocess.DEVNULL, stdout=screen, stderr=screen)

    def _next(self, names: tuple[str, ...]) -> tuple[str, str] | None:
        """The first event of one of these names that nobody has had yet; a NOTIFY can overtake the end of a call."""
        # The last line may still be growing.
        lines = self.log.read_text(errors="replace").split("\n")[:-1] if self.log.exists() else []
        for index, line in enumerate(lines):
            name, _, value = line.partition(" ")
            if name in names and index not in self.had:
                self.had.add(index)
                return name, value.strip(" []")
        return None


class SpeechListener:
    """Counts the RTP packets that reach the phone during a call."""

    def __init__(self, port: int):
        self.packets = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("", port))
        self.socket.settimeout(0.2)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "SpeechListener":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.thread.join()
        self.socket.close()

    def _listen(self) -> None:
        while not self.ended.is_set():
            try:
                packet = self.socket.recv(2048)
            except TimeoutError:
                continue
            # RTP version 2, RFC 3550 section 5.1.
            if len(packet) >= 12 and packet[0] >> 6 == 2:
                self.packets += 1
