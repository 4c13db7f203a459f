# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated desk phone for the lab: real DHCP, HTTP, TFTP and SIP clients, driven the way a phone drives its own.

The phone knows what is printed on its box (model, firmware, MAC address) and learns everything else from the network:
where its configuration lies from DHCP, its account from the configuration.
"""
