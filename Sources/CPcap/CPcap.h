/* SPDX-License-Identifier: GPL-3.0-or-later */

/* libpcap, and the parts of the system that Swift's Glibc module leaves out. Only the module PacketCapture imports this. */

#ifndef CPCAP_H
#define CPCAP_H

#include <grp.h>
#include <linux/capability.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <pcap/pcap.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The macro is a cast, which Swift does not import. */
static const bpf_u_int32 cpcap_netmask_unknown = PCAP_NETMASK_UNKNOWN;

/* Swift imports no function with a variable number of arguments, such as syscall(2) and prctl(2). */

/* Sets the calling thread's capabilities, given as sets of bits (capset(2)); nothing is inheritable. */
static inline int cpcap_set_capabilities(unsigned long long permitted, unsigned long long effective) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {(__u32)effective, (__u32)permitted, 0},
        {(__u32)(effective >> 32), (__u32)(permitted >> 32), 0},
    };
    return (int)syscall(SYS_capset, &header, data);
}

/* Reads the calling thread's permitted capabilities (capget(2)). */
static inline int cpcap_get_permitted(unsigned long long *permitted) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    int status = (int)syscall(SYS_capget, &header, data);
    *permitted = (unsigned long long)data[1].permitted << 32 | data[0].permitted;
    return status;
}

static inline int cpcap_process_control(int option, unsigned long argument) { return prctl(option, argument, 0UL, 0UL, 0UL); }

#endif
