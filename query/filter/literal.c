/* What a literal means depends on the field that it is compared with. */
#include "query/filter/internal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/kind.h"

static int named_value(sqlite3 *db, const struct catalogue_field *f, const struct token *t, int64_t *v)
{
	sqlite3_stmt *st;
	int found = -1;
	if (!f || sqlite3_prepare_v2(db, "SELECT value FROM field_value WHERE field_id=? AND name=?", -1, &st,
			  NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_int64(st, 1, f->id);
	sqlite3_bind_text(st, 2, t->text, (int)t->text_len, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW) {
		*v = sqlite3_column_int64(st, 0);
		found = 0;
	}
	sqlite3_finalize(st);
	return found;
}

static const char *whose(const struct catalogue_field *f)
{
	return f ? f->name : "the other side";
}

/* Decimal, 0x hexadecimal, 0 octal, a character; or the name of a value. */
static int integer(sqlite3 *db, const struct catalogue_field *f, const struct token *t,
	struct filter_value *out, struct filter_error *error)
{
	char *end;
	errno = 0;
	out->kind = BIND_INT;
	if (t->kind == TOKEN_CHAR) {
		out->integer = (uint8_t)t->text[0];
		return 0;
	}
	if (t->kind == TOKEN_WORD && (isdigit((uint8_t)t->text[0]) || t->text[0] == '-')) {
		out->integer =
			t->text[0] == '-' ? strtoll(t->text, &end, 0) : (int64_t)strtoull(t->text, &end, 0);
		if (!*end && !errno)
			return 0;
	} else if (named_value(db, f, t, &out->integer) == 0) {
		return 0;
	}
	return dfilter_wrong(error, t,
		t->kind == TOKEN_STRING ? "no value of %s has the name \"%s\"" : "%s takes a number, not %s",
		whose(f), t->text);
}

static int boolean(sqlite3 *db, const struct catalogue_field *f, const struct token *t,
	struct filter_value *out, struct filter_error *error)
{
	out->kind = BIND_INT;
	out->integer =
		strcmp(t->text, "1") == 0 || strcmp(t->text, "True") == 0 || strcmp(t->text, "TRUE") == 0;
	if (out->integer || strcmp(t->text, "0") == 0 || strcmp(t->text, "False") == 0 ||
		strcmp(t->text, "FALSE") == 0 || named_value(db, f, t, &out->integer) == 0)
		return 0;
	if (t->kind == TOKEN_WORD && isdigit((uint8_t)t->text[0]))
		return integer(db, f, t, out, error);
	return dfilter_wrong(error, t, "%s takes 1, 0, True or False, not %s", whose(f), t->text);
}

/* Seconds with up to nine decimals, as nanoseconds. */
static int nanoseconds(const char *p, int64_t *out)
{
	bool minus = *p == '-';
	uint64_t v = 0;
	unsigned decimals = 0, digits = 0;
	for (p += minus; isdigit((uint8_t)*p) && digits < 10; p++, digits++)
		v = v * 10 + (uint64_t)(*p - '0');
	if (*p == '.')
		for (p++; isdigit((uint8_t)*p) && decimals < 9; p++, decimals++, digits++)
			v = v * 10 + (uint64_t)(*p - '0');
	for (; decimals < 9; decimals++)
		v *= 10;
	*out = minus ? -(int64_t)v : (int64_t)v;
	return *p || !digits ? -1 : 0;
}

/* "2022-06-30 12:00:00.25", with or without " UTC" at the end. */
static int date(const char *text, int64_t *out)
{
	static const char *const forms[] = { "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%b %d, %Y %H:%M:%S",
		"%Y-%m-%d" };
	int64_t fraction = 0;
	for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = { 0 };
		char digits[16] = "0";
		const char *p = strptime(text, forms[i], &tm);
		if (!p)
			continue;
		if (*p == '.') {
			size_t n = strspn(p + 1, "0123456789");
			if (n == 0 || n > 9)
				return -1;
			memcpy(digits + 1, p, n + 1);
			p += n + 1;
		}
		if (strcmp(p, " UTC") == 0 || strcmp(p, "Z") == 0)
			p = "";
		if (*p || nanoseconds(digits, &fraction) < 0)
			return -1;
		*out = (int64_t)timegm(&tm) * 1000000000 + fraction;
		return 0;
	}
	return -1;
}

/* Six octets as aa:bb:..., aa-bb-..., aabb.ccdd.eeff or aa.bb.... */
static bool mac(const char *p, uint8_t out[6])
{
	unsigned digits = 0;
	for (; *p; p++) {
		if (isxdigit((uint8_t)*p)) {
			char two[2] = { *p, 0 };
			if (digits == 12)
				return false;
			out[digits / 2] = (uint8_t)(out[digits / 2] << 4 | strtoul(two, NULL, 16));
			digits++;
		} else if (!strchr(":-.", *p) || digits % 2 || !isxdigit((uint8_t)p[1])) {
			return false;
		}
	}
	return digits == 12;
}

static int set_octets(struct filter_value *v, const uint8_t *octets, size_t n)
{
	v->kind = BIND_BLOB;
	v->len = n;
	v->octets = malloc(n ? n : 1);
	if (!v->octets)
		return -1;
	memcpy(v->octets, octets, n);
	return 0;
}

static int address(enum type type, const struct token *t, struct filter_value *low, struct filter_value *high,
	bool *range, struct filter_error *error)
{
	uint8_t a[16] = { 0 }, b[16];
	char text[64];
	const char *slash = strchr(t->text, '/');
	size_t n = type == TYPE_ETHER ? 6 : type == TYPE_IPV4 ? 4 : 16;
	unsigned long bits = 8 * n;
	bool good = strlen(t->text) < sizeof(text);
	if (good) {
		strcpy(text, t->text);
		if (slash) {
			char *end;
			text[slash - t->text] = '\0';
			bits = strtoul(slash + 1, &end, 10);
			good = isdigit((uint8_t)slash[1]) && !*end && bits <= 8 * n && n != 6;
		}
		good = good && (n == 6 ? mac(text, a) : inet_pton(n == 4 ? AF_INET : AF_INET6, text, a) == 1);
	}
	if (!good)
		return dfilter_wrong(error, t, "%s is not a valid %s address", t->text,
			n == 6   ? "Ethernet"
			: n == 4 ? "IPv4"
				 : "IPv6");
	memcpy(b, a, n);
	for (size_t i = 0; i < n; i++) {
		unsigned left = bits > 8 * i ? (unsigned)(bits - 8 * i) : 0;
		uint8_t host = left >= 8 ? 0 : (uint8_t)(0xff >> left);
		a[i] = (uint8_t)(a[i] & ~host);
		b[i] |= host;
	}
	*range = bits < 8 * n;
	if (set_octets(low, a, n) < 0 || (*range && set_octets(high, b, n) < 0))
		return dfilter_wrong(error, t, "out of memory");
	return 0;
}

static int text(const struct token *t, struct filter_value *out, struct filter_error *error)
{
	out->kind = BIND_TEXT;
	out->len = t->text_len;
	out->octets = malloc(t->text_len + 1);
	if (!out->octets)
		return dfilter_wrong(error, t, "out of memory");
	memcpy(out->octets, t->text, t->text_len + 1);
	return 0;
}

/* "text" is its own octets; else pairs of digits, with :, - or . between them or without (02:3a, 023a), also
 * 0x3a for one octet. */
static int bytes(const struct token *t, struct filter_value *out, struct filter_error *error)
{
	uint8_t octets[1024];
	size_t n = 0;
	const char *p = t->text;
	if (t->kind != TOKEN_WORD)
		return set_octets(out, (const uint8_t *)t->text, t->text_len) < 0
			       ? dfilter_wrong(error, t, "out of memory")
			       : 0;
	if (p[0] == '0' && p[1] == 'x')
		p += 2;
	while (isxdigit((uint8_t)p[0]) && n < sizeof(octets)) {
		bool two = isxdigit((uint8_t)p[1]);
		octets[n++] = (uint8_t)strtoul((char[]) { p[0], two ? p[1] : '\0', '\0' }, NULL, 16);
		p += 1 + two;
		if (*p && strchr(":-.", *p))
			p++;
	}
	if (*p || !n)
		return dfilter_wrong(error, t, "%s are no octets such as 02:3a or \"text\"", t->text);
	return set_octets(out, octets, n) < 0 ? dfilter_wrong(error, t, "out of memory") : 0;
}

int dfilter_literal(sqlite3 *db, const struct catalogue_field *f, enum type type, const struct token *t,
	struct filter_value *low, struct filter_value *high, bool *range, struct filter_error *error)
{
	char *end;
	*range = false;
	switch (type) {
	case TYPE_INTEGER:
		return integer(db, f, t, low, error);
	case TYPE_BOOLEAN:
		return boolean(db, f, t, low, error);
	case TYPE_RELTIME:
		low->kind = BIND_INT;
		return nanoseconds(t->text, &low->integer) == 0
			       ? 0
			       : dfilter_wrong(error, t, "%s takes seconds, not %s", whose(f), t->text);
	case TYPE_TIME:
		low->kind = BIND_INT;
		return t->kind == TOKEN_STRING && date(t->text, &low->integer) == 0
			       ? 0
			       : dfilter_wrong(error, t,
					 "%s takes a time such as \"2022-06-30 12:00:00.25\", not %s",
					 whose(f), t->text);
	case TYPE_REAL:
		low->kind = BIND_REAL;
		low->real = strtod(t->text, &end);
		return *t->text && !*end
			       ? 0
			       : dfilter_wrong(error, t, "%s takes a number, not %s", whose(f), t->text);
	case TYPE_ETHER:
	case TYPE_IPV4:
	case TYPE_IPV6:
		return address(type, t, low, high, range, error);
	case TYPE_TEXT:
		return text(t, low, error);
	case TYPE_BYTES:
		return bytes(t, low, error);
	default:
		return dfilter_wrong(
			error, t, "%s has no value: its name alone tests whether it is there", whose(f));
	}
}
