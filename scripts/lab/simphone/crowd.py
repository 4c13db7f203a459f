# SPDX-License-Identifier: GPL-3.0-or-later
"""Many phones in one place: SIP user agents over UDP that wait for answers together.

Each has a port of its own, so that an address translator in front of them keeps them apart as it keeps real phones apart.
"""

import asyncio
import hashlib
import re
import secrets

from .account import Account
from .fault import PhoneFault
from .talk import Message, T1_SECONDS

#: RFC 3261 17.1.2.2, timer F is 32 s; a slow machine gets more.
ANSWER_SECONDS = 60
REGISTRATION_SECONDS = 300


class SoftPhone(asyncio.DatagramProtocol):
    """One phone: registers, dials, hangs up, takes NOTIFY."""

    def __init__(self, agent: str):
        self.agent = agent
        self.account: Account | None = None
        self.tag, self.call_id, self.number = secrets.token_hex(4), secrets.token_hex(8), 0
        self.waiting: dict[tuple[str, str], asyncio.Queue] = {}
        self.notified: asyncio.Queue[str] = asyncio.Queue()
        self.answered: dict[tuple[str, str], bytes] = {}

    @classmethod
    async def open(cls, address: str, agent: str) -> "SoftPhone":
        loop = asyncio.get_running_loop()
        _, phone = await loop.create_datagram_endpoint(lambda: cls(agent), local_addr=(address, 0))
        return phone

    # What arrives

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport
        self.address, self.port = transport.get_extra_info("sockname")

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        message = Message(data)
        key = (message["call-id"], message["cseq"])
        if message.status:
            if key in self.waiting:
                self.waiting[key].put_nowait(message)
            return
        if key not in self.answered:
            # A request that is repeated gets its answer again, and happens once.
            self.answered[key] = self._response(message)
            if message.method == "NOTIFY":
                self.notified.put_nowait(message["event"])
        if message.method != "ACK":
            self.transport.sendto(self.answered[key], peer)

    def error_received(self, error: OSError) -> None:
        # The server is away for a moment: what was sent is sent again.
        pass

    def close(self) -> None:
        self.transport.close()

    # What a phone does

    async def register(self, account: Account, seconds: int = REGISTRATION_SECONDS) -> None:
        """Register with an account; the phone has it from now on."""
        self.account = account
        answer = await self._ask("REGISTER", f"sip:{account.server}:{account.port}", extra=f"Expires: {seconds}\r\n")
        if answer.status != 200:
            raise PhoneFault(f"register: {account}: answer {answer.status}")

    async def unregister(self) -> None:
        """Take the registration back."""
        await self.register(self.account, seconds=0)

    async def dial(self, number: str, key: str = "", reached=lambda step: None) -> Message:
        """Call a number. A call that is answered is acknowledged, given a key if there is one to press, and ended by this side.

        `reached` is called with each step as soon as its message is sent: invited, answered, confirmed, ended.
        """
        self.call_id = secrets.token_hex(8)
        uri = f"sip:{number}@{self.account.server}:{self.account.port}"
        answer = await self._ask("INVITE", uri, body=self._description(), sent=lambda: reached("invited"))
        if answer.status != 200:
            return answer
        target = re.search(r"<?(sip:[^>;]+)", answer["contact"]).group(1)
        self._send(self._request("ACK", target, answer["to"], self.number))
        reached("answered")
        if key:
            signal = f"Signal={key}\r\nDuration=160\r\n"
            await self._ask("INFO", target, to=answer["to"], extra="Content-Type: application/dtmf-relay\r\n", body=signal)
            reached("confirmed")
        await self._ask("BYE", target, to=answer["to"], sent=lambda: reached("ended"))
        return answer

    # What goes over the wire

    async def _ask(self, method: str, uri: str, to: str = "", extra: str = "", body: str = "", sent=lambda: None) -> Message:
        """Send a request and wait for its final answer, with credentials once they are asked for.

        `sent` is called when it is sent as the server will take it.
        """
        credentials = ""
        for _ in range(3):
            self.number += 1
            request = self._request(method, uri, to or f"<{uri}>" if method != "REGISTER" else self._own(), self.number, extra + credentials, body)
            answer = await self._transact(request, sent if credentials or method not in ("INVITE", "REGISTER") else lambda: None)
            if method == "INVITE" and answer.status >= 300:
                self._send(self._acknowledgement(request, answer))
            if answer.status != 401:
                return answer
            credentials = self._credentials(answer, method, uri)
        return answer

    async def _transact(self, request: bytes, on_sent) -> Message:
        sent = Message(request)
        key = (sent["call-id"], sent["cseq"])
        answers = self.waiting[key] = asyncio.Queue()
        wait, loop = T1_SECONDS, asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_SECONDS
        provisional = False
        try:
            self._send(request)
            on_sent()
            while loop.time() < deadline:
                try:
                    answer = await asyncio.wait_for(answers.get(), deadline - loop.time() if provisional else wait)
                except TimeoutError:
                    wait = min(wait * 2, 4)
                    self._send(request)
                    continue
                if answer.status >= 200:
                    return answer
                provisional = True
        finally:
            del self.waiting[key]
        raise PhoneFault(f"no answer to {sent.method}")

    def _send(self, data: bytes) -> None:
        self.transport.sendto(data, (self.account.server, self.account.port))

    def _own(self) -> str:
        return f"<sip:{self.account.user}@{self.account.server}>"

    def _request(self, method: str, uri: str, to: str, number: int, extra: str = "", body: str = "") -> bytes:
        kind = "Content-Type: application/sdp\r\n" if body and method == "INVITE" else ""
        return (
            f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self.address}:{self.port};rport;branch=z9hG4bK{secrets.token_hex(8)}\r\n"
            f"Max-Forwards: 70\r\nFrom: {self._own()};tag={self.tag}\r\nTo: {to}\r\nCall-ID: {self.call_id}\r\nCSeq: {number} {method}\r\n"
            f"Contact: <sip:{self.account.user}@{self.address}:{self.port}>\r\nUser-Agent: {self.agent}\r\n{extra}{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def _response(self, request: Message) -> bytes:
        fields = "".join(f"{name.title()}: {value}\r\n" for name, value in request.fields if name in ("via", "from", "call-id", "cseq"))
        to = request["to"] if ";tag=" in request["to"] else f"{request['to']};tag={self.tag}"
        return f"SIP/2.0 200 OK\r\n{fields}To: {to}\r\nContent-Length: 0\r\n\r\n".encode()

    def _acknowledgement(self, request: bytes, answer: Message) -> bytes:
        sent = Message(request)
        return (
            f"ACK {sent.start.split()[1]} SIP/2.0\r\nVia: {sent['via']}\r\nMax-Forwards: 70\r\nFrom: {sent['from']}\r\nTo: {answer['to']}\r\n"
            f"Call-ID: {sent['call-id']}\r\nCSeq: {sent['cseq'].split()[0]} ACK\r\nContent-Length: 0\r\n\r\n").encode()

    def _description(self) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
            f"m=audio {self.port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n")

    def _credentials(self, challenge: Message, method: str, uri: str) -> str:
        value = next(value for value in challenge.all("www-authenticate") if "algorithm=MD5" in value)
        realm, nonce = (re.search(rf'{name}="([^"]*)"', value).group(1) for name in ("realm", "nonce"))
        client = secrets.token_hex(4)

        def digest(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        first = digest(self.account.auth_user, realm, self.account.password)
        proof = digest(first, nonce, "00000001", client, "auth", digest(method, uri))
        return (
            f'Authorization: Digest username="{self.account.auth_user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{proof}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{client}"\r\n')
