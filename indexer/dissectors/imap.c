/* Internet Message Access Protocol (RFC 9051): each command begins with a tag of the client's choice, its
 * last reply with the same one; other replies begin with "*". FETCH brings a mail as so many octets behind
 * "{count}" CR LF.
 *
 *     C: a3 FETCH 12 RFC822                S: * 12 FETCH (RFC822 {342}
 *        tag command folder ...            S: a3 OK FETCH completed
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_imap, proto_imf, proto_tls;

enum { IMAP_ISREQUEST, IMAP_NFIELDS };

static const struct field imap_fields[IMAP_NFIELDS] = {
	[IMAP_ISREQUEST] = { "imap.isrequest", "Request", KIND_BOOL, .hidden = true },
};

enum {
	LINE_LINE,
	LINE_REQUEST,
	LINE_RESPONSE,
	LINE_REQUEST_TAG,
	LINE_RESPONSE_TAG,
	LINE_TAG,
	LINE_REQUEST_COMMAND,
	LINE_COMMAND,
	LINE_STATUS,
	LINE_RESPONSE_COMMAND,
	LINE_UID,
	LINE_FOLDER,
	LINE_USERNAME,
	LINE_PASSWORD,
	LINE_NFIELDS
};

static const struct field line_fields[LINE_NFIELDS] = {
	[LINE_LINE] = { "imap.line", "Line", KIND_TEXT },
	[LINE_REQUEST] = { "imap.request", "Request", KIND_TEXT },
	[LINE_RESPONSE] = { "imap.response", "Response", KIND_TEXT },
	[LINE_REQUEST_TAG] = { "imap.request_tag", "Request Tag", KIND_TEXT },
	[LINE_RESPONSE_TAG] = { "imap.response_tag", "Response Tag", KIND_TEXT },
	[LINE_TAG] = { "imap.tag", "Tag", KIND_TEXT, .hidden = true },
	[LINE_REQUEST_COMMAND] = { "imap.request.command", "Request Command", KIND_TEXT },
	[LINE_COMMAND] = { "imap.command", "Command", KIND_TEXT, .hidden = true },
	[LINE_STATUS] = { "imap.response.status", "Response Status", KIND_TEXT },
	[LINE_RESPONSE_COMMAND] = { "imap.response.command", "Response Command", KIND_TEXT },
	[LINE_UID] = { "imap.request.command.uid", "Request isUID", KIND_BOOL },
	[LINE_FOLDER] = { "imap.request.folder", "Request Folder", KIND_TEXT },
	[LINE_USERNAME] = { "imap.request.username", "Request Username", KIND_TEXT },
	[LINE_PASSWORD] = { "imap.request.password", "Request Password", KIND_TEXT },
};

enum { REC_IMAP, REC_LINE, REC_COUNT };

static const struct record imap_records[REC_COUNT] = {
	{ "imap", RECORD_LAYER, IMAP_NFIELDS, imap_fields, NULL },
	{ "imap_line", RECORD_CHILD, LINE_NFIELDS, line_fields, NULL },
};

#define PORT      143
#define LETTERS   5 /* octets that must be printable */
#define LOOKAHEAD 3 /* words of an untagged reply, of which one may be FETCH */

struct imap_flow {
	uint8_t looked; /* segments that were looked at whether they are TLS already */
	bool tls_asked; /* STARTTLS */
};

struct words {
	const char *text;
	uint32_t len;
};

/* The next word of a line, and step behind the blanks that follow it. */
static struct words take_word(struct words *rest)
{
	struct words w = { rest->text, text_word(rest->text, rest->len) };
	uint32_t n = w.len + text_blanks(rest->text + w.len, rest->len - w.len);
	rest->text += n;
	rest->len -= n;
	return w;
}

static bool takes_folder(struct words command)
{
	static const char *const commands[] = { "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME",
		"SUBSCRIBE", "UNSUBSCRIBE", "STATUS", "APPEND", "SEARCH" };
	for (unsigned i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (text_is(command.text, command.len, commands[i]))
			return true;
	return false;
}

static void request_words(struct packet *pkt, struct row *r, struct words rest)
{
	struct words command = take_word(&rest);
	if (!command.len)
		return;
	row_words(r, LINE_COMMAND, command.text, command.len);
	if (text_is(command.text, command.len, "UID")) {
		row_set(r, LINE_UID, 1);
		command = take_word(&rest);
		if (!command.len)
			return;
	}
	row_words(r, LINE_REQUEST_COMMAND, command.text, command.len);
	struct imap_flow *f = pkt_flow(pkt, &proto_imap);
	if (f && text_is(command.text, command.len, "STARTTLS"))
		f->tls_asked = true;
	if (takes_folder(command) && rest.len) {
		struct words folder = take_word(&rest);
		row_words(r, LINE_FOLDER, folder.text, folder.len);
	} else if (text_is(command.text, command.len, "LOGIN") && rest.len) {
		struct words user = take_word(&rest), password = take_word(&rest);
		row_words(r, LINE_USERNAME, user.text, user.len);
		if (password.len)
			row_words(r, LINE_PASSWORD, password.text, password.len);
	}
}

static void tagged_line(struct packet *pkt, struct row *r, const struct line *l, bool request)
{
	struct words rest = { l->text, l->len };
	if (l->len)
		row_words(r, request ? LINE_REQUEST : LINE_RESPONSE, l->text, l->len);
	struct words tag = take_word(&rest);
	if (tag.len) {
		row_words(r, request ? LINE_REQUEST_TAG : LINE_RESPONSE_TAG, tag.text, tag.len);
		row_words(r, LINE_TAG, tag.text, tag.len);
	}
	if (request) {
		request_words(pkt, r, rest);
		return;
	}
	struct words status = take_word(&rest), command = take_word(&rest);
	if (status.len)
		row_words(r, LINE_STATUS, status.text, status.len);
	if (command.len)
		row_words(r, LINE_RESPONSE_COMMAND, command.text, command.len);
	struct imap_flow *f = pkt_flow(pkt, &proto_imap);
	if (f && f->tls_asked && tag.len && tag.text[0] != '+') {
		f->tls_asked = false;
		if (text_is(status.text, status.len, "OK"))
			pkt_speak(pkt, &proto_tls);
	}
}

/* Where the word FETCH ends among the first words behind the star; 0: it is not there. */
static uint32_t fetch_end(const struct cursor *c, const struct line *l)
{
	uint32_t at = l->at + 1, found = 0;
	unsigned words = 0;
	while (words < LOOKAHEAD && at < l->next) {
		uint32_t end = at;
		while (end < l->next && c->data[end] != ' ' && c->data[end] != '\t' && c->data[end] != '\r' &&
			c->data[end] != '\n')
			end++;
		if (end == l->next)
			break;
		if (end > at) {
			words++;
			if (!found && text_is((const char *)c->data + at, end - at, "FETCH"))
				found = end;
		}
		at = end + 1;
	}
	return words >= 2 ? found : 0;
}

static uint32_t find(const struct cursor *c, uint32_t from, char what)
{
	const uint8_t *p = from < c->cap ? memchr(c->data + from, what, c->cap - from) : NULL;
	return p ? (uint32_t)(p - c->data) : UINT32_MAX;
}

/* What FETCH brings is whole when its parenthesis is closed: behind so many octets, or at the end of the
 * line. False: not yet. *next moves behind it, *mail is what stands in it. */
static bool fetched(const struct cursor *c, uint32_t from, uint32_t *next, struct cursor *mail)
{
	uint32_t open = find(c, from, '(');
	if (open == UINT32_MAX || open + 1 >= c->cap)
		return false;
	uint32_t brace = find(c, open, '{');
	if (brace == UINT32_MAX) {
		struct line l = line_at(c, open);
		*next = l.next;
		return l.ended;
	}
	uint32_t end = find(c, brace + 1, '}');
	if (end == UINT32_MAX)
		return false;
	uint32_t size = text_number((const char *)c->data + brace + 1, end - brace - 1);
	if (size > c->cap - end || find(c, end + size, ')') == UINT32_MAX)
		return false;
	struct cursor rest = *c;
	rest.pos = *next;
	*mail = cur_sub(&rest, size);
	*next = rest.pos;
	return true;
}

/* The capture may have begun behind STARTTLS: the first segments of IMAP are letters. */
static bool runs_tls(struct packet *pkt, const struct cursor *c)
{
	struct imap_flow *f = pkt_flow(pkt, &proto_imap);
	if (!f || f->looked >= 2 || c->cap < LETTERS)
		return false;
	f->looked++;
	for (uint32_t i = 0; i < LETTERS; i++) {
		if (c->data[i] < 0x20 || c->data[i] > 0x7e) {
			f->looked = 2;
			pkt_speak(pkt, &proto_tls);
			return true;
		}
	}
	return false;
}

static enum verdict imap_dissect(struct packet *pkt, struct cursor *c)
{
	bool request = pkt->dstport == PORT;
	if (runs_tls(pkt, c))
		return NOT_MINE;
	struct row *r = row_open(pkt, &proto_imap, REC_IMAP);
	row_set(r, IMAP_ISREQUEST, request);
	for (uint32_t at = 0; at < c->cap && !pkt->fail;) {
		struct line l = line_at(c, at);
		struct cursor mail = { 0 };
		uint32_t next = l.next, fetch = 0;
		bool whole = l.ended;
		if (whole && l.text[0] == '*' && (fetch = fetch_end(c, &l)) != 0)
			whole = fetched(c, fetch, &next, &mail);
		if (!whole) {
			pkt_want(pkt, at, WANT_SEGMENT);
			break;
		}
		info_set(pkt, "%s: ", request ? "Request" : "Response");
		info_text(pkt, l.text, l.len);
		struct row *line = row_open(pkt, &proto_imap, REC_LINE);
		row_words(line, LINE_LINE, l.text, l.next - l.at);
		if (l.text[0] != '*')
			tagged_line(pkt, line, &l, request);
		if (mail.len)
			pkt_next_proto(pkt, &proto_imf, mail);
		at = next;
	}
	return MINE;
}

static const struct claim imap_claims[] = { { CLAIM_TCP_PORT, PORT }, { 0 } };

const struct protocol proto_imap = {
	.name = "imap",
	.title = "Internet Message Access Protocol",
	.column = "IMAP",
	.spec = "RFC 9051",
	.help = "Reads and manages mail that stays on the server.",
	.id = PROTO_ID_imap,
	.records = imap_records,
	.nrecords = REC_COUNT,
	.claims = imap_claims,
	.dissect = imap_dissect,
	.flow_size = sizeof(struct imap_flow),
};
