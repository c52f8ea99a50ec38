/* What the floor and the load client both need of RFC 6455: the accept key, and frames both ways. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OP_TEXT = 1, OP_CLOSE = 8, OP_PING = 9 };

struct frame {
    int opcode;
    char *payload; /* inside the buffer, unmasked in place */
    size_t size, whole; /* of the payload; of the frame with its header */
};

static inline uint64_t clock_ns(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The frame at the beginning of b[0..n); false when it is not whole. */
static inline bool ws_read(char *b, size_t n, struct frame *f)
{
    const unsigned char *u = (unsigned char *)b;
    if (n < 2) return false;
    size_t size = u[1] & 127, head = 2;
    if (size == 126) head = 4;
    else if (size == 127) head = 10;
    bool masked = u[1] & 128;
    if (n < head + (masked ? 4 : 0)) return false;
    if (head > 2) {
        size = 0;
        for (size_t i = 2; i < head; i++) size = size << 8 | u[i];
    }
    const unsigned char *mask = u + head;
    if (masked) head += 4;
    if (n < head + size) return false;
    if (masked)
        for (size_t i = 0; i < size; i++) b[head + i] ^= (char)mask[i & 3];
    *f = (struct frame){u[0] & 15, b + head, size, head + size};
    return true;
}

/* The header of a text frame; a client's is followed by a mask of zeros, which leaves the payload as it is. */
static inline size_t ws_header(char *out, size_t size, bool masked)
{
    unsigned char *u = (unsigned char *)out;
    size_t n = 0;
    u[n++] = 0x81;
    if (size < 126) u[n++] = (unsigned char)size;
    else if (size < 65536) {
        u[n++] = 126;
        u[n++] = (unsigned char)(size >> 8);
        u[n++] = (unsigned char)size;
    } else {
        u[n++] = 127;
        for (int shift = 56; shift >= 0; shift -= 8) u[n++] = (unsigned char)((uint64_t)size >> shift);
    }
    if (masked) {
        u[1] |= 128;
        memset(u + n, 0, 4);
        n += 4;
    }
    return n;
}

static inline uint32_t rotl(uint32_t v, int s) { return v << s | v >> (32 - s); }

/* SHA-1 (RFC 3174) of fewer than 120 bytes. */
static inline void sha1(const unsigned char *m, size_t n, unsigned char *out)
{
    uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}, w[80];
    unsigned char block[128] = {0};
    size_t total = n < 56 ? 64 : 128;
    memcpy(block, m, n);
    block[n] = 128;
    for (int i = 0; i < 8; i++) block[total - 1 - i] = (unsigned char)((uint64_t)n * 8 >> 8 * i);
    for (size_t at = 0; at < total; at += 64) {
        for (int i = 0; i < 16; i++) {
            const unsigned char *p = block + at + 4 * i;
            w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        }
        for (int i = 16; i < 80; i++) w[i] = rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
            static const uint32_t k[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
            uint32_t t = rotl(a, 5) + f + e + k[i / 20] + w[i];
            e = d, d = c, c = rotl(b, 30), b = a, a = t;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    }
    for (int i = 0; i < 20; i++) out[i] = (unsigned char)(h[i / 4] >> (24 - i % 4 * 8));
}

/* Sec-WebSocket-Accept (section 4.2.2) for a key of n < 60 characters; 28 characters and a zero. */
static inline void ws_accept(const char *key, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char text[100], sum[21] = {0};
    memcpy(text, key, n);
    memcpy(text + n, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    sha1(text, n + 36, sum);
    for (int i = 0; i < 21; i += 3) {
        uint32_t v = (uint32_t)sum[i] << 16 | (uint32_t)sum[i + 1] << 8 | sum[i + 2];
        for (int j = 18; j >= 0; j -= 6) *out++ = digits[v >> j & 63];
    }
    out[-1] = '=';
    *out = 0;
}

/* As many descriptors as this user may have. */
static inline void many_files(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
