# SPDX-License-Identifier: GPL-3.0-or-later
"""A provd of one's own on the loopback interface, for checks and benchmarks that start and end it."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# A build machine may be slow and loaded; a provd that is not there after this long will not come.
START_SECONDS = 120


# How often a start is tried when another program was quicker to take a port.
STARTS = 5


def free_ports(count):
    """Ports that are free for TCP and UDP, as SIP needs it. They are held until all are found, so that they differ."""
    with contextlib.ExitStack() as held:
        ports = []
        while len(ports) < count:
            tcp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            udp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            tcp.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                ports.append(tcp.getsockname()[1])
        return ports


class Provd:
    """A provd with its state in a directory. It is started and ended as often as one likes."""

    def __init__(self, program, directory, settings="", address="127.0.0.1", sip_port=None):
        """Settings are lines of provd.yml. The address is what phones are told; with a port of SIP it should be nobody else's."""
        self.address, self.wanted_sip_port = address, sip_port
        self.program = os.path.abspath(program)
        self.directory = directory
        self.settings = settings
        self.state = os.path.join(directory, "state")
        self.database = os.path.join(self.state, "provd.db")
        self.log = os.path.join(directory, "provd.log")
        self.config = os.path.join(directory, "provd.yml")
        self.environment = {}
        # A program that starts it, with its arguments, and becomes it.
        self.launcher = []
        self.process = None
        self.port = self.http_port = self.tftp_port = None

    def configure(self):
        """Takes free ports, anew for each start, so that a connection that lingers is in nobody's way."""
        self.port, self.http_port, self.tftp_port, sip_port = free_ports(4)
        with open(self.config, "w") as file:
            file.write(
                f"advertised_address: {self.address}\nstate_directory: {self.state}\nplugins_directory: {ROOT}/plugins\n"
                f"http: {{address: {self.address}, port: {self.http_port}}}\n"
                f"rest: {{address: 127.0.0.1, port: {self.port}, requests_per_second: 1000000}}\n"
                f"tftp: {{address: {self.address}, port: {self.tftp_port}}}\n"
                f"sip: {{address: {self.address}, port: {self.wanted_sip_port or sip_port}}}\n"
                f"sightings: {{socket: {self.directory}/s.sock}}\ndhcp: {{definitions: {ROOT}/dhcp}}\n{self.settings}")

    def start(self):
        """Starts it, and waits until it answers. Returns whether it did: False if it ended by itself."""
        for _ in range(STARTS):
            if self.start_once():
                return True
            if "annot listen" not in self.last_words():
                break
        return False

    def start_once(self):
        self.configure()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.launcher, self.program, "--config", self.config], stdout=log, stderr=log, env={**os.environ, **self.environment})
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                return False
            try:
                if self.request("GET", "/health/live")[0] == 200:
                    return True
            except OSError:
                time.sleep(0.005)
        raise SystemExit(f"provd did not come up within {START_SECONDS} s; its log is {self.log}")

    def end(self, how=signal.SIGTERM):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait()

    def last_words(self):
        """The last line of the log."""
        with open(self.log, errors="replace") as file:
            return ([""] + file.read().strip().splitlines())[-1]

    def token(self):
        with open(os.path.join(self.state, "admin-token")) as file:
            return file.read().strip()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def request(self, method, path, body=None, connection=None, media="application/json"):
        """Asks the management API. Returns the status and the body, parsed if it is JSON."""
        own = connection or self.connect()
        headers = {"Content-Type": media}
        if not path.startswith("/health"):
            headers["X-Auth-Token"] = self.token()
        if method in ("PATCH", "DELETE"):
            # Whatever is there: nobody else changes anything.
            headers["If-Match"] = "*"
        own.request(method, path, body if body is None or isinstance(body, str) else json.dumps(body), headers)
        answer = own.getresponse()
        data = answer.read()
        if not connection:
            own.close()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(data) if data and is_json else data

    def cpu_seconds(self):
        """The processor time that it has used."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self):
        """What it holds in memory now, and the most that it held."""
        with open(f"/proc/{self.process.pid}/status") as file:
            found = dict(line.split(":", 1) for line in file)
        return tuple(int(found[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
