/*
 * The floor: the least that a server can do for the conversation that the hub has with its clients.
 *
 *   floor PORT [batch]
 *
 * One thread, epoll, libc only. It answers `connect` and `subscribe`, and writes each `publish` to every
 * subscriber of its channel: framed once, one send() each. With `batch` what arrives in one turn of the loop
 * leaves as one send(). No rights, no log, no resume, no bound for slow readers. What the hub costs per
 * delivery is compared with what this costs. Loopback only.
 */
#include "ws.h"

enum { MOST_FILES = 65536, MOST_CHANNELS = 4096, READ_BYTES = 1 << 18 };

struct conn {
    bool open; /* the handshake is done */
    int channel; /* -1: not subscribed */
    unsigned slot; /* in the channel's list */
    char *in, *out; /* half a frame; what the kernel did not take */
    size_t n_in, n_out;
};

struct channel {
    char name[64];
    int *fd;
    unsigned n, room;
    uint64_t offset;
    char *turn; /* frames of this turn */
    size_t n_turn, turn_room;
    bool dirty;
};

static struct conn *conns[MOST_FILES];
static struct channel channels[MOST_CHANNELS];
static int loop, n_channels, dirty[MOST_CHANNELS], n_dirty;
static bool batching;

static void watch(int fd, uint32_t events, int how)
{
    struct epoll_event e = {.events = events, .data.fd = fd};
    epoll_ctl(loop, how, fd, &e);
}

static void forget(int fd)
{
    struct conn *c = conns[fd];
    if (!c) return;
    if (c->channel >= 0) { /* the last one takes its place */
        struct channel *h = &channels[c->channel];
        int last = h->fd[--h->n];
        h->fd[c->slot] = last;
        conns[last]->slot = c->slot;
    }
    free(c->in);
    free(c->out);
    free(c);
    conns[fd] = NULL;
    close(fd);
}

static void put(int fd, const char *b, size_t n)
{
    struct conn *c = conns[fd];
    ssize_t sent = 0;
    if (!c->n_out) {
        sent = send(fd, b, n, MSG_NOSIGNAL);
        if (sent == (ssize_t)n) return;
        if (sent < 0) {
            if (errno != EAGAIN) return; /* the loop will see it */
            sent = 0;
        }
        watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
    c->out = realloc(c->out, c->n_out + n - (size_t)sent);
    memcpy(c->out + c->n_out, b + sent, n - (size_t)sent);
    c->n_out += n - (size_t)sent;
}

static void flush(struct channel *h)
{
    for (unsigned i = 0; i < h->n; i++) put(h->fd[i], h->turn, h->n_turn);
    h->n_turn = 0;
    h->dirty = false;
}

static int channel_of(const char *name, size_t n)
{
    static int last; /* publishers go round */
    for (int i = 0; i < n_channels; i++) {
        struct channel *h = &channels[(last + i) % n_channels];
        if (!strncmp(h->name, name, n) && !h->name[n]) return last = (int)(h - channels);
    }
    if (n_channels == MOST_CHANNELS || n >= sizeof channels[0].name) exit(1);
    memcpy(channels[n_channels].name, name, n);
    return n_channels++;
}

static void publish(int which, const char *data, size_t n)
{
    /* As long as what the hub says of a publisher. */
    static const char info[] = "\"info\":{\"client\":\"abcdefghijklmnopqrstuvwxyz\"}";
    struct channel *h = &channels[which];
    size_t room = n + sizeof info + 256;
    if (h->n_turn + room > h->turn_room) h->turn = realloc(h->turn, h->turn_room = 2 * (h->n_turn + room));
    static char text[70000];
    size_t size = (size_t)sprintf(text, "{\"push\":{\"channel\":\"%s\",\"pub\":{\"data\":", h->name);
    memcpy(text + size, data, n);
    size += n;
    size += (size_t)sprintf(text + size, ",%s,\"offset\":%llu}}}", info, (unsigned long long)++h->offset);
    h->n_turn += ws_header(h->turn + h->n_turn, size, false);
    memcpy(h->turn + h->n_turn, text, size);
    h->n_turn += size;
    if (!batching) flush(h);
    else if (!h->dirty) h->dirty = true, dirty[n_dirty++] = which;
}

/* One command; its answer goes to `out`. The load client writes them all in one form. */
static size_t obey(int fd, char *line, size_t n, char *out)
{
    struct conn *c = conns[fd];
    if (n < 8) return 0; /* a pong */
    int id = atoi(line + 6);
    char *verb = memchr(line, ',', n), *name = memmem(line, n, "\"channel\":\"", 11);
    if (!strncmp(verb, ",\"connect\"", 10)) return (size_t)sprintf(out, "{\"id\":%d,\"connect\":{}}\n", id);
    if (!name) exit(1);
    name += 11;
    int which = channel_of(name, (size_t)((char *)memchr(name, '"', 64) - name));
    struct channel *h = &channels[which];
    if (!strncmp(verb, ",\"subscribe\"", 12)) {
        if (h->n == h->room) h->fd = realloc(h->fd, (h->room = h->room ? 2 * h->room : 4) * sizeof(int));
        c->channel = which;
        c->slot = h->n;
        h->fd[h->n++] = fd;
        return (size_t)sprintf(out, "{\"id\":%d,\"subscribe\":{\"epoch\":\"e\",\"offset\":%llu}}\n", id,
                               (unsigned long long)h->offset);
    }
    char *data = memmem(line, n, "\"data\":", 7) + 7;
    publish(which, data, (size_t)(line + n - 2 - data));
    return (size_t)sprintf(out, "{\"id\":%d,\"publish\":{}}\n", id);
}

static void answer(int fd, char *text, size_t n)
{
    static char out[1 << 16], framed[(1 << 16) + 16];
    size_t size = 0;
    for (char *line = text, *end = text + n; line < end;) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop) stop = end;
        size += obey(fd, line, (size_t)(stop - line), out + size);
        line = stop + 1;
    }
    if (!size) return;
    size_t head = ws_header(framed, size - 1, false); /* without the last line's end */
    memcpy(framed + head, out, size - 1);
    put(fd, framed, head + size - 1);
}

/* What can be done with b[0..n); returns how much of it is done, -1 for nothing we understand. */
static long take(int fd, char *b, size_t n)
{
    struct conn *c = conns[fd];
    if (!c->open) {
        char *end = memmem(b, n, "\r\n\r\n", 4), accept[32], response[160];
        if (!end) return 0;
        *end = 0;
        char *key = strcasestr(b, "sec-websocket-key: ");
        if (!key) return -1;
        key += 19;
        size_t length = strcspn(key, "\r");
        if (length != 24) return -1;
        ws_accept(key, length, accept);
        put(fd, response, (size_t)sprintf(response,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: %s\r\n\r\n", accept));
        c->open = true;
        return end + 4 - b;
    }
    struct frame f;
    if (!ws_read(b, n, &f)) return 0;
    if (f.opcode == OP_CLOSE) return -1;
    if (f.opcode == OP_TEXT) answer(fd, f.payload, f.size);
    return (long)f.whole;
}

static void readable(int fd)
{
    static char b[READ_BYTES];
    struct conn *c = conns[fd];
    memcpy(b, c->in, c->n_in);
    ssize_t got = recv(fd, b + c->n_in, sizeof b - c->n_in, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return forget(fd);
    size_t n = c->n_in + (size_t)got, at = 0;
    for (long done; at < n; at += (size_t)done) {
        done = take(fd, b + at, n - at);
        if (done < 0) return forget(fd);
        if (!done) break;
    }
    free(c->in);
    c->in = NULL;
    if ((c->n_in = n - at)) memcpy(c->in = malloc(c->n_in), b + at, c->n_in);
}

static void writable(int fd)
{
    struct conn *c = conns[fd];
    if (!c->n_out) return;
    ssize_t sent = send(fd, c->out, c->n_out, MSG_NOSIGNAL);
    if (sent <= 0) return;
    c->n_out -= (size_t)sent;
    memmove(c->out, c->out + sent, c->n_out);
    if (c->n_out) return;
    free(c->out);
    c->out = NULL;
    watch(fd, EPOLLIN, EPOLL_CTL_MOD);
}

static void welcome(int listening)
{
    int fd, one = 1;
    while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MOST_FILES) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        conns[fd] = calloc(1, sizeof *conns[fd]);
        conns[fd]->channel = -1;
        watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) return fprintf(stderr, "usage: floor PORT [batch]\n"), 1;
    batching = argc > 2 && !strcmp(argv[2], "batch");
    many_files();
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)atoi(argv[1])),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listening, (void *)&here, sizeof here) || listen(listening, 4096)) return perror("floor"), 1;
    loop = epoll_create1(0);
    watch(listening, EPOLLIN, EPOLL_CTL_ADD);
    struct epoll_event e[512];
    for (;;) {
        int n = epoll_wait(loop, e, 512, -1);
        for (int i = 0; i < n; i++) {
            int fd = e[i].data.fd;
            if (fd == listening) {
                welcome(fd);
                continue;
            }
            if (conns[fd] && e[i].events & EPOLLOUT) writable(fd);
            if (conns[fd] && e[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(fd);
        }
        for (int i = 0; i < n_dirty; i++) flush(&channels[dirty[i]]);
        n_dirty = 0;
    }
}
