/* Real Time Streaming Protocol (RFC 2326): text as in HTTP, and between the messages packets of RTP and RTCP
 * where the Transport header agreed on that (section 10.12):
 *
 *      0     1       2           4
 *     +-----+-------+-----------+------- - -
 *     | "$" |channel|  length   | packet
 *     +-----+-------+-----------+------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/line.h"
#include "indexer/dissectors/rtp.h"

extern const struct protocol proto_rtsp;

#define FRAME_HEADER 4

enum {
	RTSP_REQUEST,
	RTSP_METHOD,
	RTSP_URL,
	RTSP_RESPONSE,
	RTSP_STATUS,
	RTSP_TYPE,
	RTSP_LENGTH,
	RTSP_SESSION,
	RTSP_TRANSPORT,
	RTSP_CHANNEL,
	RTSP_FRAME_LENGTH,
	RTSP_NFIELDS
};

static const struct field rtsp_fields[RTSP_NFIELDS] = {
	[RTSP_REQUEST] = { "rtsp.request", "Request", KIND_TEXT },
	[RTSP_METHOD] = { "rtsp.method", "Method", KIND_TEXT },
	[RTSP_URL] = { "rtsp.url", "URL", KIND_TEXT },
	[RTSP_RESPONSE] = { "rtsp.response", "Response", KIND_TEXT },
	[RTSP_STATUS] = { "rtsp.status", "Status", KIND_UINT, .octets = 4 },
	[RTSP_TYPE] = { "rtsp.content-type", "Content-type", KIND_TEXT },
	[RTSP_LENGTH] = { "rtsp.content-length", "Content-length", KIND_UINT, .octets = 4 },
	[RTSP_SESSION] = { "rtsp.session", "Session", KIND_TEXT },
	[RTSP_TRANSPORT] = { "rtsp.transport", "Transport", KIND_TEXT },
	[RTSP_CHANNEL] = { "rtsp.channel", "Channel", KIND_UINT, BASE_HEX, 1, .part = 1 },
	[RTSP_FRAME_LENGTH] = { "rtsp.length", "Length", KIND_UINT, .octets = 2, .part = 1 },
};

static const struct record rtsp_records[] = {
	{ "rtsp", RECORD_LAYER, RTSP_NFIELDS, rtsp_fields, (const char *const[]) { "interleaved", NULL } },
};

/* Which channels of the connection were agreed on: channel + 1, 0 none. */
struct channels {
	uint16_t media, reports;
};

static void set_text(struct row *r, unsigned field, struct text t)
{
	row_text(r, field, t.at, t.len, (const uint8_t *)t.at, t.len);
}

/* ---- Transport ---- */

/* "5000-5001" after the name of a parameter; *second is one more where it is not given. False: no such
 * parameter. */
static bool range(struct text transport, const char *name, uint32_t *first, uint32_t *second)
{
	struct text rest = transport;
	while (rest.len) {
		uint32_t digits;
		struct text value, parameter = text_trim(text_until(rest, ';', &rest));
		struct text key = text_until(parameter, '=', &value);
		if (!text_is(key, name))
			continue;
		*first = (uint32_t)text_number(value, 65535, &digits);
		if (!digits)
			return false;
		value = text_from(value, digits);
		*second = 0;
		if (value.len > 1 && value.at[0] == '-')
			*second = (uint32_t)text_number(text_from(value, 1), 65535, &digits);
		return true;
	}
	return false;
}

/* What a reply agrees on: ports of both ends, or channels of this connection. */
static void agree(struct packet *pkt, struct text transport)
{
	struct text rest;
	uint32_t client[2], server[2] = { 0, 0 }, channel[2];
	struct text how = text_until(transport, ';', &rest);
	if (!text_is(how, "RTP/AVP") && !text_is(how, "RTP/AVP/UDP") && !text_is(how, "RTP/AVP/TCP"))
		return;
	struct channels *channels = pkt_flow(pkt, &proto_rtsp);
	if (channels && range(rest, "interleaved", &channel[0], &channel[1])) {
		channels->media = (uint16_t)(channel[0] + 1);
		channels->reports = (uint16_t)(channel[1] ? channel[1] + 1 : 0);
		return;
	}
	if (!range(rest, "client_port", &client[0], &client[1]))
		return;
	range(rest, "server_port", &server[0], &server[1]);
	struct expected e = { CONV_UDP, pkt->net_dst, 0, (uint16_t)client[0], (uint16_t)server[0],
		.again = true };
	struct rtp_media *media = pkt_expect(pkt, &proto_rtp, &e);
	if (media)
		media->frame = pkt->number;
	if (!client[1])
		return;
	e.port = (uint16_t)client[1];
	e.other_port = (uint16_t)server[1];
	e.again = false;
	e.use = true;
	pkt_expect(pkt, &proto_rtcp, &e);
}

/* ---- messages ---- */

static enum verdict frame_dissect(struct packet *pkt, struct cursor *c)
{
	if (c->cap < FRAME_HEADER && pkt_may_want(pkt)) {
		pkt_want(pkt, 0, WANT_SEGMENT);
		return MINE;
	}
	uint64_t length;
	if (pkt_may_want(pkt) && cur_peek(c, 2, 2, &length) && FRAME_HEADER + length > c->cap) {
		pkt_want(pkt, 0, (uint32_t)(FRAME_HEADER + length - c->cap));
		return MINE;
	}
	struct row *r = row_open(pkt, &proto_rtsp, 0);
	cur_skip(c, 1);
	uint32_t channel = (uint32_t)row_be(r, RTSP_CHANNEL, c, 1);
	length = row_be(r, RTSP_FRAME_LENGTH, c, 2);
	struct cursor packet = cur_sub(c, (uint32_t)length);
	const struct channels *channels = pkt_flow(pkt, &proto_rtsp);
	pkt_item_len(pkt, FRAME_HEADER + (uint32_t)length);
	if (channels && channels->media == channel + 1)
		pkt_next_proto(pkt, &proto_rtp, packet);
	else if (channels && channels->reports == channel + 1)
		pkt_next_proto(pkt, &proto_rtcp, packet);
	pkt_again(pkt, cur_rest(c));
	return MINE;
}

static bool is_request(struct text line)
{
	static const char *const methods[] = { "DESCRIBE", "ANNOUNCE", "GET_PARAMETER", "OPTIONS", "PAUSE",
		"PLAY", "RECORD", "REDIRECT", "SETUP", "SET_PARAMETER", "TEARDOWN" };
	struct text method = text_until(line, ' ', &(struct text) { 0 });
	for (unsigned i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (text_is(method, methods[i]))
			return true;
	return false;
}

static bool is_reply(struct text line)
{
	return line.len >= 5 && text_is((struct text) { line.at, 5 }, "RTSP/");
}

struct head {
	uint32_t body; /* octet where it begins; 0: the headers have no end */
	bool has_length;
	uint32_t length;
	struct text type, transport, session;
};

static struct head read_head(struct cursor c)
{
	struct head h = { 0 };
	bool whole = true;
	cur_line(&c, &whole);
	while (whole && cur_avail(&c)) {
		uint32_t digits;
		struct text value, line = cur_line(&c, &whole);
		if (whole && line.len == 0) {
			h.body = c.pos;
			break;
		}
		struct text name = text_trim(text_until(line, ':', &value));
		value = text_trim(value);
		if (text_is(name, "Content-Length")) {
			h.length = (uint32_t)text_number(value, UINT32_MAX, &digits);
			h.has_length = digits > 0;
		} else if (text_is(name, "Content-Type")) {
			h.type = value;
		} else if (text_is(name, "Transport")) {
			h.transport = value;
		} else if (text_is(name, "Session")) {
			h.session = text_until(value, ';', &value);
		}
	}
	return h;
}

static void set_start(struct row *r, struct text line, bool reply)
{
	uint32_t digits;
	struct text rest;
	set_text(r, reply ? RTSP_RESPONSE : RTSP_REQUEST, line);
	struct text first = text_until(line, ' ', &rest), second = text_until(rest, ' ', &rest);
	if (reply)
		row_set_at(r, RTSP_STATUS, (int64_t)text_number(second, 999, &digits),
			(const uint8_t *)second.at, second.len);
	else
		set_text(r, RTSP_METHOD, first);
	if (!reply && second.len)
		set_text(r, RTSP_URL, second);
}

static enum verdict rtsp_dissect(struct packet *pkt, struct cursor *c)
{
	uint64_t first;
	if (cur_peek(c, 0, 1, &first) && first == '$')
		return frame_dissect(pkt, c);
	bool whole;
	struct cursor look = *c;
	struct text line = cur_line(&look, &whole);
	bool reply = is_reply(line);
	if (!reply && !is_request(line)) {
		row_open(pkt, &proto_rtsp, 0); /* goes on with something */
		return MINE;
	}
	struct head h = read_head(*c);
	uint32_t length = h.has_length ? h.length : 0;
	if (pkt_may_want(pkt) && !h.body) {
		pkt_want(pkt, 0, WANT_SEGMENT);
		return MINE;
	}
	if (pkt_may_want(pkt) && length > c->len - h.body) {
		pkt_want(pkt, 0, length - (c->len - h.body));
		return MINE;
	}
	struct row *r = row_open(pkt, &proto_rtsp, 0);
	set_start(r, line, reply);
	if (h.type.len)
		set_text(r, RTSP_TYPE, h.type);
	if (h.has_length)
		row_set(r, RTSP_LENGTH, h.length);
	if (h.session.len)
		set_text(r, RTSP_SESSION, h.session);
	if (h.transport.len) {
		set_text(r, RTSP_TRANSPORT, h.transport);
		if (reply)
			agree(pkt, h.transport);
	}
	cur_skip(c, h.body ? h.body : c->len);
	struct cursor body = cur_sub(c, length);
	pkt_item_len(pkt, c->pos < c->len ? c->pos : c->len);
	if (body.len && h.type.len) {
		pkt_nest(pkt, true);
		pkt_next_media(pkt, body, h.type.at, h.type.len, CLAIM_NONE, NULL);
		pkt_nest(pkt, false);
	}
	pkt_again(pkt, cur_rest(c));
	return MINE;
}

static const struct claim rtsp_claims[] = { { CLAIM_TCP_PORT, 554 }, { CLAIM_TCP_PORT, 8554 },
	{ CLAIM_TCP_PORT, 7236 }, { 0 } };

const struct protocol proto_rtsp = {
	.name = "rtsp",
	.title = "Real Time Streaming Protocol",
	.column = "RTSP",
	.spec = "RFC 2326",
	.help = "Starts, pauses and ends streams of sound and pictures, as of cameras; they go by RTP.",
	.id = PROTO_ID_rtsp,
	.records = rtsp_records,
	.nrecords = 1,
	.claims = rtsp_claims,
	.dissect = rtsp_dissect,
	.flow_size = sizeof(struct channels),
};
