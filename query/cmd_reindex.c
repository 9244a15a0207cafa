/* pcapdex reindex: rows anew from the octets that the archive itself holds. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/index.h"
#include "indexer/registry.h"
#include "indexer/store/ddl.h"
#include "indexer/store/raw.h"
#include "query/command.h"
#include "query/progress.h"
#include "query/session.h"
#include "schema/archive.h"

#define PIECE    (1u << 20)
#define TAGS_MAX 256

/* The rebuilt archive grows beside the old one, a transaction a capture, and takes its place at the end:
 * until then the old one answers questions, and a run that was broken off goes on where it stopped. */
struct rebuild {
	sqlite3 *old;
	const char *path;
	char *new_path;
	struct store *store;
	struct progress progress;
	uint64_t captures, kept;
};

static sqlite3_stmt *prepare(struct rebuild *r, const char *sql)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v2(r->old, sql, -1, &st, NULL) != SQLITE_OK)
		complain(0, "%s: %s", r->path, archive_error(r->old));
	return st;
}

/* The capture's file, without a name, in the archive's folder: a descriptor, or -1 after a message. */
static int unpack(struct rebuild *r, int64_t id, int64_t size)
{
	char *name = NULL;
	int fd = asprintf(&name, "%s-octets-XXXXXX", r->path) < 0 ? -1 : mkostemp(name, O_CLOEXEC);
	if (fd < 0) {
		free(name);
		return complain(-1, "%s: no file for a capture's octets can be made beside it", r->path);
	}
	unlink(name);
	free(name);
	struct raw *raw = raw_open(r->old);
	int rc = raw ? 0 : complain(-1, "out of memory");
	for (int64_t at = 0; rc == 0 && at < size;) {
		size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
		const uint8_t *p = raw_read(raw, id, (uint64_t)at, n);
		if (!p)
			rc = complain(-1, "%s: capture %lld: %s", r->path, (long long)id, raw_error(raw));
		else if (write(fd, p, n) != (ssize_t)n)
			rc = complain(-1, "%s: capture %lld: its octets do not fit on the disk", r->path,
				(long long)id);
		at += (int64_t)n;
	}
	raw_close(raw);
	if (rc == 0)
		return fd;
	close(fd);
	return -1;
}

static int on_progress(void *ctx, const char *path, uint64_t frames, uint64_t done, uint64_t total)
{
	(void)total;
	progress_show(ctx, path, done, frames);
	return 0;
}

static const char *text(sqlite3_stmt *st, int i)
{
	const char *p = (const char *)sqlite3_column_text(st, i);
	return p ? p : "";
}

/* Columns: id, name, path, sha256, bpf, compression, file_size, first_frame. */
static int rebuild_capture(struct rebuild *r, sqlite3_stmt *capture)
{
	struct index_tag tags[TAGS_MAX];
	struct index_result result;
	char file[32];
	int64_t id = sqlite3_column_int64(capture, 0), found;
	if (store_find(r->store, text(capture, 3), text(capture, 4), &found) > 0) {
		r->kept++;
		return 0;
	}
	int fd = unpack(r, id, sqlite3_column_int64(capture, 6));
	if (fd < 0)
		return -1;
	snprintf(file, sizeof(file), "/dev/fd/%d", fd);
	const struct index_origin origin = { file, text(capture, 1), text(capture, 2), text(capture, 5), id,
		sqlite3_column_int64(capture, 7) };
	struct index_options options = {
		.origin = &origin, .tags = tags, .progress = on_progress, .progress_ctx = &r->progress
	};
	if (text(capture, 4)[0])
		options.bpf = text(capture, 4);
	sqlite3_stmt *st = prepare(r, "SELECT key, value FROM capture_tag WHERE capture_id=?");
	sqlite3_bind_int64(st, 1, id);
	while (st && options.ntags < TAGS_MAX && sqlite3_step(st) == SQLITE_ROW) {
		/* Kept until the statement is finalized: rows of one table, copied. */
		tags[options.ntags++] = (struct index_tag) { strdup(text(st, 0)), strdup(text(st, 1)) };
	}
	sqlite3_finalize(st);
	enum index_status status = index_capture(r->store, origin.name, &options, &result);
	for (unsigned i = 0; i < options.ntags; i++) {
		free((char *)(uintptr_t)tags[i].key);
		free((char *)(uintptr_t)tags[i].value);
	}
	close(fd);
	progress_add(&r->progress, (uint64_t)sqlite3_column_int64(capture, 6), result.frames);
	if (status != INDEX_OK && status != INDEX_DAMAGED) {
		progress_clear(&r->progress);
		return complain(-1, "%s", result.message);
	}
	r->captures++;
	return 0;
}

/* Tables that users added come along, with their indexes and views. */
static int copy_own_tables(struct rebuild *r)
{
	sqlite3 *db = store_db(r->store);
	char *attach = sqlite3_mprintf("ATTACH %Q AS old", r->path);
	int rc = attach ? sqlite3_exec(db, attach, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(attach);
	sqlite3_stmt *st = NULL;
	static const char *const kept[][2] = {
		{ "t_source", "INSERT OR REPLACE INTO main.t_source SELECT * FROM old.t_source" },
		{ "capture_copy", "INSERT OR REPLACE INTO main.capture_copy SELECT * FROM old.capture_copy" },
	};
	for (int i = 0; i < 2; i++)
		if (rc == SQLITE_OK && sqlite3_table_column_metadata(db, "old", kept[i][0], NULL, NULL, NULL,
					       NULL, NULL, NULL) == SQLITE_OK)
			rc = sqlite3_exec(db, kept[i][1], NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(db,
			"SELECT type, name, sql FROM old.sqlite_master o WHERE sql IS NOT NULL AND tbl_name "
			"NOT LIKE 't\\_%' ESCAPE '\\'"
			" AND NOT EXISTS (SELECT 1 FROM main.sqlite_master n WHERE n.name=o.name)"
			" ORDER BY type='view', type='index', rowid",
			-1, &st, NULL);
	int step = SQLITE_DONE;
	while (rc == SQLITE_OK && (step = sqlite3_step(st)) == SQLITE_ROW) {
		char *sql = NULL;
		rc = sqlite3_exec(db, text(st, 2), NULL, NULL, NULL);
		if (rc == SQLITE_OK && strcmp(text(st, 0), "table") == 0) {
			sql = sqlite3_mprintf(
				"INSERT INTO main.\"%w\" SELECT * FROM old.\"%w\"", text(st, 1), text(st, 1));
			rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
			sqlite3_free(sql);
		}
	}
	sqlite3_finalize(st);
	if (rc != SQLITE_OK || step != SQLITE_DONE)
		complain(0, "%s: tables of your own cannot be taken along: %s", r->path, sqlite3_errmsg(db));
	sqlite3_exec(db, "DETACH old", NULL, NULL, NULL);
	return rc == SQLITE_OK && step == SQLITE_DONE ? 0 : -1;
}

static int rebuild_all(struct rebuild *r, bool quiet)
{
	sqlite3_stmt *st = prepare(r, "SELECT count(*), coalesce(sum(file_size), 0) FROM capture");
	if (!st || sqlite3_step(st) != SQLITE_ROW) {
		sqlite3_finalize(st);
		return -1;
	}
	progress_begin(&r->progress, (size_t)sqlite3_column_int64(st, 0),
		(uint64_t)sqlite3_column_int64(st, 1), quiet);
	sqlite3_finalize(st);
	st = prepare(r, "SELECT id, name, path, sha256, bpf, compression, file_size, first_frame FROM "
			"capture ORDER BY id");
	int rc = st ? 0 : -1;
	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW)
		rc = rebuild_capture(r, st);
	sqlite3_finalize(st);
	progress_clear(&r->progress);
	return rc == 0 ? copy_own_tables(r) : rc;
}

/* Open what an earlier run left, when it is of use, else a fresh archive. */
static int open_new(struct rebuild *r)
{
	char message[512];
	sqlite3 *db = NULL;
	struct stat sb;
	if (stat(r->new_path, &sb) == 0) {
		bool good = archive_open(&db, r->new_path, ARCHIVE_WRITE, message) == ARCHIVE_OK &&
			    ddl_state(db, protocols, protocols_count) == DDL_SAME;
		sqlite3_close(db);
		if (!good)
			unlink(r->new_path);
	}
	r->store = store_open(r->new_path, protocols, protocols_count, message);
	return r->store ? 0 : complain(-1, "%s", message);
}

static int reindex(struct rebuild *r, bool quiet)
{
	char message[512];
	/* Writers wait until the new archive stands in its place; readers go on. */
	if (sqlite3_exec(r->old, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return complain(-1, "%s: %s", r->path, archive_error(r->old));
	if (open_new(r) < 0 || rebuild_all(r, quiet) < 0)
		return -1;
	if (store_put_in_place(r->store) < 0) /* without captures it has no name yet */
		return complain(-1, "%s", store_error(r->store));
	if (store_finish(r->store, message) < 0)
		return complain(-1, "%s", message);
	if (rename(r->new_path, r->path) < 0)
		return complain(-1, "%s: cannot take the place of %s", r->new_path, r->path);
	if (!quiet) {
		printf("%llu %s indexed anew", (unsigned long long)r->captures,
			r->captures == 1 ? "capture" : "captures");
		if (r->kept)
			printf(", %llu by an earlier run", (unsigned long long)r->kept);
		putchar('\n');
	}
	return 0;
}

static int run(const struct args *args)
{
	char message[512];
	struct rebuild r = { .path = args->positional[0] };
	const char *wrong = registry_init();
	int rc = wrong ? complain(-1, "%s", wrong) : 0;
	if (rc == 0 && archive_open(&r.old, r.path, ARCHIVE_WRITE, message) != ARCHIVE_OK)
		rc = complain(-1, "%s", message);
	if (rc == 0 && asprintf(&r.new_path, "%s-reindex", r.path) < 0)
		rc = complain(-1, "out of memory");
	if (rc == 0)
		rc = reindex(&r, args_has(args, "quiet"));
	store_close(r.store);
	sqlite3_close(r.old);
	free(r.new_path);
	return rc == 0 ? EXIT_DONE : EXIT_FAILED;
}

static const struct option_spec options[] = {
	{ "quiet", 'q', NULL, false, "no progress and no summary; messages still come" },
	{ 0 },
};

const struct command cmd_reindex = {
	.name = "reindex",
	.summary = "Bring an archive up to date with what this version dissects",
	.usage = "ARCHIVE",
	.details = "Every capture is dissected anew from the octets in the archive; the files that it was "
		   "made from are not\n"
		   "needed. Tags, ids of captures and frames, and tables of your own stay. The new archive "
		   "grows beside the old\n"
		   "one as ARCHIVE-reindex, one transaction a capture, and takes its place when it is "
		   "complete; a run that was\n"
		   "broken off goes on with the captures that are missing. It takes as much room again while "
		   "it runs.\n"
		   "`captures` shows which version made the rows of each capture.",
	.examples = "  pcapdex reindex course.db",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
