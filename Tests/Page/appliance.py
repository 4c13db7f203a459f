# SPDX-License-Identifier: GPL-3.0-or-later
"""provd on free ports of the loopback, and phones that boot from it: what the tests of the page look at."""

import contextlib
import functools
import http.client
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(REPOSITORY / "scripts/lab"))

from simphone import sip  # noqa: E402
from simphone.yealink import account_in, parse_settings  # noqa: E402

#: A loaded machine takes its time; a test that waits goes on as soon as it can.
PATIENCE_SECONDS = 90


def free_port(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_ports(count: int) -> list[int]:
    """Different ports, each free for TCP and for UDP: SIP listens on both."""
    ports = []
    with contextlib.ExitStack() as held:
        while len(ports) < count:
            tcp, udp = (held.enter_context(socket.socket(socket.AF_INET, kind)) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM))
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            ports.append(tcp.getsockname()[1])
    return ports


class Appliance:
    """A running provd with an empty database."""

    def __init__(self, provd: str):
        self.directory = Path(tempfile.mkdtemp(prefix="provd-page."))
        self.http_port, self.rest_port, self.sip_port, tftp_port = free_ports(4)
        configuration = self.directory / "provd.yml"
        configuration.write_text(f"""\
state_directory: {self.directory}/state
plugins_directory: {REPOSITORY}/plugins
page_directory: {REPOSITORY}/page
advertised_address: 127.0.0.1
http: {{address: 127.0.0.1, port: {self.http_port}}}
tftp: {{address: 127.0.0.1, port: {tftp_port}}}
rest: {{address: 127.0.0.1, port: {self.rest_port}}}
sip: {{address: 127.0.0.1, port: {self.sip_port}}}
speech: {{manner: "off"}}
sightings: {{socket: {self.directory}/sightings.sock}}
dhcp: {{definitions: {REPOSITORY}/dhcp}}
""")
        self.log = self.directory / "provd.log"
        self.command = [provd, "serve", "--config", str(configuration)]
        self.start()
        self.token = (self.directory / "state/admin-token").read_text().strip()
        self.url = f"http://127.0.0.1:{self.rest_port}"

    def check_alive(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"provd ended: {self.log.read_text()[-2000:]}")
        return False

    def start(self) -> None:
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        wait_for(lambda: "provd is ready" in self.log.read_text() or self.check_alive(), "provd is ready")

    def quit(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.quit()
        shutil.rmtree(self.directory, ignore_errors=True)

    def request(self, method: str, path: str, body=None, headers=()) -> tuple[int, dict, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.rest_port, timeout=PATIENCE_SECONDS)
        with contextlib.closing(connection):
            payload = None if body is None else json.dumps(body).encode()
            kind = "application/vnd.proformatique.provd+json" if path.startswith("/0.2") else "application/json"
            connection.request(method, path, payload, {"X-Auth-Token": self.token, "Content-Type": kind, **dict(headers)})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def api(self, method: str, path: str, body=None):
        # Whatever is there: nobody else changes anything.
        status, _, content = self.request(method, path, body, {"If-Match": "*"} if method in ("PATCH", "DELETE") else {})
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {content[:500]!r}")
        return json.loads(content) if content else None

    def observe(self, line: dict) -> None:
        """What the sniffer would bring."""
        with socket.socket(socket.AF_UNIX) as sightings:
            sightings.settimeout(PATIENCE_SECONDS)
            sightings.connect(str(self.directory / "sightings.sock"))
            sightings.sendall(json.dumps(line).encode() + b"\n")
            if not sightings.recv(100).startswith(b"ok"):
                raise RuntimeError(f"not taken: {line}")

    def add_line(self, number: str, name: str) -> dict:
        return self.api("POST", "/1.0/lines", {"number": number, "display_name": name})

    def add_device(self, **document) -> str:
        return self.api("POST", "/1.0/devices", document)["id"]


class Phone:
    """A Yealink T46S on the loopback. It has an address of its own there, as on a network."""

    vendor_class = "yealink"

    def __init__(self, appliance: Appliance, mac: str, address: str):
        self.appliance, self.mac, self.address = appliance, mac, address
        self.flash = appliance.directory / mac.replace(":", "")
        self.flash.mkdir()
        self.agent = None

    def lease(self) -> None:
        """Its DHCP server says that it has an address, which is the first that anybody sees of it."""
        vendor_class = ".".join(f"{byte:02x}" for byte in self.vendor_class.encode())
        self.appliance.api("POST", "/0.2/dev_mgr/dhcpinfo", {
            "dhcp_info": {"op": "commit", "ip": self.address, "mac": self.mac, "options": [f"060{vendor_class}"]}})

    def fetch(self) -> bytes:
        """Its own configuration file."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.appliance.http_port, timeout=PATIENCE_SECONDS, source_address=(self.address, 0))
        with contextlib.closing(connection):
            path = f"/{self.mac.replace(':', '')}.cfg"
            connection.request("GET", path, headers={"User-Agent": f"Yealink SIP-T46S 66.86.0.15 {self.mac}"})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            return content

    def register(self) -> str:
        """Registers with the account of its configuration, and stays registered. Its user name."""
        account = account_in(parse_settings("configuration", self.fetch()))
        self.power_off()
        udp = socket.SOCK_DGRAM
        self.agent = sip.UserAgent(
            account, self.address, "Yealink SIP-T46S 66.86.0.15", self.flash, port=free_port(udp), speech_port=free_port(udp))
        self.agent.register()
        return account.user

    def dial(self, code: str) -> dict:
        return self.agent.call(code)

    def power_off(self) -> None:
        if self.agent:
            self.agent.stop()
            self.agent = None


def wait_for(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)


class PluginRepository:
    """A signed repository on the loopback that offers a plugin in a newer version than the one that came with provd."""

    plugin, version = "htek-2.0.4", "1.1.0"

    def __init__(self, directory: Path, provctl: str):
        source = directory / "htek"
        shutil.copytree(REPOSITORY / "plugins/htek/2.0.4", source)
        manifest = source / "plugin.yml"
        manifest.write_text(manifest.read_text().replace("version: 1.0.0", f"version: {self.version}", 1))
        (directory / "repository").mkdir()
        for arguments in (["key", "new", "example"], ["pack", "htek", "--output", "repository", "--key", "example.key"],
                          ["index", "repository", "--name", "example", "--key", "example.key"]):
            subprocess.run([provctl, "plugin", *arguments], cwd=directory, check=True, stdout=subprocess.DEVNULL)
        self.key = (directory / "example.pub").read_text().strip()
        handler = functools.partial(QuietFiles, directory=str(directory / "repository"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def built_provd() -> str:
    """The executable to test: PROVD, or that of the last debug build."""
    return os.environ.get("PROVD") or str(REPOSITORY / ".build/debug/provd")
