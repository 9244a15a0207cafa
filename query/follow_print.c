#include "query/follow_print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "schema/utf8.h"
#include "schema/hex.h"

const char *const follow_mode_names[FOLLOW_MODES] = { "ascii", "hex", "raw", "yaml", "json" };

#define RULE        "===================================================================\n"
#define BASE64_LINE 57 /* octets: 76 letters */

static char visible(uint8_t c)
{
	return c >= ' ' && c < 0x7f ? (char)c : '.';
}

/* RFC 4648, section 4: 4 letters for each 3 octets begun. Gives where it ends. */
static char *base64(char *out, const uint8_t *p, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0);
		*out++ = letters[v >> 18];
		*out++ = letters[v >> 12 & 63];
		*out++ = i + 1 < n ? letters[v >> 6 & 63] : '=';
		*out++ = i + 2 < n ? letters[v & 63] : '=';
	}
	return out;
}

static void print_ascii(struct follow_print *p, const struct follow_chunk *c)
{
	char line[4096];
	fprintf(p->out, c->from_server ? "\t%u\n" : "%u\n", c->length);
	for (uint32_t at = 0; at < c->length;) {
		size_t n = 0;
		for (; n < sizeof(line) && at < c->length; at++)
			line[n++] = c->data[at] == '\n' || c->data[at] == '\r' ? (char)c->data[at]
									       : visible(c->data[at]);
		fwrite(line, 1, n, p->out);
	}
	putc('\n', p->out);
}

/* Offsets count the octets of the side; Wireshark's have 32 bits. */
static void print_hex(struct follow_print *p, const struct follow_chunk *c)
{
	static const char digits[] = "0123456789abcdef";
	for (uint32_t at = 0; at < c->length; at += 16) {
		char hex[3 * 16 + 2], ascii[16 + 2], *h = hex, *a = ascii;
		for (uint32_t i = 0; i < 16; i++) {
			bool there = at + i < c->length;
			uint8_t v = there ? c->data[at + i] : 0;
			*h++ = there ? digits[v >> 4] : ' ';
			*h++ = there ? digits[v & 15] : ' ';
			*h++ = ' ';
			if (there)
				*a++ = visible(v);
			if (i == 7)
				*h++ = ' ';
			if (i == 7 && there)
				*a++ = ' ';
		}
		/* tshark takes a blank away at the end, be it the gap's or an octet's. */
		if (a[-1] == ' ')
			a--;
		*h = *a = '\0';
		fprintf(p->out, "%s%08" PRIX32 "  %s %s\n", c->from_server ? "\t" : "",
			(uint32_t)(p->offset[c->from_server] + at), hex, ascii);
	}
}

static void print_raw(struct follow_print *p, const struct follow_chunk *c)
{
	char line[4096];
	if (c->from_server)
		putc('\t', p->out);
	for (uint32_t at = 0, n; at < c->length; at += n) {
		n = c->length - at < sizeof(line) / 2 ? c->length - at : (uint32_t)(sizeof(line) / 2);
		fwrite(line, 1, hex_put(line, c->data + at, n, '\0'), p->out);
	}
	putc('\n', p->out);
}

static void print_yaml(struct follow_print *p, const struct follow_chunk *c)
{
	/* Wireshark goes through a double, whose last digits show. */
	fprintf(p->out, "  - packet: %u\n    peer: %d\n    timestamp: %.9f\n    data: !!binary |\n", c->frame,
		c->from_server, (double)(c->time_ns / 1000000000) + (double)(c->time_ns % 1000000000) / 1e9);
	for (uint32_t at = 0; at < c->length; at += BASE64_LINE) {
		char line[4 * BASE64_LINE / 3 + 4];
		*base64(line, c->data + at, c->length - at < BASE64_LINE ? c->length - at : BASE64_LINE) =
			'\0';
		fprintf(p->out, "      %s\n", line);
	}
}

/* ---- JSON ---- */

enum { NUMBER, FRAME, PEER, HOST, PORT, TIME, OFFSET, LENGTH, MISSING, TEXT, DATA, COLUMNS };
static const struct render_column columns[COLUMNS] = {
	[NUMBER] = { "chunk", NULL, RENDER_NUMBER },
	[FRAME] = { "frame", NULL, RENDER_NUMBER },
	[PEER] = { "peer", NULL, RENDER_NUMBER },
	[HOST] = { "host", NULL, RENDER_TEXT },
	[PORT] = { "port", NULL, RENDER_NUMBER },
	[TIME] = { "time_epoch", NULL, RENDER_TEXT },
	[OFFSET] = { "offset", NULL, RENDER_NUMBER },
	[LENGTH] = { "length", NULL, RENDER_NUMBER },
	[MISSING] = { "missing", NULL, RENDER_NUMBER },
	[TEXT] = { "text", NULL, RENDER_TEXT },
	[DATA] = { "data", NULL, RENDER_TEXT },
};

/* Is it text: UTF-8 (RFC 3629) of which only line ends and tabs are controls? */
static bool is_text(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t c;
		unsigned len = utf8_read(p + i, n - i, &c);
		if (len == 0 || (c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
			return false;
		i += len;
	}
	return true;
}

static int print_json(struct follow_print *p, const struct follow_peer peers[2], const struct follow_chunk *c)
{
	const struct follow_peer *peer = &peers[c->from_server];
	char time[40], *data = malloc(4 * ((size_t)c->length / 3 + 1) + 1);
	struct value cells[COLUMNS];
	if (!data)
		return complain(-1, "out of memory");
	snprintf(time, sizeof(time), "%" PRId64 ".%09" PRId64, c->time_ns / 1000000000,
		c->time_ns % 1000000000);
	cells[NUMBER] = value_int(p->chunks);
	cells[FRAME] = value_int(c->frame);
	cells[PEER] = value_int(c->from_server);
	cells[HOST] = value_text(peer->host);
	cells[PORT] = value_int(peer->port);
	cells[TIME] = c->missing ? value_null() : value_text(time);
	cells[OFFSET] = value_int((int64_t)p->offset[c->from_server]);
	cells[LENGTH] = value_int(c->missing ? 0 : c->length);
	cells[MISSING] = c->missing ? value_int(c->missing) : value_null();
	cells[TEXT] = !c->missing && is_text(c->data, c->length)
			      ? value_text_n((const char *)c->data, c->length)
			      : value_null();
	cells[DATA] = c->missing ? value_null()
				 : value_text_n(data, (size_t)(base64(data, c->data, c->length) - data));
	int rc = p->json ? render_row(p->json, cells) : -1;
	free(data);
	return rc;
}

/* ---- all of it ---- */

/* IPv6, and not the MAC address of a frame that has no other. */
static bool is_ipv6(const char *host)
{
	unsigned colons = 0;
	for (const char *p = host; *p; p++)
		colons += *p == ':';
	return colons > 5 || (colons && strstr(host, "::"));
}

static void begin(struct follow_print *p, const struct follow_peer peers[2])
{
	p->begun = true;
	if (p->mode == FOLLOW_JSON) {
		p->json = render_open("json", p->out, columns, COLUMNS);
		return;
	}
	if (p->mode == FOLLOW_YAML) {
		fputs("peers:\n", p->out);
		for (unsigned i = 0; i < 2; i++)
			fprintf(p->out, "  - peer: %u\n    host: %s\n    port: %u\n", i, peers[i].host,
				peers[i].port);
		fputs("packets:\n", p->out);
		return;
	}
	fprintf(p->out, "\n" RULE "Follow: %s,%s\nFilter: %s\n", p->protocol, follow_mode_names[p->mode],
		p->filter);
	for (unsigned i = 0; i < 2; i++)
		fprintf(p->out, is_ipv6(peers[i].host) ? "Node %u: [%s]:%u\n" : "Node %u: %s:%u\n", i,
			peers[i].host, peers[i].port);
}

static bool is_wanted(const struct follow_print *p, const struct follow_chunk *c)
{
	if (p->direction != FOLLOW_BOTH && (p->direction == FOLLOW_SERVER) != c->from_server)
		return false;
	for (unsigned i = 0; i < p->ranges->n; i++)
		if (p->chunks >= p->ranges->list[i].first && p->chunks <= p->ranges->list[i].last)
			return true;
	return p->ranges->n == 0;
}

int follow_print_chunk(void *ctx, const struct follow_peer peers[2], const struct follow_chunk *c)
{
	struct follow_print *p = ctx;
	int rc = 0;
	if (!p->begun) {
		begin(p, peers);
		for (unsigned i = 0; i < p->ranges->n; i++)
			if (p->ranges->list[i].last > p->last)
				p->last = p->ranges->list[i].last;
	}
	p->chunks++;
	if (is_wanted(p, c)) {
		switch (p->mode) {
		case FOLLOW_ASCII:
			print_ascii(p, c);
			break;
		case FOLLOW_HEX:
			print_hex(p, c);
			break;
		case FOLLOW_RAW:
			print_raw(p, c);
			break;
		case FOLLOW_YAML:
			print_yaml(p, c);
			break;
		default:
			rc = print_json(p, peers, c);
			break;
		}
	}
	p->offset[c->from_server] += p->mode == FOLLOW_JSON && c->missing ? c->missing : c->length;
	if (ferror(p->out))
		return 1;
	return rc < 0 ? -1 : p->ranges->n && p->chunks >= p->last;
}

int follow_print_end(struct follow_print *p, const struct follow_peer peers[2])
{
	if (!p->begun)
		begin(p, peers);
	if (p->mode == FOLLOW_JSON)
		return render_close(p->json) < 0 ? complain(EXIT_FAILED, "out of memory") : EXIT_DONE;
	if (p->mode != FOLLOW_YAML)
		fputs(RULE, p->out);
	return EXIT_DONE;
}
