/* What is worked out of the values of a frame: slices, functions, arithmetic, as SQL. */
#include <stdlib.h>
#include <string.h>

#include "query/filter/internal.h"
#include "schema/kind.h"

bool type_is_address(enum type t)
{
	return t == TYPE_ETHER || t == TYPE_IPV4 || t == TYPE_IPV6;
}

int operand_as_octets(struct compiler *c, struct operand *o)
{
	for (unsigned i = 0; i < o->n; i++) {
		char *octets = operand_octets(o, o->sources[i].value);
		if (!octets)
			return dfilter_wrong(
				c->error, o->token, "%s cannot be compared with octets", o->token->text);
		sqlite3_free(o->sources[i].value);
		o->sources[i].value = octets;
	}
	o->type = TYPE_BYTES;
	o->octets = false;
	return 0;
}

/* A protocol's own octets are its header; contains looks into its payload as well. */
static void take_header(struct operand *o)
{
	for (unsigned i = 0; o->protocol && i < o->n; i++)
		if (o->sources[i].from) {
			sqlite3_free(o->sources[i].value);
			o->sources[i].value = sqlite3_mprintf("t.header");
		}
}

static void forget_field(struct operand *o)
{
	catalogue_field_free(o->field);
	o->field = NULL;
	o->protocol = false;
}

/* ---- slices ---- */

/* i:n, i-j, i, :n, i: with commas between; negative from the end. NULL, or what is wrong. */
static const char *slice_problem(const char *p)
{
	char *end;
	do {
		long from = *p == ':' ? 0 : strtol(p, &end, 10);
		if (*p != ':' && end == p)
			return "a slice is [from:octets], [from-to] or [octet], separated by commas";
		p = *p == ':' ? p : end;
		if (*p == ':' && p[1] && p[1] != ',') {
			if (strtol(p + 1, &end, 10) <= 0 || end == p + 1)
				return "a slice has one octet at least";
			p = end;
		} else if (*p == ':') {
			p++;
		} else if (*p == '-') {
			long to = strtol(p + 1, &end, 10);
			if (end == p + 1 || (from >= 0 && to >= 0 && to <= from))
				return "a slice [from-to] ends behind where it begins";
			p = end;
		}
		p += strspn(p, " ");
	} while (*p == ',' && *++p);
	return *p ? "a slice is [from:octets], [from-to] or [octet], separated by commas" : NULL;
}

int operand_slice(struct compiler *c, struct operand *o, const struct token *t)
{
	unsigned n;
	const char *problem = slice_problem(t->text);
	if (o->literal)
		return dfilter_wrong(c->error, o->token, "a field or protocol should stand before [");
	if (o->type != TYPE_TEXT && o->type != TYPE_BYTES && !type_is_address(o->type))
		return dfilter_wrong(
			c->error, o->token, "%s has no octets to take [%s] of", o->token->text, t->text);
	if (problem)
		return dfilter_wrong(c->error, t, "%s", problem);
	if (dfilter_text_parameter(c, t, t->text, &n) < 0)
		return -1;
	take_header(o);
	for (unsigned i = 0; i < o->n; i++) {
		char *octets = operand_octets(o, o->sources[i].value);
		char *value = octets ? sqlite3_mprintf("dfilter_slice(%s, :y%u)", octets, n) : NULL;
		sqlite3_free(octets);
		if (!value)
			return dfilter_wrong(c->error, t, "out of memory");
		sqlite3_free(o->sources[i].value);
		o->sources[i].value = value;
	}
	o->type = TYPE_BYTES;
	o->octets = false;
	forget_field(o);
	return 0;
}

/* ---- functions ---- */

static int one_for_all(struct compiler *c, struct operand *o, const char *function, enum type type)
{
	char *all = operand_select(o);
	const struct token *token = o->token;
	struct catalogue_field *field = o->field;
	char *value = all ? sqlite3_mprintf("(SELECT %s FROM (%s))", function, all) : NULL;
	sqlite3_free(all);
	o->field = NULL;
	operand_free(o);
	o->token = token;
	o->type = type;
	o->field = field;
	return operand_add_source(c, o, NULL, value);
}

/* max(a, b, ...), min(...): over all values of all arguments. */
static int extreme(struct compiler *c, const struct node *n, struct operand *out)
{
	for (const struct node *argument = n->left->next; argument; argument = argument->next) {
		struct operand other;
		int rc = dfilter_operand(c, argument, &other);
		if (rc == 0 && other.literal)
			rc = dfilter_settle(c, &other, out->type, out->field);
		if (rc == 0 && other.type != out->type)
			rc = dfilter_wrong(
				c->error, other.token, "arguments of %s are of one type", n->token->text);
		for (unsigned i = 0; rc == 0 && i < other.n; i++) {
			rc = operand_add_source(c, out, other.sources[i].from, other.sources[i].value);
			other.sources[i] = (struct operand_source) { 0 };
		}
		operand_free(&other);
		if (rc < 0)
			return -1;
	}
	/* Addresses are ids; the greatest is so by its octets. */
	if (type_is_address(out->type)) {
		enum type type = out->type;
		if (operand_as_octets(c, out) < 0)
			return -1;
		out->octets = true;
		int rc = one_for_all(c, out, strcmp(n->token->text, "max") == 0 ? "max(v)" : "min(v)", type);
		out->octets = true;
		return rc;
	}
	return one_for_all(c, out, strcmp(n->token->text, "max") == 0 ? "max(v)" : "min(v)", out->type);
}

/* The octets that a value takes in its frame; of booleans and times Wireshark says none. */
static int length_of(struct compiler *c, struct operand *o)
{
	char width[48];
	unsigned octets = o->type == TYPE_ETHER                 ? 6
			  : o->type == TYPE_IPV4                ? 4
			  : o->type == TYPE_IPV6                ? 16
			  : o->type == TYPE_INTEGER && o->field ? o->field->octets
								: 0;
	bool measured = o->type == TYPE_TEXT || o->type == TYPE_BYTES;
	take_header(o);
	sqlite3_snprintf(sizeof(width), width, " IS NOT NULL THEN %u END)", octets);
	int rc =
		operand_map(c, o, measured ? "length(CAST(" : "(CASE WHEN ", measured ? " AS BLOB))" : width);
	o->type = TYPE_INTEGER;
	forget_field(o);
	return rc;
}

static int string_of(struct compiler *c, struct operand *o)
{
	if (o->type != TYPE_INTEGER && o->type != TYPE_REAL && !type_is_address(o->type))
		return dfilter_wrong(c->error, o->token, "string takes numbers and addresses; %s is neither",
			o->token->text);
	int rc = operand_map(c, o,
		type_is_address(o->type) ? "(SELECT text FROM t_address WHERE id=" : "CAST(",
		type_is_address(o->type) ? ")" : " AS TEXT)");
	o->type = TYPE_TEXT;
	forget_field(o);
	return rc;
}

static int change_case(struct compiler *c, struct operand *o, const char *name)
{
	char before[16];
	if (o->type != TYPE_TEXT)
		return dfilter_wrong(c->error, o->token, "%s takes text; %s is none", name, o->token->text);
	sqlite3_snprintf(sizeof(before), before, "%s(", name);
	forget_field(o);
	return operand_map(c, o, before, ")");
}

static int magnitude(struct compiler *c, struct operand *o)
{
	if (o->type != TYPE_INTEGER && o->type != TYPE_BOOLEAN && o->type != TYPE_REAL &&
		o->type != TYPE_RELTIME)
		return dfilter_wrong(c->error, o->token, "abs takes numbers; %s is none", o->token->text);
	return operand_map(c, o, "abs(", ")");
}

int operand_call(struct compiler *c, const struct node *n, struct operand *out)
{
	static const char *const names[] = { "upper", "lower", "len", "count", "string", "abs", "max",
		"min" };
	const char *name = n->token->text;
	unsigned which = 0;
	int rc;
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
	if (out->literal || (which < 5 && n->left->kind != NODE_WORD && n->left->kind != NODE_LAYER))
		return dfilter_wrong(
			c->error, out->token, "%s takes a field, not %s", name, out->token->text);
	switch (which) {
	case 0:
	case 1:
		rc = change_case(c, out, name);
		break;
	case 2:
		rc = length_of(c, out);
		break;
	case 3:
		/* Frames without the field have no count. */
		rc = one_for_all(c, out, "nullif(count(v), 0)", TYPE_INTEGER);
		forget_field(out);
		break;
	case 4:
		rc = string_of(c, out);
		break;
	case 5:
		rc = magnitude(c, out);
		break;
	default:
		rc = extreme(c, n, out);
	}
	out->computed = true;
	return rc;
}

/* ---- arithmetic ---- */

/* Times can be added; octets and addresses have bits. */
static bool takes_sign(const struct operand *o, char sign)
{
	switch (o->type) {
	case TYPE_INTEGER:
	case TYPE_REAL:
		return o->type == TYPE_INTEGER || sign != '&';
	case TYPE_RELTIME:
		return sign == '+' || sign == '-';
	case TYPE_BYTES:
	case TYPE_ETHER:
	case TYPE_IPV4:
	case TYPE_IPV6:
		return sign == '&' && !o->protocol;
	default:
		return false;
	}
}

int operand_negate(struct compiler *c, struct operand *o)
{
	if (!takes_sign(o, '-'))
		return dfilter_wrong(c->error, o->token, "%s cannot be negated", o->token->text);
	return operand_map(c, o, "-(", ")");
}

/* Addresses beside &: their octets. */
static int bits_of(struct compiler *c, struct operand *o)
{
	enum type type = o->type;
	if (!type_is_address(type) || o->octets)
		return 0;
	if (operand_as_octets(c, o) < 0)
		return -1;
	o->type = type;
	o->octets = type != TYPE_ETHER;
	o->type = type == TYPE_ETHER ? TYPE_BYTES : type;
	return 0;
}

static int combine(
	struct compiler *c, const struct node *n, struct operand *left, const struct operand *right)
{
	struct operand result = { .type = left->type,
		.token = n->token,
		.octets = left->octets,
		.field = left->field,
		.negative = false };
	char sign = (char)n->op;
	bool bits = left->type == TYPE_BYTES || left->octets;
	char *a = operand_select(left), *b = operand_select(right);
	unsigned k = c->aliases++;
	int rc = a && b ? operand_add_source(c, &result,
				  sqlite3_mprintf("FROM (%s) a%u, (%s) b%u WHERE 1", a, k, b, k),
				  bits ? sqlite3_mprintf("dfilter_and(a%u.v, b%u.v)", k, k)
				       : sqlite3_mprintf("(a%u.v %c b%u.v)", k, sign, k))
			: dfilter_wrong(c->error, n->token, "out of memory");
	sqlite3_free(a);
	sqlite3_free(b);
	left->field = NULL;
	operand_free(left);
	*left = result;
	return rc;
}

int operand_arithmetic(struct compiler *c, const struct node *n, struct operand *out)
{
	struct operand right;
	char sign = (char)n->op;
	bool bits = sign == '&', constant;
	int rc = dfilter_operand(c, n->left, out);
	if (dfilter_operand(c, n->right, &right) < 0)
		rc = -1;
	constant = out->literal || out->constant;
	for (int i = 0; rc == 0 && bits && i < 2; i++)
		if (!(i ? &right : out)->literal)
			rc = bits_of(c, i ? &right : out);
	if (rc == 0 && out->literal) {
		out->octets = right.octets;
		rc = dfilter_settle(c, out, right.literal ? TYPE_INTEGER : right.type, right.field);
	}
	if (rc == 0 && right.literal) {
		if (!takes_sign(out, sign))
			rc = dfilter_wrong(c->error, n->token, "%s takes no %c", out->token->text, sign);
		right.octets = out->octets;
		if (rc == 0)
			rc = dfilter_settle(c, &right, out->type, out->field);
	}
	if (rc == 0 && (!takes_sign(out, sign) || !takes_sign(&right, sign) || out->type != right.type))
		rc = dfilter_wrong(c->error, n->token, "%c takes numbers of one kind, not %s and %s", sign,
			out->token->text, right.token->text);
	if (rc == 0)
		rc = combine(c, n, out, &right);
	out->constant = constant;
	operand_free(&right);
	return rc;
}
