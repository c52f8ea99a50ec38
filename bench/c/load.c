/*
 * The load client: many clients of the Centrifuge protocol in one thread, who hold the server to its promise.
 *
 *   load PORT CLIENTS [AT_ONCE [SIZE]]
 *
 * CLIENTS is a file with a line "TOKEN CHANNEL" for each connection. AT_ONCE connections are being opened at any
 * time; publications are SIZE bytes of JSON. Every client connects with its token, subscribes, answers pings and
 * checks the offset of each publication: the next one, or it is a hole or a repeat. Commands come on stdin, each is
 * answered by one line of JSON:
 *
 *   run RATE WINDOW SECONDS     publish, RATE a second (0: as long as fewer than WINDOW are not yet with everybody),
 *                               round the channels, from a connection of its own; then wait for the rest
 *   listen SECONDS              somebody else publishes
 *   storm COUNT OFFSET SECONDS  cut COUNT connections at once; they come back and resume from where they were, or
 *                               all from OFFSET if that is not negative; ends SECONDS after the last one is current
 *   quit
 *
 * Latency is from "ts" in a publication (nanoseconds of the wall clock: when it was due, not when it was sent, so a
 * late publisher counts) to the moment its frame is looked at. Loopback only; a run is bounded in time.
 */
#include "ws.h"
#include <fcntl.h>
#include <sys/timerfd.h>

enum { CLOSED, OPENING, CONNECTING, SUBSCRIBING, READY };
enum { READ_BYTES = 1 << 20, MOST_SECONDS = 120, BUCKETS = 64, TIMER = -2 };
#define SECOND 1000000000ull

struct conn {
    int fd, state;

    uint64_t offset; /* of the newest publication */
    char *token, *channel, epoch[40];
    char *in; /* half a frame */
    size_t n_in;
};

static struct conn *conns, *publisher; /* the publisher is conns[n_conns] */
static int loop, timer, n_conns, n_everybody, n_ready, n_opening, n_failed, at_once = 64, n_channels;
static uint16_t port;
static size_t size = 300;
static char *in; /* READ_BYTES for whoever has no half frame */

/* What is counted in a run. */
static uint64_t published, acknowledged, received, replayed, lost, repeated, unrecovered, frames, latencies, longest;
static uint64_t histogram[64 * BUCKETS];

static void die(const char *why)
{
    fprintf(stderr, "load: %s\n", why);
    exit(1);
}

static void count_from_zero(void)
{
    published = acknowledged = received = replayed = lost = repeated = unrecovered = frames = latencies = longest = 0;
    memset(histogram, 0, sizeof histogram);
}

/* 64 linear buckets for each power of two: less than 1.6 % off. */
static void took(uint64_t ns)
{
    int power = ns < BUCKETS ? 5 : 63 - __builtin_clzll(ns);
    uint64_t at = ns < BUCKETS ? ns : (uint64_t)(power - 5) * BUCKETS + (ns >> (power - 6)) - BUCKETS;
    histogram[at]++;
    latencies++;
    if (ns > longest) longest = ns;
}

static double ms_of(double share)
{
    uint64_t wanted = (uint64_t)(share * (double)latencies + 0.999), sum = 0;
    for (uint64_t at = 0; latencies && at < 64 * BUCKETS; at++)
        if ((sum += histogram[at]) >= wanted)
            return at < BUCKETS ? (double)at / 1e6
                                : (double)((at % BUCKETS + BUCKETS) << (at / BUCKETS - 1)) / 1e6;
    return 0;
}

static void say(struct conn *c, const char *text, size_t n)
{
    static char b[1 << 18];
    size_t head = ws_header(b, n, true);
    memcpy(b + head, text, n);
    for (size_t at = 0; at < head + n;) {
        ssize_t sent = send(c->fd, b + at, head + n - at, MSG_NOSIGNAL);
        if (sent > 0) at += (size_t)sent;
        else if (errno != EAGAIN) return; /* the loop will see it */
    }
}

static void opened(struct conn *c)
{
    int one = 1;
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (c->fd < 0 || (connect(c->fd, (void *)&there, sizeof there) && errno != EINPROGRESS)) die("cannot connect");
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.u32 = (uint32_t)(c - conns)};
    epoll_ctl(loop, EPOLL_CTL_ADD, c->fd, &e);
    c->state = OPENING;
    n_opening++;
}

static void closed(struct conn *c, bool reset)
{
    struct linger hard = {1, 0};
    if (reset) setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(c->fd);
    free(c->in);
    c->in = NULL;
    c->n_in = 0;
    if (c->state == READY) n_ready--;
    else n_opening--;
    c->state = CLOSED;
}

static void greet(struct conn *c)
{
    char text[512];
    int n = snprintf(text, sizeof text,
                     "GET /connection/websocket HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                     "Sec-WebSocket-Version: 13\r\nUser-Agent: load\r\n\r\n", port);
    if (send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n) n_failed++;
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = (uint32_t)(c - conns)};
    epoll_ctl(loop, EPOLL_CTL_MOD, c->fd, &e);
}

static void show_token(struct conn *c)
{
    static char text[9000];
    say(c, text, (size_t)snprintf(text, sizeof text, "{\"id\":1,\"connect\":{\"token\":\"%s\"}}", c->token));
    c->state = CONNECTING;
}

static void ask(struct conn *c)
{
    char text[400];
    int n = snprintf(text, sizeof text, "{\"id\":2,\"subscribe\":{\"channel\":\"%s\"", c->channel);
    if (c->epoch[0])
        n += snprintf(text + n, sizeof text - (size_t)n, ",\"recover\":true,\"epoch\":\"%s\",\"offset\":%llu", c->epoch,
                      (unsigned long long)c->offset);
    n += snprintf(text + n, sizeof text - (size_t)n, "}}");
    say(c, text, (size_t)n);
    c->state = SUBSCRIBING;
}

static void is_ready(struct conn *c)
{
    c->state = READY;
    n_opening--;
    n_ready++;
}

/* An offset arrives that follows what the client has, or it does not. */
static void next_is(struct conn *c, uint64_t offset)
{
    if (offset > c->offset + 1) lost += offset - c->offset - 1;
    else if (offset <= c->offset) repeated++;
    if (offset > c->offset) c->offset = offset;
}

static char *find(char *b, size_t n, const char *what) { return memmem(b, n, what, strlen(what)); }

static void subscribed(struct conn *c, char *b, size_t n)
{
    char *epoch = find(b, n, "\"epoch\":\""), *offset = find(b, n, "\"offset\":"), *list = find(b, n, "\"publications\":");
    if (!epoch || !offset) die("a subscription was refused");
    uint64_t position = strtoull(offset + 9, NULL, 10);
    if (c->epoch[0] && !find(b, n, "\"recovered\":true")) unrecovered++;
    else if (c->epoch[0]) {
        for (char *at = list; at && (at = find(at, (size_t)(b + n - at), "\"offset\":")); at += 9, replayed++)
            next_is(c, strtoull(at + 9, NULL, 10));
        if (c->offset != position) lost++;
    }
    c->offset = position;
    snprintf(c->epoch, sizeof c->epoch, "%.*s", (int)strcspn(epoch + 9, "\""), epoch + 9);
    is_ready(c);
}

/* A publication ends with its offset, and has its time near the beginning. */
static void delivered(struct conn *c, char *b, size_t n, uint64_t now)
{
    char *at = b + n - 3, *ts = find(b, n < 200 ? n : 200, "\"ts\":");
    uint64_t offset = 0, digit = 1;
    for (; at > b && at[-1] >= '0' && at[-1] <= '9'; at--, digit *= 10) offset += (uint64_t)(at[-1] - '0') * digit;
    if (ts) {
        uint64_t sent = strtoull(ts + 5, NULL, 10);
        took(now > sent ? now - sent : 0);
    }
    next_is(c, offset);
    received++;
}

static void heard(struct conn *c, char *b, size_t n, uint64_t now)
{
    if (n == 2) say(c, "{}", 2);
    else if (b[2] == 'p') delivered(c, b, n, now);
    else if (c == publisher && c->state == CONNECTING) is_ready(c);
    else if (c == publisher) acknowledged++;
    else if (find(b, n < 60 ? n : 60, "\"error\"")) die(b);
    else if (c->state == CONNECTING) ask(c);
    else if (c->state == SUBSCRIBING) subscribed(c, b, n);
}

static size_t taken(struct conn *c, char *b, size_t n, uint64_t now)
{
    struct frame f;
    if (c->state == OPENING) {
        char *end = find(b, n, "\r\n\r\n");
        if (!end) return 0;
        if (strncmp(b, "HTTP/1.1 101", 12)) die("the handshake was refused");
        show_token(c);
        return (size_t)(end + 4 - b);
    }
    if (!ws_read(b, n, &f)) return 0;
    frames++;
    if (f.opcode == OP_TEXT)
        for (char *line = f.payload, *end = line + f.size; line < end;) {
            char *stop = memchr(line, '\n', (size_t)(end - line));
            if (!stop) stop = end;
            heard(c, line, (size_t)(stop - line), now);
            line = stop + 1;
        }
    return f.whole;
}

static void readable(struct conn *c)
{
    /* A half frame is read on where it lies, however long it becomes. */
    char *b = in;
    if (c->n_in) b = c->in = realloc(c->in, c->n_in + READ_BYTES + 1);
    ssize_t got = recv(c->fd, b + c->n_in, READ_BYTES, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        n_failed++;
        return closed(c, false);
    }
    size_t n = c->n_in + (size_t)got, at = 0;
    b[n] = 0;
    uint64_t now = clock_ns(CLOCK_REALTIME);
    for (size_t done; at < n && (done = taken(c, b + at, n - at, now)); at += done) {}
    c->n_in = n - at;
    if (c->n_in && c->in) memmove(c->in, b + at, c->n_in);
    else if (c->n_in) memcpy(c->in = malloc(c->n_in), b + at, c->n_in);
    else {
        free(c->in);
        c->in = NULL;
    }
}

static void turn(int wait_ms)
{
    static struct epoll_event e[1024];
    int n = epoll_wait(loop, e, 1024, wait_ms);
    for (int i = 0; i < n; i++) {
        if (e[i].data.u32 == (uint32_t)TIMER) {
            uint64_t times;
            if (read(timer, &times, sizeof times) < 0) continue;
        } else {
            struct conn *c = &conns[e[i].data.u32];
            if (c->state == OPENING && e[i].events & EPOLLOUT) greet(c);
            if (c->state != CLOSED && e[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
        }
    }
    static int next; /* whom to open */
    for (int looked = 0; n_opening < at_once && n_opening + n_ready < n_everybody && looked <= n_conns; looked++) {
        struct conn *c = &conns[next];
        next = (next + 1) % n_conns;
        if (c->state == CLOSED) opened(c);
    }
}

static void wake_at(uint64_t ns)
{
    struct itimerspec when = {.it_value = {(time_t)(ns / SECOND), (long)(ns % SECOND)}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* One publish command, appended to the frame that leaves at the end of the turn. */
static size_t command(char *out, uint64_t ts)
{
    char *at = out;
    at += sprintf(at, "{\"id\":%llu,\"publish\":{\"channel\":\"%s\",\"data\":", (unsigned long long)published + 2,
                  conns[published % (uint64_t)n_channels].channel);
    char *data = at;
    at += sprintf(at, "{\"event\":\"bench\",\"ts\":%llu,\"pad\":\"", (unsigned long long)ts);
    for (size_t i = (size_t)(at - data); i + 2 < size; i++) *at++ = (char)('a' + i % 26);
    at += sprintf(at, "\"}}}\n");
    published++;
    return (size_t)(at - out);
}

static double expected(void) { return (double)published * n_conns / n_channels; }

static void report(const char *what, double seconds)
{
    printf("{\"did\":\"%s\",\"clients\":%d,\"published\":%llu,\"received\":%llu,\"expected\":%.0f,\"replayed\":%llu,\"lost\":%llu,"
           "\"repeated\":%llu,\"unrecovered\":%llu,\"broken\":%d,\"frames\":%llu,\"seconds\":%.4f,\"p50\":%.4f,\"p99\":%.4f,"
           "\"p999\":%.4f,\"longest\":%.4f", what, n_ready, (unsigned long long)published, (unsigned long long)received,
           expected(), (unsigned long long)replayed, (unsigned long long)lost, (unsigned long long)repeated,
           (unsigned long long)unrecovered, n_failed, (unsigned long long)frames, seconds, ms_of(.5), ms_of(.99), ms_of(.999),
           (double)longest / 1e6);
}

static void run(double rate, double window, double seconds)
{
    static char text[60000];
    double each = (double)n_conns / n_channels;
    uint64_t began = clock_ns(CLOCK_MONOTONIC), end = began + (uint64_t)(seconds * SECOND);
    uint64_t wall = clock_ns(CLOCK_REALTIME) - began, due = began, gap = rate > 0 ? (uint64_t)(SECOND / rate) : 0;
    count_from_zero();
    for (uint64_t now; (now = clock_ns(CLOCK_MONOTONIC)) < end;) {
        size_t n = 0;
        while (n + size + 400 < sizeof text && published - acknowledged < 2000) {
            if (gap ? due > now : expected() - (double)received >= window * each) break;
            n += command(text + n, (gap ? due : clock_ns(CLOCK_MONOTONIC)) + wall);
            due += gap;
        }
        if (n) say(publisher, text, n - 1);
        wake_at(gap ? due : now + SECOND / 50);
        turn(-1);
    }
    for (end += 15 * SECOND; received < (uint64_t)expected() && clock_ns(CLOCK_MONOTONIC) < end;) turn(20);
    report("run", (double)(clock_ns(CLOCK_MONOTONIC) - began) / SECOND);
    puts("}");
}

static void listen_for(double seconds)
{
    count_from_zero();
    for (uint64_t end = clock_ns(CLOCK_MONOTONIC) + (uint64_t)(seconds * SECOND); clock_ns(CLOCK_MONOTONIC) < end;) turn(20);
    report("listen", seconds);
    puts("}");
}

static void storm(int count, int64_t offset, double after)
{
    count_from_zero();
    uint64_t began = clock_ns(CLOCK_MONOTONIC);
    int before = at_once;
    at_once = n_conns; /* all at once */
    for (int i = 0; i < count; i++) {
        closed(&conns[i], true);
        if (offset >= 0) conns[i].offset = (uint64_t)offset;
    }
    while (n_ready < n_everybody && clock_ns(CLOCK_MONOTONIC) - began < MOST_SECONDS * SECOND) turn(20);
    double current = (double)(clock_ns(CLOCK_MONOTONIC) - began) / SECOND;
    for (uint64_t end = clock_ns(CLOCK_MONOTONIC) + (uint64_t)(after * SECOND); clock_ns(CLOCK_MONOTONIC) < end;) turn(20);
    at_once = before;
    report("storm", (double)(clock_ns(CLOCK_MONOTONIC) - began) / SECOND);
    printf(",\"current\":%.4f}\n", current);
}

static void read_clients(const char *path)
{
    static char line[10000], token[9000], channel[300];
    FILE *file = fopen(path, "r");
    if (!file) die("no such file of clients");
    for (int room = 0; fgets(line, sizeof line, file); n_conns++) {
        if (n_conns + 1 >= room) conns = realloc(conns, (size_t)(room = 2 * room + 64) * sizeof *conns);
        if (sscanf(line, "%8999s %299s", token, channel) != 2) die("a line of clients is \"TOKEN CHANNEL\"");
        conns[n_conns] = (struct conn){.token = strdup(token), .channel = strdup(channel)};
        if (n_channels == n_conns && (!n_conns || strcmp(channel, conns[0].channel))) n_channels++;
    }
    if (!n_conns || n_conns % n_channels) die("every channel has as many clients, round and round");
    fclose(file);
    n_everybody = n_conns;
}

static bool obey(char *line)
{
    double a = 0, b = 0, c = 0;
    if (sscanf(line, "run %lf %lf %lf", &a, &b, &c) == 3 && c <= MOST_SECONDS) {
        if (!publisher) {
            publisher = &conns[n_conns];
            *publisher = (struct conn){.token = conns[0].token, .channel = conns[0].channel};
            n_everybody++;
            opened(publisher);
            while (publisher->state != READY) turn(20);
        }
        run(a, b, c);
    } else if (sscanf(line, "listen %lf", &a) == 1 && a <= MOST_SECONDS) listen_for(a);
    else if (sscanf(line, "storm %lf %lf %lf", &a, &b, &c) == 3 && a <= n_conns) storm((int)a, (int64_t)b, c);
    else return false;
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 3) die("usage: load PORT CLIENTS [AT_ONCE [SIZE]]");
    port = (uint16_t)atoi(argv[1]);
    read_clients(argv[2]);
    if (argc > 3) at_once = atoi(argv[3]);
    if (argc > 4) size = (size_t)atoi(argv[4]);
    many_files();
    setvbuf(stdout, NULL, _IOLBF, 0);
    in = malloc(READ_BYTES + 1);
    loop = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = (uint32_t)TIMER};
    epoll_ctl(loop, EPOLL_CTL_ADD, timer, &e);
    uint64_t began = clock_ns(CLOCK_MONOTONIC);
    while (n_ready < n_conns) {
        turn(100);
        if (clock_ns(CLOCK_MONOTONIC) - began > MOST_SECONDS * SECOND) die("not everybody came in");
    }
    report("connect", (double)(clock_ns(CLOCK_MONOTONIC) - began) / SECOND);
    puts("}");
    fcntl(0, F_SETFL, O_NONBLOCK);
    static char line[256];
    for (size_t n = 0;;) {
        turn(5); /* pings are answered while nothing is asked */
        ssize_t got = read(0, line + n, sizeof line - 1 - n);
        if (!got) return 0;
        if (got < 0) continue;
        n += (size_t)got;
        line[n] = 0;
        char *end = memchr(line, '\n', n);
        if (!end) continue;
        *end = 0;
        if (!strcmp(line, "quit")) return 0;
        if (!obey(line)) die("unknown command");
        n = 0;
    }
}
