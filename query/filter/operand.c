/* Names, functions, slices and arithmetic: where the values of a frame stand, as SQL. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "query/filter/internal.h"
#include "schema/kind.h"

void operand_free(struct operand *o)
{
	for (unsigned i = 0; i < o->n; i++) {
		sqlite3_free(o->sources[i].from);
		sqlite3_free(o->sources[i].value);
	}
	free(o->sources);
	catalogue_field_free(o->field);
	*o = (struct operand) { 0 };
}

/* Takes both texts. */
static int add_source(struct compiler *c, struct operand *o, char *from, char *value)
{
	struct operand_source *all = realloc(o->sources, (o->n + 1) * sizeof(*all));
	if (!all || !value) {
		sqlite3_free(from);
		sqlite3_free(value);
		o->sources = all ? all : o->sources;
		return dfilter_wrong(c->error, o->token, "out of memory");
	}
	o->sources = all;
	all[o->n++] = (struct operand_source) { from, value };
	return 0;
}

char *operand_select(const struct operand *o)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	for (unsigned i = 0; i < o->n; i++)
		sqlite3_str_appendf(s, "%sSELECT %s AS v%s%s", i ? " UNION ALL " : "", o->sources[i].value,
			o->sources[i].from ? " " : "", o->sources[i].from ? o->sources[i].from : "");
	if (!o->n)
		sqlite3_str_appendall(s, "SELECT NULL AS v WHERE 0");
	return sqlite3_str_finish(s);
}

char *operand_octets(const struct operand *o, const char *value)
{
	switch (o->type) {
	case TYPE_ETHER:
	case TYPE_IPV4:
	case TYPE_IPV6:
		return sqlite3_mprintf("(SELECT octets FROM t_address WHERE id=%s)", value);
	case TYPE_TEXT:
		return sqlite3_mprintf("CAST(%s AS BLOB)", value);
	case TYPE_BYTES:
		return sqlite3_mprintf("%s", value);
	default:
		return NULL;
	}
}

/* Change every value: %s in `format` stands for it. The operand's type is the caller's to set. */
static int map_values(struct compiler *c, struct operand *o, const char *before, const char *after)
{
	for (unsigned i = 0; i < o->n; i++) {
		char *value = sqlite3_mprintf("%s%s%s", before, o->sources[i].value, after);
		if (!value)
			return dfilter_wrong(c->error, o->token, "out of memory");
		sqlite3_free(o->sources[i].value);
		o->sources[i].value = value;
	}
	return 0;
}

/* ---- fields ---- */

static enum type type_of(const struct catalogue_field *f)
{
	switch (f->kind) {
	case KIND_UINT:
	case KIND_INT:
	case KIND_FRAME:
	case KIND_LIST:
		return TYPE_INTEGER;
	case KIND_BOOL:
		return TYPE_BOOLEAN;
	case KIND_TIME:
		return TYPE_TIME;
	case KIND_RELTIME:
		return TYPE_RELTIME;
	case KIND_DOUBLE:
		return TYPE_REAL;
	case KIND_ETHER:
		return TYPE_ETHER;
	case KIND_IPV4:
		return TYPE_IPV4;
	case KIND_IPV6:
		return TYPE_IPV6;
	case KIND_TEXT:
	case KIND_STACK:
	case KIND_ADDRESS:
		return TYPE_TEXT;
	case KIND_BYTES:
		return f->base == BASE_TEXT ? TYPE_TEXT : TYPE_BYTES;
	default:
		return TYPE_NONE;
	}
}

/* An expression over the frame itself: alias t becomes f. */
static char *as_frame(const char *expr)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	char before = ' ';
	for (const char *p = expr; *p; before = *p++) {
		bool word = isalnum((uint8_t)before) || before == '_' || before == '"' || before == '.';
		sqlite3_str_appendchar(s, 1, p[0] == 't' && p[1] == '.' && !word ? 'f' : *p);
	}
	return sqlite3_str_finish(s);
}

/* The value of one source, in the form that its type says. */
static char *source_value(const struct catalogue_field *f, const struct field_source *s, enum type type)
{
	bool address = type == TYPE_ETHER || type == TYPE_IPV4 || type == TYPE_IPV6;
	/* Addresses stay ids: conditions look theirs up. */
	struct field_source raw = { s->table, s->expr, s->direct || address || f->kind == KIND_STACK };
	char *expr = catalogue_value_sql(f, &raw, "c.id"), *value = expr;
	if (!expr)
		return NULL;
	if (f->kind == KIND_STACK)
		value = sqlite3_mprintf("(SELECT protocols FROM t_stack WHERE id=%s)", expr);
	else if (type == TYPE_BYTES)
		value = sqlite3_mprintf("dfilter_octets(c.id, f.offset, %s)", expr);
	else if (f->kind == KIND_BYTES)
		value = sqlite3_mprintf(
			"dfilter_text(dfilter_octets(c.id, f.offset, dfilter_unpacked(%s)))", expr);
	if (value != expr)
		sqlite3_free(expr);
	if (value && strcmp(s->table, "t_frame") == 0) {
		char *frame = as_frame(value);
		sqlite3_free(value);
		value = frame;
	}
	return value;
}

static int add_field_source(struct compiler *c, struct operand *o, const struct field_source *s)
{
	const struct catalogue_field *f = o->field;
	char *value = source_value(f, s, o->type);
	if (strcmp(s->table, "t_frame") == 0)
		return add_source(c, o, NULL, value);
	if (value && f->kind == KIND_LIST) {
		/* "2,4,8": each number is a value. */
		char *from = sqlite3_mprintf(
			"FROM \"%w\" t, json_each('['||%s||']') j WHERE t.frame_id=f.frame_id", s->table,
			value);
		sqlite3_free(value);
		return add_source(c, o, from, sqlite3_mprintf("j.value"));
	}
	return add_source(
		c, o, sqlite3_mprintf("FROM \"%w\" t WHERE t.frame_id=f.frame_id", s->table), value);
}

bool dfilter_is_protocol(sqlite3 *db, const char *name)
{
	sqlite3_stmt *st;
	bool yes = false;
	if (!*name || strchr(name, ':') ||
		sqlite3_prepare_v2(db,
			"SELECT 1 FROM protocol WHERE name=?1 UNION ALL SELECT 1 FROM t_stack"
			" WHERE instr(':'||protocols||':'||items||':', ':'||?1||':') LIMIT 1",
			-1, &st, NULL) != SQLITE_OK)
		return false;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	yes = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return yes;
}

static int set_parameter(struct compiler *c, const struct token *t, struct filter_value v, unsigned *n)
{
	*n = dfilter_parameter(c, v);
	return *n ? 0 : dfilter_wrong(c->error, t, "out of memory");
}

static int text_parameter(struct compiler *c, const struct token *t, const char *text, unsigned *n)
{
	struct filter_value v = { .kind = BIND_TEXT, .octets = strdup(text), .len = strlen(text) };
	return v.octets ? set_parameter(c, t, v, n) : dfilter_wrong(c->error, t, "out of memory");
}

/* The octets of a protocol's layers, for slices and contains. */
static int add_protocol(struct compiler *c, struct operand *o)
{
	unsigned n;
	o->protocol = true;
	o->type = TYPE_BYTES;
	if (strcmp(o->token->text, "frame") == 0)
		return add_source(c, o, NULL,
			sqlite3_mprintf("dfilter_octets(c.id, f.offset, coalesce(f.caplen, f.len))"));
	if (text_parameter(c, o->token, o->token->text, &n) < 0)
		return -1;
	return add_source(c, o,
		sqlite3_mprintf("FROM dfilter_layers t WHERE t.capture=c.id AND t.number=f.frame_id - "
				"c.first_frame + 1"
				" AND t.protocol=:y%u",
			n),
		sqlite3_mprintf("t.octets"));
}

/* Ours: capture.id, capture.name, capture.tag.KEY. */
static int capture_field(struct compiler *c, struct operand *o)
{
	const char *name = o->token->text;
	unsigned n;
	o->type = TYPE_TEXT;
	if (strcmp(name, "capture.id") == 0) {
		o->type = TYPE_INTEGER;
		return add_source(c, o, NULL, sqlite3_mprintf("c.id"));
	}
	if (strcmp(name, "capture.name") == 0)
		return add_source(c, o, NULL, sqlite3_mprintf("c.name"));
	if (strncmp(name, "capture.tag.", 12) != 0 || !name[12])
		return dfilter_wrong(c->error, o->token,
			"of captures there are capture.id, capture.name, capture.tag.KEY");
	if (text_parameter(c, o->token, name + 12, &n) < 0)
		return -1;
	return add_source(c, o,
		sqlite3_mprintf("FROM capture_tag t WHERE t.capture_id=c.id AND t.key=:y%u", n),
		sqlite3_mprintf("t.value"));
}

static bool looks_like_a_name(const struct token *t)
{
	return t->kind == TOKEN_WORD && (isalpha((uint8_t)t->text[0]) || t->text[0] == '_') &&
	       strspn(t->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
		       t->text_len;
}

static int word_operand(struct compiler *c, struct operand *o)
{
	const char *error = NULL;
	if (strncmp(o->token->text, "capture.", 8) == 0)
		return capture_field(c, o);
	if (!looks_like_a_name(o->token)) {
		o->literal = true;
		return 0;
	}
	o->field = catalogue_find(c->db, o->token->text, &error);
	if (!o->field && error)
		return dfilter_wrong(c->error, o->token, "%s", error);
	if (!o->field && dfilter_is_protocol(c->db, o->token->text))
		return add_protocol(c, o);
	if (!o->field) {
		o->literal = true;
		return 0;
	}
	o->type = type_of(o->field);
	int rc = 0;
	for (unsigned i = 0; rc == 0 && i < o->field->nsources; i++)
		rc = add_field_source(c, o, &o->field->sources[i]);
	return rc;
}

/* ---- #layer ---- */

/* "2", "1-2", "1,3": a condition on `layer`; NULL on a mistake. */
static char *layer_condition(struct compiler *c, const struct token *t, const char *layer)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	const char *p = t->text;
	bool good = *p;
	sqlite3_str_appendall(s, "(");
	while (good && *p) {
		char *end;
		long from = strtol(p, &end, 10), to = from;
		good = end != p && from > 0;
		if (good && (*end == '-' || *end == ':')) {
			bool span = *end == ':';
			p = end + 1;
			to = *p ? strtol(p, &end, 10) : INT32_MAX;
			if (!*p)
				end = (char *)(uintptr_t)p;
			to = span ? from + to - 1 : to;
			good = to >= from;
		}
		sqlite3_str_appendf(
			s, "%s%s BETWEEN %ld AND %ld", p == t->text ? "" : " OR ", layer, from, to);
		p = *end == ',' ? end + 1 : end;
		good = good && (*p == '\0' || *end == ',');
	}
	sqlite3_str_appendall(s, ")");
	if (good)
		return sqlite3_str_finish(s);
	sqlite3_free(sqlite3_str_finish(s));
	dfilter_wrong(c->error, t, "layers are numbers from 1, such as 2 or [1-2]");
	return NULL;
}

/* Which occurrence of its layer a row of the table is. */
static const char *layer_column(struct compiler *c, const char *from)
{
	char table[128];
	const char *quote = strchr(from, '"');
	if (!quote)
		return strstr(from, "dfilter_layers") ? "t.layer" : "1";
	size_t n = strcspn(quote + 1, "\"");
	if (n >= sizeof(table))
		return "1";
	memcpy(table, quote + 1, n);
	table[n] = '\0';
	return sqlite3_table_column_metadata(c->db, NULL, table, "layer", NULL, NULL, NULL, NULL, NULL) ==
			       SQLITE_OK
		       ? "t.layer"
		       : "1";
}

static int restrict_layer(struct compiler *c, struct operand *o, const struct token *t)
{
	for (unsigned i = 0; i < o->n; i++) {
		struct operand_source *s = &o->sources[i];
		char *condition = layer_condition(c, t, s->from ? layer_column(c, s->from) : "1");
		if (!condition)
			return -1;
		char *from = sqlite3_mprintf(
			"%s%s%s", s->from ? s->from : "", s->from ? " AND " : "WHERE ", condition);
		sqlite3_free(condition);
		if (!from)
			return dfilter_wrong(c->error, t, "out of memory");
		sqlite3_free(s->from);
		s->from = from;
	}
	return 0;
}

/* ---- slices ---- */

static int slice(struct compiler *c, struct operand *o, const struct token *t)
{
	unsigned n;
	if (o->literal)
		return dfilter_wrong(c->error, o->token, "a field or protocol should stand before [");
	if (o->type != TYPE_TEXT && o->type != TYPE_BYTES && o->type != TYPE_ETHER && o->type != TYPE_IPV4 &&
		o->type != TYPE_IPV6)
		return dfilter_wrong(
			c->error, o->token, "%s has no octets to take [%s] of", o->token->text, t->text);
	/* i:n, i-j, i, :n, i: with commas between; negative from the end */
	if (strspn(t->text, "0123456789-:, ") != t->text_len || !t->text_len)
		return dfilter_wrong(
			c->error, t, "a slice is [from:octets], [from-to] or [octet], separated by commas");
	if (text_parameter(c, t, t->text, &n) < 0)
		return -1;
	for (unsigned i = 0; i < o->n; i++) {
		/* A protocol's own octets are its header; contains looks into its payload as well. */
		bool header = o->protocol && o->sources[i].from;
		char *octets = operand_octets(o, header ? "t.header" : o->sources[i].value);
		char *value = octets ? sqlite3_mprintf("dfilter_slice(%s, :y%u)", octets, n) : NULL;
		sqlite3_free(octets);
		if (!value)
			return dfilter_wrong(c->error, t, "out of memory");
		sqlite3_free(o->sources[i].value);
		o->sources[i].value = value;
	}
	o->type = TYPE_BYTES;
	o->protocol = false;
	catalogue_field_free(o->field);
	o->field = NULL;
	return 0;
}

/* ---- functions ---- */

static char *text_of(const struct operand *o)
{
	switch (o->type) {
	case TYPE_ETHER:
	case TYPE_IPV4:
	case TYPE_IPV6:
		return "(SELECT text FROM t_address WHERE id=";
	default:
		return "CAST(";
	}
}

static int one_for_all(struct compiler *c, struct operand *o, const char *function, enum type type)
{
	char *all = operand_select(o);
	const struct token *token = o->token;
	char *value = all ? sqlite3_mprintf("(SELECT %s FROM (%s))", function, all) : NULL;
	sqlite3_free(all);
	operand_free(o);
	o->token = token;
	o->type = type;
	return add_source(c, o, NULL, value);
}

/* max(a, b, ...), min(...): over all values of all arguments. */
static int extreme(struct compiler *c, const struct node *n, struct operand *out)
{
	const struct node *argument = n->left->next;
	for (; argument; argument = argument->next) {
		struct operand other;
		int rc = dfilter_operand(c, argument, &other);
		if (rc == 0 && other.literal)
			rc = dfilter_settle(c, &other, out->type, out->field);
		if (rc == 0 && other.type != out->type)
			rc = dfilter_wrong(
				c->error, other.token, "arguments of %s are of one type", n->token->text);
		for (unsigned i = 0; rc == 0 && i < other.n; i++) {
			rc = add_source(c, out, other.sources[i].from, other.sources[i].value);
			other.sources[i] = (struct operand_source) { 0 };
		}
		operand_free(&other);
		if (rc < 0)
			return -1;
	}
	return one_for_all(c, out, strcmp(n->token->text, "max") == 0 ? "max(v)" : "min(v)", out->type);
}

static int call(struct compiler *c, const struct node *n, struct operand *out)
{
	static const char *const names[] = { "upper", "lower", "len", "count", "string", "abs", "max",
		"min" };
	const char *name = n->token->text;
	unsigned which = 0;
	while (which < sizeof(names) / sizeof(*names) && strcmp(names[which], name) != 0)
		which++;
	if (which == sizeof(names) / sizeof(*names))
		return dfilter_wrong(c->error, n->token,
			"%s is no function; there are upper, lower, len, count, string, max, min, abs", name);
	if (!n->left || (which < 6 && n->left->next))
		return dfilter_wrong(
			c->error, n->token, which < 6 ? "%s takes one argument" : "%s takes arguments", name);
	if (dfilter_operand(c, n->left, out) < 0)
		return -1;
	if (out->literal)
		return dfilter_wrong(
			c->error, out->token, "%s takes a field, not %s", name, out->token->text);
	catalogue_field_free(which == 6 || which == 7 ? NULL : out->field);
	if (which < 6)
		out->field = NULL;
	switch (which) {
	case 0:
	case 1:
		if (out->type != TYPE_TEXT)
			return dfilter_wrong(
				c->error, out->token, "%s takes text; %s is none", name, out->token->text);
		return map_values(c, out, which ? "lower(" : "upper(", ")");
	case 2:
		if (out->type == TYPE_TEXT || out->type == TYPE_BYTES) {
			out->type = TYPE_INTEGER;
			return map_values(c, out, "length(CAST(", " AS BLOB))");
		}
		return dfilter_wrong(
			c->error, out->token, "len takes text or octets; %s is neither", out->token->text);
	case 3:
		/* Frames without the field have no count. */
		return one_for_all(c, out, "nullif(count(v), 0)", TYPE_INTEGER);
	case 4: {
		const char *before = text_of(out);
		int rc = map_values(c, out, before, *before == '(' ? ")" : " AS TEXT)");
		out->type = TYPE_TEXT;
		return rc;
	}
	case 5:
		return map_values(c, out, "abs(", ")");
	default:
		return extreme(c, n, out);
	}
}

/* ---- arithmetic ---- */

static bool is_number(enum type t)
{
	return t == TYPE_INTEGER || t == TYPE_BOOLEAN || t == TYPE_REAL || t == TYPE_RELTIME ||
	       t == TYPE_TIME;
}

static int arithmetic(struct compiler *c, const struct node *n, struct operand *out)
{
	struct operand right;
	char sign[2] = { (char)n->op, '\0' };
	int rc = dfilter_operand(c, n->left, out);
	if (dfilter_operand(c, n->right, &right) < 0)
		rc = -1;
	if (rc == 0 && out->literal)
		rc = dfilter_settle(c, out, right.literal ? TYPE_INTEGER : right.type, NULL);
	if (rc == 0 && right.literal)
		rc = dfilter_settle(c, &right, out->type, NULL);
	if (rc == 0 && (!is_number(out->type) || !is_number(right.type)))
		rc = dfilter_wrong(c->error, n->token, "%s takes numbers", sign);
	if (rc == 0) {
		struct operand result = { .type = out->type, .token = n->token };
		char *a = operand_select(out), *b = operand_select(&right);
		unsigned k = c->aliases++;
		rc = a && b ? add_source(c, &result,
				      sqlite3_mprintf("FROM (%s) a%u, (%s) b%u WHERE 1", a, k, b, k),
				      sqlite3_mprintf("(a%u.v %s b%u.v)", k, sign, k))
			    : dfilter_wrong(c->error, n->token, "out of memory");
		sqlite3_free(a);
		sqlite3_free(b);
		operand_free(out);
		*out = result;
	}
	operand_free(&right);
	return rc;
}

/* ---- literals beside a value of known type ---- */

int dfilter_settle(struct compiler *c, struct operand *o, enum type type, const struct catalogue_field *field)
{
	struct filter_value low = { 0 }, high = { 0 };
	bool range;
	unsigned n;
	if (dfilter_literal(c->db, field, type, o->token, &low, &high, &range, c->error) < 0 || range) {
		bool network = range;
		free(low.octets);
		free(high.octets);
		return network ? dfilter_wrong(c->error, o->token, "a network cannot stand here") : -1;
	}
	o->literal = false;
	o->type = type;
	if (set_parameter(c, o->token, low, &n) < 0)
		return -1;
	bool address = type == TYPE_ETHER || type == TYPE_IPV4 || type == TYPE_IPV6;
	return add_source(c, o, NULL,
		address ? sqlite3_mprintf("(SELECT id FROM t_address WHERE kind=%d AND octets=:y%u)",
				  type == TYPE_ETHER  ? KIND_ETHER
				  : type == TYPE_IPV4 ? KIND_IPV4
						      : KIND_IPV6,
				  n)
			: sqlite3_mprintf(":y%u", n));
}

int dfilter_operand(struct compiler *c, const struct node *n, struct operand *out)
{
	int rc;
	*out = (struct operand) { .token = n->token };
	switch (n->kind) {
	case NODE_WORD:
		return word_operand(c, out);
	case NODE_STRING:
		out->literal = true;
		return 0;
	case NODE_CALL:
		return call(c, n, out);
	case NODE_SLICE:
		rc = dfilter_operand(c, n->left, out);
		return rc == 0 ? slice(c, out, n->right->token) : rc;
	case NODE_LAYER:
		rc = dfilter_operand(c, n->left, out);
		if (rc == 0 && out->literal)
			rc = dfilter_wrong(c->error, out->token, "%s is neither a field nor a protocol",
				out->token->text);
		return rc == 0 ? restrict_layer(c, out, n->right->token) : rc;
	case NODE_SIGN:
		return arithmetic(c, n, out);
	case NODE_NEGATIVE:
		rc = dfilter_operand(c, n->left, out);
		if (rc == 0 && out->literal)
			rc = dfilter_settle(
				c, out, strchr(out->token->text, '.') ? TYPE_REAL : TYPE_INTEGER, NULL);
		return rc == 0 ? map_values(c, out, "-(", ")") : rc;
	default:
		return dfilter_wrong(c->error, n->token, "a value should stand here");
	}
}
