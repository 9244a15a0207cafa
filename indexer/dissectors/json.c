/* JavaScript Object Notation (RFC 8259).
 *
 *     { "name": "text", "list": [ 1, -2.5e3, true, false, null ] }
 *
 * Objects and arrays are read one after the other as long as they are well-formed; what stands behind them is
 * text. A document is gone through twice: is it well-formed, and where does it end; then for its values. */
#include "indexer/dissectors/json.h"

#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"
#include "schema/utf8.h"

extern const struct protocol proto_json, proto_data_text_lines;

#define NODES_MAX    4096 /* of a document; more are counted as CAP_CHILDREN and left away */
#define DEPTH_MAX    100
#define PATH_MAX_LEN 1024

enum node { OBJECT = 1, ARRAY, STRING, NUMBER, FALSE_VALUE, NULL_VALUE, TRUE_VALUE, MEMBER, KEY };

enum { NODE_KIND, NODE_PATH, NODE_NAME, NODE_VALUE, NODE_NSTORED };

#define TEXT(id)      "(SELECT x.value FROM t_text x WHERE x.id=" id ")"
#define KIND_IS(n, e) "CASE {kind} WHEN " #n " THEN " e " END"
#define LEAF(e)       "CASE WHEN {kind} BETWEEN 3 AND 7 THEN " e " END"

/* A member begins with its name (MEMBER) and ends with it (KEY): Wireshark shows them in these orders. */
static const struct field node_fields[] = {
	[NODE_KIND] = { "kind",
		"1 object, 2 array, 3 string, 4 number, 5 false, 6 null, 7 true, 8 member, 9 its end",
		KIND_UINT, .internal = true },
	[NODE_PATH] = { "path_text", "names of the objects around it", KIND_TEXT, .internal = true },
	[NODE_NAME] = { "name", "its own name", KIND_TEXT, .internal = true },
	[NODE_VALUE] = { "value", "text of the value", KIND_TEXT, .internal = true },
	{ "json.array", "Array", KIND_NONE, .sql = KIND_IS(2, "1") },
	{ "json.object", "Object", KIND_NONE, .sql = KIND_IS(1, "1") },
	{ "json.member", "Member", KIND_TEXT, .sql = KIND_IS(8, TEXT("{name}")) },
	{ "json.key", "Key", KIND_TEXT, .sql = KIND_IS(9, TEXT("{name}")) },
	{ "json.path", "Path", KIND_TEXT, .sql = KIND_IS(9, TEXT("{path_text}")) },
	{ "json.path_with_value", "Path with value", KIND_TEXT,
		.sql = LEAF(TEXT("{path_text}") "||':'||" TEXT("{value}")) },
	{ "json.member_with_value", "Member with value", KIND_TEXT,
		.sql = LEAF(TEXT("{name}") "||':'||" TEXT("{value}")) },
	{ "json.value.string", "String value", KIND_TEXT, .sql = KIND_IS(3, TEXT("{value}")) },
	{ "json.value.number", "Number value", KIND_TEXT, .sql = KIND_IS(4, TEXT("{value}")) },
	{ "json.value.false", "False value", KIND_NONE, .sql = KIND_IS(5, "1") },
	{ "json.value.null", "Null value", KIND_NONE, .sql = KIND_IS(6, "1") },
	{ "json.value.true", "True value", KIND_NONE, .sql = KIND_IS(7, "1") },
};
static const struct record records[] = {
	{ "json", RECORD_LAYER, 0, NULL, NULL },
	{ "json_node", RECORD_CHILD, sizeof(node_fields) / sizeof(*node_fields), node_fields, NULL },
};

struct reader {
	struct packet *pkt; /* NULL: only look */
	const uint8_t *at, *end;
	unsigned depth, nodes;
	const uint8_t *name; /* of the value that is read */
	uint32_t name_len;
	uint32_t path_len;
	char path[PATH_MAX_LEN];
};

static bool value(struct reader *r);

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == '\n'))
		r->at++;
}

static bool next_is(struct reader *r, uint8_t c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* The text between quotation marks, escapes undone: at most as long as it stands there. */
static size_t unescape(uint8_t *out, const uint8_t *p, const uint8_t *end)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	size_t n = 0;
	while (p < end) {
		if (*p != '\\') {
			out[n++] = *p++;
			continue;
		}
		const char *hit = strchr(from, *++p);
		if (hit) {
			out[n++] = (uint8_t)to[hit - from];
			p++;
			continue;
		}
		unsigned v = 0;
		for (unsigned i = 1; i < 5; i++)
			v = v << 4 | (unsigned)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
		p += 5;
		n += utf8_write((char *)out + n, v); /* a lone surrogate comes out as it is */
	}
	return n;
}

static void set_text(
	struct reader *r, struct row *row, unsigned field, const uint8_t *p, size_t n, bool quoted)
{
	uint8_t room[512], *out = (uint8_t *)(uintptr_t)p;
	if (quoted && n && memchr(p, '\\', n)) {
		out = n <= sizeof(room) ? room : pkt_scratch(r->pkt, n);
		if (!out)
			return;
		n = unescape(out, p, p + n);
	}
	row_text(row, field, (const char *)out, n ? strnlen((const char *)out, n) : 0, p, 0);
}

static void add(struct reader *r, enum node kind, const uint8_t *text, size_t n)
{
	if (!r->pkt)
		return;
	if (r->nodes == NODES_MAX) {
		r->pkt->dropped[CAP_CHILDREN]++;
		return;
	}
	r->nodes++;
	struct row *row = row_open(r->pkt, &proto_json, 1);
	row_set(row, NODE_KIND, kind);
	if (kind == OBJECT || kind == ARRAY)
		return;
	row_text(row, NODE_PATH, r->path, r->path_len, NULL, 0);
	set_text(r, row, NODE_NAME, r->name, r->name_len, true);
	if (text)
		set_text(r, row, NODE_VALUE, text, n, kind == STRING);
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* "...", from the quotation mark on. */
static bool string(struct reader *r, const uint8_t **text, uint32_t *len)
{
	if (!next_is(r, '"'))
		return false;
	*text = r->at;
	for (; r->at < r->end && *r->at != '"'; r->at++) {
		if (*r->at != '\\')
			continue;
		if (++r->at == r->end)
			return false;
		if (*r->at == 'u') {
			for (unsigned i = 1; i < 5; i++)
				if (r->end - r->at <= (ptrdiff_t)i || !is_hex(r->at[i]))
					return false;
			r->at += 4;
		} else if (!*r->at || !strchr("\"\\/bfnrt", *r->at)) {
			return false;
		}
	}
	*len = (uint32_t)(r->at - *text);
	return next_is(r, '"');
}

static bool digits(struct reader *r)
{
	const uint8_t *first = r->at;
	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > first;
}

static bool number(struct reader *r)
{
	const uint8_t *first = r->at;
	if (*r->at == '-')
		r->at++;
	if (r->at < r->end && *r->at == '0')
		r->at++;
	else if (!digits(r))
		return false;
	if (r->at < r->end && *r->at == '.') {
		r->at++;
		if (!digits(r))
			return false;
	}
	if (r->at < r->end && (*r->at | 0x20) == 'e') {
		r->at++;
		if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
			r->at++;
		if (!digits(r))
			return false;
	}
	add(r, NUMBER, first, (size_t)(r->at - first));
	return true;
}

static bool word(struct reader *r, enum node kind, const char *name)
{
	size_t n = strlen(name);
	if ((size_t)(r->end - r->at) < n || memcmp(r->at, name, n) != 0)
		return false;
	add(r, kind, r->at, n);
	r->at += n;
	return true;
}

static void enter(struct reader *r, const uint8_t *name, uint32_t len)
{
	r->name = name;
	r->name_len = len;
	if (r->pkt && r->path_len + 1 + len < PATH_MAX_LEN) {
		r->path[r->path_len++] = '/';
		if (len)
			memcpy(r->path + r->path_len, name, len);
		r->path_len += len;
	}
}

static bool object(struct reader *r)
{
	uint32_t path = r->path_len, len;
	const uint8_t *name;
	add(r, OBJECT, NULL, 0);
	r->at++;
	if (next_is(r, '}'))
		return true;
	do {
		if (!string(r, &name, &len) || !next_is(r, ':'))
			return false;
		enter(r, name, len);
		add(r, MEMBER, NULL, 0);
		if (!value(r))
			return false;
		r->name = name;
		r->name_len = len;
		add(r, KEY, NULL, 0);
		r->path_len = path;
	} while (next_is(r, ','));
	return next_is(r, '}');
}

static bool array(struct reader *r)
{
	uint32_t path = r->path_len;
	add(r, ARRAY, NULL, 0);
	r->at++;
	if (next_is(r, ']'))
		return true;
	do {
		enter(r, (const uint8_t *)"[]", 2);
		if (!value(r))
			return false;
		r->path_len = path;
	} while (next_is(r, ','));
	return next_is(r, ']');
}

static bool value(struct reader *r)
{
	const uint8_t *text;
	uint32_t len, path = r->path_len;
	bool good = false;
	skip_blanks(r);
	if (r->at == r->end || r->depth == DEPTH_MAX)
		return false;
	r->depth++;
	switch (*r->at) {
	case '{':
		good = object(r);
		break;
	case '[':
		good = array(r);
		break;
	case '"':
		if ((good = string(r, &text, &len)))
			add(r, STRING, text, len);
		break;
	case 't':
		good = word(r, TRUE_VALUE, "true");
		break;
	case 'f':
		good = word(r, FALSE_VALUE, "false");
		break;
	case 'n':
		good = word(r, NULL_VALUE, "null");
		break;
	default:
		good = (*r->at == '-' || (*r->at >= '0' && *r->at <= '9')) && number(r);
	}
	r->depth--;
	r->path_len = path;
	return good;
}

/* One object or array; *at moves behind it. */
static bool document(struct packet *pkt, const uint8_t **at, const uint8_t *end, unsigned *nodes)
{
	struct reader r = { .pkt = pkt, .at = *at, .end = end, .nodes = nodes ? *nodes : 0 };
	skip_blanks(&r);
	if (r.at == end || (*r.at != '{' && *r.at != '[') || !value(&r))
		return false;
	*at = r.at;
	if (nodes)
		*nodes = r.nodes;
	return true;
}

bool json_is_document(const struct cursor *c)
{
	const uint8_t *at = c->data, *end = at + c->cap;
	if (!document(NULL, &at, end, NULL))
		return false;
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
		at++;
	return at == end;
}

static enum verdict json_dissect(struct packet *pkt, struct cursor *c)
{
	const uint8_t *at = c->data, *end = at + c->cap, *start = at;
	unsigned nodes = 0;
	pkt_column_append(pkt, "/JSON");
	info_sep(pkt, ", ", "%s", "JavaScript Object Notation");
	info_media(pkt);
	row_open(pkt, &proto_json, 0);
	while (document(NULL, &at, end, NULL)) {
		document(pkt, &start, end, &nodes);
		start = at;
	}
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
		at++;
	cur_skip(c, (uint32_t)((at == end ? at : start) - c->data));
	pkt_item_len(pkt, c->pos);
	pkt_next_proto(pkt, &proto_data_text_lines, cur_rest(c));
	return MINE;
}

static const char *const types[] = { "application/dds-web+json", "application/json",
	"application/json-patch+json", "application/json-rpc", "application/jsonrequest",
	"application/merge-patch+json", "application/problem+json", "application/senml+json",
	"application/sensml+json", "application/vnd.oma.lwm2m+json", "application/x-ndjson", NULL };

const struct protocol proto_json = {
	.name = "json",
	.title = "JavaScript Object Notation",
	.spec = "RFC 8259",
	.help = "Structured data as text, the form of most web services' messages.",
	.id = PROTO_ID_json,
	.nrecords = 2,
	.records = records,
	.media_types = types,
	.dissect = json_dissect,
};
