/* SPDX-License-Identifier: GPL-3.0-or-later */
/* System calls of Linux that Swift's view of the C library lacks. None of them waits. */
#ifndef CSYSTEMCALLS_H
#define CSYSTEMCALLS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Entries that one call of csystem_send_datagrams takes at most. */
enum { CSYSTEM_MAXIMUM_DATAGRAMS = 64 };

/* A datagram, or several to one destination that are of equal length but for the last, which may be shorter. */
struct csystem_datagram {
    uint32_t offset;                 /* where its bytes begin */
    uint32_t length;                 /* bytes altogether */
    uint16_t segment_length;         /* bytes of each of several datagrams; 0 for one */
    uint16_t address_length;         /* bytes of the destination that count: those of a sockaddr_in, or all */
    struct sockaddr_in6 destination; /* or a sockaddr_in in the same place */
};

/* Sends the first entries of a list, whose bytes lie behind each other: sendmmsg(2), with UDP_SEGMENT of udp(7).
 *
 * Returns how many entries were handed to the system. When the first one could not be, returns 0 and sets *error to the
 * errno; *error is 0 otherwise.
 */
unsigned csystem_send_datagrams(int socket, const void *bytes, const struct csystem_datagram *list, unsigned count, int *error);

/* Reads those bytes of a file that are in memory already: preadv2(2) with RWF_NOWAIT.
 *
 * Returns how many were read, or -1 with errno: EAGAIN when the disk has to be asked, EOPNOTSUPP on file systems that
 * cannot tell.
 */
ssize_t csystem_read_cached(int file, void *target, size_t count, int64_t offset);

#endif
