/* Simple Mail Transfer Protocol (RFC 5321): commands and replies a line each; behind DATA the mail itself, up
 * to a line of a single dot, behind BDAT (RFC 3030) so many octets of it. A segment of the mail shows its
 * lines; the one that ends it, all of it as a message (RFC 5322).
 *
 *     C: MAIL FROM:<a@example.org>        S: 250 ok          S: 250-first line of a reply
 *        command parameter                   code parameter     250 last line
 */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/text_line.h"

extern const struct protocol proto_smtp, proto_imf, proto_tls;

enum { SMTP_REQ, SMTP_RSP, SMTP_EOM, SMTP_REASSEMBLED_LENGTH, SMTP_NFIELDS };

static const struct field smtp_fields[SMTP_NFIELDS] = {
	[SMTP_REQ] = { "smtp.req", "Request", KIND_BOOL, .hidden = true },
	[SMTP_RSP] = { "smtp.rsp", "Response", KIND_BOOL, .hidden = true },
	[SMTP_EOM] = { "smtp.eom", "EOM", KIND_NONE },
	[SMTP_REASSEMBLED_LENGTH] = { "smtp.data.reassembled.length", "Reassembled DATA length", KIND_UINT,
		.octets = 4 },
};

enum {
	LINE_COMMAND_LINE,
	LINE_COMMAND,
	LINE_REQ_PARAMETER,
	LINE_RESPONSE,
	LINE_CODE,
	LINE_RSP_PARAMETER,
	LINE_USERNAME,
	LINE_PASSWORD,
	LINE_USERNAME_PASSWORD,
	LINE_NFIELDS
};

/* RFC 5321, section 4.2.3, and its extensions. */
static const struct value_name smtp_codes[] = { { 211, "System status, or system help reply" },
	{ 214, "Help message" }, { 220, "<domain> Service ready" },
	{ 221, "<domain> Service closing transmission channel" }, { 235, "Authentication successful" },
	{ 250, "Requested mail action okay, completed" },
	{ 251, "User not local; will forward to <forward-path>" },
	{ 252, "Cannot VRFY user, but will accept message and attempt delivery" }, { 334, "AUTH input" },
	{ 354, "Start mail input; end with <CRLF>.<CRLF>" },
	{ 421, "<domain> Service not available, closing transmission channel" },
	{ 432, "A password transition is needed" },
	{ 450, "Requested mail action not taken: mailbox unavailable" },
	{ 451, "Requested action aborted: local error in processing" },
	{ 452, "Requested action not taken: insufficient system storage" },
	{ 454, "Temporary authenticaion failed" }, { 500, "Syntax error, command unrecognized" },
	{ 501, "Syntax error in parameters or arguments" }, { 502, "Command not implemented" },
	{ 503, "Bad sequence of commands" }, { 504, "Command parameter not implemented" },
	{ 530, "Authentication required" }, { 534, "Authentication mechanism is too weak" },
	{ 535, "Authentication credentials invalid" },
	{ 538, "Encryption required for requested authentication mechanism" },
	{ 550, "Requested action not taken: mailbox unavailable" },
	{ 551, "User not local; please try <forward-path>" },
	{ 552, "Requested mail action aborted: exceeded storage allocation" },
	{ 553, "Requested action not taken: mailbox name not allowed" }, { 554, "Transaction failed" },
	{ 0, NULL } };

static const struct field line_fields[LINE_NFIELDS] = {
	[LINE_COMMAND_LINE] = { "smtp.command_line", "Command Line", KIND_TEXT },
	[LINE_COMMAND] = { "smtp.req.command", "Command", KIND_TEXT },
	[LINE_REQ_PARAMETER] = { "smtp.req.parameter", "Request parameter", KIND_TEXT },
	[LINE_RESPONSE] = { "smtp.response", "Response", KIND_TEXT },
	[LINE_CODE] = { "smtp.response.code", "Response code", KIND_UINT, .octets = 4, .names = smtp_codes },
	[LINE_RSP_PARAMETER] = { "smtp.rsp.parameter", "Response parameter", KIND_TEXT },
	[LINE_USERNAME] = { "smtp.auth.username", "Username", KIND_TEXT },
	[LINE_PASSWORD] = { "smtp.auth.password", "Password", KIND_TEXT },
	[LINE_USERNAME_PASSWORD] = { "smtp.auth.username_password", "Username/Password", KIND_TEXT },
};

enum { REC_SMTP, REC_LINE, REC_COUNT };

static const struct record smtp_records[REC_COUNT] = {
	{ "smtp", RECORD_LAYER, SMTP_NFIELDS, smtp_fields, NULL },
	{ "smtp_line", RECORD_CHILD, LINE_NFIELDS, line_fields, NULL },
};

enum state { START, COMMANDS, DATA, STARTTLS };
enum auth {
	NO_AUTH,
	LOGIN,
	USER_WANTED,
	USER_SENT,
	PASSWORD_WANTED,
	PASSWORD_SENT,
	PLAIN,
	PLAIN_WANTED,
	PLAIN_SENT,
	NTLM,
	NTLM_CHALLENGED,
	NTLM_SENT,
	DONE
};

struct smtp_flow {
	uint8_t state, auth;
	bool crlf_seen;       /* the last octets of a mail until now are CR LF */
	bool data_seen;       /* DATA or BDAT came */
	bool last;            /* of BDAT's chunks */
	uint32_t total, read; /* octets of a mail that BDAT announced, that came */
};

/* What a segment of the client is. */
enum kind_of { COMMAND, MESSAGE, END };

struct segment {
	enum kind_of kind;
	bool complete;  /* with it BDAT's last chunk is there */
	uint32_t mail;  /* END: octets of the mail in it */
	uint8_t secret; /* enum auth that its line answers, or NO_AUTH */
};

/* Four letters, or one of the longer ones. */
static bool is_command(const char *text, uint32_t len)
{
	if (len == 4)
		return is_letter(text[0]) && is_letter(text[1]) && is_letter(text[2]) && is_letter(text[3]);
	return text_is(text, len, "STARTTLS") || text_is(text, len, "X-EXPS") ||
	       text_is(text, len, "X-LINK2STATE") || text_is(text, len, "XEXCH50");
}

static void take_command(struct smtp_flow *f, struct segment *s, const struct line *l)
{
	s->kind = COMMAND;
	if (text_begins(l->text, l->len, "DATA")) {
		f->state = DATA;
		f->data_seen = true;
	} else if (text_begins(l->text, l->len, "BDAT")) {
		uint32_t skip = l->len > 5 ? 5 : l->len;
		skip += text_blanks(l->text + skip, l->len - skip);
		bool negative = skip < l->len && l->text[skip] == '-';
		skip += negative;
		uint32_t n = text_number(l->text + skip, l->len - skip);
		n = negative ? -n : n; /* strtoul() of a hostile client */
		f->data_seen = true;
		f->total += n;
		f->state = n ? DATA : COMMANDS;
		f->last = l->len >= 4 && text_is(l->text + l->len - 4, 4, "LAST");
		if (f->last && n == 0)
			s->complete = true;
	} else if (text_begins(l->text, l->len, "AUTH LOGIN")) {
		f->state = COMMANDS;
		f->auth = l->len <= 11 ? LOGIN : USER_SENT;
		s->secret = l->len <= 11 ? NO_AUTH : LOGIN;
	} else if (text_begins(l->text, l->len, "AUTH PLAIN")) {
		f->state = COMMANDS;
		f->auth = l->len <= 11 ? PLAIN : PLAIN_SENT;
		s->secret = l->len <= 11 ? NO_AUTH : PLAIN;
	} else if (text_begins(l->text, l->len, "AUTH NTLM") && l->len > 10) {
		f->state = COMMANDS;
		f->auth = NTLM;
	} else if (text_begins(l->text, l->len, "STARTTLS")) {
		f->state = STARTTLS;
	}
}

/* A line that is no command: what the server's 334 asked for, else a mail whose DATA was not captured. */
static void take_other(struct smtp_flow *f, struct segment *s)
{
	switch (f->auth) {
	case USER_WANTED:
	case PASSWORD_WANTED:
	case PLAIN_WANTED:
	case NTLM_CHALLENGED:
		s->secret = f->auth++;
		break;
	default:
		s->kind = f->data_seen || f->state == START ? MESSAGE : COMMAND;
	}
}

/* Is it an end-of-mail line? The CR LF before the dot may have come in the segment before. */
static bool ends_mail(const struct smtp_flow *f, const struct cursor *c, uint32_t at)
{
	const char *p = (const char *)c->data + at;
	uint32_t left = c->cap - at;
	return (f->crlf_seen && left >= 3 && memcmp(p, ".\r\n", 3) == 0) ||
	       (left >= 5 && memcmp(p, "\r\n.\r\n", 5) == 0);
}

/* Go through the lines and say what the segment is. False: its first line is not all there. */
static bool classify(
	struct packet *pkt, const struct cursor *c, struct smtp_flow *f, struct segment *s, bool request)
{
	bool end = false;
	for (uint32_t at = 0; at < c->cap;) {
		struct line l = line_at(c, at);
		if (!l.ended && pkt_may_want(pkt)) {
			if (at == 0) {
				pkt_want(pkt, 0, WANT_SEGMENT);
				return false;
			}
			l.len = c->cap - at;
			l.next = c->cap;
		}
		if (f->state == DATA) {
			end = end || ends_mail(f, c, at);
			f->crlf_seen = c->cap == c->len && c->cap - at >= 2 &&
				       memcmp(c->data + c->cap - 2, "\r\n", 2) == 0;
		}
		if (request && f->state == DATA && end) {
			s->kind = END;
			s->mail = at;
			f->state = COMMANDS;
			return true;
		}
		if (request && f->state == DATA) {
			s->kind = MESSAGE;
			if (f->total > 0) {
				f->read += c->len - at;
				l.next = c->cap;
				if (f->read == f->total) {
					f->state = COMMANDS;
					s->complete = f->last;
					return true;
				}
			}
		} else if (request && is_command(l.text, text_word(l.text, l.len))) {
			take_command(f, s, &l);
		} else if (request) {
			take_other(f, s);
		}
		at = l.next;
	}
	return true;
}

/* "S: 250-mail.example | SIZE 1000": lines of a segment, one behind the other. */
static void inform_line(struct packet *pkt, const char *who, bool first, const char *text, uint32_t n)
{
	if (!pkt->info)
		return;
	if (first)
		info_set(pkt, "%s", who);
	else
		info_add(pkt, "%s", " | ");
	info_text(pkt, text, n);
}

static void command_lines(struct packet *pkt, const struct cursor *c, uint8_t secret)
{
	for (uint32_t at = 0; at < c->cap && !pkt->fail;) {
		struct line l = line_at(c, at);
		struct row *r = row_open(pkt, &proto_smtp, REC_LINE);
		inform_line(pkt,
			secret == USER_WANTED       ? "C: User: "
			: secret == PASSWORD_WANTED ? "C: Pass: "
						    : "C: ",
			at == 0, l.text, l.len);
		at = l.next;
		if (secret == USER_WANTED || secret == PASSWORD_WANTED || secret == PLAIN_WANTED) {
			row_words(r,
				secret == USER_WANTED       ? LINE_USERNAME
				: secret == PASSWORD_WANTED ? LINE_PASSWORD
							    : LINE_USERNAME_PASSWORD,
				l.text, l.len);
			continue;
		}
		row_words(r, LINE_COMMAND_LINE, l.text, l.next - l.at);
		row_words(r, LINE_COMMAND, l.text, l.len < 4 ? l.len : 4);
		if (l.len > 5)
			row_words(r, LINE_REQ_PARAMETER, l.text + 5, l.len - 5);
		if (l.len > 11 && (secret == LOGIN || secret == PLAIN))
			row_words(r, secret == LOGIN ? LINE_USERNAME : LINE_USERNAME_PASSWORD, l.text + 11,
				l.len - 11);
	}
}

/* What a reply's code does to the session. */
static void take_code(struct packet *pkt, struct smtp_flow *f, uint32_t code)
{
	if (f->state == STARTTLS) {
		f->state = COMMANDS;
		if (code == 220) /* RFC 3207 */
			pkt_speak(pkt, &proto_tls);
	}
	if (code == 334) {
		if (f->auth == LOGIN || f->auth == USER_SENT || f->auth == PLAIN || f->auth == NTLM)
			f->auth++;
		return;
	}
	if (f->auth == PASSWORD_SENT || f->auth == PLAIN_SENT || f->auth == NTLM_SENT)
		f->auth = DONE;
}

static void reply_lines(struct packet *pkt, const struct cursor *c, struct smtp_flow *f)
{
	bool more = false;
	for (uint32_t at = 0; at < c->cap && !pkt->fail;) {
		struct line l = line_at(c, at);
		bool coded = l.len > 3 && is_digit(l.text[0]) && is_digit(l.text[1]) && is_digit(l.text[2]);
		uint32_t skip = more && coded ? 4 : 0;
		inform_line(pkt, "S: ", at == 0, l.text + skip, l.len - skip);
		at = l.next;
		struct row *r = row_open(pkt, &proto_smtp, REC_LINE);
		if (l.len < 3 || !is_digit(l.text[0]) || !is_digit(l.text[1]) || !is_digit(l.text[2])) {
			more = false;
			continue;
		}
		uint32_t code = text_number(l.text, 3);
		take_code(pkt, f, code);
		/* One reply of several lines has one code. */
		if (!more) {
			row_words(r, LINE_RESPONSE, l.text, l.next - l.at);
			row_set_at(r, LINE_CODE, code, (const uint8_t *)l.text, 3);
		}
		if (l.len >= 4)
			row_words(r, LINE_RSP_PARAMETER, l.text + 4, l.len - 4);
		more = l.len > 3 && l.text[3] == '-';
	}
}

static enum verdict smtp_dissect(struct packet *pkt, struct cursor *c)
{
	struct smtp_flow none = { 0 }, *f = pkt_flow(pkt, &proto_smtp);
	bool request = pkt->dstport == 25 || pkt->dstport == 587;
	struct segment s = { COMMAND, false, 0, NO_AUTH };
	if (!f)
		f = &none;
	if (!classify(pkt, c, f, &s, request))
		return MINE;
	struct row *r = row_open(pkt, &proto_smtp, REC_SMTP);
	if (!request) {
		row_set(r, SMTP_RSP, 1);
		reply_lines(pkt, c, f);
		return MINE;
	}
	struct cursor part = *c;
	if (s.kind == COMMAND) {
		row_set(r, SMTP_REQ, 1);
		command_lines(pkt, c, s.secret);
	} else if (s.kind == MESSAGE) {
		info_set(pkt, "C: DATA fragment, %u byte%s", c->len, c->len == 1 ? "" : "s");
		pkt_gather(pkt, &proto_smtp, part);
		/* The lines stand below SMTP in the tree. */
		pkt_nest(pkt, true);
		next_text_lines(pkt, part);
	} else {
		row_set(r, SMTP_EOM, 1);
		pkt_gather(pkt, &proto_smtp, cur_sub(&part, s.mail));
	}
	/* A mail in BDAT's chunks is not put together. */
	if (s.kind == END || s.complete) {
		struct cursor mail = pkt_gathered(pkt, &proto_smtp);
		if (mail.len && s.kind == END) {
			row_set(r, SMTP_REASSEMBLED_LENGTH, mail.len);
			pkt_next_proto(pkt, &proto_imf, mail);
		}
	}
	return MINE;
}

static const struct claim smtp_claims[] = { { CLAIM_TCP_PORT, 25 }, { CLAIM_TCP_PORT, 587 }, { 0 } };

const struct protocol proto_smtp = {
	.name = "smtp",
	.title = "Simple Mail Transfer Protocol",
	.column = "SMTP",
	.spec = "RFC 5321",
	.help = "Hands mail on from client to server and from server to server.",
	.id = PROTO_ID_smtp,
	.records = smtp_records,
	.nrecords = REC_COUNT,
	.claims = smtp_claims,
	.dissect = smtp_dissect,
	.flow_size = sizeof(struct smtp_flow),
};
