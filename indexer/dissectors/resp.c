/* RESP, the protocol of Redis: values that begin with their type and end with CR LF; bulk strings tell their
 * length, arrays how many values follow.
 *
 *     *2\r\n  $3\r\nGET\r\n  $4\r\nname\r\n        +OK\r\n   -ERR ...\r\n   :1\r\n
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_resp;

enum {
	VALUE_STRING,
	VALUE_ERROR,
	VALUE_INTEGER,
	VALUE_BULK_STRING_LENGTH,
	VALUE_BULK_STRING_VALUE,
	VALUE_ARRAY_LENGTH,
	VALUE_NFIELDS
};
static const struct field value_fields[VALUE_NFIELDS] = {
	[VALUE_STRING] = { "resp.string", "String", KIND_TEXT },
	[VALUE_ERROR] = { "resp.error", "Error", KIND_TEXT },
	[VALUE_INTEGER] = { "resp.integer", "Integer", KIND_INT, .octets = 8 },
	[VALUE_BULK_STRING_LENGTH] = { "resp.bulk_string.length", "Length", KIND_INT, .octets = 4 },
	[VALUE_BULK_STRING_VALUE] = { "resp.bulk_string.value", "Value", KIND_BYTES },
	[VALUE_ARRAY_LENGTH] = { "resp.array.length", "Length", KIND_INT, .octets = 8 },
};

static const struct record resp_records[] = {
	{ "resp", RECORD_LAYER, 0, NULL, NULL },
	{ "resp_value", RECORD_CHILD, VALUE_NFIELDS, value_fields, NULL },
};

#define ROWS_MAX 4096 /* values of a message that are stored */

static int64_t number(const char *text, uint32_t len)
{
	bool negative = len && text[0] == '-';
	uint32_t v = text_number(text + negative, len - negative);
	return negative ? -(int64_t)v : (int64_t)v;
}

/* One value and all inside it; *end is the octet behind it. 0: whole; else the octets that are missing
 * (WANT_SEGMENT: it is not known how many). Rows are made with `show` only. */
static uint32_t value(struct packet *pkt, const struct cursor *c, uint32_t at, bool show, uint32_t *end)
{
	uint64_t left = 1;
	unsigned rows = 0;
	for (; left; left--) {
		if (at >= c->cap)
			return WANT_SEGMENT;
		struct line l = line_at(c, at);
		if (!l.ended)
			return WANT_SEGMENT;
		char type = l.text[0];
		struct row *r = show && rows++ < ROWS_MAX ? row_open(pkt, &proto_resp, 1) : NULL;
		int64_t n = l.len ? number(l.text + 1, l.len - 1) : 0;
		at = l.next;
		if (type == '*') {
			if (n > 0)
				left += (uint64_t)n;
			if (r)
				row_set(r, VALUE_ARRAY_LENGTH, n);
		} else if (type == '$') {
			if (n >= 0 && (uint64_t)n + 2 > c->cap - at)
				return (uint32_t)((uint64_t)n + 2 - (c->cap - at));
			if (r)
				row_set(r, VALUE_BULK_STRING_LENGTH, n);
			if (r && n > 0) {
				struct cursor part = *c;
				part.pos = at;
				row_bytes(r, VALUE_BULK_STRING_VALUE, &part, (uint32_t)n);
			}
			if (n >= 0)
				at += (uint32_t)n + 2;
		} else if (r && type == ':') {
			row_set(r, VALUE_INTEGER, n);
		} else if (r && l.len) {
			row_words(r, type == '-' ? VALUE_ERROR : VALUE_STRING, l.text + 1, l.len - 1);
		}
	}
	*end = at;
	return 0;
}

static enum verdict resp_dissect(struct packet *pkt, struct cursor *c)
{
	row_open(pkt, &proto_resp, 0);
	for (uint32_t at = 0, end = 0; at < c->cap && !pkt->fail; at = end) {
		uint32_t more = value(pkt, c, at, false, &end);
		if (more && pkt_may_want(pkt)) {
			pkt_want(pkt, at, more);
			break;
		}
		value(pkt, c, at, true, &end);
		if (more)
			break;
	}
	return MINE;
}

static const struct claim resp_claims[] = { { CLAIM_TCP_PORT, 6379 }, { 0 } };

const struct protocol proto_resp = {
	.name = "resp",
	.title = "REdis Serialization Protocol",
	.column = "RESP",
	.help = "Asks Redis, a store of keys and values in memory.",
	.id = PROTO_ID_resp,
	.records = resp_records,
	.nrecords = 2,
	.claims = resp_claims,
	.dissect = resp_dissect,
};
