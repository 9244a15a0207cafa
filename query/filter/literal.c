/* What a literal means depends on the field that it is compared with. */
#include "query/filter/internal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "schema/kind.h"

static int named_value(sqlite3 *db, const struct catalogue_field *f, const struct token *t, int64_t *v)
{
	sqlite3_stmt *st;
	int found = -1;
	if (!f || sqlite3_prepare_v2(db,
			  "SELECT value FROM field_value WHERE field_id=? AND name=? COLLATE NOCASE", -1, &st,
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

/* Decimal, 0x hexadecimal, 0b binary, 0 octal. */
static bool number(const char *p, uint64_t *out)
{
	char *end;
	bool binary = p[0] == '0' && (p[1] == 'b' || p[1] == 'B');
	errno = 0;
	*out = strtoull(p + 2 * binary, &end, binary ? 2 : 0);
	return isdigit((uint8_t)p[0]) && isdigit((uint8_t)p[2 * binary]) && !*end && !errno;
}

/* A number, a character, or the name of a value. */
static int integer(sqlite3 *db, const struct catalogue_field *f, const struct token *t, bool negative,
	struct filter_value *out, struct filter_error *error)
{
	uint64_t v;
	out->kind = BIND_INT;
	if (t->kind == TOKEN_CHAR)
		v = (uint8_t)t->text[0];
	else if (t->kind == TOKEN_WORD && number(t->text, &v))
		;
	else if (!negative && named_value(db, f, t, &out->integer) == 0)
		return 0;
	else
		return dfilter_wrong(error, t,
			t->kind == TOKEN_STRING ? "no value of %s has the name \"%s\""
						: "%s takes a number, not %s",
			whose(f), t->text);
	/* Three octets of a type are four in a number, as are those of what was worked out. */
	unsigned bits = f && f->octets && f->octets <= 8 ? 8u * f->octets : f ? 64 : 32;
	uint64_t most = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
	if (f && f->kind == KIND_INT)
		most >>= 1;
	if (v > most + (f && f->kind == KIND_INT && negative))
		return dfilter_wrong(error, t, "%s is too big for %s, which takes up to %llu", t->text,
			whose(f), (unsigned long long)most);
	out->integer = (int64_t)(negative ? -v : v);
	return 0;
}

static int boolean(sqlite3 *db, const struct catalogue_field *f, const struct token *t,
	struct filter_value *out, struct filter_error *error)
{
	uint64_t v;
	out->kind = BIND_INT;
	if (t->kind == TOKEN_WORD && number(t->text, &v)) {
		out->integer = v != 0;
		return 0;
	}
	out->integer = strcmp(t->text, "True") == 0 || strcmp(t->text, "TRUE") == 0;
	if (out->integer || strcmp(t->text, "False") == 0 || strcmp(t->text, "FALSE") == 0 ||
		named_value(db, f, t, &out->integer) == 0)
		return 0;
	/* Bits of a flags field are set or not where they have no names of their own. */
	bool bit = f && (f->parent || strstr(f->name, ".flags."));
	if (bit && strcasecmp(t->text, "Set") == 0)
		out->integer = 1;
	else if (!bit || strcasecmp(t->text, "Not set") != 0)
		return dfilter_wrong(error, t, "%s takes 1, 0, True or False, not %s", whose(f), t->text);
	return 0;
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

/* "Z", " UTC", "+02:00", "-0530" or nothing, as seconds to take off. False: something else. */
static bool zone(const char *p, int64_t *seconds)
{
	unsigned hours, minutes;
	int used = 0;
	*seconds = 0;
	while (*p == ' ')
		p++;
	if (!*p || strcmp(p, "Z") == 0 || strcmp(p, "UTC") == 0)
		return true;
	if ((*p != '+' && *p != '-') || (sscanf(p + 1, "%2u:%2u%n", &hours, &minutes, &used) != 2 &&
						sscanf(p + 1, "%2u%2u%n", &hours, &minutes, &used) != 2))
		return false;
	*seconds = (*p == '-' ? -1 : 1) * (int64_t)(hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60 && !p[1 + used];
}

/* "2022-06-30 12:00:00.25", the date alone or with hours or minutes; "Jun 30, 2022 12:00:00.25". UTC, unless
 * a zone follows. */
static int date(const char *text, int64_t *out)
{
	static const char *const forms[] = { "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%b %d, %Y %H:%M:%S",
		"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H", "%Y-%m-%dT%H", "%Y-%m-%d" };
	int64_t fraction = 0, east;
	for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = { 0 };
		char digits[16] = "0";
		const char *p = strptime(text, forms[i], &tm);
		if (!p)
			continue;
		if (*p == '.' && i < 3) {
			size_t n = strspn(p + 1, "0123456789");
			if (n == 0 || n > 9)
				return -1;
			memcpy(digits + 1, p, n + 1);
			p += n + 1;
		}
		if (!zone(p, &east))
			continue;
		if (nanoseconds(digits, &fraction) < 0)
			return -1;
		*out = ((int64_t)timegm(&tm) - east) * 1000000000 + fraction;
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
	bool negative, struct filter_value *low, struct filter_value *high, bool *range,
	struct filter_error *error)
{
	char *end;
	*range = false;
	if (negative && type != TYPE_INTEGER && type != TYPE_REAL && type != TYPE_RELTIME)
		return dfilter_wrong(error, t, "%s takes no negative values", whose(f));
	switch (type) {
	case TYPE_INTEGER:
		return integer(db, f, t, negative, low, error);
	case TYPE_BOOLEAN:
		return boolean(db, f, t, low, error);
	case TYPE_RELTIME:
		low->kind = BIND_INT;
		if (t->kind != TOKEN_WORD || nanoseconds(t->text, &low->integer) < 0)
			return dfilter_wrong(error, t, "%s takes seconds, not %s", whose(f), t->text);
		low->integer = negative ? -low->integer : low->integer;
		return 0;
	case TYPE_TIME:
		low->kind = BIND_INT;
		return date(t->text, &low->integer) == 0
			       ? 0
			       : dfilter_wrong(error, t,
					 "%s takes a time such as \"2022-06-30 12:00:00.25\", not %s",
					 whose(f), t->text);
	case TYPE_REAL:
		low->kind = BIND_REAL;
		low->real = strtod(t->text, &end);
		if (t->kind != TOKEN_WORD || !*t->text || *end)
			return dfilter_wrong(error, t, "%s takes a number, not %s", whose(f), t->text);
		low->real = negative ? -low->real : low->real;
		return 0;
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
