/* Session Initiation Protocol (RFC 3261): text, a start line, headers, an empty line, a body.
 *
 *     INVITE sip:bob@biloxi.example SIP/2.0        or  SIP/2.0 200 OK
 *     Via: SIP/2.0/UDP pc33.atlanta.example
 *     Call-ID: a84b4c76e66710
 *     CSeq: 314159 INVITE
 *     Content-Type: application/sdp
 *     Content-Length: 142
 *
 *     (body)
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/sdp.h"
#include "indexer/dissectors/sip_call.h"

extern const struct protocol proto_sip;

enum {
	SIP_METHOD,
	SIP_URI,
	SIP_STATUS,
	SIP_CSEQ_SEQ,
	SIP_CSEQ_METHOD,
	SIP_LENGTH,
	SIP_REQUEST_LINE,
	SIP_STATUS_LINE,
	SIP_RESEND,
	SIP_RESEND_OF,
	SIP_REQUEST_FRAME,
	SIP_RESPONSE_TIME,
	SIP_NFIELDS
};

static const struct field sip_fields[SIP_NFIELDS] = {
	[SIP_METHOD] = { "sip.Method", "Method", KIND_TEXT },
	[SIP_URI] = { "sip.r-uri", "Request-URI", KIND_TEXT },
	[SIP_STATUS] = { "sip.Status-Code", "Status-Code", KIND_UINT, .octets = 2 },
	[SIP_CSEQ_SEQ] = { "sip.CSeq.seq", "Sequence Number", KIND_UINT, .octets = 4 },
	[SIP_CSEQ_METHOD] = { "sip.CSeq.method", "CSeq Method", KIND_TEXT },
	[SIP_LENGTH] = { "sip.Content-Length", "Content-Length", KIND_UINT, .octets = 4 },
	[SIP_REQUEST_LINE] = { "sip.Request-Line", "Request-Line", KIND_TEXT },
	[SIP_STATUS_LINE] = { "sip.Status-Line", "Status-Line", KIND_TEXT },
	[SIP_RESEND] = { "sip.resend", "Resent Packet", KIND_BOOL, .generated = true },
	[SIP_RESEND_OF] = { "sip.resend-original", "Suspected resend of frame", KIND_FRAME,
		.generated = true },
	[SIP_REQUEST_FRAME] = { "sip.response-request", "Request Frame", KIND_FRAME, .generated = true },
	[SIP_RESPONSE_TIME] = { "sip.response-time", "Response Time (ms)", KIND_UINT, .octets = 4,
		.generated = true },
};

/* One row a header, its text in the column of its name. */
enum {
	HEAD_VIA,
	HEAD_FROM,
	HEAD_TO,
	HEAD_CALL_ID,
	HEAD_CSEQ,
	HEAD_CONTACT,
	HEAD_CONTENT_TYPE,
	HEAD_USER_AGENT,
	HEAD_SERVER,
	HEAD_MAX_FORWARDS,
	HEAD_EXPIRES,
	HEAD_ROUTE,
	HEAD_RECORD_ROUTE,
	HEAD_ALLOW,
	HEAD_SUPPORTED,
	HEAD_REQUIRE,
	HEAD_AUTHORIZATION,
	HEAD_WWW_AUTHENTICATE,
	HEAD_PROXY_AUTHENTICATE,
	HEAD_PROXY_AUTHORIZATION,
	HEAD_EVENT,
	HEAD_REASON,
	HEAD_REFER_TO,
	HEAD_SUBJECT,
	HEAD_WARNING,
	HEAD_ASSERTED,
	HEAD_OTHER,
	HEAD_NFIELDS
};

#define HEAD(name)                                                                                           \
	{                                                                                                    \
		"sip." name, name, KIND_TEXT                                                                 \
	}
static const struct field head_fields[HEAD_NFIELDS] = {
	[HEAD_VIA] = HEAD("Via"),
	[HEAD_FROM] = HEAD("From"),
	[HEAD_TO] = HEAD("To"),
	[HEAD_CALL_ID] = HEAD("Call-ID"),
	[HEAD_CSEQ] = HEAD("CSeq"),
	[HEAD_CONTACT] = HEAD("Contact"),
	[HEAD_CONTENT_TYPE] = HEAD("Content-Type"),
	[HEAD_USER_AGENT] = HEAD("User-Agent"),
	[HEAD_SERVER] = HEAD("Server"),
	[HEAD_MAX_FORWARDS] = HEAD("Max-Forwards"),
	[HEAD_EXPIRES] = HEAD("Expires"),
	[HEAD_ROUTE] = HEAD("Route"),
	[HEAD_RECORD_ROUTE] = HEAD("Record-Route"),
	[HEAD_ALLOW] = HEAD("Allow"),
	[HEAD_SUPPORTED] = HEAD("Supported"),
	[HEAD_REQUIRE] = HEAD("Require"),
	[HEAD_AUTHORIZATION] = HEAD("Authorization"),
	[HEAD_WWW_AUTHENTICATE] = HEAD("WWW-Authenticate"),
	[HEAD_PROXY_AUTHENTICATE] = HEAD("Proxy-Authenticate"),
	[HEAD_PROXY_AUTHORIZATION] = HEAD("Proxy-Authorization"),
	[HEAD_EVENT] = HEAD("Event"),
	[HEAD_REASON] = HEAD("Reason"),
	[HEAD_REFER_TO] = HEAD("Refer-To"),
	[HEAD_SUBJECT] = HEAD("Subject"),
	[HEAD_WARNING] = HEAD("Warning"),
	[HEAD_ASSERTED] = HEAD("P-Asserted-Identity"),
	[HEAD_OTHER] = { "sip.unknown_header", "Unknown header", KIND_TEXT },
};

static const struct record sip_records[] = {
	{ "sip", RECORD_LAYER, SIP_NFIELDS, sip_fields, NULL },
	{ "sip_header", RECORD_CHILD, HEAD_NFIELDS, head_fields, NULL },
};

static void set_text(struct row *r, unsigned field, struct text t)
{
	row_text(r, field, t.at, t.len, (const uint8_t *)t.at, t.len);
}

/* ---- the start line ---- */

enum start { START_OTHER, START_REQUEST, START_STATUS };

struct start_line {
	enum start kind;
	struct text line, method, uri;
	uint16_t code;
};

static struct start_line start_line(struct text line)
{
	struct start_line s = { .line = line };
	struct text rest;
	uint32_t digits;
	struct text one = text_until(line, ' ', &rest);
	if (one.len == line.len || !memchr(rest.at, ' ', rest.len))
		return s;
	struct text two = text_until(rest, ' ', &rest);
	if (text_is(one, "SIP/2.0")) {
		s.code = (uint16_t)text_number(two, 999, &digits);
		if (two.len == 3 && digits == 3)
			s.kind = START_STATUS;
		return s;
	}
	/* A URI has a colon, with something before it. */
	const char *colon = two.len >= 3 ? memchr(two.at + 1, ':', two.len - 1) : NULL;
	if (colon && text_is(rest, "SIP/2.0")) {
		s.kind = START_REQUEST;
		s.method = one;
		s.uri = two;
	}
	return s;
}

/* ---- headers ---- */

/* RFC 3261, section 7.3.3, and what came later: names of one letter. */
static struct text long_name(struct text name)
{
	static const char letters[] = "vftimcselkorubxj";
	static const char *const names[] = { "Via", "From", "To", "Call-ID", "Contact", "Content-Type",
		"Subject", "Content-Encoding", "Content-Length", "Supported", "Event", "Refer-To",
		"Allow-Events", "Referred-By", "Session-Expires", "Reject-Contact" };
	const char *hit = name.len == 1 && name.at[0] ? strchr(letters, lower(name.at[0])) : NULL;
	if (!hit)
		return name;
	const char *n = names[hit - letters];
	return (struct text) { n, (uint32_t)strlen(n) };
}

struct headers {
	struct sip_message message;
	bool has_length, to_tag; /* the To header has a tag: inside a dialogue (RFC 3261, section 12) */
	uint32_t contacts, length;
	struct text content_type, type; /* of the body; with parameters and without */
};

static void read_header(struct packet *pkt, struct row *r, struct text line, struct headers *h)
{
	struct text value;
	uint32_t digits;
	struct text name = long_name(text_trim(text_until(line, ':', &value)));
	value = text_trim(value);
	if (text_is(name, "Content-Length")) {
		h->length = (uint32_t)text_number(value, UINT32_MAX, &digits);
		if ((h->has_length = digits > 0))
			row_set_at(r, SIP_LENGTH, h->length, (const uint8_t *)value.at, digits);
		return;
	}
	unsigned field = 0;
	while (field < HEAD_OTHER && !text_is(name, head_fields[field].label))
		field++;
	set_text(row_open(pkt, &proto_sip, 1), field, field == HEAD_OTHER ? line : value);
	switch (field) {
	case HEAD_TO:
		h->to_tag = memmem(value.at, value.len, ";tag=", 5) != NULL;
		break;
	case HEAD_CONTACT:
		h->contacts++;
		break;
	case HEAD_CALL_ID:
		h->message.call_id = value;
		break;
	case HEAD_CSEQ:
		h->message.cseq = (uint32_t)text_number(value, UINT32_MAX, &digits);
		h->message.has_cseq = digits > 0;
		h->message.method = text_trim(text_from(value, digits));
		if (digits)
			row_set_at(r, SIP_CSEQ_SEQ, h->message.cseq, (const uint8_t *)value.at, digits);
		set_text(r, SIP_CSEQ_METHOD, h->message.method);
		break;
	case HEAD_CONTENT_TYPE:
		h->content_type = value;
		h->type = text_trim(text_until(value, ';', &value));
		break;
	default:
		break;
	}
}

/* A header and the lines that go on with it, which begin with a blank. */
static struct text folded(struct cursor *c, bool *whole)
{
	struct text t = cur_line(c, whole);
	uint64_t next;
	while (t.len && *whole && cur_peek(c, 0, 1, &next) && (next == ' ' || next == '\t')) {
		struct text more = cur_line(c, whole);
		t.len = (uint32_t)(more.at + more.len - t.at);
	}
	return t;
}

/* Where the body begins; 0: the empty line before it is not there. *length: what is said of the body. */
static uint32_t body_at(struct cursor c, bool *has_length, uint32_t *length)
{
	bool whole = true;
	*has_length = false;
	while (whole && cur_avail(&c)) {
		struct text value, line = cur_line(&c, &whole);
		uint32_t digits;
		if (whole && line.len == 0)
			return c.pos;
		struct text name = text_trim(text_until(line, ':', &value));
		if (text_is(name, "Content-Length")) {
			*length = (uint32_t)text_number(text_trim(value), UINT32_MAX, &digits);
			*has_length = digits > 0;
		}
	}
	return 0;
}

/* ---- the body ---- */

/* What it announces counts from the frame of the request on: with the answer both ends are known. */
static void hand_on_body(
	struct packet *pkt, struct cursor body, const struct headers *h, struct sip_place place)
{
	uint16_t code = h->message.code;
	pkt_nest(pkt, true);
	if (!text_is(h->type, "application/sdp")) {
		if (h->content_type.len)
			pkt_next_media(pkt, body, h->content_type.at, h->content_type.len, CLAIM_NONE, NULL);
		return;
	}
	if (code && code < 200 && !place.resend_of) {
		pkt_next_proto(pkt, &proto_sdp, body);
		return;
	}
	if (!place.resend_of && (code < 300 || code >= 400))
		sdp_announce(pkt, body, code ? place.request : 0);
	pkt_next_proto(pkt, &proto_sdp_quiet, body);
}

static void set_place(struct packet *pkt, struct row *r, struct sip_place place)
{
	row_set(r, SIP_RESEND, place.resend_of != 0);
	if (place.resend_of)
		row_set(r, SIP_RESEND_OF, place.resend_of);
	if (place.request) {
		row_set(r, SIP_REQUEST_FRAME, place.request);
		row_set(r, SIP_RESPONSE_TIME, (pkt->time_ns - place.request_ns) / 1000000);
	}
}

static enum verdict continuation(struct packet *pkt)
{
	row_open(pkt, &proto_sip, 0);
	return MINE;
}

static bool over_tcp(const struct packet *pkt)
{
	return pkt->stream;
}

/* Is all of the message there? Over TCP the headers are waited for, then the body. */
static bool is_whole(struct packet *pkt, const struct cursor *c)
{
	bool has_length;
	uint32_t length = 0;
	if (!pkt_may_want(pkt))
		return true;
	uint32_t body = body_at(*c, &has_length, &length);
	if (!body)
		pkt_want(pkt, 0, WANT_SEGMENT);
	else if (has_length && length > c->len - body)
		pkt_want(pkt, 0, length - (c->len - body));
	else
		return true;
	return false;
}

/* "Request: INVITE sip:a@example.org, in-dialog | ", "Status: 200 OK (INVITE) | ". */
static void inform(struct packet *pkt, const struct start_line *s, const struct headers *h)
{
	if (!pkt->info)
		return;
	if (s->kind == START_REQUEST) {
		info_set(pkt, "Request: %.*s ", (int)s->method.len, s->method.at);
		info_text(pkt, s->uri.at, s->uri.len);
		if (h->to_tag && text_is(s->method, "INVITE"))
			info_add(pkt, "%s", ", in-dialog");
		if (text_is(s->method, "REGISTER"))
			info_add(pkt, "  (%u binding%s)", h->contacts, h->contacts == 1 ? "" : "s");
	} else {
		const char *code = memchr(s->line.at, ' ', s->line.len), *end = s->line.at + s->line.len;
		info_set(pkt, "%s", "Status: ");
		if (code)
			info_text(pkt, code + 1, (size_t)(end - code - 1));
		if (s->code == 200 && h->message.method.len)
			info_add(pkt, " (%.*s)", (int)h->message.method.len, h->message.method.at);
		if (s->code == 200 && text_is(h->message.method, "REGISTER"))
			info_add(pkt, "  (%u binding%s)", h->contacts, h->contacts == 1 ? "" : "s");
	}
	info_add(pkt, "%s", " | ");
}

static enum verdict sip_dissect(struct packet *pkt, struct cursor *c)
{
	struct cursor first = *c;
	struct headers h = { 0 };
	bool whole;
	struct text line = cur_line(&first, &whole);
	struct start_line s = start_line(line);
	if (s.kind == START_OTHER) {
		bool known = over_tcp(pkt) && (pkt->srcport == 5060 || pkt->dstport == 5060);
		if (!known)
			return NOT_MINE;
		if (line.len == 0) {
			pkt_silent(pkt);
			return MINE;
		}
		return continuation(pkt);
	}
	if (over_tcp(pkt) && !is_whole(pkt, c))
		return MINE;
	struct row *r = row_open(pkt, &proto_sip, 0);
	if (s.kind == START_REQUEST) {
		set_text(r, SIP_METHOD, s.method);
		set_text(r, SIP_URI, s.uri);
		set_text(r, SIP_REQUEST_LINE, line);
	} else {
		row_set(r, SIP_STATUS, s.code);
		set_text(r, SIP_STATUS_LINE, line);
		h.message.code = s.code;
	}
	*c = first;
	while (cur_avail(c) && !pkt->fail) {
		struct text header = folded(c, &whole);
		if (whole && header.len == 0)
			break;
		if (!whole) {
			cur_take(c, 1); /* a header without an end */
			return MINE;
		}
		read_header(pkt, r, header, &h);
	}
	inform(pkt, &s, &h);
	struct sip_calls *calls = pkt_flow(pkt, &proto_sip);
	struct sip_place place = { 0 };
	if (calls)
		place = sip_place(pkt, calls, &h.message);
	set_place(pkt, r, place);
	struct cursor body = cur_sub(c, h.has_length ? h.length : UINT32_MAX);
	pkt_item_len(pkt, c->pos < c->len ? c->pos : c->len);
	if (body.len)
		hand_on_body(pkt, body, &h, place);
	if (over_tcp(pkt))
		pkt_again(pkt, cur_rest(c));
	return MINE;
}

static const struct claim sip_claims[] = { { CLAIM_UDP_PORT, 5060 }, { CLAIM_TCP_PORT, 5060 },
	{ CLAIM_HEUR_UDP, 160 }, { CLAIM_HEUR_STUN, 40 }, { CLAIM_HEUR_TCP, 250 }, { 0 } };

const struct protocol proto_sip = {
	.name = "sip",
	.title = "Session Initiation Protocol",
	.column = "SIP",
	.spec = "RFC 3261",
	.help = "Sets up, changes and ends calls; the sound itself goes by RTP.",
	.id = PROTO_ID_sip,
	.records = sip_records,
	.nrecords = 2,
	.claims = sip_claims,
	.dissect = sip_dissect,
	.flow_size = sizeof(struct sip_calls),
};
