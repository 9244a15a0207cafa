/* Captures made by code, for the tests of the command line.
 *
 *	make_capture plain N FILE     pcap, N frames of UDP, 1 ms apart, from 10.0.0.1 to 10.0.0.2
 *	make_capture hostile FILE     pcapng, two interfaces, nanoseconds, and texts that a terminal would
 *obey
 *
 * Octets are written by hand here, so that the program's own writer is not tested with itself. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *out;

static void put_le(uint64_t v, unsigned n)
{
	for (; n; n--, v >>= 8)
		putc((int)(v & 0xff), out);
}

static void put(const void *octets, size_t n)
{
	fwrite(octets, 1, n, out);
}

/* An Ethernet frame with a UDP datagram of `payload` octets; its length. */
static size_t make_frame(uint8_t *f, unsigned i, unsigned payload)
{
	static const uint8_t begin[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, 0x45, 0, 0, 0, 0, 0,
		0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2 };
	static uint32_t noise = 1;
	unsigned ip = 28 + payload, udp = 8 + payload, port = 20000 + i % 50;
	memcpy(f, begin, sizeof(begin));
	f[16] = (uint8_t)(ip >> 8);
	f[17] = (uint8_t)ip;
	f[18] = (uint8_t)(i >> 8); /* identification */
	f[19] = (uint8_t)i;
	f[34] = (uint8_t)(port >> 8);
	f[35] = (uint8_t)port;
	f[36] = 0xcb; /* 52000, nobody's */
	f[37] = 0x20;
	f[38] = (uint8_t)(udp >> 8);
	f[39] = (uint8_t)udp;
	f[40] = f[41] = 0;
	for (unsigned k = 0; k < payload; k++) {
		noise = noise * 1664525 + 1013904223;
		f[42 + k] = (uint8_t)(noise >> 24);
	}
	return 42 + payload;
}

static void make_plain(unsigned n)
{
	uint8_t frame[1600];
	put_le(0xa1b2c3d4, 4);
	put_le(2, 2);
	put_le(4, 2);
	put_le(0, 8);
	put_le(65535, 4);
	put_le(1, 4); /* Ethernet */
	for (unsigned i = 0; i < n; i++) {
		size_t len = make_frame(frame, i, i * 7 % 1000);
		put_le(1700000000 + i / 1000, 4);
		put_le(i % 1000 * 1000, 4);
		put_le(len, 4);
		put_le(len, 4);
		put(frame, len);
	}
}

/* A block: type, body, and its length at both ends. The body is a multiple of four octets. */
static void put_block(uint32_t type, const uint8_t *body, size_t n)
{
	put_le(type, 4);
	put_le(n + 12, 4);
	put(body, n);
	put_le(n + 12, 4);
}

struct body {
	uint8_t at[4096];
	size_t n;
};

static void add_le(struct body *b, uint64_t v, unsigned n)
{
	for (; n; n--, v >>= 8)
		b->at[b->n++] = (uint8_t)v;
}

static void add(struct body *b, const void *octets, size_t n)
{
	memcpy(b->at + b->n, octets, n);
	b->n += n;
	while (b->n % 4)
		b->at[b->n++] = 0;
}

static void add_option(struct body *b, unsigned code, const void *value, size_t n)
{
	add_le(b, code, 2);
	add_le(b, n, 2);
	add(b, value, n);
}

static void put_interface(const char *name)
{
	struct body b = { .n = 0 };
	add_le(&b, 1, 4); /* Ethernet */
	add_le(&b, 0, 4);
	add_option(&b, 2, name, strlen(name));
	add_option(&b, 9, "\t", 1); /* 10^-9 s */
	add_le(&b, 0, 4);
	put_block(1, b.at, b.n);
}

static void put_packet(unsigned i, unsigned interface, uint64_t ns, const char *comment)
{
	struct body b = { .n = 0 };
	uint8_t frame[1600];
	size_t len = make_frame(frame, i, 20 + i);
	add_le(&b, interface, 4);
	add_le(&b, ns >> 32, 4);
	add_le(&b, ns & UINT32_MAX, 4);
	add_le(&b, len, 4);
	add_le(&b, len, 4);
	add(&b, frame, len);
	if (comment) {
		add_option(&b, 1, comment, strlen(comment));
		add_le(&b, 0, 4);
	}
	put_block(6, b.at, b.n);
}

static void make_hostile(void)
{
	struct body b = { .n = 0 };
	add_le(&b, 0x1a2b3c4d, 4);
	add_le(&b, 1, 4);
	add_le(&b, UINT64_MAX, 8);
	put_block(0x0a0d0d0a, b.at, b.n);
	put_interface("eth\033]0;owned\a");
	put_interface("second");
	put_packet(0, 0, UINT64_C(1700000000123456789), "\033[31mred\033[0m, \"quoted\"\nnext \xff\xfe end");
	put_packet(1, 1, UINT64_C(1700000000123456790), "zanzibar-only-here");
	put_packet(2, 0, UINT64_C(1700000001000000001), NULL);
}

int main(int argc, char **argv)
{
	if (argc < 3 || !(out = fopen(argv[argc - 1], "wb")))
		return 2;
	if (strcmp(argv[1], "plain") == 0 && argc == 4)
		make_plain((unsigned)strtoul(argv[2], NULL, 10));
	else if (strcmp(argv[1], "hostile") == 0)
		make_hostile();
	else
		return 2;
	return fclose(out) == 0 ? 0 : 1;
}
