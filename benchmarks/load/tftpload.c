/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tftpload - small epoll TFTP read (RRQ) load generator, RFC 1350/2347/2348/2349/7440 client side.
 *
 * One thread, N concurrent transfers, one fresh UDP socket (TID) per transfer, loopback only
 * (refuses any server address outside 127.0.0.0/8).  File name is a template (%m %M %c %C as in
 * httpload).  With --bind-ip each transfer's socket is bound to the phone's IP from the list
 * (must be 127.x.y.z), so that a server that identifies phones by address sees distinct phones.
 *
 * Counted: complete transfers, bytes of payload (complete and partial), retransmits sent by this
 * client, timeouts, TFTP errors, size/content mismatches (--size, --verify FILE).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct { char mac[13], ip[64]; } phone_t;
static phone_t *phones; static size_t nphones;

typedef struct {
  int fd; bool active, gotpeer; struct sockaddr_in peer; size_t ph; double t0, tlast; int tries;
  uint64_t bytes; uint64_t blk;            /* last in-order block received (absolute) */
  unsigned wcount; unsigned blksize, win; bool oacked;
  unsigned char out[600]; size_t outlen;   /* last packet sent, for retransmit */
  struct sockaddr_in outto;
} xfer_t;

static struct { unsigned long long ok, err, timeouts, retrans, bytes, mism, dups, ooo, started; } S;
static double *lat; static size_t nlat, caplat; static char first_err[300];
static struct sockaddr_in srv; static char host[64] = "127.0.0.1"; static int port = 69;
static char *file_fmt = "%m.cfg", *label = "", *list = NULL; static int conc = 1; static double dur = 0, max_s = 600, rto = 2, xmax = 300;
static unsigned long long total = 0; static int blksize = 0, winsize = 0, retries = 5; static bool bindip = false, tsize = false;
static long long want_size = -1; static unsigned char *ref; static size_t reflen; static unsigned long long seqno; static int order = 1; static uint64_t seed = 88172645463325252ull;
static int ep; static double tstart; static xfer_t *X; static char negotiated[64] = "none"; static int rcvbuf = 0;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
static uint64_t rnd(void) { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; return seed; }
static void die(const char *m) { fprintf(stderr, "tftpload: %s\n", m); exit(2); }

static void expand(const char *f, const phone_t *p, char *o, size_t cap) {
  size_t n = 0;
  for (; *f && n + 20 < cap; f++) {
    if (*f != '%') { o[n++] = *f; continue; }
    f++; bool up = *f == 'M' || *f == 'C', col = *f == 'c' || *f == 'C';
    if (*f == '%') { o[n++] = '%'; continue; }
    if (!strchr("mMcC", *f) || !*f) die("unknown % in --file");
    for (int i = 0; i < 12; i++) { char c = p->mac[i]; if (up && c >= 'a') c -= 32; if (col && i && i % 2 == 0) o[n++] = ':'; o[n++] = c; }
  }
  o[n] = 0;
}

static void load_list(const char *fn) {
  FILE *f = fopen(fn, "r"); if (!f) die("cannot open list"); char line[512]; size_t cap = 0;
  while (fgets(line, sizeof line, f)) {
    char mac[64] = "", ip[64] = ""; if (line[0] == '#' || sscanf(line, "%63s %63s", mac, ip) < 1) continue;
    if (nphones == cap) phones = realloc(phones, (cap = cap ? cap * 2 : 1024) * sizeof *phones);
    phone_t *p = &phones[nphones]; memset(p, 0, sizeof *p); int k = 0;
    for (char *c = mac; *c && k < 12; c++) if (*c != ':' && *c != '-') p->mac[k++] = (*c >= 'A' && *c <= 'F') ? *c + 32 : *c;
    if (k != 12) continue;
    strcpy(p->ip, ip); nphones++;
  }
  fclose(f); if (!nphones) die("empty list");
}

static void tx(xfer_t *x) { sendto(x->fd, x->out, x->outlen, 0, (struct sockaddr *)&x->outto, sizeof x->outto); x->tlast = now(); }
static void ack(xfer_t *x) { uint16_t b = htons((uint16_t)x->blk); x->out[0] = 0; x->out[1] = 4; memcpy(x->out + 2, &b, 2); x->outlen = 4; x->outto = x->peer; tx(x); x->wcount = 0; x->tries = 0; }

static void stop(xfer_t *x) { if (x->fd >= 0) close(x->fd); x->fd = -1; x->active = false; }
static bool may_start(double t) { if (total && S.started >= total) return false; if (dur > 0 && t - tstart >= dur) return false; return true; }

static void begin(xfer_t *x) {
  double t = now(); x->active = false;
  if (!may_start(t)) return;
  x->ph = order ? seqno % nphones : rnd() % nphones; seqno++; S.started++;
  x->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0); if (x->fd < 0) die("socket");
  if (rcvbuf) setsockopt(x->fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf);
  if (bindip) { struct sockaddr_in a = {.sin_family = AF_INET}; if (inet_pton(AF_INET, phones[x->ph].ip, &a.sin_addr) != 1 || (ntohl(a.sin_addr.s_addr) >> 24) != 127) die("--bind-ip needs 127.x.y.z in column 2"); if (bind(x->fd, (void *)&a, sizeof a)) die("bind"); }
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = x}; epoll_ctl(ep, EPOLL_CTL_ADD, x->fd, &e);
  x->active = true; x->gotpeer = false; x->t0 = t; x->tries = 0; x->bytes = 0; x->blk = 0; x->wcount = 0; x->blksize = 512; x->win = 1; x->oacked = false;
  char fn[300]; expand(file_fmt, &phones[x->ph], fn, sizeof fn);
  unsigned char *p = x->out; *p++ = 0; *p++ = 1; size_t l = strlen(fn) + 1; memcpy(p, fn, l); p += l; memcpy(p, "octet", 6); p += 6;
  if (blksize) { p += sprintf((char *)p, "blksize") + 1; p += sprintf((char *)p, "%d", blksize) + 1; }
  if (winsize) { p += sprintf((char *)p, "windowsize") + 1; p += sprintf((char *)p, "%d", winsize) + 1; }
  if (tsize) { p += sprintf((char *)p, "tsize") + 1; p += sprintf((char *)p, "0") + 1; }
  x->outlen = p - x->out; x->outto = srv; tx(x);
}

static void done(xfer_t *x, double t) {
  if (nlat == caplat) lat = realloc(lat, (caplat = caplat ? caplat * 2 : 4096) * sizeof *lat);
  lat[nlat++] = (t - x->t0) * 1e3;
  if ((want_size >= 0 && (long long)x->bytes != want_size) || (ref && x->bytes != reflen)) { S.mism++; if (!first_err[0]) snprintf(first_err, sizeof first_err, "size %llu", (unsigned long long)x->bytes); }
  else S.ok++;
  stop(x); begin(x);
}

static void on_pkt(xfer_t *x) {
  static unsigned char buf[70000];
  for (int guard = 0; guard < 64 && x->active; guard++) {
    struct sockaddr_in from; socklen_t fl = sizeof from;
    ssize_t n = recvfrom(x->fd, buf, sizeof buf, 0, (void *)&from, &fl);
    if (n < 0) return;
    if (n < 4) continue;
    if (x->gotpeer && (from.sin_port != x->peer.sin_port || from.sin_addr.s_addr != x->peer.sin_addr.s_addr)) continue;
    int op = buf[0] << 8 | buf[1];
    if (op == 5) {
      S.err++; buf[n < (ssize_t)sizeof buf ? n : (ssize_t)sizeof buf - 1] = 0;
      if (!first_err[0]) snprintf(first_err, sizeof first_err, "ERROR %d %.200s", buf[2] << 8 | buf[3], buf + 4);
      stop(x); begin(x); return;
    }
    if (!x->gotpeer) { x->gotpeer = true; x->peer = from; }
    if (op == 6) {
      if (x->oacked && x->blk) continue;
      x->oacked = true; char *q = (char *)buf + 2, *e = (char *)buf + n;
      while (q < e) { char *k = q; q += strnlen(q, e - q) + 1; if (q >= e) break; char *v = q; q += strnlen(q, e - q) + 1;
        if (!strcasecmp(k, "blksize")) x->blksize = atoi(v); else if (!strcasecmp(k, "windowsize")) x->win = atoi(v); }
      snprintf(negotiated, sizeof negotiated, "blksize=%u,windowsize=%u", x->blksize, x->win);
      x->blk = 0; ack(x); continue;
    }
    if (op != 3) continue;
    uint16_t b = buf[2] << 8 | buf[3]; uint16_t exp = (uint16_t)(x->blk + 1); size_t len = n - 4;
    if (b != exp) { if (b == (uint16_t)x->blk) { S.dups++; if (x->blk) tx(x); /* our ACK was lost: send it again */ } else S.ooo++;
      if (x->win > 1 && b != (uint16_t)x->blk) ack(x);
      continue; }
    if (ref) { if (x->bytes + len > reflen || memcmp(ref + x->bytes, buf + 4, len)) { S.mism++; if (!first_err[0]) snprintf(first_err, sizeof first_err, "content differs at block %u", b); stop(x); begin(x); return; } }
    x->blk++; x->bytes += len; S.bytes += len; x->wcount++;
    bool last = len < x->blksize;
    if (last || x->wcount >= x->win) ack(x); else x->tlast = now();
    if (last) { done(x, now()); return; }
  }
}

static int cmp(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return x < y ? -1 : x > y; }
static double pct(double p) { if (!nlat) return 0; return lat[(size_t)(p / 100 * (nlat - 1) + .5)]; }
static void usage(void) { fprintf(stderr,
  "tftpload --host 127.0.0.1 --port P --list FILE --file '%%m.xml' [-c CONC] (-d SECONDS | -n TRANSFERS) [--blksize N] [--windowsize N] [--tsize]\n"
  "  [--bind-ip] [--size BYTES] [--verify FILE] [--rto S] [--retries N] [--xfer-max S] [--max-seconds S] [--order seq|random] [--label TEXT] [--rcvbuf N]\n"); exit(2); }

int main(int argc, char **argv) {
  static struct option lo[] = {{"host", 1, 0, 1}, {"port", 1, 0, 2}, {"list", 1, 0, 3}, {"file", 1, 0, 4}, {"blksize", 1, 0, 5}, {"windowsize", 1, 0, 6}, {"bind-ip", 0, 0, 7},
    {"size", 1, 0, 8}, {"verify", 1, 0, 9}, {"rto", 1, 0, 10}, {"retries", 1, 0, 11}, {"xfer-max", 1, 0, 12}, {"max-seconds", 1, 0, 13}, {"order", 1, 0, 14}, {"label", 1, 0, 15}, {"tsize", 0, 0, 16}, {"rcvbuf", 1, 0, 17}, {0}};
  int o;
  while ((o = getopt_long(argc, argv, "c:d:n:h", lo, NULL)) != -1) switch (o) {
    case 1: snprintf(host, sizeof host, "%s", optarg); break; case 2: port = atoi(optarg); break; case 3: list = optarg; break; case 4: file_fmt = optarg; break;
    case 5: blksize = atoi(optarg); break; case 6: winsize = atoi(optarg); break; case 7: bindip = true; break; case 8: want_size = atoll(optarg); break;
    case 9: { FILE *f = fopen(optarg, "rb"); if (!f) die("verify file"); struct stat st; fstat(fileno(f), &st); ref = malloc(st.st_size + 1); reflen = fread(ref, 1, st.st_size, f); fclose(f); break; }
    case 10: rto = atof(optarg); break; case 11: retries = atoi(optarg); break; case 12: xmax = atof(optarg); break; case 13: max_s = atof(optarg); break;
    case 14: order = !strcmp(optarg, "seq"); break; case 15: label = optarg; break; case 16: tsize = true; break; case 17: rcvbuf = atoi(optarg); break;
    case 'c': conc = atoi(optarg); break; case 'd': dur = atof(optarg); break; case 'n': total = strtoull(optarg, 0, 10); break; default: usage(); }
  if (!list || (!dur && !total)) usage();
  srv.sin_family = AF_INET; srv.sin_port = htons(port);
  if (inet_pton(AF_INET, host, &srv.sin_addr) != 1 || (ntohl(srv.sin_addr.s_addr) >> 24) != 127) die("only 127.0.0.0/8 targets are allowed");
  load_list(list); ep = epoll_create1(0); X = calloc(conc, sizeof *X);
  struct rusage r0; getrusage(RUSAGE_SELF, &r0); tstart = now();
  for (int i = 0; i < conc; i++) { X[i].fd = -1; begin(&X[i]); }
  struct epoll_event evs[512]; double tchk = tstart; bool aborted = false; int live;
  for (;;) {
    int k = epoll_wait(ep, evs, 512, 20);
    for (int i = 0; i < k; i++) { xfer_t *x = evs[i].data.ptr; if (x->active) on_pkt(x); }
    double t = now();
    if (t - tchk > 0.02) { tchk = t;
      for (int i = 0; i < conc; i++) { xfer_t *x = &X[i];
        if (!x->active) { if (may_start(t)) begin(x); continue; }
        if (t - x->t0 > xmax) { S.timeouts++; stop(x); begin(x); continue; }
        if (t - x->tlast > rto) { if (++x->tries > retries) { S.timeouts++; if (!first_err[0]) snprintf(first_err, sizeof first_err, "timeout at block %llu", (unsigned long long)x->blk); stop(x); begin(x); } else { S.retrans++; tx(x); } } } }
    live = 0; for (int i = 0; i < conc; i++) live += X[i].active;
    if (dur > 0 && t - tstart >= dur) break;
    if (!live && !may_start(t)) break;
    if (t - tstart > max_s) { aborted = true; break; }
  }
  double el = now() - tstart; struct rusage r1; getrusage(RUSAGE_SELF, &r1);
  double cpu = (r1.ru_utime.tv_sec - r0.ru_utime.tv_sec) + (r1.ru_utime.tv_usec - r0.ru_utime.tv_usec) * 1e-6 + (r1.ru_stime.tv_sec - r0.ru_stime.tv_sec) + (r1.ru_stime.tv_usec - r0.ru_stime.tv_usec) * 1e-6;
  /* tell the server to drop what we leave unfinished */
  for (int i = 0; i < conc; i++) if (X[i].active && X[i].gotpeer) { static const unsigned char e[] = {0, 5, 0, 0, 'e', 'n', 'd', 0}; sendto(X[i].fd, e, sizeof e, 0, (void *)&X[i].peer, sizeof X[i].peer); }
  qsort(lat, nlat, sizeof *lat, cmp); double sum = 0; for (size_t i = 0; i < nlat; i++) sum += lat[i];
  printf("{\"label\":\"%s\",\"conc\":%d,\"blksize\":%d,\"windowsize\":%d,\"negotiated\":\"%s\",\"secs\":%.3f,\"ok\":%llu,\"xfers_per_s\":%.2f,\"mb_per_s\":%.3f,\"unfinished\":%d,\"mismatch\":%llu,\"tftp_err\":%llu,\"timeouts\":%llu,\"client_retrans\":%llu,\"dup_data\":%llu,\"out_of_order\":%llu,"
    "\"lat_ms\":{\"avg\":%.2f,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f},\"client_cpu_s\":%.2f,\"aborted\":%s,\"first_err\":\"%s\"}\n",
    label, conc, blksize, winsize, negotiated, el, S.ok, S.ok / el, S.bytes / el / 1e6, live, S.mism, S.err, S.timeouts, S.retrans, S.dups, S.ooo, nlat ? sum / nlat : 0, pct(50), pct(99), nlat ? lat[nlat - 1] : 0, cpu, aborted ? "true" : "false", first_err);
  return 0;
}
