/* Local Service Discovery of BitTorrent (BEP 14): a request like HTTP's, to 239.192.152.143 or
 * ff15::efc0:988f, port 6771.
 *
 *     BT-SEARCH * HTTP/1.1 / Host: / Port: / Infohash: / cookie: (optional)
 */
#include <string.h>
#include <strings.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_lsd;

enum { LSD_HEADER, LSD_HOST, LSD_PORT, LSD_INFOHASH, LSD_COOKIE, LSD_NFIELDS };

static const struct field lsd_fields[LSD_NFIELDS] = {
	[LSD_HEADER] = { "lsd.header", "Header", KIND_TEXT },
	[LSD_HOST] = { "lsd.host", "Host", KIND_TEXT },
	[LSD_PORT] = { "lsd.port", "Port", KIND_UINT, .octets = 4 },
	[LSD_INFOHASH] = { "lsd.infohash", "Infohash", KIND_TEXT },
	[LSD_COOKIE] = { "lsd.cookie", "cookie", KIND_TEXT },
};

static const struct record lsd_records[] = { { "lsd", RECORD_LAYER, LSD_NFIELDS, lsd_fields, NULL } };

static const char start[] = "BT-SEARCH * HTTP/1.1";

/* One line, without its end; false behind the last. */
static bool next_line(struct cursor *c, const char **line, uint32_t *len)
{
	uint32_t n = cur_avail(c), end = 0;
	if (n == 0)
		return false;
	*line = (const char *)c->data + c->pos;
	while (end < n && (*line)[end] != '\n')
		end++;
	cur_skip(c, end < n ? end + 1 : end);
	*len = end && (*line)[end - 1] == '\r' ? end - 1 : end;
	return true;
}

static void header(struct row *r, const char *line, uint32_t len)
{
	static const struct {
		const char *name;
		uint8_t field;
	} known[] = { { "Host: ", LSD_HOST }, { "Port: ", LSD_PORT }, { "Infohash: ", LSD_INFOHASH },
		{ "cookie: ", LSD_COOKIE } };
	for (unsigned i = 0; i < sizeof(known) / sizeof(*known); i++) {
		uint32_t n = (uint32_t)strlen(known[i].name), port = 0;
		if (len < n || strncasecmp(line, known[i].name, n) != 0)
			continue;
		const uint8_t *at = (const uint8_t *)line + n;
		if (known[i].field != LSD_PORT) {
			row_text(r, known[i].field, line + n, len - n, at, len - n);
			return;
		}
		for (uint32_t k = n; k < len && line[k] >= '0' && line[k] <= '9'; k++)
			port = port * 10 + (uint32_t)(line[k] - '0');
		row_set_at(r, LSD_PORT, port, at, len - n);
		return;
	}
}

/* To the group and port that are kept for it. */
static bool is_addressed(struct packet *pkt)
{
	static const uint8_t group4[4] = { 239, 192, 152, 143 };
	static const uint8_t group6[16] = { 0xff, 0x15, [12] = 0xef, 0xc0, 0x98, 0x8f };
	return pkt->dstport == 6771 &&
	       pkt->net_dst == (pkt->net_kind == KIND_IPV6 ? pkt_address(pkt, KIND_IPV6, group6)
							   : pkt_address(pkt, KIND_IPV4, group4));
}

static enum verdict lsd_dissect(struct packet *pkt, struct cursor *c)
{
	const char *line;
	uint32_t len;
	if (!is_addressed(pkt) || c->cap < sizeof(start) - 1 ||
		memcmp(c->data, start, sizeof(start) - 1) != 0)
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_lsd, 0);
	if (next_line(c, &line, &len))
		row_text(r, LSD_HEADER, line, len, (const uint8_t *)line, len);
	while (next_line(c, &line, &len))
		header(r, line, len);
	return MINE;
}

static const struct claim lsd_claims[] = { { CLAIM_HEUR_UDP, 540 }, { 0 } };

const struct protocol proto_lsd = {
	.name = "lsd",
	.title = "Local Service Discovery",
	.column = "LSD",
	.spec = "BEP 14",
	.help = "Finds BitTorrent peers of the same file in the local network.",
	.id = PROTO_ID_lsd,
	.records = lsd_records,
	.nrecords = 1,
	.claims = lsd_claims,
	.dissect = lsd_dissect,
};
