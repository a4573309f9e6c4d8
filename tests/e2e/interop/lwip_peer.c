/* lwIP (Debian's liblwip) as peer: a server with one port per behaviour, or a client. One thread per connection.
 * lwip_peer serve TAP ADDR4 ADDR6 [OCTETS]            see ports below
 * lwip_peer MODE TAP ADDR4 ADDR6 HOST PORT [OCTETS]   MODE: up, down, echo, small, reset, slow, half, many (20 echoes) */
#include <lwip/tcpip.h>
#include <lwip/netif.h>
#include <lwip/sockets.h>
#include <netif/etharp.h>
#include <lwip/ethip6.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <linux/if_tun.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <errno.h>

static long octets = 10000000;
static unsigned char pattern[251 * 300];
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static void say(int port, const char *what, long n, int bad, double t0) {
  printf("port %d %s %ld octets %s errno %d %.2f s\n", port, what, n, bad ? "WRONG" : "right", errno, now() - t0);
  fflush(stdout);
}
static int send_all(int s, long from, long n) {
  while (n > 0) {
    long cut = n < 16384 ? n : 16384;
    long sent = lwip_write(s, pattern + from % 251, cut);
    if (sent <= 0) return -1;
    from += sent; n -= sent;
  }
  return 0;
}
/* Reads to the end. Returns octets; *bad when any is not the pattern's; -1-n on an error */
static long read_all(int s, int *bad) {
  static __thread unsigned char buf[16384];
  long n = 0, got;
  while ((got = lwip_read(s, buf, sizeof buf)) > 0) {
    if (memcmp(buf, pattern + n % 251, got)) *bad = 1;
    n += got;
  }
  if (got < 0) { printf("read error %d\n", errno); return -1 - n; }
  return n;
}
struct job { int s, port; };
static void *serve(void *p) {
  struct job j = *(struct job *)p; free(p);
  double t0 = now(); int bad = 0; long n = 0; int one = 1; errno = 0;
  switch (j.port) {
  case 7: { unsigned char buf[8192]; long got;
    while ((got = lwip_read(j.s, buf, sizeof buf)) > 0) {
      if (memcmp(buf, pattern + n % 251, got)) bad = 1;
      n += got;
      for (long at = 0, w; at < got; at += w) if ((w = lwip_write(j.s, buf + at, got - at)) <= 0) { got = -1; break; }
      if (got < 0) break;
    } break; }
  case 9: n = read_all(j.s, &bad); break;
  case 19: bad = send_all(j.s, 0, n = octets); lwip_shutdown(j.s, SHUT_WR); { int b; read_all(j.s, &b); } break;
  case 5000: sleep(5); n = read_all(j.s, &bad); break;
  case 5001: { char b[1]; lwip_read(j.s, b, 1); struct linger l = {1, 0};
    lwip_setsockopt(j.s, SOL_SOCKET, SO_LINGER, &l, sizeof l); break; }
  case 5002: n = read_all(j.s, &bad); send_all(j.s, 0, 100000); break;
  case 5003: send_all(j.s, 0, 6); lwip_close(j.s); say(j.port, "closed first", 6, 0, t0); return 0;
  case 5004: lwip_shutdown(j.s, SHUT_WR); n = read_all(j.s, &bad); break;
  case 5005: lwip_setsockopt(j.s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (int i = 0; i < 5000; i++) if (send_all(j.s, i * 10, 10)) { bad = 1; break; }
    n = 50000; break;
  }
  lwip_close(j.s);
  say(j.port, "done", n, bad, t0);
  return 0;
}
static const int ports[] = {7, 9, 19, 5000, 5001, 5002, 5003, 5004, 5005};
static void *listen_on(void *p) {
  int port = *(const int *)p, s = lwip_socket(AF_INET6, SOCK_STREAM, 0);
  struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = lwip_htons(port)};
  if (lwip_bind(s, (struct sockaddr *)&a, sizeof a) || lwip_listen(s, 50)) { perror("bind"); exit(1); }
  for (;;) {
    struct job *j = malloc(sizeof *j); j->port = port;
    if ((j->s = lwip_accept(s, 0, 0)) < 0) { perror("accept"); free(j); continue; }
    pthread_t t; pthread_create(&t, 0, serve, j); pthread_detach(t);
  }
}
static struct netif netif;
/* Not the library's own tapif: its PBUF_POOL pbufs are of 536 octets and it writes 1460 into them (Debian 2.1.3). */
struct ifr { char name[16]; short flags; char rest[22]; };
static int tap;
static err_t tap_out(struct netif *n, struct pbuf *p) {
  char b[1600]; (void)n;
  pbuf_copy_partial(p, b, p->tot_len, 0);
  return write(tap, b, p->tot_len) < 0 ? ERR_IF : ERR_OK;
}
static void *tap_in(void *u) {
  char b[1600]; long n;
  while ((n = read(tap, b, sizeof b)) > 0) {
    struct pbuf *p = pbuf_alloc(PBUF_RAW, n, PBUF_RAM);
    if (!p) continue;
    pbuf_take(p, b, n);
    if (netif.input(p, &netif)) pbuf_free(p);
  }
  return u;
}
static err_t tap_init(struct netif *n) {
  struct ifr r = {.flags = IFF_TAP | IFF_NO_PI}; pthread_t t;
  strncpy(r.name, n->state, 15);
  if ((tap = open("/dev/net/tun", O_RDWR)) < 0 || ioctl(tap, TUNSETIFF, &r)) { perror("tap"); exit(1); }
  n->name[0] = 't'; n->name[1] = 'p'; n->output = etharp_output; n->output_ip6 = ethip6_output; n->linkoutput = tap_out;
  n->mtu = 1500; n->hwaddr_len = 6; memcpy(n->hwaddr, "\2\22\64\126\170\253", 6);
  n->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_MLD6;
  pthread_create(&t, 0, tap_in, 0);
  return ERR_OK;
}
struct call { const char *mode, *host; int port; };
static int connect_to(const struct call *c) {
  int s, six = strchr(c->host, ':') != 0;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = lwip_htons(c->port)};
  struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = lwip_htons(c->port)};
  lwip_inet_pton(six ? AF_INET6 : AF_INET, c->host, six ? (void *)&to6.sin6_addr : (void *)&to.sin_addr);
  if ((s = lwip_socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0)) < 0) return -1;
  return lwip_connect(s, six ? (void *)&to6 : (void *)&to, six ? sizeof to6 : sizeof to) ? -1 : s;
}
/* Sends and reads at the same time, in one thread: the library is compiled without full-duplex sockets. */
static long echo(int s, int *bad) {
  unsigned char buf[16384]; long sent = 0, n = 0, got, put;
  for (;;) {
    long cut = octets - sent < 16384 ? octets - sent : 16384;
    put = cut ? lwip_send(s, pattern + sent % 251, cut, MSG_DONTWAIT) : 0;
    if (put > 0 && (sent += put) == octets) lwip_shutdown(s, SHUT_WR);
    got = lwip_recv(s, buf, sizeof buf, MSG_DONTWAIT);
    if (got > 0) { *bad |= memcmp(buf, pattern + n % 251, got) != 0; n += got; }
    if (got == 0) { *bad |= sent < octets; errno = 0; return n; }
    if ((got < 0 || put < 0) && errno != EWOULDBLOCK) { *bad = 1; return n; }
    if (got < 0 && put <= 0) usleep(200);
  }
}
static void *work(void *p) {
  const struct call *c = p; const char *mode = c->mode;
  double t0 = now(); int bad = 0, b = 0, s; long n = 0;
  errno = 0;
  if ((s = connect_to(c)) < 0) { say(c->port, "connect failed", 0, 1, t0); return 0; }
  if (!strcmp(mode, "up")) { bad = send_all(s, 0, n = octets); lwip_shutdown(s, SHUT_WR); read_all(s, &b); }
  else if (!strcmp(mode, "down")) n = read_all(s, &bad);
  else if (!strcmp(mode, "echo")) n = echo(s, &bad);
  else if (!strcmp(mode, "half")) { send_all(s, 0, 1000); lwip_shutdown(s, SHUT_WR); n = read_all(s, &bad); }
  else if (!strcmp(mode, "slow")) { sleep(5); n = read_all(s, &bad); }
  else if (!strcmp(mode, "reset")) { send_all(s, 0, 1000); struct linger l = {1, 0}; usleep(200000);
    lwip_setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof l); }
  else if (!strcmp(mode, "small")) { int one = 1; lwip_setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (int i = 0; i < 5000 && !bad; i++) bad = send_all(s, i * 10, 10);
    n = 50000; lwip_shutdown(s, SHUT_WR); read_all(s, &b); }
  say(c->port, mode, n, bad, t0);
  lwip_close(s);
  return 0;
}
int main(int argc, char **argv) {
  if (argc < 5) return 2;
  for (unsigned i = 0; i < sizeof pattern; i++) pattern[i] = i % 251;
  tcpip_init(0, 0);
  ip4_addr_t a, m, g; ip6_addr_t a6;
  ip4addr_aton(argv[3], &a); ip4addr_aton("255.255.255.0", &m); ip4addr_aton("0.0.0.0", &g); ip6addr_aton(argv[4], &a6);
  LOCK_TCPIP_CORE();
  netif_add(&netif, &a, &m, &g, argv[2], tap_init, tcpip_input);
  netif_set_default(&netif); netif_create_ip6_linklocal_address(&netif, 1);
  netif_ip6_addr_set(&netif, 1, &a6); netif_ip6_addr_set_state(&netif, 1, IP6_ADDR_PREFERRED);
  netif_set_up(&netif); netif_set_link_up(&netif);
  UNLOCK_TCPIP_CORE();
  if (!strcmp(argv[1], "serve")) {
    if (argc > 5) octets = atol(argv[5]);
    pthread_t t;
    for (unsigned i = 0; i < sizeof ports / sizeof *ports; i++) pthread_create(&t, 0, listen_on, (void *)&ports[i]);
    puts("ready"); fflush(stdout);
    pthread_join(t, 0);
  }
  if (argc > 7) octets = atol(argv[7]);
  usleep(300000);
  struct call call = {.mode = argv[1], .host = argv[5], .port = atoi(argv[6])};
  pthread_t calls[20]; int count = strcmp(argv[1], "many") ? 1 : 20;
  if (count > 1) call.mode = "echo";
  for (int i = 0; i < count; i++) pthread_create(&calls[i], 0, work, &call);
  for (int i = 0; i < count; i++) pthread_join(calls[i], 0);
  puts("all done"); fflush(stdout);
  pause(); /* what was lost goes again only while the stack is there */
}
