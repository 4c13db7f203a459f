/* SPDX-License-Identifier: GPL-3.0-or-later */

/* libpcap, and the parts of the system that Swift's Glibc module leaves out. Only the module PacketCapture imports this. */

#ifndef CPCAP_H
#define CPCAP_H

#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <pcap/pcap.h>
#include <sys/eventfd.h>

/* The macro is a cast, which Swift does not import. */
static const bpf_u_int32 cpcap_netmask_unknown = PCAP_NETMASK_UNKNOWN;

#endif
