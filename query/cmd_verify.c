/* pcapdex verify: is everything still as it was indexed? */
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/store/raw.h"
#include "query/render/render.h"
#include "query/session.h"
#include "schema/hex.h"

#define PIECE (1u << 20) /* octets of a capture read at a time */

/* What is wrong with one capture or with the archive. */
struct findings {
	char *text; /* NULL: nothing */
	unsigned n;
};

static void found(struct findings *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void found(struct findings *f, const char *format, ...)
{
	char *one = NULL, *all = NULL;
	va_list list;
	va_start(list, format);
	if (vasprintf(&one, format, list) < 0)
		one = NULL;
	va_end(list);
	if (asprintf(&all, "%s%s%s", f->text ? f->text : "", f->text ? "; " : "", one ? one : "?") < 0)
		all = NULL;
	free(one);
	if (all) {
		free(f->text);
		f->text = all;
	}
	f->n++;
}

/* Run a query that gives one row of numbers. 0, or -1 (noted). */
static int numbers(struct session *s, struct findings *f, const char *sql, const int64_t *values,
	unsigned nvalues, int64_t *out, unsigned n)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
	for (unsigned i = 0; rc == SQLITE_OK && i < nvalues; i++)
		sqlite3_bind_int64(st, (int)i + 1, values[i]);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	for (unsigned i = 0; rc == SQLITE_ROW && i < n; i++)
		out[i] = sqlite3_column_int64(st, (int)i);
	if (rc != SQLITE_ROW)
		found(f, "%s", sqlite3_errmsg(s->db));
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : -1;
}

/* Put the file together again and compare its digest. */
static void check_file(struct session *s, int64_t id, int64_t size, const char *sha256, struct findings *f)
{
	struct raw *raw = raw_open(s->db);
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	char text[65];
	bool whole = raw && sha && EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
	if (!whole)
		found(f, "out of memory");
	for (int64_t at = 0; whole && at < size;) {
		size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
		const uint8_t *p = raw_read(raw, id, (uint64_t)at, n);
		whole = p && EVP_DigestUpdate(sha, p, n);
		if (!whole)
			found(f, "%s", raw_error(raw));
		at += (int64_t)n;
	}
	if (whole && EVP_DigestFinal_ex(sha, digest, NULL)) {
		text[hex_put(text, digest, 32, '\0')] = '\0';
		if (strcmp(text, sha256) != 0)
			found(f, "the SHA-256 of its file is %s, not %s", text, sha256);
	}
	EVP_MD_CTX_free(sha);
	raw_close(raw);
}

/* A count that stands in two places must be the same in both. */
static void same(struct findings *f, const char *what, int64_t there, int64_t said)
{
	if (there != said)
		found(f, "%s: %lld, should be %lld", what, (long long)there, (long long)said);
}

static void check_chunks(struct session *s, int64_t id, int64_t size, struct findings *f)
{
	int64_t v[3];
	static const char sql[] = "SELECT count(*), coalesce(sum(size), 0), coalesce(sum(offset<>before), 0) "
				  "FROM (SELECT size, offset,"
				  " coalesce(sum(size) OVER (ORDER BY offset ROWS BETWEEN UNBOUNDED "
				  "PRECEDING AND 1 PRECEDING), 0) AS before"
				  " FROM chunk WHERE capture_id=?1)";
	if (numbers(s, f, sql, &id, 1, v, 3) < 0)
		return;
	same(f, "octets in its chunks", v[1], size);
	if (v[2])
		found(f, "chunks have holes or overlap");
}

static void check_frames(
	struct session *s, const struct selected_capture *c, int64_t size, struct findings *f)
{
	const int64_t range[] = { c->first_frame, c->first_frame + c->frames - 1, c->id };
	int64_t v[8], said[2], sums[5];
	static const char frames[] =
		"SELECT count(*), coalesce(sum(len), 0), coalesce(sum(coalesce(caplen, len)), 0),"
		" coalesce(min(time), 0), coalesce(max(time), 0), coalesce(max(offset + coalesce(caplen, "
		"len)), 0),"
		" coalesce(sum(stack IS NULL OR stack NOT IN (SELECT id FROM t_stack)), 0),"
		" coalesce(sum(len >= 2147483647), 0)"
		" FROM t_frame WHERE frame_id BETWEEN ?1 AND ?2";
	static const char totals[] =
		"SELECT (SELECT coalesce(sum(frames), 0) FROM total_stack WHERE capture_id=?1),"
		" (SELECT coalesce(sum(bytes), 0) FROM total_stack WHERE capture_id=?1),"
		" (SELECT coalesce(sum(frames), 0) FROM total_length WHERE capture_id=?1),"
		" (SELECT coalesce(sum(frames), 0) FROM total_second WHERE capture_id=?1),"
		" (SELECT coalesce(sum(bytes), 0) FROM total_second WHERE capture_id=?1)";
	if (numbers(s, f, frames, range, 2, v, 8) < 0 || numbers(s, f, totals, &c->id, 1, sums, 5) < 0 ||
		numbers(s, f, "SELECT bytes, captured_bytes FROM capture WHERE id=?1", &c->id, 1, said, 2) <
			0)
		return;
	same(f, "frames", v[0], c->frames);
	same(f, "octets of its frames", v[1], said[0]);
	same(f, "captured octets of its frames", v[2], said[1]);
	if (c->frames) {
		same(f, "time of its earliest frame", v[3], c->time_first);
		same(f, "time of its latest frame", v[4], c->time_last);
	}
	if (v[5] > size)
		found(f, "a frame ends behind the file");
	if (v[6])
		found(f, "%lld frames have no protocols", (long long)v[6]);
	/* total_length gathers what is longer than any sane frame: its lengths cannot be summed up. */
	same(f, "frames in total_stack", sums[0], c->frames);
	/* There a frame that says it is longer counts with what it says, as in Wireshark's hierarchy. */
	if (!v[7])
		same(f, "octets in total_stack", sums[1], said[0]);
	same(f, "frames in total_length", sums[2], c->frames);
	same(f, "frames in total_second", sums[3], c->frames);
	same(f, "octets in total_second", sums[4], said[0]);
}

/* Frames and octets of each second, counted again. */
static void check_seconds(struct session *s, const struct selected_capture *c, const char *table,
	const char *second, struct findings *f)
{
	const int64_t values[] = { c->id, c->first_frame, c->first_frame + c->frames - 1, c->time_zero };
	int64_t v[2];
	char *sql = sqlite3_mprintf(
		"WITH e AS (SELECT frame_id AS id, len, CASE WHEN time >= ?4 THEN (time - ?4 + 500) / 1000"
		" ELSE -((?4 - time + 500) / 1000) END AS us FROM t_frame WHERE frame_id BETWEEN ?2 AND ?3),"
		" counted AS MATERIALIZED (SELECT second, count(*) AS frames, coalesce(sum(len), 0) AS bytes"
		" FROM (SELECT len, %s AS second FROM e) GROUP BY second),"
		" said AS MATERIALIZED (SELECT second, frames, bytes FROM %s WHERE capture_id = ?1)"
		" SELECT (SELECT count(*) FROM said),"
		" (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT * FROM said))"
		" + (SELECT count(*) FROM (SELECT * FROM said EXCEPT SELECT * FROM counted))",
		second, table);
	if (!sql)
		found(f, "out of memory");
	else if (numbers(s, f, sql, values, 4, v, 2) == 0 && v[0] && v[1])
		found(f, "%lld rows of %s are wrong or missing", (long long)v[1], table);
	sqlite3_free(sql);
}

static void check_times(struct session *s, const struct selected_capture *c, struct findings *f)
{
	int64_t there;
	/* Whole seconds, also before the first frame. */
	check_seconds(s, c, "total_second",
		"CASE WHEN us >= 0 THEN us / 1000000 ELSE -((999999 - us) / 1000000) END", f);
	/* Older archives do not have it. */
	if (numbers(s, f, "SELECT count(*) FROM sqlite_master WHERE type='table' AND name='total_io'", NULL,
		    0, &there, 1) == 0 &&
		there)
		check_seconds(s, c, "total_io", "max(max(us, 0)) OVER (ORDER BY id) / 1000000", f);
}

/* Rows of frames that no capture has: count them in the gaps between the captures' ranges. */
static void check_gaps(struct session *s, struct findings *f)
{
	sqlite3_stmt *tables, *gaps;
	static const char gap_sql[] =
		"SELECT last + 1, next - 1 FROM (SELECT first_frame + frames - 1 AS last,"
		" lead(first_frame, 1, 9223372036854775807) OVER (ORDER BY first_frame, id) AS next FROM "
		"capture"
		" UNION ALL SELECT -9223372036854775807, coalesce((SELECT min(first_frame) FROM capture), "
		"9223372036854775807))"
		" WHERE next - 1 >= last + 1";
	if (!(tables = session_prepare(s,
		      "SELECT name FROM sqlite_master m WHERE type='table' AND name GLOB 't_*'"
		      " AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name='frame_id')")))
		return;
	if (!(gaps = session_prepare(s, gap_sql))) {
		sqlite3_finalize(tables);
		return;
	}
	while (sqlite3_step(tables) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(tables, 0);
		char *sql = sqlite3_mprintf(
			"SELECT count(*) FROM \"%w\" WHERE frame_id BETWEEN ?1 AND ?2", table);
		int64_t rows = 0;
		for (sqlite3_reset(gaps); sql && sqlite3_step(gaps) == SQLITE_ROW;) {
			const int64_t gap[] = { sqlite3_column_int64(gaps, 0),
				sqlite3_column_int64(gaps, 1) };
			int64_t n;
			if (numbers(s, f, sql, gap, 2, &n, 1) == 0)
				rows += n;
		}
		if (rows)
			found(f, "%s: %lld rows of frames that no capture has", table, (long long)rows);
		sqlite3_free(sql);
	}
	sqlite3_finalize(tables);
	sqlite3_finalize(gaps);
}

/* What is about the whole archive. */
static void check_archive(struct session *s, bool integrity, struct findings *f)
{
	sqlite3_stmt *st;
	int64_t v[2];
	static const char overlaps[] = "SELECT count(*) FROM (SELECT first_frame + frames AS next,"
				       " lead(first_frame) OVER (ORDER BY first_frame, id) AS first FROM "
				       "capture) WHERE first < next";
	if (numbers(s, f, overlaps, NULL, 0, v, 1) == 0 && v[0])
		found(f, "frames of captures overlap");
	if (numbers(s, f, "SELECT count(*) FROM chunk WHERE capture_id NOT IN (SELECT id FROM capture)", NULL,
		    0, v, 1) == 0 &&
		v[0])
		found(f, "%lld chunks of captures that are not there", (long long)v[0]);
	check_gaps(s, f);
	if (!integrity || !(st = session_prepare(s, "PRAGMA integrity_check(10)")))
		return;
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (strcmp((const char *)sqlite3_column_text(st, 0), "ok") != 0)
			found(f, "%s", sqlite3_column_text(st, 0));
	if (rc != SQLITE_DONE)
		found(f, "%s", sqlite3_errmsg(s->db));
	sqlite3_finalize(st);
}

static bool show(struct render *r, struct value id, const char *name, struct value frames, struct value size,
	struct findings *f)
{
	bool good = f->n == 0;
	render_row(r, (struct value[]) { id, value_text(name), frames, size,
			      value_text(good      ? "ok"
					 : f->text ? f->text
						   : "out of memory") });
	free(f->text);
	return good;
}

static bool check_all(struct session *s, struct render *r, bool whole_archive, bool integrity)
{
	bool good = true;
	sqlite3_stmt *st = session_prepare(s, "SELECT file_size, sha256 FROM capture WHERE id=?");
	for (unsigned i = 0; st && i < s->ncaptures; i++) {
		const struct selected_capture *c = &s->captures[i];
		struct findings f = { 0 };
		int64_t size = 0;
		sqlite3_bind_int64(st, 1, c->id);
		if (sqlite3_step(st) == SQLITE_ROW) {
			size = sqlite3_column_int64(st, 0);
			check_chunks(s, c->id, size, &f);
			check_file(s, c->id, size, (const char *)sqlite3_column_text(st, 1), &f);
			check_frames(s, c, size, &f);
			check_times(s, c, &f);
		} else {
			found(&f, "%s", sqlite3_errmsg(s->db));
		}
		sqlite3_reset(st);
		good &= show(r, value_int(c->id), c->name, value_int(c->frames), value_int(size), &f);
	}
	sqlite3_finalize(st);
	if (whole_archive) {
		struct findings f = { 0 };
		check_archive(s, integrity, &f);
		good &= show(r, value_null(), "(the archive)", value_null(), value_null(), &f);
	}
	return st && good;
}

static int run(const struct args *args)
{
	static const struct render_column columns[] = { { "id", "Id", RENDER_NUMBER },
		{ "name", "Capture", RENDER_TEXT }, { "frames", "Frames", RENDER_NUMBER },
		{ "file_size", "Octets", RENDER_NUMBER }, { "result", "Result", RENDER_FIXED } };
	const char *format = args_value(args, "format", "table");
	struct session s;
	if (!render_has(format))
		return complain(EXIT_USAGE, "--format is table, csv, json or jsonl, not %s", format);
	int status = session_open_for(&s, args, ARCHIVE_READ);
	if (status != EXIT_DONE)
		return status;
	/* One state of the archive for all that is compared, though an indexer may be at work. */
	sqlite3_exec(s.db, "BEGIN", NULL, NULL, NULL);
	status = session_choose(&s, args, 1);
	if (status == EXIT_DONE) {
		bool some = args_has(args, "capture") || args->npositional > 1;
		struct render *r = render_open(format, stdout, columns, 5);
		if (r && !check_all(&s, r, !some || args_has(args, "integrity"), args_has(args, "integrity")))
			status = EXIT_FAILED;
		if (render_close(r) < 0)
			status = complain(EXIT_FAILED, "out of memory");
	}
	session_close(&s);
	return status;
}

static const struct option_spec options[] = {
	OPTION_CAPTURE,
	{ "integrity", 0, NULL, false, "also let SQLite check every page and index of the archive (slow)" },
	OPTION_FORMAT,
	{ 0 },
};

const struct command cmd_verify = {
	.name = "verify",
	.summary = "Check that captures are whole and that totals agree",
	.usage = "ARCHIVE [CAPTURE...]",
	.details = "Each capture's file is put together from the archive and its SHA-256 compared with that "
		   "of the file once read; the\n"
		   "number, sizes and times of its frames are compared with what the archive says of the "
		   "capture and with its totals.\n"
		   "Without CAPTURE all are checked, and that no row is left of a capture that is gone. The "
		   "exit status is 1 when\n"
		   "anything is wrong.",
	.examples = "  pcapdex verify week.db\n"
		    "  pcapdex verify week.db monday.pcapng --integrity",
	.min_args = 1,
	.options = options,
	.run = run,
};
