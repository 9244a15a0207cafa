/* Media Gateway Control Protocol (RFC 3435): commands and responses in lines, an empty line, a session
 * description; further messages follow a line with a dot.
 *
 *     CRCX 1204 aaln/1@rgw-2567.example MGCP 1.0        or  200 1204 OK
 *     C: A3C47F21456789F0
 *
 *     v=0 ...
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/line.h"
#include "indexer/dissectors/sdp.h"

extern const struct protocol proto_mgcp;

enum {
	MGCP_REQ,
	MGCP_RSP,
	MGCP_TRANSID,
	MGCP_VERB,
	MGCP_ENDPOINT,
	MGCP_VERSION,
	MGCP_CODE,
	MGCP_STRING,
	MGCP_NFIELDS
};

static const struct field mgcp_fields[MGCP_NFIELDS] = {
	[MGCP_REQ] = { "mgcp.req", "Request", KIND_BOOL, .hidden = true },
	[MGCP_RSP] = { "mgcp.rsp", "Response", KIND_BOOL, .hidden = true },
	[MGCP_TRANSID] = { "mgcp.transid", "Transaction ID", KIND_TEXT },
	[MGCP_VERB] = { "mgcp.req.verb", "Verb", KIND_TEXT },
	[MGCP_ENDPOINT] = { "mgcp.req.endpoint", "Endpoint", KIND_TEXT },
	[MGCP_VERSION] = { "mgcp.version", "Version", KIND_TEXT },
	[MGCP_CODE] = { "mgcp.rsp.rspcode", "Response Code", KIND_UINT, .octets = 4 },
	[MGCP_STRING] = { "mgcp.rsp.rspstring", "Response String", KIND_TEXT },
};

static const struct record mgcp_records[] = { { "mgcp", RECORD_LAYER, MGCP_NFIELDS, mgcp_fields, NULL } };

static void set_text(struct row *r, unsigned field, struct text t)
{
	if (t.len)
		row_text(r, field, t.at, t.len, (const uint8_t *)t.at, t.len);
}

static bool is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

/* Four letters that RFC 3435 knows, or X and three of one's own; a blank. */
static bool is_verb(struct text t)
{
	static const char *const verbs[] = { "EPCF", "CRCX", "MDCX", "DLCX", "RQNT", "NTFY", "AUEP", "AUCX",
		"RSIP", "MESG" };
	if (t.len < 5 || (t.at[4] != ' ' && t.at[4] != '\t'))
		return false;
	for (unsigned i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (text_is((struct text) { t.at, 4 }, verbs[i]))
			return true;
	return lower(t.at[0]) == 'x' && is_letter(t.at[1]) && is_letter(t.at[2]) && is_letter(t.at[3]);
}

static bool is_code(struct text t)
{
	uint32_t digits;
	text_number(t, 99999, &digits);
	return digits == 3 && t.len > 3 && (t.at[3] == ' ' || t.at[3] == '\t');
}

static struct text word(struct text *rest)
{
	*rest = text_trim(*rest);
	uint32_t n = 0;
	while (n < rest->len && rest->at[n] != ' ' && rest->at[n] != '\t')
		n++;
	struct text w = { rest->at, n };
	*rest = text_trim(text_from(*rest, n));
	return w;
}

static void read_first(struct row *r, struct text line, bool verb)
{
	uint32_t digits;
	struct text rest = line, w = word(&rest);
	row_set(r, verb ? MGCP_REQ : MGCP_RSP, 1);
	if (verb)
		set_text(r, MGCP_VERB, w);
	else
		row_set_at(r, MGCP_CODE, (int64_t)text_number(w, 999, &digits), (const uint8_t *)w.at, w.len);
	set_text(r, MGCP_TRANSID, word(&rest));
	if (verb)
		set_text(r, MGCP_ENDPOINT, word(&rest));
	set_text(r, verb ? MGCP_VERSION : MGCP_STRING, rest);
}

static enum verdict mgcp_dissect(struct packet *pkt, struct cursor *c)
{
	bool whole, described = false;
	uint32_t body = 0, end = 0;
	struct text line = cur_line(c, &whole);
	bool verb = is_verb(line);
	if (!verb && !is_code(line))
		return NOT_MINE;
	info_clear(pkt);
	if (pkt->info)
		info_text(pkt, line.at, line.len);
	read_first(row_open(pkt, &proto_mgcp, 0), line, verb);
	while (whole && cur_avail(c)) {
		uint32_t at = c->pos;
		line = cur_line(c, &whole);
		if (line.len == 1 && line.at[0] == '.') {
			end = at;
			break;
		}
		if (!described && line.len == 0) {
			described = true;
			body = c->pos;
		}
	}
	if (!end)
		end = c->len;
	if (body && body < end) {
		struct cursor sdp = *c;
		sdp.pos = body;
		pkt_next_proto(pkt, &proto_sdp, cur_sub(&sdp, end - body));
	}
	pkt_item_len(pkt, body && body < end ? body : end);
	pkt_again(pkt, cur_rest(c));
	return MINE;
}

static const struct claim mgcp_claims[] = { { CLAIM_UDP_PORT, 2427 }, { CLAIM_UDP_PORT, 2727 },
	{ CLAIM_TCP_PORT, 2427 }, { CLAIM_TCP_PORT, 2727 }, { 0 } };

const struct protocol proto_mgcp = {
	.name = "mgcp",
	.title = "Media Gateway Control Protocol",
	.column = "MGCP",
	.spec = "RFC 3435",
	.help = "Lets a call agent control the gateways between telephone lines and IP.",
	.id = PROTO_ID_mgcp,
	.records = mgcp_records,
	.nrecords = 1,
	.claims = mgcp_claims,
	.dissect = mgcp_dissect,
};
