# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in a phone's life."""


class PhoneFault(Exception):
    """The phone cannot go on; the text says at which step, and what it saw."""
