/* Fuzz target: several frames through one dissection, so that streams, reassembly and exchanges live on from
 * frame to frame. The input is a row of frames:
 *
 *     0        1        2        3        4        5
 *     +--------+--------+--------+--------+--------+-----------------
 *     |  how   |       key       |     length      | payload ...
 *     +--------+--------+--------+--------+--------+-----------------
 *
 * `how`: the claim table in the low five bits, or 30: a TCP segment, 31: a UDP datagram, with IPv4 header, to
 * the port `key`; 0x80: from that port instead; 0x40: the frame was cut in capture. The last length may be
 * more than is there. */
#include <stdlib.h>
#include <string.h>

#include "indexer/dissect.h"
#include "indexer/registry.h"
#include "tests/fuzz/fuzz.h"

enum { HOW_TABLE = 0x1f, HOW_TCP = 30, HOW_UDP = 31, HOW_CUT = 0x40, HOW_BACK = 0x80, HEADERS_MAX = 40 };

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* IPv4 and TCP or UDP before n octets (RFC 791, RFC 9293, RFC 768); gives the length of the headers. seq[]:
 * the next octet of each side. */
static size_t wrap(uint8_t *p, bool tcp, bool back, unsigned port, size_t n, uint32_t seq[2])
{
	size_t len = tcp ? 40 : 28;
	memset(p, 0, HEADERS_MAX);
	p[0] = 0x45;
	put16(p + 2, (unsigned)(len + n));
	p[8] = 64;
	p[9] = tcp ? 6 : 17;
	memcpy(p + 12, (uint8_t[]) { 192, 0, 2, back ? 2 : 1 }, 4);
	memcpy(p + 16, (uint8_t[]) { 192, 0, 2, back ? 1 : 2 }, 4);
	put16(p + 20, back ? port : 50000);
	put16(p + 22, back ? 50000 : port);
	if (tcp) {
		put16(p + 24, seq[back] >> 16);
		put16(p + 26, seq[back] & 0xffff);
		put16(p + 28, seq[!back] >> 16);
		put16(p + 30, seq[!back] & 0xffff);
		p[32] = 0x50;
		p[33] = 0x18;
		put16(p + 34, 0xffff);
		seq[back] += (uint32_t)n;
	} else {
		put16(p + 24, (unsigned)(8 + n));
	}
	return len;
}

static void frame(struct dissection *d, uint32_t number, unsigned how, uint32_t key, const uint8_t *payload,
	size_t n, uint32_t seq[2])
{
	uint8_t headers[HEADERS_MAX];
	unsigned table = how & HOW_TABLE;
	bool wrapped = table == HOW_TCP || table == HOW_UDP;
	size_t before = wrapped ? wrap(headers, table == HOW_TCP, how & HOW_BACK, key, n, seq) : 0;
	if (!wrapped && (table == CLAIM_NONE || table >= CLAIM_TABLES))
		table = CLAIM_LINKTYPE;
	/* A block of exactly its size, so that a read behind it is seen. */
	uint8_t *octets = malloc(before + n ? before + n : 1);
	if (!octets)
		return;
	memcpy(octets, headers, before);
	if (n)
		memcpy(octets + before, payload, n);
	struct dissect_input in = { .data = octets,
		.cap_len = (uint32_t)(before + n),
		.len = (uint32_t)(before + n + (how & HOW_CUT ? 100 : 0)),
		.table = wrapped ? CLAIM_ETHERTYPE : (enum claim_table)table,
		.key = wrapped ? 0x0800 : key,
		.number = number,
		.time_ns = (int64_t)number * 1000000 };
	dissect_frame(d, &in);
	free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rows *rows;
	if (!rows) {
		if (registry_init() || !(rows = rows_new(protocols, protocols_count)))
			abort();
	}
	struct dict *dict = dict_new();
	struct dissection *d = dict ? dissection_new(rows, dict, 1) : NULL;
	uint32_t seq[2] = { 1000, 2000 };
	for (uint32_t number = 1; d && size >= 5; number++) {
		size_t n = (size_t)data[3] << 8 | data[4];
		if (n > size - 5)
			n = size - 5;
		if (n > 60000)
			n = 60000;
		frame(d, number, data[0], (uint32_t)data[1] << 8 | data[2], data + 5, n, seq);
		rows_clear(rows);
		data += 5 + n;
		size -= 5 + n;
	}
	if (d)
		dissection_finish(d);
	rows_clear(rows);
	dissection_free(d);
	dict_free(dict);
	return 0;
}
