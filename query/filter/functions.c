/* SQL functions that the conditions of filters call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/store/packed.h"
#include "indexer/store/raw.h"
#include "query/filter/internal.h"
#include "schema/kind.h"

#if HAVE_PCRE2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif

/* ---- dfilter_octets(capture, offset of the frame in its file, value) ---- */

/* A KIND_BYTES value is a span of the frame, pieces of the capture file, or the octets themselves. */
static void octets(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	struct raw *raw = sqlite3_user_data(ctx);
	(void)n;
	if (sqlite3_value_type(values[2]) == SQLITE_TEXT) {
		size_t len;
		uint8_t *out = raw_pieces(raw, sqlite3_value_int64(values[0]),
			(const char *)sqlite3_value_text(values[2]), &len);
		if (out)
			sqlite3_result_blob64(ctx, out, len, free);
		return;
	}
	if (sqlite3_value_type(values[2]) != SQLITE_INTEGER) {
		sqlite3_result_value(ctx, values[2]);
		return;
	}
	int64_t span = sqlite3_value_int64(values[2]);
	if (SPAN_LENGTH(span) == 0) {
		sqlite3_result_zeroblob(ctx, 0);
		return;
	}
	const uint8_t *p = raw_read(raw, sqlite3_value_int64(values[0]),
		(uint64_t)sqlite3_value_int64(values[1]) + SPAN_OFFSET(span), SPAN_LENGTH(span));
	if (p)
		sqlite3_result_blob(ctx, p, (int)SPAN_LENGTH(span), SQLITE_TRANSIENT);
}

/* ---- dfilter_unpacked(value) ---- */

/* A KIND_BYTES value with BASE_TEXT, which may be a packed text (store/packed.h). */
static void unpacked(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	size_t len;
	bool own;
	(void)n;
	if (sqlite3_value_type(values[0]) != SQLITE_BLOB) {
		sqlite3_result_value(ctx, values[0]);
		return;
	}
	const uint8_t *p = packed_read(
		sqlite3_value_blob(values[0]), (size_t)sqlite3_value_bytes(values[0]), &len, &own);
	if (p)
		sqlite3_result_blob64(ctx, p, len, SQLITE_TRANSIENT);
	if (own)
		free((void *)(uintptr_t)p);
}

/* ---- dfilter_text(octets) ---- */

/* Octets as BASE_TEXT shows them: ASCII up to the first NUL, each octet beyond it as U+FFFD. */
static void octets_text(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	const uint8_t *p = sqlite3_value_blob(values[0]);
	int len = sqlite3_value_bytes(values[0]);
	(void)n;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		return;
	sqlite3_str *s = sqlite3_str_new(NULL);
	for (int i = 0; p && i < len && p[i]; i++) {
		if (p[i] < 0x80)
			sqlite3_str_appendchar(s, 1, (char)p[i]);
		else
			sqlite3_str_appendall(s, "\xef\xbf\xbd");
	}
	int size = sqlite3_str_length(s);
	char *text = sqlite3_str_finish(s);
	sqlite3_result_text(ctx, text ? text : "", text ? size : 0, text ? sqlite3_free : SQLITE_STATIC);
}

/* ---- dfilter_contains(value, part) ---- */

/* Nothing contains the empty text. */
static void contains(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	const void *whole = sqlite3_value_blob(values[0]), *part = sqlite3_value_blob(values[1]);
	size_t size = (size_t)sqlite3_value_bytes(values[0]), len = (size_t)sqlite3_value_bytes(values[1]);
	(void)n;
	if (sqlite3_value_type(values[0]) != SQLITE_NULL)
		sqlite3_result_int(ctx, whole && part && len && memmem(whole, size, part, len));
}

/* ---- dfilter_and(octets, octets) ---- */

/* Of the shorter's length. */
static void and_octets(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	const uint8_t *a = sqlite3_value_blob(values[0]), *b = sqlite3_value_blob(values[1]);
	int na = sqlite3_value_bytes(values[0]), nb = sqlite3_value_bytes(values[1]), len = na < nb ? na : nb;
	(void)n;
	uint8_t *out = a && b ? sqlite3_malloc(len) : NULL;
	for (int i = 0; out && i < len; i++)
		out[i] = a[i] & b[i];
	if (out)
		sqlite3_result_blob(ctx, out, len, sqlite3_free);
}

static void free_raw(void *raw)
{
	raw_close(raw);
}

/* ---- dfilter_slice(octets, "0:3,5-6,-1") ---- */

struct slice_range {
	long from, to; /* to is behind the last; both from the beginning */
};

/* One range of a slice; *p is behind it then. False: beyond the octets. */
static bool read_range(const char **p, long size, struct slice_range *r)
{
	char *end;
	long from = 0;
	while (**p == ' ')
		++*p;
	if (**p != ':') {
		from = strtol(*p, &end, 10);
		*p = end;
	}
	if (from < 0)
		from += size;
	r->from = from;
	r->to = from + 1;
	if (**p == ':') {
		++*p;
		if (**p && **p != ',') {
			long len = strtol(*p, &end, 10);
			*p = end;
			r->to = len < 0 ? size + len : from + len;
		} else {
			r->to = size;
		}
	} else if (**p == '-') {
		++*p;
		long to = strtol(*p, &end, 10);
		*p = end;
		r->to = (to < 0 ? to + size : to) + 1;
	}
	while (**p == ' ')
		++*p;
	return r->from >= 0 && r->to <= size && r->from < r->to;
}

static void slice(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	const uint8_t *from = sqlite3_value_blob(values[0]);
	long size = sqlite3_value_bytes(values[0]);
	const char *p = (const char *)sqlite3_value_text(values[1]);
	sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(ctx));
	bool good = from && p;
	(void)n;
	while (good && *p) {
		const char *before = p;
		struct slice_range r;
		good = read_range(&p, size, &r) && p != before && (*p == ',' || !*p);
		if (good)
			sqlite3_str_append(out, (const char *)from + r.from, (int)(r.to - r.from));
		p += *p == ',';
	}
	int length = sqlite3_str_length(out);
	char *text = sqlite3_str_finish(out);
	if (good && text)
		sqlite3_result_blob(ctx, text, length, SQLITE_TRANSIENT);
	sqlite3_free(text); /* a slice that is not there has no value */
}

/* ---- dfilter_matches(pattern, value) ---- */

#if HAVE_PCRE2
static pcre2_code *pattern_compile(const char *pattern, size_t len, char message[160])
{
	int error;
	PCRE2_SIZE at;
	pcre2_code *code =
		pcre2_compile((PCRE2_SPTR)pattern, len, PCRE2_CASELESS | PCRE2_NEVER_UTF, &error, &at, NULL);
	if (!code && message) {
		PCRE2_UCHAR text[100];
		pcre2_get_error_message(error, text, sizeof(text));
		snprintf(message, 160, "the pattern is wrong at its octet %zu: %s", (size_t)at,
			(const char *)text);
	}
	return code;
}

static void free_code(void *code)
{
	pcre2_code_free(code);
}

static void matches(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	pcre2_code *code = sqlite3_get_auxdata(ctx, 0);
	(void)n;
	if (sqlite3_value_type(values[1]) == SQLITE_NULL)
		return;
	bool fresh = !code;
	if (fresh && !(code = pattern_compile((const char *)sqlite3_value_text(values[0]),
			       (size_t)sqlite3_value_bytes(values[0]), NULL)))
		return;
	const void *subject = sqlite3_value_blob(values[1]);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	if (data && limits) {
		/* A pattern that runs away finds nothing rather than nothing else. */
		pcre2_set_match_limit(limits, 1000000);
		int found = pcre2_match(code, subject ? subject : (PCRE2_SPTR) "",
			(PCRE2_SIZE)sqlite3_value_bytes(values[1]), 0, 0, data, limits);
		sqlite3_result_int(ctx, found >= 0);
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(data);
	if (fresh)
		sqlite3_set_auxdata(ctx, 0, code, free_code);
}

const char *dfilter_pattern_problem(const char *pattern, size_t len, char message[160])
{
	pcre2_code *code = pattern_compile(pattern, len, message);
	pcre2_code_free(code);
	return code ? NULL : message;
}
#else
static void matches(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	(void)n;
	(void)values;
	sqlite3_result_null(ctx);
}

const char *dfilter_pattern_problem(const char *pattern, size_t len, char message[160])
{
	(void)pattern;
	(void)len;
	snprintf(message, 160, "this pcapdex was built without PCRE2, which matches needs");
	return message;
}
#endif

int dfilter_functions(sqlite3 *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
	/* Once for a connection: SQLite lets no function be replaced while a statement runs. */
	sqlite3_stmt *there = NULL;
	int known = sqlite3_prepare_v2(db, "SELECT dfilter_octets(0, 0, 0)", -1, &there, NULL);
	sqlite3_finalize(there);
	if (known == SQLITE_OK)
		return SQLITE_OK;
	struct raw *raw = raw_open(db);
	if (!raw)
		return SQLITE_NOMEM;
	/* SQLite closes the reader, also when this fails. */
	int rc =
		sqlite3_create_function_v2(db, "dfilter_octets", 3, flags, raw, octets, NULL, NULL, free_raw);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(
			db, "dfilter_text", 1, flags, NULL, octets_text, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(
			db, "dfilter_unpacked", 1, flags, NULL, unpacked, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(db, "dfilter_slice", 2, flags, NULL, slice, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(
			db, "dfilter_contains", 2, flags, NULL, contains, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(
			db, "dfilter_and", 2, flags, NULL, and_octets, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(
			db, "dfilter_matches", 2, flags, NULL, matches, NULL, NULL, NULL);
	return rc;
}

void dfilter_release(sqlite3 *db)
{
	static const struct {
		const char *name;
		int arguments;
	} functions[] = { { "dfilter_octets", 3 }, { "dfilter_text", 1 }, { "dfilter_unpacked", 1 },
		{ "dfilter_slice", 2 }, { "dfilter_and", 2 }, { "dfilter_contains", 2 },
		{ "dfilter_matches", 2 } };
	for (unsigned i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		sqlite3_create_function_v2(db, functions[i].name, functions[i].arguments, SQLITE_UTF8, NULL,
			NULL, NULL, NULL, NULL);
}
