/* Names: where the values of a frame stand, as SQL. */
#include <ctype.h>
#include <stdio.h>
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

int operand_add_source(struct compiler *c, struct operand *o, char *from, char *value)
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
	switch (o->octets ? TYPE_BYTES : o->type) {
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

int operand_map(struct compiler *c, struct operand *o, const char *before, const char *after)
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

/* An expression over the frame itself: alias t becomes f, and what is looked up of its capture stands in the
 * statement around it as c. */
static char *as_frame(const char *expr)
{
	static const struct {
		const char *looked_up, *there;
	} of_capture[] = { { "(SELECT k.first_frame FROM capture k WHERE k.id=c.id)", "c.first_frame" },
		{ "(SELECT k.time_zero FROM capture k WHERE k.id=c.id)", "c.time_zero" } };
	sqlite3_str *s = sqlite3_str_new(NULL);
	char before = ' ';
	for (const char *p = expr; *p; before = *p++) {
		bool word = isalnum((uint8_t)before) || before == '_' || before == '"' || before == '.';
		unsigned i = 0;
		while (i < 2 && strncmp(p, of_capture[i].looked_up, strlen(of_capture[i].looked_up)) != 0)
			i++;
		if (i < 2) {
			sqlite3_str_appendall(s, of_capture[i].there);
			p += strlen(of_capture[i].looked_up) - 1;
		} else {
			sqlite3_str_appendchar(s, 1, p[0] == 't' && p[1] == '.' && !word ? 'f' : *p);
		}
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
		return operand_add_source(c, o, NULL, value);
	if (value && f->kind == KIND_LIST) {
		/* "2,4,8": each number is a value. */
		char *from = sqlite3_mprintf(
			"FROM \"%w\" t, json_each('['||%s||']') j WHERE t.frame_id=f.frame_id", s->table,
			value);
		sqlite3_free(value);
		return operand_add_source(c, o, from, sqlite3_mprintf("j.value"));
	}
	return operand_add_source(
		c, o, sqlite3_mprintf("FROM \"%w\" t WHERE t.frame_id=f.frame_id", s->table), value);
}

char *dfilter_name(const char *word)
{
	static const struct {
		const char *before, *now;
	} renamed[] = { { "bootp", "dhcp" }, { "ssl", "tls" } };
	char *name = NULL;
	word += word[0] == '.';
	for (unsigned i = 0; i < sizeof(renamed) / sizeof(*renamed); i++) {
		size_t n = strlen(renamed[i].before);
		if (strncmp(word, renamed[i].before, n) == 0 && (!word[n] || word[n] == '.'))
			return asprintf(&name, "%s%s", renamed[i].now, word + n) < 0 ? NULL : name;
	}
	return strdup(word);
}

/* Words that might be octets and are protocols of Wireshark's: the name wins, also where no frame has it. */
static bool looks_like_octets(const char *name)
{
	static const char *const names[] = { "a11", "a21", "a615a", "aaf", "acf", "adb", "bfd", "c1222",
		"c15", "dc", "dcc", "e100", "e164", "e212", "fc", "fc00", "fefd", "ff" };
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

bool dfilter_is_protocol(sqlite3 *db, const char *name)
{
	sqlite3_stmt *st;
	bool yes = false;
	if (looks_like_octets(name))
		return true;
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

int dfilter_text_parameter(struct compiler *c, const struct token *t, const char *text, unsigned *n)
{
	struct filter_value v = { .kind = BIND_TEXT, .octets = strdup(text), .len = strlen(text) };
	return v.octets ? set_parameter(c, t, v, n) : dfilter_wrong(c->error, t, "out of memory");
}

/* The octets of a protocol's layers, for slices and contains. */
static int add_protocol(struct compiler *c, struct operand *o, const char *name)
{
	unsigned n;
	o->protocol = true;
	o->type = TYPE_BYTES;
	if (strcmp(name, "frame") == 0)
		return operand_add_source(c, o, NULL,
			sqlite3_mprintf("dfilter_octets(c.id, f.offset, coalesce(f.caplen, f.len))"));
	if (dfilter_text_parameter(c, o->token, name, &n) < 0)
		return -1;
	return operand_add_source(c, o,
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
		return operand_add_source(c, o, NULL, sqlite3_mprintf("c.id"));
	}
	if (strcmp(name, "capture.name") == 0)
		return operand_add_source(c, o, NULL, sqlite3_mprintf("c.name"));
	if (strncmp(name, "capture.tag.", 12) != 0 || !name[12])
		return dfilter_wrong(c->error, o->token,
			"of captures there are capture.id, capture.name, capture.tag.KEY");
	if (dfilter_text_parameter(c, o->token, name + 12, &n) < 0)
		return -1;
	return operand_add_source(c, o,
		sqlite3_mprintf("FROM capture_tag t WHERE t.capture_id=c.id AND t.key=:y%u", n),
		sqlite3_mprintf("t.value"));
}

/* Numbers are words as well, and names such as 9p begin with digits. */
static bool looks_like_a_name(const struct token *t)
{
	const char *p = t->text;
	return t->kind == TOKEN_WORD && p[strspn(p, "0123456789.-")] &&
	       strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == t->text_len;
}

static int named_operand(struct compiler *c, struct operand *o, const char *name)
{
	const char *error = NULL;
	int rc = 0;
	o->field = catalogue_find(c->db, name, &error);
	if (!o->field && error)
		return dfilter_wrong(c->error, o->token, "%s", error);
	if (!o->field && dfilter_is_protocol(c->db, name))
		return add_protocol(c, o, name);
	if (!o->field) {
		o->literal = true;
		return 0;
	}
	o->type = type_of(o->field);
	/* The frame displayed before is one that the filter selected: the first has 0, and so have the next
	 * ones as long as 0 does not match. */
	if (strcmp(name, "frame.time_delta_displayed") == 0)
		return operand_add_source(c, o, NULL, sqlite3_mprintf("0"));
	for (unsigned i = 0; rc == 0 && i < o->field->nsources; i++)
		rc = add_field_source(c, o, &o->field->sources[i]);
	return rc;
}

/* No frame is selected here, so it has no values, as in tshark. */
static int reference(struct compiler *c, struct operand *o)
{
	const char *error = NULL;
	o->field = catalogue_find(c->db, o->token->text, &error);
	if (!o->field)
		return dfilter_wrong(c->error, o->token, "%s is no field", o->token->text);
	o->type = type_of(o->field);
	return 0;
}

static int word_operand(struct compiler *c, struct operand *o)
{
	if (o->token->kind == TOKEN_REFERENCE)
		return reference(c, o);
	if (strncmp(o->token->text, "capture.", 8) == 0)
		return capture_field(c, o);
	if (!looks_like_a_name(o->token)) {
		o->literal = true;
		return 0;
	}
	char *name = dfilter_name(o->token->text);
	int rc = name ? named_operand(c, o, name) : dfilter_wrong(c->error, o->token, "out of memory");
	free(name);
	return rc;
}

/* ---- #layer ---- */

char *dfilter_layer_condition(struct compiler *c, const struct token *t, const char *layer, const char *total)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	const char *p = t->text;
	bool good = *p;
	sqlite3_str_appendall(s, "(");
	while (good && *p) {
		/* "2", "1-2", "1:2" (two from 1 on), ":2" (two from 0 on), "2:" and, from the end, "-1" */
		char *end;
		const char *start = p;
		long from = *p == ':' ? 0 : strtol(p, &end, 10), to = from;
		good = *p == ':' || end != p;
		p = *p == ':' || !good ? p : end;
		if (good && *p == ':') {
			to = p[1] && p[1] != ',' ? strtol(p + 1, &end, 10) : INT32_MAX;
			p = p[1] && p[1] != ',' ? end : p + 1;
			to = to == INT32_MAX ? to : from + to - 1;
			good = to >= from;
		} else if (good && *p == '-') {
			to = strtol(p + 1, &end, 10);
			good = end != p + 1 && to >= from;
			p = end;
		}
		sqlite3_str_appendall(s, start == t->text ? "" : " OR ");
		if (from < 0)
			sqlite3_str_appendf(s, "%s BETWEEN %s + %ld AND %s + %ld", layer, total, from + 1,
				total, to == INT32_MAX ? 0 : to + 1);
		else
			sqlite3_str_appendf(s, "%s BETWEEN %ld AND %ld", layer, from, to);
		good = good && (!*p || *p == ',');
		p += *p == ',';
	}
	sqlite3_str_appendall(s, ")");
	if (good)
		return sqlite3_str_finish(s);
	sqlite3_free(sqlite3_str_finish(s));
	dfilter_wrong(c->error, t, "layers are numbers, such as 2 or [1-2]");
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
		/* From the end: of the layers that have a value. */
		const char *column = s->from ? layer_column(c, s->from) : "1";
		char *total = s->from && strcmp(column, "1") != 0
				      ? sqlite3_mprintf("(SELECT max(%s) %s)", column, s->from)
				      : sqlite3_mprintf("1");
		char *condition = total ? dfilter_layer_condition(c, t, column, total) : NULL;
		sqlite3_free(total);
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

/* ---- literals beside a value of known type ---- */

int dfilter_settle(struct compiler *c, struct operand *o, enum type type, const struct catalogue_field *field)
{
	struct filter_value low = { 0 }, high = { 0 };
	bool range;
	unsigned n;
	if (dfilter_literal(c->db, field, type, o->token, o->negative, &low, &high, &range, c->error) < 0 ||
		range) {
		bool network = range;
		free(low.octets);
		free(high.octets);
		return network ? dfilter_wrong(c->error, o->token, "a network cannot stand here") : -1;
	}
	o->literal = false;
	o->type = type;
	if (set_parameter(c, o->token, low, &n) < 0)
		return -1;
	bool address = type_is_address(type) && !o->octets;
	return operand_add_source(c, o, NULL,
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
		return operand_call(c, n, out);
	case NODE_SLICE:
		rc = dfilter_operand(c, n->left, out);
		return rc == 0 ? operand_slice(c, out, n->right->token) : rc;
	case NODE_LAYER:
		rc = dfilter_operand(c, n->left, out);
		if (rc == 0 && out->literal)
			rc = dfilter_wrong(c->error, out->token, "%s is neither a field nor a protocol",
				out->token->text);
		return rc == 0 ? restrict_layer(c, out, n->right->token) : rc;
	case NODE_SIGN:
		return operand_arithmetic(c, n, out);
	case NODE_NEGATIVE:
		rc = dfilter_operand(c, n->left, out);
		if (rc == 0 && out->literal)
			out->negative = !out->negative;
		else if (rc == 0)
			rc = operand_negate(c, out);
		return rc;
	default:
		return dfilter_wrong(c->error, n->token, "a value should stand here");
	}
}
