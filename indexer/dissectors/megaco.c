/* Gateway Control Protocol H.248, Megaco (RFC 3525, annex B): text whose parts stand in braces,
 *
 *     !/1 [10.0.0.1]:2944 T = 16 { C = 1 { A = ds/4/24, A = RTP/17 { M { L { v=0 ... } } } } }
 *
 * words long or short ("MEGACO/1", "Transaction", "Context", "Add", "Media", "Local" or "!", T, C, A, M, L).
 * The local and the remote descriptor of a medium are session descriptions, each read up to the closing
 * brace. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/line.h"
#include "indexer/dissectors/sdp.h"

extern const struct protocol proto_megaco;

enum { MEGACO_VERSION, MEGACO_MID, MEGACO_NFIELDS };

static const struct field megaco_fields[MEGACO_NFIELDS] = {
	[MEGACO_VERSION] = { "megaco.version", "Version", KIND_TEXT },
	[MEGACO_MID] = { "megaco.mId", "MediagatewayID", KIND_TEXT },
};

/* One row for what opens a brace and is of interest, or for a command. */
enum { PART_TRANSACTION, PART_TRANSID, PART_CONTEXT, PART_COMMAND, PART_TERMID, PART_NFIELDS };

static const struct value_name contexts[] = { { 0, "NULL Context" }, { 0xfffffffe, "Choose one" },
	{ 0xffffffff, "All" }, { 0, NULL } };

static const struct field part_fields[PART_NFIELDS] = {
	[PART_TRANSACTION] = { "megaco.transaction", "Transaction", KIND_TEXT },
	[PART_TRANSID] = { "megaco.transid", "Transaction ID", KIND_UINT, .octets = 4 },
	[PART_CONTEXT] = { "megaco.context", "Context", KIND_UINT, .octets = 4, .names = contexts },
	[PART_COMMAND] = { "megaco.command", "Command", KIND_TEXT },
	[PART_TERMID] = { "megaco.termid", "Termination ID", KIND_TEXT },
};

static const struct record megaco_records[] = {
	{ "megaco", RECORD_LAYER, MEGACO_NFIELDS, megaco_fields, NULL },
	{ "megaco_part", RECORD_CHILD, PART_NFIELDS, part_fields, NULL },
};

static const struct word {
	const char *name, *brief, *shown;
} transactions[] = { { "Transaction", "T", "Request" }, { "Reply", "P", "Reply" },
	{ "Pending", "PN", "Pending" }, { "TransactionResponseAck", "K", "TransactionResponseAck" }, { 0 } },
  commands[] = { { "Add", "A", "Add" }, { "Move", "MV", "Move" }, { "Modify", "MF", "Modify" },
	  { "Subtract", "S", "Subtract" }, { "AuditValue", "AV", "AuditValue" },
	  { "AuditCapability", "AC", "AuditCapability" }, { "Notify", "N", "Notify" },
	  { "ServiceChange", "SC", "ServiceChange" }, { 0 } },
  context[] = { { "Context", "C", "" }, { 0 } }, media[] = { { "Media", "M", "" }, { 0 } },
  description[] = { { "Local", "L", "" }, { "Remote", "R", "" }, { 0 } };

static const struct word *find_word(const struct word *list, struct text t)
{
	for (; list->name; list++)
		if (text_is(t, list->name) || text_is(t, list->brief))
			return list;
	return NULL;
}

static void set_text(struct row *r, unsigned field, struct text t)
{
	row_text(r, field, t.at, t.len, (const uint8_t *)t.at, t.len);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct text trim(struct text t)
{
	while (t.len && is_blank(t.at[0]))
		t = text_from(t, 1);
	while (t.len && is_blank(t.at[t.len - 1]))
		t.len--;
	return t;
}

/* "MEGACO/1 <gateway>" or "!/1 [10.0.0.1]:2944"; what stands behind. */
static struct text read_head(struct row *r, struct text all)
{
	struct text rest, version;
	struct text start = text_until(all, '/', &rest);
	if (!text_is(trim(start), "MEGACO") && !text_is(trim(start), "!"))
		return all;
	uint32_t digits;
	text_number(rest, 99, &digits);
	version = (struct text) { rest.at, digits };
	set_text(r, MEGACO_VERSION, version);
	rest = trim(text_from(rest, digits));
	uint32_t n = 0;
	while (n < rest.len && !is_blank(rest.at[n]))
		n++;
	set_text(r, MEGACO_MID, (struct text) { rest.at, n });
	return text_from(rest, n);
}

static void set_number(struct row *r, unsigned field, struct text t)
{
	uint32_t digits;
	uint64_t v = text_number(t, UINT32_MAX, &digits);
	if (!digits && t.len)
		v = t.at[0] == '-' ? 0 : t.at[0] == '*' ? 0xffffffff : 0xfffffffe;
	if (t.len)
		row_set_at(r, field, (int64_t)v, (const uint8_t *)t.at, t.len);
}

/* "16 Request |=NULL Add=ds/4/24 (Mode:SR)": the number stands in front of what the word says. */
static void inform(struct packet *pkt, const char *before, struct text t, const char *behind)
{
	info_add(pkt, "%s", before);
	info_text(pkt, t.at, t.len);
	info_add(pkt, "%s", behind);
}

static void inform_context(struct packet *pkt, struct text value)
{
	if (value.len && value.at[0] == '-')
		info_add(pkt, "%s", "|=NULL");
	else if (value.len && value.at[0] == '*')
		info_add(pkt, "%s", "|=All");
	else if (value.len && value.at[0] == '$')
		info_add(pkt, "%s", "|=Choose one");
	else
		inform(pkt, "|=", value, "");
}

static void inform_descriptor(struct packet *pkt, struct text name, struct text value, bool opens)
{
	if (text_is(name, "MO") || text_is(name, "Mode"))
		inform(pkt, " (Mode:", value, ")");
	else if (opens && (text_is(name, "SG") || text_is(name, "Signals")))
		info_add(pkt, "%s", " (Signal:{)");
}

/* A part, "name" or "name = value", that ends here. */
static void read_part(struct packet *pkt, struct text part, unsigned depth, bool opens)
{
	struct text value;
	struct text name = trim(text_until(part, '=', &value));
	const struct word *w;
	value = trim(value);
	while (name.len &&
		(name.at[0] == 'O' || name.at[0] == 'o' || name.at[0] == 'W' || name.at[0] == 'w') &&
		name.len > 2 && name.at[1] == '-')
		name = text_from(name, 2); /* O- optional, W- wildcard answer */
	if (depth == 0 && (w = find_word(transactions, name))) {
		struct row *r = row_open(pkt, &proto_megaco, 1);
		row_text(r, PART_TRANSACTION, w->shown, strlen(w->shown), (const uint8_t *)name.at, name.len);
		set_number(r, PART_TRANSID, value);
		if (pkt->info) {
			inform(pkt, "", value, " ");
			info_add(pkt, strcmp(w->shown, "Reply") == 0 ? "%s   " : "%s ", w->shown);
		}
	} else if (depth == 1 && find_word(context, name)) {
		set_number(row_open(pkt, &proto_megaco, 1), PART_CONTEXT, value);
		if (pkt->info)
			inform_context(pkt, value);
	} else if (depth == 2 && (w = find_word(commands, name))) {
		struct row *r = row_open(pkt, &proto_megaco, 1);
		row_text(r, PART_COMMAND, w->shown, strlen(w->shown), (const uint8_t *)name.at, name.len);
		if (value.len)
			set_text(r, PART_TERMID, value);
		info_add(pkt, " %s=", w->shown);
		if (pkt->info)
			inform(pkt, "", value, "");
	} else if (depth > 2 && pkt->info) {
		inform_descriptor(pkt, name, value, opens);
	}
}

/* What stands up to the closing brace goes on as it is; gives how much that is. */
static uint32_t read_description(struct packet *pkt, const struct cursor *c, struct text t)
{
	const char *end = memchr(t.at, '}', t.len);
	uint32_t n = end ? (uint32_t)(end - t.at) : t.len, skip = 0;
	while (skip < n && is_blank(t.at[skip]))
		skip++;
	if (skip < n) {
		struct cursor body = *c;
		body.pos = (uint32_t)((const uint8_t *)t.at - c->data) + skip;
		pkt_next_proto(pkt, &proto_sdp, cur_sub(&body, n - skip));
	}
	return n;
}

static enum verdict megaco_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_megaco, 0);
	pkt_nest(pkt, true);
	info_clear(pkt);
	struct text all = { (const char *)c->data + c->pos, cur_avail(c) };
	all = read_head(r, all);
	uint32_t start = 0, depth = 0, in_media = 0; /* depth at which the medium began */
	for (uint32_t i = 0; i < all.len && !pkt->fail; i++) {
		char ch = all.at[i];
		if (ch != '{' && ch != '}' && ch != ',')
			continue;
		struct text part = trim((struct text) { all.at + start, i - start });
		if (part.len)
			read_part(pkt, part, depth, ch == '{');
		start = i + 1;
		if (ch == '{') {
			depth++;
			if (!in_media && find_word(media, part))
				in_media = depth;
			else if (in_media && find_word(description, part))
				i += read_description(pkt, c, text_from(all, i + 1));
			start = i + 1;
		} else if (ch == '}' && depth) {
			if (depth-- == in_media)
				in_media = 0;
		}
	}
	return MINE;
}

static const struct claim megaco_claims[] = { { CLAIM_UDP_PORT, 2944 }, { CLAIM_SCTP_PORT, 2944 },
	{ CLAIM_SCTP_PPI, 7 }, { 0 } };

const struct protocol proto_megaco = {
	.name = "megaco",
	.title = "MEGACO",
	.column = "MEGACO",
	.spec = "RFC 3525",
	.help = "Lets a call server control the gateways between telephone lines and IP.",
	.id = PROTO_ID_megaco,
	.records = megaco_records,
	.nrecords = 2,
	.claims = megaco_claims,
	.dissect = megaco_dissect,
};
