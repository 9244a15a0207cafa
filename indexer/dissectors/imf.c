/* Internet Message Format (RFC 5322): a mail. Header fields of a name and a value, which may go on in lines
 * that begin with a blank; an empty line; the body, of the media type that Content-Type names (RFC 2045).
 *
 *     Subject: Dinner                    Content-Type: text/plain; charset=utf-8
 *      at eight                          Content-Transfer-Encoding: base64
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_imf, proto_smtp;

enum {
	IMF_DATE,
	IMF_FROM,
	IMF_TO,
	IMF_SUBJECT,
	IMF_MESSAGE_ID,
	IMF_CONTENT_TYPE,
	IMF_TRANSFER_ENCODING,
	IMF_MIME_VERSION,
	IMF_SENDER,
	IMF_REPLY_TO,
	IMF_CC,
	IMF_BCC,
	IMF_IN_REPLY_TO,
	IMF_REFERENCES,
	IMF_COMMENTS,
	IMF_USER_AGENT,
	IMF_KEYWORDS,
	IMF_RETURN_PATH,
	IMF_CONTENT_DESCRIPTION,
	IMF_CONTENT_ID,
	IMF_CONTENT_LANGUAGE,
	IMF_IMPORTANCE,
	IMF_PRIORITY,
	IMF_SENSITIVITY,
	IMF_DELIVERED_TO,
	IMF_THREAD_INDEX,
	IMF_LINES,
	IMF_PRECEDENCE,
	IMF_NFIELDS
};

static const struct field imf_fields[IMF_NFIELDS] = {
	[IMF_DATE] = { "imf.date", "Date", KIND_TEXT },
	[IMF_FROM] = { "imf.from", "From", KIND_TEXT },
	[IMF_TO] = { "imf.to", "To", KIND_TEXT },
	[IMF_SUBJECT] = { "imf.subject", "Subject", KIND_TEXT },
	[IMF_MESSAGE_ID] = { "imf.message_id", "Message-ID", KIND_TEXT },
	[IMF_CONTENT_TYPE] = { "imf.content.type", "Content-Type", KIND_TEXT },
	[IMF_TRANSFER_ENCODING] = { "imf.content.transfer_encoding", "Content-Transfer-Encoding", KIND_TEXT },
	[IMF_MIME_VERSION] = { "imf.mime_version", "MIME-Version", KIND_TEXT },
	[IMF_SENDER] = { "imf.sender", "Sender", KIND_TEXT },
	[IMF_REPLY_TO] = { "imf.reply_to", "Reply-To", KIND_TEXT },
	[IMF_CC] = { "imf.cc", "Cc", KIND_TEXT },
	[IMF_BCC] = { "imf.bcc", "Bcc", KIND_TEXT },
	[IMF_IN_REPLY_TO] = { "imf.in_reply_to", "In-Reply-To", KIND_TEXT },
	[IMF_REFERENCES] = { "imf.references", "References", KIND_TEXT },
	[IMF_COMMENTS] = { "imf.comments", "Comments", KIND_TEXT },
	[IMF_USER_AGENT] = { "imf.user_agent", "User-Agent", KIND_TEXT },
	[IMF_KEYWORDS] = { "imf.keywords", "Keywords", KIND_TEXT },
	[IMF_RETURN_PATH] = { "imf.return_path", "Return-Path", KIND_TEXT },
	[IMF_CONTENT_DESCRIPTION] = { "imf.content.description", "Content-Description", KIND_TEXT },
	[IMF_CONTENT_ID] = { "imf.content.id", "Content-ID", KIND_TEXT },
	[IMF_CONTENT_LANGUAGE] = { "imf.content_language", "Content-Language", KIND_TEXT },
	[IMF_IMPORTANCE] = { "imf.importance", "Importance", KIND_TEXT },
	[IMF_PRIORITY] = { "imf.priority", "Priority", KIND_TEXT },
	[IMF_SENSITIVITY] = { "imf.sensitivity", "Sensitivity", KIND_TEXT },
	[IMF_DELIVERED_TO] = { "imf.delivered_to", "Delivered-To", KIND_TEXT },
	[IMF_THREAD_INDEX] = { "imf.thread-index", "Thread-Index", KIND_TEXT },
	[IMF_LINES] = { "imf.lines", "Lines", KIND_TEXT },
	[IMF_PRECEDENCE] = { "imf.precedence", "Precedence", KIND_TEXT },
};

/* Names in capitals, in the order above. */
static const char *const header_names[IMF_NFIELDS] = { "DATE", "FROM", "TO", "SUBJECT", "MESSAGE-ID",
	"CONTENT-TYPE", "CONTENT-TRANSFER-ENCODING", "MIME-VERSION", "SENDER", "REPLY-TO", "CC", "BCC",
	"IN-REPLY-TO", "REFERENCES", "COMMENTS", "USER-AGENT", "KEYWORDS", "RETURN-PATH",
	"CONTENT-DESCRIPTION", "CONTENT-ID", "CONTENT-LANGUAGE", "IMPORTANCE", "PRIORITY", "SENSITIVITY",
	"DELIVERED-TO", "THREAD-INDEX", "LINES", "PRECEDENCE" };

/* Trace fields come once a server; others are of nobody's standard. */
enum { MORE_RECEIVED, MORE_EXTENSION, MORE_TYPE, MORE_VALUE, MORE_NFIELDS };

static const struct field more_fields[MORE_NFIELDS] = {
	[MORE_RECEIVED] = { "imf.received", "Received", KIND_TEXT },
	[MORE_EXTENSION] = { "imf.extension", "Unknown-Extension", KIND_TEXT },
	[MORE_TYPE] = { "imf.extension.type", "Type", KIND_TEXT },
	[MORE_VALUE] = { "imf.extension.value", "Value", KIND_TEXT },
};

enum { REC_IMF, REC_MORE, REC_COUNT };

static const struct record imf_records[REC_COUNT] = {
	{ "imf", RECORD_LAYER, IMF_NFIELDS, imf_fields, NULL },
	{ "imf_header", RECORD_CHILD, MORE_NFIELDS, more_fields, NULL },
};

/* The octet behind the CR LF that ends the field's value, 0: there is none. *last: an empty line follows, or
 * the message ends with it (then the CR LF does not count). */
static uint32_t field_end(const struct cursor *c, uint32_t at, bool *last)
{
	while (at < c->cap) {
		const uint8_t *cr = memchr(c->data + at, '\r', c->cap - at);
		if (!cr)
			return 0;
		at = (uint32_t)(cr - c->data) + 1;
		if (at >= c->cap || c->data[at] != '\n')
			continue;
		if (++at >= c->cap) {
			*last = true;
			return at - 2;
		}
		if (c->data[at] == '\r')
			*last = at + 1 < c->cap && c->data[at + 1] == '\n';
		if (c->data[at] != ' ' && c->data[at] != '\t')
			return at;
	}
	return 0;
}

struct header {
	const char *name, *value;
	uint32_t name_len, value_len;
	const char *raw; /* the value from the colon on, up to `end` */
	uint32_t end;
};

static void show(struct packet *pkt, struct row *r, const struct header *h)
{
	for (unsigned i = 0; i < IMF_NFIELDS; i++) {
		if (text_is(h->name, h->name_len, header_names[i])) {
			if (!row_has(r, i))
				row_words(r, i, h->value, h->value_len);
			return;
		}
	}
	struct row *more = row_open(pkt, &proto_imf, REC_MORE);
	if (text_is(h->name, h->name_len, "RECEIVED")) {
		row_words(more, MORE_RECEIVED, h->value, h->value_len);
		return;
	}
	row_words(more, MORE_EXTENSION, h->name, (uint32_t)(h->value + h->value_len - h->name));
	row_words(more, MORE_TYPE, h->name, h->name_len);
	row_words(more, MORE_VALUE, h->value, h->value_len);
}

/* RFC 2045, section 6.8; what is no letter of the alphabet does not count. */
static struct cursor decode_base64(struct packet *pkt, struct cursor body)
{
	uint32_t n = cur_avail(&body), used = 0, bits = 0, have = 0;
	uint8_t *out = n ? pkt_scratch(pkt, n / 4 * 3 + 3) : NULL;
	for (uint32_t i = 0; out && i < n; i++) {
		uint8_t a = body.data[body.pos + i], v;
		if (a >= 'A' && a <= 'Z')
			v = a - 'A';
		else if (a >= 'a' && a <= 'z')
			v = (uint8_t)(a - 'a' + 26);
		else if (a >= '0' && a <= '9')
			v = (uint8_t)(a - '0' + 52);
		else if (a == '+' || a == '/')
			v = a == '+' ? 62 : 63;
		else if (a == '=')
			break;
		else
			continue;
		bits = bits << 6 | v;
		if ((have += 6) >= 8) {
			have -= 8;
			out[used++] = (uint8_t)(bits >> have);
		}
	}
	return pkt_cursor(pkt, out, used);
}

static enum verdict imf_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_imf, REC_IMF);
	const char *type = NULL;
	uint32_t type_len = 0, at = 0, end = 0;
	bool last = false, base64 = false;
	/* The column keeps who carries the message. */
	if (!pkt->in_error)
		pkt->column = strcmp(pkt->column, "POP") == 0    ? "POP/IMF"
			      : strcmp(pkt->column, "IMAP") == 0 ? "IMAP/IMF"
			      : strcmp(pkt->column, "HTTP") == 0 ? "HTTP/IMF"
								 : "SMTP/IMF";
	while (!last && at < c->cap) {
		const uint8_t *colon = memchr(c->data + at, ':', c->cap - at);
		end = colon ? field_end(c, (uint32_t)(colon - c->data) + 1, &last) : 0;
		if (!end)
			break;
		struct header h = { .name = (const char *)c->data + at,
			.name_len = (uint32_t)(colon - c->data) - at,
			.raw = (const char *)colon + 1,
			.end = end };
		uint32_t value = (uint32_t)(colon - c->data) + 1;
		while (value < end && is_space((char)c->data[value]))
			value++;
		if (value == end)
			value = (uint32_t)(colon - c->data) + 1;
		h.value = (const char *)c->data + value;
		h.value_len = end - value < 2 ? 0 : end - value - 2;
		show(pkt, r, &h);
		/* A type without parameters does not lead to its dissector. */
		if (text_is(h.name, h.name_len, "CONTENT-TYPE") && memchr(h.value, ';', end - value)) {
			type = h.value;
			type_len = h.value_len;
		} else if (text_is(h.name, h.name_len, "CONTENT-TRANSFER-ENCODING")) {
			base64 = text_begins(h.value, h.value_len, "BASE64");
		}
		at = end;
	}
	if (last)
		end += 2;
	if (!type || end >= c->len)
		return MINE;
	struct cursor body = *c;
	body.pos = end;
	body = cur_rest(&body);
	/* The body stands below the message in the tree. */
	pkt_nest(pkt, true);
	pkt_next_media(pkt, base64 ? decode_base64(pkt, body) : body, type, type_len, CLAIM_NONE, NULL);
	return MINE;
}

static const char *const imf_types[] = { "message/rfc822", NULL };

const struct protocol proto_imf = {
	.name = "imf",
	.title = "Internet Message Format",
	.spec = "RFC 5322",
	.help = "The format of mail: who wrote to whom on what, and the text.",
	.id = PROTO_ID_imf,
	.records = imf_records,
	.nrecords = REC_COUNT,
	.media_types = imf_types,
	.dissect = imf_dissect,
};
