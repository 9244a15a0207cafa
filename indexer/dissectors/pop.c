/* Post Office Protocol, version 3 (RFC 1939): commands and replies, a line each; behind the reply to RETR and
 * TOP the mail, of so many octets as the reply says.
 *
 *     C: RETR 1         S: +OK 120 octets        S: -ERR no such message
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_pop, proto_imf, proto_tls;

enum { POP_REQUEST, POP_COMMAND, POP_PARAMETER, POP_RESPONSE, POP_INDICATOR, POP_DESCRIPTION, POP_NFIELDS };

static const struct field pop_fields[POP_NFIELDS] = {
	[POP_REQUEST] = { "pop.request", "Request", KIND_TEXT },
	[POP_COMMAND] = { "pop.request.command", "Request command", KIND_TEXT },
	[POP_PARAMETER] = { "pop.request.parameter", "Request parameter", KIND_TEXT },
	[POP_RESPONSE] = { "pop.response", "Response", KIND_TEXT },
	[POP_INDICATOR] = { "pop.response.indicator", "Response indicator", KIND_TEXT },
	[POP_DESCRIPTION] = { "pop.response.description", "Response description", KIND_TEXT },
};

enum { DATA_REQUEST, DATA_RESPONSE, DATA_NFIELDS };

static const struct field data_fields[DATA_NFIELDS] = {
	[DATA_REQUEST] = { "pop.request.data", "Data", KIND_TEXT },
	[DATA_RESPONSE] = { "pop.response.data", "Data", KIND_TEXT },
};

static const struct record pop_records[] = {
	{ "pop", RECORD_LAYER, POP_NFIELDS, pop_fields, NULL },
	{ "pop_data", RECORD_CHILD, DATA_NFIELDS, data_fields, NULL },
};

#define PORT 110

struct pop_flow {
	bool mail_next;       /* RETR or TOP: the next reply tells how long the mail is */
	bool tls_next;        /* STLS */
	uint32_t total, read; /* octets of the mail */
};

/* What is no reply goes on with a mail. */
static void mail(struct packet *pkt, struct cursor *c, struct pop_flow *f)
{
	info_set(pkt, "S: DATA fragment, %u byte%s", c->len, c->len == 1 ? "" : "s");
	f->read += c->len;
	pkt_gather(pkt, &proto_pop, *c);
	if (f->read < f->total)
		return;
	f->read = f->total = 0;
	pkt_next_proto(pkt, &proto_imf, pkt_gathered(pkt, &proto_pop));
}

static void take_request(struct pop_flow *f, const struct line *l)
{
	if (text_begins(l->text, l->len, "RETR") || text_begins(l->text, l->len, "TOP"))
		f->mail_next = true;
	if (text_begins(l->text, l->len, "STLS"))
		f->tls_next = true;
}

static void take_response(struct packet *pkt, struct pop_flow *f, const struct line *l)
{
	bool ok = text_begins(l->text, l->len, "+OK ");
	if (f->mail_next && ok && l->len > 4) {
		uint32_t at = 4 + text_blanks(l->text + 4, l->len - 4);
		f->read = 0;
		f->total = text_number(l->text + at, l->len - at);
	}
	if (f->tls_next && ok) /* RFC 2595 */
		pkt_speak(pkt, &proto_tls);
	f->mail_next = f->tls_next = false;
}

static enum verdict pop_dissect(struct packet *pkt, struct cursor *c)
{
	struct pop_flow none = { 0 }, *f = pkt_flow(pkt, &proto_pop);
	bool request = pkt->dstport == PORT;
	struct row *r = row_open(pkt, &proto_pop, 0);
	struct line l = line_at(c, 0);
	if (!f)
		f = &none;
	if (!request && (l.len < 3 || memcmp(l.text, "+OK", 3) != 0) &&
		(l.len < 4 || memcmp(l.text, "-ERR", 4) != 0)) {
		mail(pkt, c, f);
		return MINE;
	}
	info_set(pkt, "%s: ", request ? "C" : "S");
	info_text(pkt, l.text, l.len);
	uint32_t n = text_word(l.text, l.len), at = n + text_blanks(l.text + n, l.len - n);
	/* Wireshark shows the line, but gives the field no value. */
	row_words(r, request ? POP_REQUEST : POP_RESPONSE, l.text, 0);
	if (n) {
		row_words(r, request ? POP_COMMAND : POP_INDICATOR, l.text, n);
		if (request)
			take_request(f, &l);
		else
			take_response(pkt, f, &l);
	}
	if (at < l.len)
		row_words(r, request ? POP_PARAMETER : POP_DESCRIPTION, l.text + at, l.len - at);
	while (l.next < c->cap && !pkt->fail) {
		l = line_at(c, l.next);
		row_words(row_open(pkt, &proto_pop, 1), request ? DATA_REQUEST : DATA_RESPONSE, l.text, 0);
	}
	return MINE;
}

static const struct claim pop_claims[] = { { CLAIM_TCP_PORT, PORT }, { 0 } };

const struct protocol proto_pop = {
	.name = "pop",
	.title = "Post Office Protocol",
	.column = "POP",
	.spec = "RFC 1939",
	.help = "Fetches mail from a mailbox.",
	.id = PROTO_ID_pop,
	.records = pop_records,
	.nrecords = 2,
	.claims = pop_claims,
	.dissect = pop_dissect,
	.flow_size = sizeof(struct pop_flow),
};
