#include "query/filter/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *text;
	enum token_kind kind;
	int op;
} signs[] = {
	/* longer ones first */
	{ "===", TOKEN_COMPARE, COMPARE_ALL_EQ },
	{ "!==", TOKEN_COMPARE, COMPARE_ANY_NE },
	{ "==", TOKEN_COMPARE, COMPARE_EQ },
	{ "!=", TOKEN_COMPARE, COMPARE_NE },
	{ "~=", TOKEN_COMPARE, COMPARE_ANY_NE },
	{ ">=", TOKEN_COMPARE, COMPARE_GE },
	{ "<=", TOKEN_COMPARE, COMPARE_LE },
	{ ">", TOKEN_COMPARE, COMPARE_GT },
	{ "<", TOKEN_COMPARE, COMPARE_LT },
	{ "~", TOKEN_COMPARE, COMPARE_MATCHES },
	{ "&&", TOKEN_AND, 0 },
	{ "||", TOKEN_OR, 0 },
	{ "..", TOKEN_RANGE, 0 },
	{ "!", TOKEN_NOT, 0 },
	{ "(", TOKEN_OPEN, 0 },
	{ ")", TOKEN_CLOSE, 0 },
	{ "{", TOKEN_BRACE_OPEN, 0 },
	{ "}", TOKEN_BRACE_CLOSE, 0 },
	{ ",", TOKEN_COMMA, 0 },
	{ "+", TOKEN_SIGN, '+' },
	{ "-", TOKEN_SIGN, '-' },
	{ "*", TOKEN_SIGN, '*' },
	{ "/", TOKEN_SIGN, '/' },
	{ "%", TOKEN_SIGN, '%' },
	{ "&", TOKEN_SIGN, '&' },
}, words[] = {
	{ "not", TOKEN_NOT, 0 },
	{ "and", TOKEN_AND, 0 },
	{ "or", TOKEN_OR, 0 },
	{ "eq", TOKEN_COMPARE, COMPARE_EQ },
	{ "ne", TOKEN_COMPARE, COMPARE_NE },
	{ "all_eq", TOKEN_COMPARE, COMPARE_ALL_EQ },
	{ "any_eq", TOKEN_COMPARE, COMPARE_EQ },
	{ "all_ne", TOKEN_COMPARE, COMPARE_NE },
	{ "any_ne", TOKEN_COMPARE, COMPARE_ANY_NE },
	{ "gt", TOKEN_COMPARE, COMPARE_GT },
	{ "ge", TOKEN_COMPARE, COMPARE_GE },
	{ "lt", TOKEN_COMPARE, COMPARE_LT },
	{ "le", TOKEN_COMPARE, COMPARE_LE },
	{ "contains", TOKEN_COMPARE, COMPARE_CONTAINS },
	{ "matches", TOKEN_COMPARE, COMPARE_MATCHES },
	{ "bitwise_and", TOKEN_SIGN, '&' },
	{ "in", TOKEN_IN, 0 },
	{ "any", TOKEN_ANY, 0 },
	{ "all", TOKEN_ALL, 0 },
};

static struct token *add(struct tokens *t)
{
	/* Room for twice as many whenever their number is a power of two. */
	if ((t->n & (t->n - 1)) == 0) {
		struct token *list = realloc(t->list, (t->n ? 2 * (size_t)t->n : 1) * sizeof(*list));
		if (!list)
			return NULL;
		t->list = list;
	}
	t->list[t->n] = (struct token) { 0 };
	return &t->list[t->n++];
}

/* One escaped letter behind a backslash; gives how many octets it took, 0: there is no such escape. */
static size_t unescape(const char *p, char *out)
{
	static const char from[] = "abfnrtv\\\"'", to[] = "\a\b\f\n\r\t\v\\\"'";
	const char *hit;
	if (*p == 'x' && isxdigit((uint8_t)p[1])) {
		char digits[3] = { p[1], isxdigit((uint8_t)p[2]) ? p[2] : '\0', '\0' };
		*out = (char)strtoul(digits, NULL, 16);
		return 1 + strlen(digits);
	}
	if (*p >= '0' && *p <= '7') {
		char digits[4] = { 0 };
		for (unsigned i = 0; i < 3 && p[i] >= '0' && p[i] <= '7'; i++)
			digits[i] = p[i];
		*out = (char)strtoul(digits, NULL, 8);
		return strlen(digits);
	}
	hit = *p ? strchr(from, *p) : NULL;
	*out = hit ? to[hit - from] : *p;
	return hit != NULL;
}

static int no_escape(struct token *k, const char *p, struct filter_error *error)
{
	k->length++;
	return dfilter_wrong(
		error, k, "\\%.1s is no escape; a backslash itself is \\\\, or raw text r\"...\"", p);
}

/* "..." with escapes, r"..." without: there a backslash before a quote keeps both. */
static int lex_string(struct token *k, const char *p, struct filter_error *error)
{
	bool raw = *p == 'r';
	size_t i = raw + 1u;
	k->kind = TOKEN_STRING;
	k->length = i;
	if (!(k->text = malloc(strlen(p) + 1)))
		return dfilter_wrong(error, k, "out of memory");
	while (p[i] && p[i] != '"') {
		if (p[i] == '\\' && p[i + 1] && raw) {
			k->text[k->text_len++] = p[i++];
			k->text[k->text_len++] = p[i++];
		} else if (p[i] == '\\' && p[i + 1]) {
			size_t n = unescape(p + i + 1, &k->text[k->text_len++]);
			if (!n)
				return no_escape(&(struct token) { .offset = k->offset + i, .length = 1 },
					p + i + 1, error);
			i += 1 + n;
		} else {
			k->text[k->text_len++] = p[i++];
		}
	}
	k->text[k->text_len] = '\0';
	if (!p[i])
		return dfilter_wrong(error, k, "this text has no closing quote");
	k->length = i + 1;
	return 0;
}

static int lex_char(struct token *k, const char *p, struct filter_error *error)
{
	size_t i = 1;
	k->kind = TOKEN_CHAR;
	k->length = 1;
	if (!(k->text = calloc(2, 1)))
		return dfilter_wrong(error, k, "out of memory");
	if (p[i] == '\\' && p[i + 1]) {
		size_t n = unescape(p + i + 1, k->text);
		if (!n)
			return no_escape(
				&(struct token) { .offset = k->offset + i, .length = 1 }, p + i + 1, error);
		i += 1 + n;
	} else if (p[i])
		k->text[0] = p[i++];
	k->text_len = 1;
	if (p[i] != '\'')
		return dfilter_wrong(error, k, "a character stands between two apostrophes");
	k->length = i + 1;
	return 0;
}

/* What stands in brackets, or the digits behind #. */
static int lex_numbers(struct token *k, const char *p, struct filter_error *error)
{
	size_t from = *p == '#', n;
	k->kind = *p == '#' ? TOKEN_LAYER : TOKEN_SLICE;
	k->length = 1;
	if (p[from] == '[') {
		from++;
		n = strcspn(p + from, "]");
		k->length = from + n + 1;
		if (!p[from + n])
			return dfilter_wrong(error, k, "] is missing");
	} else {
		n = strspn(p + from, "0123456789");
		k->length = from + n;
		if (!n)
			return dfilter_wrong(error, k, "a layer's number should follow #");
	}
	if (!(k->text = strndup(p + from, n)))
		return dfilter_wrong(error, k, "out of memory");
	k->text_len = n;
	return 0;
}

static bool in_word(const char *p)
{
	if (p[0] == '.' && p[1] == '.')
		return false;
	return isalnum((uint8_t)*p) || (*p && strchr("_.:/-", *p)) || (*p & 0x80);
}

static int lex_word(struct token *k, const char *p, struct filter_error *error)
{
	size_t n = 0;
	k->kind = TOKEN_WORD;
	while (in_word(p + n))
		n++;
	k->length = n;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].text) == n && strncmp(words[i].text, p, n) == 0) {
			k->kind = words[i].kind;
			k->op = words[i].op;
		}
	if (!(k->text = strndup(p, n)))
		return dfilter_wrong(error, k, "out of memory");
	k->text_len = n;
	return 0;
}

/* ${field}: of the frame that is selected in Wireshark's window. */
static int lex_reference(struct token *k, const char *p, struct filter_error *error)
{
	size_t n = strcspn(p, "}");
	k->kind = TOKEN_REFERENCE;
	k->length = 2;
	if (!p[n])
		return dfilter_wrong(error, k, "} is missing");
	k->length = n + 1;
	if (!(k->text = strndup(p + 2, n - 2)))
		return dfilter_wrong(error, k, "out of memory");
	k->text_len = n - 2;
	return 0;
}

static int lex_one(struct token *k, const char *p, struct filter_error *error)
{
	if (*p == '"' || (p[0] == 'r' && p[1] == '"'))
		return lex_string(k, p, error);
	if (*p == '\'')
		return lex_char(k, p, error);
	if (*p == '[' || *p == '#')
		return lex_numbers(k, p, error);
	if (p[0] == '$' && p[1] == '{')
		return lex_reference(k, p, error);
	/* ::1 is an address, -1 a number: words, unless a sign stands alone. */
	bool word = *p == '-' || *p == '/' ? false : in_word(p);
	for (unsigned i = 0; !word && i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strncmp(signs[i].text, p, strlen(signs[i].text)) == 0) {
			k->kind = signs[i].kind;
			k->op = signs[i].op;
			k->length = strlen(signs[i].text);
			k->text = strdup(signs[i].text);
			return k->text ? 0 : dfilter_wrong(error, k, "out of memory");
		}
	if (word)
		return lex_word(k, p, error);
	k->kind = TOKEN_OTHER;
	k->length = 1;
	k->text = strndup(p, 1);
	return k->text ? 0 : dfilter_wrong(error, k, "out of memory");
}

int dfilter_lex(struct tokens *out, const char *text, struct filter_error *error)
{
	struct token *k;
	size_t at = 0;
	for (;;) {
		while (isspace((uint8_t)text[at]))
			at++;
		if (!(k = add(out)))
			return dfilter_wrong(error, &(struct token) { 0 }, "out of memory");
		k->offset = at;
		if (!text[at])
			return 0;
		if (lex_one(k, text + at, error) < 0)
			return -1;
		at += k->length;
	}
}

void tokens_free(struct tokens *t)
{
	for (unsigned i = 0; i < t->n; i++)
		free(t->list[i].text);
	free(t->list);
	*t = (struct tokens) { 0 };
}
