// SPDX-License-Identifier: GPL-3.0-or-later
/* httpload - small epoll HTTP/1.1 load generator for phone-provisioning servers.
 *
 * One thread, GET only, loopback only (refuses any address outside 127.0.0.0/8).
 * Request path, User-Agent and extra headers are templates filled from a list of
 * phones (one per line: MAC [IP [MODEL [VERSION]]]).
 *
 *   %m 001565aabbcc  %M 001565AABBCC  %c 00:15:65:aa:bb:cc  %C 00:15:65:AA:BB:CC
 *   %i IP   %n MODEL   %v VERSION   %% a percent sign
 *
 * Every loop is bounded by -d (seconds) or -n (requests) and by --max-seconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAXHDR 32768
#define MAXEXTRA 16

typedef struct { char mac[13], ip[64], model[64], ver[64]; } phone_t;

static phone_t *phones; static size_t nphones;
static char **reqs; static size_t *reqlens;          /* pre-built, one per phone */

typedef enum { S_IDLE, S_CONNECTING, S_SENDING, S_HEAD, S_BODY } state_t;
typedef struct {
  int fd, slot; state_t st; size_t ph; size_t sent;
  double t0, tconn; bool fresh; int nreq;
  char hdr[MAXHDR]; size_t hlen;
  int status; long long clen; bool chunked, closing; long long body;
  int chst; long long chleft; char chline[32]; int chl;  /* chunked decoder */
  uint64_t hash;
} conn_t;

static struct {
  unsigned long long ok, bad, conn_err, timeouts, resets, bytes, reconnects, badlen, connects;
  unsigned long long st[6];
} S;
static double *lat; static size_t nlat, caplat;
static char first_err[256];

static struct sockaddr_in addr;
static char host[256] = "127.0.0.1"; static int port = 80; static char prefix[512] = "";
static char *path_fmt = "/%m.cfg", *ua_fmt = NULL, *extra[MAXEXTRA]; static int nextra;
static int conc = 1; static double dur = 0; static unsigned long long total = 0;
static bool keepalive = true; static int order = 0; /* 0 random 1 seq 2 once */
static double timeout_s = 30, max_s = 600, slow_ms = 0, interval_ms = 0;
static long long min_body = -1; static int expect = 200; static uint64_t seed = 1;
static char *label = ""; static char *slow_file = NULL; static FILE *slowf;
static unsigned long long started, seqno; static int ep; static double tstart, tend_issue;
static conn_t *conns; static bool reset_close = false;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
static uint64_t rnd(void) { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; return seed; }

static void die(const char *m) { fprintf(stderr, "httpload: %s\n", m); exit(2); }
static void note_err(const char *fmt, const char *a, int n) { if (!first_err[0]) snprintf(first_err, sizeof first_err, fmt, a, n); }

static char *expand(const char *f, const phone_t *p) {
  size_t cap = strlen(f) + 512, n = 0; char *o = malloc(cap);
  for (; *f; f++) {
    if (n + 128 > cap) o = realloc(o, cap *= 2);
    if (*f != '%') { o[n++] = *f; continue; }
    f++;
    if (!*f) break;
    switch (*f) {
    case 'm': memcpy(o + n, p->mac, 12); n += 12; break;
    case 'M': for (int i = 0; i < 12; i++) { char c = p->mac[i]; o[n++] = (c >= 'a' && c <= 'f') ? c - 32 : c; } break;
    case 'c': case 'C':
      for (int i = 0; i < 12; i++) {
        char c = p->mac[i]; if (*f == 'C' && c >= 'a' && c <= 'f') c -= 32;
        if (i && i % 2 == 0) o[n++] = ':';
        o[n++] = c;
      } break;
    case 'i': n += sprintf(o + n, "%s", p->ip); break;
    case 'n': n += sprintf(o + n, "%s", p->model); break;
    case 'v': n += sprintf(o + n, "%s", p->ver); break;
    case '%': o[n++] = '%'; break;
    default: die("unknown % in template");
    }
  }
  o[n] = 0; return o;
}

static void load_list(const char *fn) {
  FILE *f = fopen(fn, "r"); if (!f) die("cannot open list");
  char line[512]; size_t cap = 0;
  while (fgets(line, sizeof line, f)) {
    char mac[64] = "", ip[64] = "", mo[64] = "", ve[64] = "";
    if (line[0] == '#' || sscanf(line, "%63s %63s %63s %63s", mac, ip, mo, ve) < 1) continue;
    if (nphones == cap) phones = realloc(phones, (cap = cap ? cap * 2 : 1024) * sizeof *phones);
    phone_t *p = &phones[nphones]; memset(p, 0, sizeof *p); int k = 0;
    for (char *c = mac; *c && k < 12; c++) if (*c != ':' && *c != '-') p->mac[k++] = (*c >= 'A' && *c <= 'F') ? *c + 32 : *c;
    if (k != 12) continue;
    strcpy(p->ip, ip); strcpy(p->model, mo); strcpy(p->ver, ve); nphones++;
  }
  fclose(f); if (!nphones) die("empty list");
}

static void build_reqs(void) {
  reqs = malloc(nphones * sizeof *reqs); reqlens = malloc(nphones * sizeof *reqlens);
  for (size_t i = 0; i < nphones; i++) {
    char *p = expand(path_fmt, &phones[i]), *u = ua_fmt ? expand(ua_fmt, &phones[i]) : NULL;
    size_t cap = 4096 + strlen(p) + strlen(prefix) + (u ? strlen(u) : 0); char *o = malloc(cap);
    int n = snprintf(o, cap, "GET %s%s HTTP/1.1\r\nHost: %s:%d\r\n", prefix, p, host, port);
    if (u) n += snprintf(o + n, cap - n, "User-Agent: %s\r\n", u);
    n += snprintf(o + n, cap - n, "Accept: */*\r\n");
    for (int k = 0; k < nextra; k++) { char *e = expand(extra[k], &phones[i]); n += snprintf(o + n, cap - n, "%s\r\n", e); free(e); }
    if (!keepalive) n += snprintf(o + n, cap - n, "Connection: close\r\n");
    n += snprintf(o + n, cap - n, "\r\n");
    reqs[i] = o; reqlens[i] = n; free(p); free(u);
  }
}

static void want(conn_t *c, uint32_t ev) { struct epoll_event e = {.events = ev, .data.ptr = c}; if (epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e)) epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e); }

static void close_conn(conn_t *c) {
  if (c->fd >= 0) {
    if (reset_close) { struct linger l = {1, 0}; setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &l, sizeof l); }
    close(c->fd); c->fd = -1;
  }
}

static bool may_start(double t) {
  if (total && started >= total) return false;
  if (dur > 0 && t >= tend_issue) return false;
  if (order == 2 && seqno >= nphones) return false;
  return true;
}

static void begin(conn_t *c);

static void do_connect(conn_t *c) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) die("socket");
  int one = 1; setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  c->fresh = true; c->nreq = 0; S.connects++;
  struct epoll_event e = {.events = EPOLLOUT, .data.ptr = c}; epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
  c->st = S_CONNECTING;
  if (connect(c->fd, (struct sockaddr *)&addr, sizeof addr) && errno != EINPROGRESS) {
    S.conn_err++; note_err("connect: %s (%d)", strerror(errno), errno); close_conn(c); c->st = S_IDLE;
  }
}

static void reset_resp(conn_t *c) { c->hlen = 0; c->status = 0; c->clen = -1; c->chunked = c->closing = false; c->body = 0; c->chst = 0; c->chl = 0; c->sent = 0; }

/* start the next request in this slot */
static void begin(conn_t *c) {
  double t = now();
  if (!may_start(t)) { c->st = S_IDLE; close_conn(c); return; }
  c->ph = order == 0 ? rnd() % nphones : seqno % nphones; seqno++; started++;
  reset_resp(c); c->t0 = t;
  if (c->fd < 0) { do_connect(c); return; }
  c->fresh = false; c->st = S_SENDING; want(c, EPOLLOUT);
}

static void finish(conn_t *c, bool ok, double t) {
  double ms = (t - c->t0) * 1e3;
  if (nlat == caplat) lat = realloc(lat, (caplat = caplat ? caplat * 2 : 65536) * sizeof *lat);
  lat[nlat++] = ms;
  if (slowf && slow_ms > 0 && ms >= slow_ms) fprintf(slowf, "%.3f %.2f %d\n", c->t0 - tstart, ms, c->status);
  int k = c->status / 100; if (k >= 1 && k <= 5) S.st[k]++;
  if (ok && c->status == expect && (min_body < 0 || c->body >= min_body)) S.ok++;
  else { S.bad++; if (c->status == expect) S.badlen++; note_err("bad response: %s status %d", reqs[c->ph] ? "see" : "", c->status); }
  c->nreq++;
}

static void next_after(conn_t *c) {
  if (!keepalive || c->closing) close_conn(c);
  begin(c);
}

static void fail(conn_t *c, const char *why, int n, unsigned long long *ctr) {
  (*ctr)++; note_err("%s (%d)", why, n); close_conn(c); c->st = S_IDLE; begin(c);
}

/* returns 1 when the body is complete */
static int eat_body(conn_t *c, const char *b, size_t n) {
  if (!c->chunked) { c->body += n; return c->clen >= 0 && c->body >= c->clen; }
  for (size_t i = 0; i < n;) {
    if (c->chst == 0) { /* size line */
      char ch = b[i++];
      if (ch == '\n') { c->chline[c->chl] = 0; c->chleft = strtoll(c->chline, NULL, 16); c->chl = 0; c->chst = c->chleft ? 1 : 3; }
      else if (ch != '\r' && c->chl < 31) c->chline[c->chl++] = ch;
    } else if (c->chst == 1) {
      size_t k = n - i; if ((long long)k > c->chleft) k = c->chleft;
      c->body += k; c->chleft -= k; i += k; if (!c->chleft) c->chst = 2;
    } else if (c->chst == 2) { if (b[i++] == '\n') c->chst = 0; }
    else { char ch = b[i++]; if (ch == '\n') { if (c->chl == 0) return 1; c->chl = 0; } else if (ch != '\r') c->chl++; }
  }
  return 0;
}

static bool parse_head(conn_t *c) {
  if (sscanf(c->hdr, "HTTP/1.%*d %d", &c->status) != 1) return false;
  bool v10 = c->hdr[7] == '0'; bool ka = !v10;
  for (char *l = strstr(c->hdr, "\r\n"); l && l[2]; l = strstr(l + 2, "\r\n")) {
    char *h = l + 2;
    if (!strncasecmp(h, "content-length:", 15)) c->clen = atoll(h + 15);
    else if (!strncasecmp(h, "transfer-encoding:", 18) && strcasestr(h + 18, "chunked") && strcasestr(h + 18, "chunked") < (strstr(h, "\r\n") ?: h + 200)) c->chunked = true;
    else if (!strncasecmp(h, "connection:", 11)) { char v[64] = ""; sscanf(h + 11, " %63[^\r]", v); if (strcasestr(v, "close")) ka = false; else if (strcasestr(v, "keep-alive")) ka = true; }
  }
  if (c->status == 204 || c->status == 304) { c->clen = 0; c->chunked = false; }
  c->closing = !ka || (c->clen < 0 && !c->chunked);
  return true;
}

static void on_event(conn_t *c, uint32_t ev) {
  static char buf[262144];
  if (c->fd < 0) return;
  if (c->st == S_CONNECTING) {
    int err = 0; socklen_t l = sizeof err; getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
    if (err) { fail(c, strerror(err), err, &S.conn_err); return; }
    c->tconn = now(); c->st = S_SENDING;
  }
  if (c->st == S_SENDING) {
    ssize_t n = send(c->fd, reqs[c->ph] + c->sent, reqlens[c->ph] - c->sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
      if (!c->fresh) { S.reconnects++; close_conn(c); c->sent = 0; do_connect(c); return; }
      fail(c, strerror(errno), errno, &S.resets); return;
    }
    if (n > 0) c->sent += n;
    if (c->sent == reqlens[c->ph]) { c->st = S_HEAD; want(c, EPOLLIN); }
    return;
  }
  for (;;) {
    ssize_t n = recv(c->fd, buf, sizeof buf, 0);
    if (n < 0) {
      if (errno == EAGAIN) return;
      if (!c->fresh && c->st == S_HEAD && !c->hlen) { S.reconnects++; close_conn(c); reset_resp(c); do_connect(c); return; }
      fail(c, strerror(errno), errno, &S.resets); return;
    }
    if (n == 0) {
      if (c->st == S_BODY && c->clen < 0 && !c->chunked) { finish(c, true, now()); c->closing = true; next_after(c); return; }
      if (!c->fresh && c->st == S_HEAD && !c->hlen) { S.reconnects++; close_conn(c); reset_resp(c); do_connect(c); return; }
      fail(c, "closed early", c->st, &S.resets); return;
    }
    S.bytes += n;
    size_t off = 0;
    if (c->st == S_HEAD) {
      size_t k = n; if (k > MAXHDR - 1 - c->hlen) k = MAXHDR - 1 - c->hlen;
      size_t old = c->hlen; memcpy(c->hdr + old, buf, k); c->hlen += k; c->hdr[c->hlen] = 0;
      char *e = memmem(c->hdr, c->hlen, "\r\n\r\n", 4);
      if (!e) { if (c->hlen == MAXHDR - 1) { fail(c, "header too long", 0, &S.resets); return; } continue; }
      off = (e + 4 - c->hdr) - old; e[2] = 0; e[3] = 0;
      if (!parse_head(c)) { fail(c, "bad status line", 0, &S.resets); return; }
      c->st = S_BODY;
    }
    int done = eat_body(c, buf + off, n - off);
    if (c->clen == 0 && !c->chunked) done = 1;
    if (done) { finish(c, true, now()); next_after(c); return; }
  }
}

static int cmp(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return x < y ? -1 : x > y; }
static double pct(double p) { if (!nlat) return 0; size_t i = (size_t)(p / 100 * (nlat - 1) + .5); return lat[i]; }

static void usage(void) {
  fprintf(stderr,
    "httpload --url http://127.0.0.1:PORT[/prefix] --list FILE [--path '/%%m.cfg'] [--ua 'Yealink SIP-%%n %%v %%c']\n"
    "  [--header 'X-Forwarded-For: %%i']... [-c CONC] (-d SECONDS | -n REQUESTS) [--close] [--order random|seq|once]\n"
    "  [--expect 200] [--min-body N] [--timeout S] [--max-seconds S] [--interval MS]   (pause between requests of one slot)\n"
    "  [--slow-ms MS --slow-file F]  (list requests slower than MS: start offset s, ms, status)  [--seed N] [--label TEXT] [--rst]\n");
  exit(2);
}

int main(int argc, char **argv) {
  static struct option lo[] = {{"url", 1, 0, 1}, {"list", 1, 0, 2}, {"path", 1, 0, 3}, {"ua", 1, 0, 4}, {"header", 1, 0, 5}, {"close", 0, 0, 6},
    {"order", 1, 0, 7}, {"expect", 1, 0, 8}, {"min-body", 1, 0, 9}, {"timeout", 1, 0, 10}, {"max-seconds", 1, 0, 11}, {"interval", 1, 0, 12},
    {"slow-ms", 1, 0, 13}, {"slow-file", 1, 0, 14}, {"seed", 1, 0, 15}, {"label", 1, 0, 16}, {"rst", 0, 0, 17}, {0}};
  int o; char *list = NULL;
  while ((o = getopt_long(argc, argv, "c:d:n:h", lo, NULL)) != -1) switch (o) {
    case 1: { char h[256]; prefix[0] = 0; int k = sscanf(optarg, "http://%255[^:/]:%d%511s", h, &port, prefix); if (k < 2) die("url must be http://A.B.C.D:PORT[/prefix]"); strcpy(host, h);
      size_t l = strlen(prefix); if (l && prefix[l - 1] == '/') prefix[l - 1] = 0; break; }
    case 2: list = optarg; break; case 3: path_fmt = optarg; break; case 4: ua_fmt = optarg; break;
    case 5: if (nextra < MAXEXTRA) extra[nextra++] = optarg; break;
    case 6: keepalive = false; break;
    case 7: order = !strcmp(optarg, "seq") ? 1 : !strcmp(optarg, "once") ? 2 : 0; break;
    case 8: expect = atoi(optarg); break; case 9: min_body = atoll(optarg); break; case 10: timeout_s = atof(optarg); break;
    case 11: max_s = atof(optarg); break; case 12: interval_ms = atof(optarg); break; case 13: slow_ms = atof(optarg); break;
    case 14: slow_file = optarg; break; case 15: seed = strtoull(optarg, 0, 10) * 2654435761u + 88172645463325252ull; break;
    case 16: label = optarg; break; case 17: reset_close = true; break;
    case 'c': conc = atoi(optarg); break; case 'd': dur = atof(optarg); break; case 'n': total = strtoull(optarg, 0, 10); break;
    default: usage(); }
  if (!list || (!dur && !total && order != 2)) usage();
  addr.sin_family = AF_INET; addr.sin_port = htons(port);
  if (inet_pton(AF_INET, host, &addr.sin_addr) != 1 || (ntohl(addr.sin_addr.s_addr) >> 24) != 127) die("only 127.0.0.0/8 targets are allowed");
  load_list(list); build_reqs();
  for (int i = 0; i < 8; i++) rnd();
  if (slow_file) slowf = fopen(slow_file, "w");
  ep = epoll_create1(0); conns = calloc(conc, sizeof *conns);
  struct rusage r0; getrusage(RUSAGE_SELF, &r0);
  tstart = now(); tend_issue = tstart + dur;
  double *wake = calloc(conc, sizeof *wake);
  for (int i = 0; i < conc; i++) { conns[i].fd = -1; conns[i].slot = i; begin(&conns[i]); }
  struct epoll_event evs[512]; double tlast = tstart; double hard = tstart + max_s;
  bool aborted = false; unsigned long long inflight_at_end = 0;
  for (;;) {
    int k = epoll_wait(ep, evs, 512, 20); double t = now();
    for (int i = 0; i < k; i++) {
      conn_t *c = evs[i].data.ptr; unsigned long long before = nlat;
      on_event(c, evs[i].events);
      if (nlat != before && interval_ms > 0) { /* paced prober: sleep inside the single slot */
        struct timespec ts = {0, (long)(interval_ms * 1e6)}; if (conc == 1) nanosleep(&ts, NULL);
        if (c->st != S_IDLE) c->t0 = now();
      }
    }
    t = now();
    if (t - tlast > 0.05) { tlast = t;
      for (int i = 0; i < conc; i++) { conn_t *c = &conns[i];
        if (c->st == S_IDLE) { if (may_start(t)) begin(c); continue; }
        if (t - c->t0 > timeout_s) { if (slowf) fprintf(slowf, "%.3f %.2f TIMEOUT\n", c->t0 - tstart, (t - c->t0) * 1e3); fail(c, "timeout", (int)timeout_s, &S.timeouts); } }
    }
    int live = 0; for (int i = 0; i < conc; i++) if (conns[i].st != S_IDLE) live++;
    if (dur > 0 && t >= tend_issue) { inflight_at_end = live; break; }   /* timed runs stop on the clock */
    if (!live && !may_start(t)) break;
    if (t > hard) { aborted = true; inflight_at_end = live; break; }
  }
  double el = now() - tstart; struct rusage r1; getrusage(RUSAGE_SELF, &r1);
  double cpu = (r1.ru_utime.tv_sec - r0.ru_utime.tv_sec) + (r1.ru_utime.tv_usec - r0.ru_utime.tv_usec) * 1e-6 + (r1.ru_stime.tv_sec - r0.ru_stime.tv_sec) + (r1.ru_stime.tv_usec - r0.ru_stime.tv_usec) * 1e-6;
  qsort(lat, nlat, sizeof *lat, cmp);
  double sum = 0; for (size_t i = 0; i < nlat; i++) sum += lat[i];
  printf("{\"label\":\"%s\",\"conc\":%d,\"keepalive\":%s,\"secs\":%.3f,\"ok\":%llu,\"rps\":%.1f,\"bad\":%llu,\"badlen\":%llu,\"conn_err\":%llu,\"timeouts\":%llu,\"resets\":%llu,\"reconnects\":%llu,\"connects\":%llu,\"inflight_at_end\":%llu,"
    "\"s2xx\":%llu,\"s3xx\":%llu,\"s4xx\":%llu,\"s5xx\":%llu,\"mbps\":%.2f,\"lat_ms\":{\"avg\":%.3f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f},\"client_cpu_s\":%.2f,\"aborted\":%s,\"first_err\":\"%s\"}\n",
    label, conc, keepalive ? "true" : "false", el, S.ok, S.ok / el, S.bad, S.badlen, S.conn_err, S.timeouts, S.resets, S.reconnects, S.connects, inflight_at_end,
    S.st[2], S.st[3], S.st[4], S.st[5], S.bytes / el / 1e6, nlat ? sum / nlat : 0, pct(50), pct(90), pct(99), pct(99.9), nlat ? lat[nlat - 1] : 0, cpu, aborted ? "true" : "false", first_err);
  if (slowf) fclose(slowf);
  return 0;
}
