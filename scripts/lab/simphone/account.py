# SPDX-License-Identifier: GPL-3.0-or-later
"""The SIP account that a phone finds in its configuration."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """One registration: whose it is, and where it goes."""

    server: str
    port: int
    user: str
    auth_user: str
    password: str
    display_name: str

    def __str__(self) -> str:
        return f"{self.user} ({self.display_name}) at {self.server}:{self.port}"
