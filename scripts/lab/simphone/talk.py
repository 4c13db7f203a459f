# SPDX-License-Identifier: GPL-3.0-or-later
"""A call between two phones: a small SIP user agent over UDP that registers, calls or is called, and sends speech.

It knows what two phones on one site need of RFC 3261, and nothing more.
"""

import hashlib
import re
import secrets
import socket
import threading
import time

from .account import Account
from .fault import PhoneFault

SIP_PORT = 5060
#: How long a conversation lasts.
TALK_SECONDS = 2.0
PACKET_SECONDS = 0.02
#: RFC 3261 17.1.1.1: the first retransmission comes after 500 ms.
T1_SECONDS = 0.5


class Message:
    """A SIP message: its first line, its header fields by name, its body."""

    def __init__(self, data: bytes):
        head, _, self.body = data.decode(errors="replace").partition("\r\n\r\n")
        self.start, *lines = head.split("\r\n")
        self.fields: list[tuple[str, str]] = []
        for line in lines:
            name, _, value = line.partition(":")
            self.fields.append((name.strip().lower(), value.strip()))

    def __getitem__(self, name: str) -> str:
        return next((value for field, value in self.fields if field == name), "")

    def all(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field == name]

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        return self.start.split()[0]

    @property
    def speech_port(self) -> int:
        found = re.search(r"^m=audio (\d+) ", self.body, re.MULTILINE)
        return int(found.group(1)) if found else 0

    @property
    def speech_host(self) -> str:
        found = re.search(r"^c=IN IP4 (\S+)", self.body, re.MULTILINE)
        return found.group(1) if found else ""


class Speech:
    """RTP both ways: PCMU silence out, 50 packets each second, and a count of what comes in."""

    def __init__(self, address: str):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.settimeout(PACKET_SECONDS)
        self.port = self.socket.getsockname()[1]
        self.sent = self.received = 0
        self.ended = threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self, peer: tuple[str, int]) -> None:
        self.threads = [threading.Thread(target=self._send, args=(peer,), daemon=True), threading.Thread(target=self._receive, daemon=True)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()
        self.socket.close()

    def _send(self, peer: tuple[str, int]) -> None:
        source = secrets.token_bytes(4)
        while not self.ended.wait(PACKET_SECONDS):
            header = b"\x80\x00" + (self.sent & 0xFFFF).to_bytes(2) + (160 * self.sent & 0xFFFFFFFF).to_bytes(4) + source
            self.socket.sendto(header + b"\xff" * 160, peer)
            self.sent += 1

    def _receive(self) -> None:
        while not self.ended.is_set():
            try:
                packet = self.socket.recv(2048)
            except (TimeoutError, ConnectionError):
                continue
            if len(packet) >= 12 and packet[0] >> 6 == 2:
                self.received += 1


class TalkingPhone:
    """The phone while it talks to another: it holds the phone's SIP port."""

    def __init__(self, account: Account, address: str, agent: str):
        self.account, self.address, self.agent = account, address, agent
        self.server = (socket.gethostbyname(account.server), account.port)
        self.call_id, self.tag = secrets.token_hex(8), secrets.token_hex(4)
        self.number = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, SIP_PORT))

    def close(self) -> None:
        self.socket.close()

    def register(self) -> None:
        uri = f"sip:{self.account.server}:{self.account.port}"
        answer = self._ask("REGISTER", uri, self._own(), extra="Expires: 300\r\n")
        if answer.status != 200:
            raise PhoneFault(f"register: {self.account}: answer {answer.status}")

    def call(self, number: str, seconds: float) -> dict:
        """Call a number until somebody answers, talk, and hang up."""
        self.call_id = secrets.token_hex(8)
        speech = Speech(self.address)
        deadline = time.monotonic() + seconds
        uri = f"sip:{number}@{self.account.server}:{self.account.port}"
        while True:
            answer = self._ask("INVITE", uri, f"<{uri}>", body=self._description(speech.port))
            accepted = answer.status == 200
            if accepted:
                target = re.search(r"<?(sip:[^>;]+)", answer["contact"]).group(1)
                routes = "".join(f"Route: {route}\r\n" for route in reversed(answer.all("record-route")))
                if answer.speech_port:
                    speech.start((answer.speech_host, answer.speech_port))
                self._send(self._request("ACK", target, answer["to"], self.number, routes), self._hop(target, routes))
                if answer.speech_port:
                    break
                self._ask("BYE", target, answer["to"], extra=routes, hop=self._hop(target, routes))
            if time.monotonic() > deadline:
                speech.stop()
                raise PhoneFault(f"talk: {number} answered {answer.status}{' without a word of speech' if accepted else ''}")
            # The other phone may not be there yet, or still be what it was before it talks, which accepts everything (sip/answer.xml).
            time.sleep(1)
        time.sleep(TALK_SECONDS)
        self._ask("BYE", target, answer["to"], extra=routes, hop=self._hop(target, routes))
        speech.stop()
        return {"number": number, "outcome": "talked", "sent": speech.sent, "speech_packets": speech.received}

    def answer(self, seconds: float) -> dict:
        """Wait for a call, take it, and talk until the other hangs up."""
        deadline = time.monotonic() + seconds
        speech: Speech | None = None
        accepted = b""
        caller = ""
        try:
            while time.monotonic() < deadline:
                received = self._receive(deadline)
                if received is None:
                    break
                message, peer = received
                if message.method == "INVITE":
                    if speech is None:
                        speech = Speech(self.address)
                        caller = re.search(r"sip:([^@;>]+)", message["from"]).group(1)
                        accepted = self._response(message, "200 OK", self._description(speech.port))
                        self._send(self._response(message, "180 Ringing"), peer)
                        speech.start((message.speech_host, message.speech_port))
                    self._send(accepted, peer)
                elif message.method == "BYE":
                    self._send(self._response(message, "200 OK"), peer)
                    if speech is not None:
                        return {"number": caller, "outcome": "talked", "sent": speech.sent, "speech_packets": speech.received}
                elif message.method in ("OPTIONS", "NOTIFY"):
                    self._send(self._response(message, "200 OK"), peer)
        finally:
            if speech is not None:
                speech.stop()
        raise PhoneFault(f"talk: nobody called within {seconds:.0f} s")

    # What goes over the wire

    def _ask(self, method: str, uri: str, to: str, extra: str = "", body: str = "", hop: tuple[str, int] | None = None) -> Message:
        """Send a request and wait for its final answer, with credentials once they are asked for."""
        credentials = ""
        for _ in range(2):
            self.number += 1
            request = self._request(method, uri, to, self.number, extra + credentials, body)
            answer = self._transact(request, hop or self.server)
            if method == "INVITE" and answer.status >= 300:
                self._send(self._acknowledgement(request, answer), self.server)
            if answer.status not in (401, 407) or credentials:
                return answer
            credentials = self._credentials(answer, method, uri)
        return answer

    def _transact(self, request: bytes, hop: tuple[str, int]) -> Message:
        number, wait, deadline = self.number, T1_SECONDS, time.monotonic() + 40
        self._send(request, hop)
        provisional = False
        while time.monotonic() < deadline:
            received = self._receive(time.monotonic() + (deadline - time.monotonic() if provisional else wait))
            if received is None:
                wait *= 2
                self._send(request, hop)
                continue
            message, peer = received
            if message.status == 0:
                self._send(self._response(message, "200 OK"), peer)
            elif message["cseq"].split()[:1] == [str(number)]:
                if message.status >= 200:
                    return message
                provisional = True
        raise PhoneFault(f"talk: no answer to {request.split(None, 1)[0].decode()}")

    def _receive(self, deadline: float) -> tuple[Message, tuple[str, int]] | None:
        self.socket.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            data, peer = self.socket.recvfrom(65535)
        except TimeoutError:
            return None
        return Message(data), peer

    def _send(self, data: bytes, peer: tuple[str, int]) -> None:
        self.socket.sendto(data, peer)

    def _own(self) -> str:
        return f"<sip:{self.account.user}@{self.account.server}>"

    def _request(self, method: str, uri: str, to: str, number: int, extra: str = "", body: str = "") -> bytes:
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return (
            f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self.address}:{SIP_PORT};rport;branch=z9hG4bK{secrets.token_hex(8)}\r\n"
            f"Max-Forwards: 70\r\nFrom: {self._own()};tag={self.tag}\r\nTo: {to}\r\nCall-ID: {self.call_id}\r\nCSeq: {number} {method}\r\n"
            f"Contact: <sip:{self.account.user}@{self.address}:{SIP_PORT}>\r\nUser-Agent: {self.agent}\r\n{extra}{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def _response(self, request: Message, status: str, body: str = "") -> bytes:
        fields = "".join(f"{name.title()}: {value}\r\n" for name, value in request.fields if name in ("via", "from", "call-id", "cseq", "record-route"))
        to = request["to"] if ";tag=" in request["to"] else f"{request['to']};tag={self.tag}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return (
            f"SIP/2.0 {status}\r\n{fields}To: {to}\r\nContact: <sip:{self.account.user}@{self.address}:{SIP_PORT}>\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def _acknowledgement(self, request: bytes, answer: Message) -> bytes:
        sent = Message(request)
        uri = sent.start.split()[1]
        return (
            f"ACK {uri} SIP/2.0\r\nVia: {sent['via']}\r\nMax-Forwards: 70\r\nFrom: {sent['from']}\r\nTo: {answer['to']}\r\n"
            f"Call-ID: {self.call_id}\r\nCSeq: {sent['cseq'].split()[0]} ACK\r\nContent-Length: 0\r\n\r\n").encode()

    def _hop(self, target: str, routes: str) -> tuple[str, int]:
        """Where a request within the call goes: by the first route, else to the other phone itself."""
        found = re.search(r"sip:(?:[^@>;]*@)?([0-9.]+)(?::(\d+))?", routes or target)
        return found.group(1), int(found.group(2) or SIP_PORT)

    def _description(self, port: int) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\n")

    def _credentials(self, challenge: Message, method: str, uri: str) -> str:
        """RFC 7616 with MD5, which every phone knows."""
        asked = {401: "www-authenticate", 407: "proxy-authenticate"}[challenge.status]
        # A challenge that names no algorithm means MD5.
        value = next(value for value in challenge.all(asked) if "algorithm=MD5" in value or "algorithm=" not in value)
        realm, nonce = (re.search(rf'{name}="([^"]*)"', value).group(1) for name in ("realm", "nonce"))
        client = secrets.token_hex(4)

        def digest(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        first = digest(self.account.auth_user, realm, self.account.password)
        proof = digest(first, nonce, "00000001", client, "auth", digest(method, uri))
        return (
            f'{"Proxy-" if challenge.status == 407 else ""}Authorization: Digest username="{self.account.auth_user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{proof}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{client}"\r\n')
