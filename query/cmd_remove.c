/* pcapdex remove: captures out of an archive. */
#include <string.h>
#include <sys/stat.h>

#include "indexer/registry.h"
#include "indexer/store/ddl.h"
#include "indexer/store/remove.h"
#include "query/session.h"
#include "schema/archive.h"

static int run_sql(struct session *s, const char *sql)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return EXIT_DONE;
	return complain(EXIT_FAILED, "%s: %s", s->path, archive_error(s->db));
}

static int remove_all(struct session *s)
{
	int rc = SQLITE_OK;
	bool known = ddl_state(s->db, protocols, protocols_count) != DDL_OTHER;
	for (unsigned i = 0; rc == SQLITE_OK && i < s->ncaptures; i++)
		rc = remove_capture(s->db, s->captures[i].id);
	if (rc == SQLITE_OK && known)
		rc = remove_unused(s->db, protocols, protocols_count);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	if (rc == SQLITE_OK) {
		if (!known)
			complain(0,
				"%s: was made by another pcapdex; addresses and names of what was removed "
				"stay in its dictionaries",
				s->path);
		return EXIT_DONE;
	}
	complain(0, "%s: nothing was removed: %s", s->path, archive_error(s->db));
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return EXIT_FAILED;
}

static void say_removed(const struct session *s, int64_t before)
{
	struct stat sb;
	int64_t frames = 0;
	for (unsigned i = 0; i < s->ncaptures; i++)
		frames += s->captures[i].frames;
	printf("%u %s removed (%lld frames)", s->ncaptures, s->ncaptures == 1 ? "capture" : "captures",
		(long long)frames);
	if (before && stat(s->path, &sb) == 0)
		printf("; the archive shrank from %.1f to %.1f MB", (double)before / 1e6,
			(double)sb.st_size / 1e6);
	putchar('\n');
}

static int run(const struct args *args)
{
	struct session s;
	struct stat sb = { 0 };
	bool vacuum = args_has(args, "vacuum");
	if (!args_has(args, "capture") && args->npositional < 2)
		return complain(EXIT_USAGE, "remove: say which captures; `pcapdex captures %s` lists them",
			args->positional[0]);
	int status = session_open_for(&s, args, ARCHIVE_WRITE);
	if (status != EXIT_DONE)
		return status;
	/* What is removed is overwritten, not only forgotten. */
	status = archive_wake(s.db) == SQLITE_OK
			 ? run_sql(&s, "PRAGMA secure_delete=ON; BEGIN IMMEDIATE")
			 : complain(EXIT_FAILED, "%s: %s", s.path, archive_error(s.db));
	if (status == EXIT_DONE)
		status = session_choose(&s, args, 1);
	if (status == EXIT_DONE)
		status = remove_all(&s);
	else
		sqlite3_exec(s.db, "ROLLBACK", NULL, NULL, NULL);
	if (status == EXIT_DONE && vacuum && stat(s.path, &sb) == 0)
		status = run_sql(&s, "VACUUM");
	if (archive_rest(s.db) < 0)
		status = complain(EXIT_FAILED, "%s: a part of the archive still stands in its -wal file: %s",
			s.path, archive_error(s.db));
	if (status == EXIT_DONE && !args_has(args, "quiet"))
		say_removed(&s, vacuum ? sb.st_size : 0);
	session_close(&s);
	return status;
}

static const struct option_spec options[] = {
	OPTION_CAPTURE,
	{ "vacuum", 0, NULL, false,
		"make the file smaller afterwards (rewrites it: needs room for a second copy)" },
	{ "quiet", 'q', NULL, false, "say nothing when all went well" },
	{ 0 },
};

const struct command cmd_remove = {
	.name = "remove",
	.summary = "Take captures out of an archive",
	.usage = "ARCHIVE CAPTURE...",
	.details = "CAPTURE is an id, a name, a glob over names or paths, or TAG=VALUE. All of a capture "
		   "goes, in one transaction: its\n"
		   "frames, its file, its totals, and the addresses and names that no other capture has. Its "
		   "place in the file is\n"
		   "overwritten and used by later captures; --vacuum gives it back to the disk.",
	.examples = "  pcapdex remove week.db monday.pcapng\n"
		    "  pcapdex remove course.db student=00417 --vacuum",
	.min_args = 1,
	.options = options,
	.run = run,
};
