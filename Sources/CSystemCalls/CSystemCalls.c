/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "CSystemCalls.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* linux/udp.h */
#endif

unsigned csystem_send_datagrams(int socket, const void *bytes, const struct csystem_datagram *list, unsigned count, int *error) {
    struct mmsghdr messages[CSYSTEM_MAXIMUM_DATAGRAMS];
    struct iovec pieces[CSYSTEM_MAXIMUM_DATAGRAMS];
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
    } controls[CSYSTEM_MAXIMUM_DATAGRAMS];

    *error = 0;
    if (count > CSYSTEM_MAXIMUM_DATAGRAMS) count = CSYSTEM_MAXIMUM_DATAGRAMS;
    for (unsigned i = 0; i < count; i++) {
        pieces[i] = (struct iovec){.iov_base = (char *)bytes + list[i].offset, .iov_len = list[i].length};
        messages[i] = (struct mmsghdr){
            .msg_hdr = {
                .msg_name = (void *)&list[i].destination, .msg_namelen = list[i].address_length, .msg_iov = &pieces[i], .msg_iovlen = 1}};
        if (list[i].segment_length == 0) continue;
        messages[i].msg_hdr.msg_control = controls[i].bytes;
        messages[i].msg_hdr.msg_controllen = sizeof controls[i].bytes;
        struct cmsghdr *control = CMSG_FIRSTHDR(&messages[i].msg_hdr);
        control->cmsg_level = IPPROTO_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        memcpy(CMSG_DATA(control), &list[i].segment_length, sizeof(uint16_t));
    }
    int sent;
    do sent = sendmmsg(socket, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0) return (unsigned)sent;
    *error = errno;
    return 0;
}

ssize_t csystem_read_cached(int file, void *target, size_t count, int64_t offset) {
    struct iovec piece = {.iov_base = target, .iov_len = count};
    return preadv2(file, &piece, 1, offset, RWF_NOWAIT);
}
