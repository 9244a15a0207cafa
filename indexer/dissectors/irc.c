/* Internet Relay Chat (RFC 2812): a message a line.
 *
 *     :prefix COMMAND parameter parameter :trailer with blanks
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_irc;

enum {
	LINE_REQUEST,
	LINE_RESPONSE,
	LINE_REQUEST_PREFIX,
	LINE_REQUEST_COMMAND,
	LINE_REQUEST_TRAILER,
	LINE_RESPONSE_PREFIX,
	LINE_RESPONSE_COMMAND,
	LINE_RESPONSE_NUMBER,
	LINE_RESPONSE_TRAILER,
	LINE_NFIELDS
};

static const struct field line_fields[LINE_NFIELDS] = {
	[LINE_REQUEST] = { "irc.request", "Request", KIND_TEXT },
	[LINE_RESPONSE] = { "irc.response", "Response", KIND_TEXT },
	[LINE_REQUEST_PREFIX] = { "irc.request.prefix", "Prefix", KIND_TEXT },
	[LINE_REQUEST_COMMAND] = { "irc.request.command", "Command", KIND_TEXT },
	[LINE_REQUEST_TRAILER] = { "irc.request.trailer", "Trailer", KIND_TEXT },
	[LINE_RESPONSE_PREFIX] = { "irc.response.prefix", "Prefix", KIND_TEXT },
	[LINE_RESPONSE_COMMAND] = { "irc.response.command", "Command", KIND_TEXT },
	[LINE_RESPONSE_NUMBER] = { "irc.response.num_command", "Command", KIND_UINT, .octets = 2 },
	[LINE_RESPONSE_TRAILER] = { "irc.response.trailer", "Trailer", KIND_TEXT },
};

enum { PARAMETER_REQUEST, PARAMETER_RESPONSE, PARAMETER_NFIELDS };

static const struct field parameter_fields[PARAMETER_NFIELDS] = {
	[PARAMETER_REQUEST] = { "irc.request.command_parameter", "Parameter", KIND_TEXT },
	[PARAMETER_RESPONSE] = { "irc.response.command_parameter", "Parameter", KIND_TEXT },
};

static const struct record irc_records[] = {
	{ "irc", RECORD_LAYER, 0, NULL, NULL },
	{ "irc_line", RECORD_CHILD, LINE_NFIELDS, line_fields, NULL },
	{ "irc_parameter", RECORD_CHILD, PARAMETER_NFIELDS, parameter_fields, NULL },
};

#define PORT     6667
#define PORT_DCC 57000

static void message(struct packet *pkt, const struct line *l, bool request)
{
	struct row *r = row_open(pkt, &proto_irc, 1);
	const char *p = l->text, *end = l->text + l->len;
	row_words(r, request ? LINE_REQUEST : LINE_RESPONSE, p, l->len);
	if (p < end && *p == ':') {
		uint32_t n = text_word(p + 1, (uint32_t)(end - p - 1));
		row_words(r, request ? LINE_REQUEST_PREFIX : LINE_RESPONSE_PREFIX, p + 1, n);
		p += 1 + n;
		p += text_blanks(p, (uint32_t)(end - p));
	}
	uint32_t n = text_word(p, (uint32_t)(end - p));
	if (!n)
		return;
	if (!request && n == 3 && is_digit(p[0]) && is_digit(p[1]) && is_digit(p[2]))
		row_set_at(r, LINE_RESPONSE_NUMBER, text_number(p, 3), (const uint8_t *)p, 3);
	row_words(r, request ? LINE_REQUEST_COMMAND : LINE_RESPONSE_COMMAND, p, n);
	if (pkt->info) {
		info_add(pkt, "%s", " (");
		info_text(pkt, p, n);
		info_add(pkt, "%s", ")");
	}
	for (p += n; p < end && !pkt->fail; p += n) {
		p += text_blanks(p, (uint32_t)(end - p));
		if (p < end && *p == ':') {
			row_words(r, request ? LINE_REQUEST_TRAILER : LINE_RESPONSE_TRAILER, p + 1,
				(uint32_t)(end - p - 1));
			return;
		}
		n = text_word(p, (uint32_t)(end - p));
		if (n)
			row_words(row_open(pkt, &proto_irc, 2),
				request ? PARAMETER_REQUEST : PARAMETER_RESPONSE, p, n);
	}
}

static enum verdict irc_dissect(struct packet *pkt, struct cursor *c)
{
	bool request = pkt->dstport == PORT || pkt->dstport == PORT_DCC;
	row_open(pkt, &proto_irc, 0);
	info_set(pkt, "%s", request ? "Request" : "Response");
	for (uint32_t at = 0; at < c->cap && !pkt->fail;) {
		struct line l = line_at(c, at);
		if (l.len)
			message(pkt, &l, request);
		at = l.next;
	}
	return MINE;
}

static const struct claim irc_claims[] = { { CLAIM_TCP_PORT, PORT }, { CLAIM_TCP_PORT, PORT_DCC }, { 0 } };

const struct protocol proto_irc = {
	.name = "irc",
	.title = "Internet Relay Chat",
	.column = "IRC",
	.spec = "RFC 2812",
	.help = "Chat in channels and between two.",
	.id = PROTO_ID_irc,
	.records = irc_records,
	.nrecords = 3,
	.claims = irc_claims,
	.dissect = irc_dissect,
};
