/* pcapdex tag: tags of captures that are in an archive. */
#include <string.h>

#include "query/session.h"
#include "query/render/render.h"
#include "query/tags.h"
#include "schema/archive.h"

struct work {
	const struct args *args;
	struct session session;
	struct tagger *tagger;
	sqlite3_stmt *set, *unset;
	uint64_t changed;
};

static int failed(struct work *w)
{
	return complain(EXIT_FAILED, "%s: %s", w->session.path, archive_error(w->session.db));
}

static int set_tag(struct work *w, int64_t capture, const char *key, size_t key_len, const char *value)
{
	sqlite3_bind_int64(w->set, 1, capture);
	sqlite3_bind_text(w->set, 2, key, (int)key_len, SQLITE_STATIC);
	sqlite3_bind_text(w->set, 3, value, -1, SQLITE_STATIC);
	int rc = sqlite3_step(w->set);
	sqlite3_reset(w->set);
	w->changed += (uint64_t)sqlite3_changes(w->session.db);
	return rc == SQLITE_DONE ? EXIT_DONE : failed(w);
}

static int edit_one(struct work *w, int64_t id, const char *path)
{
	const struct index_tag *tags;
	size_t key_len;
	const char *value;
	int status = EXIT_DONE;
	for (unsigned i = 0; status == EXIT_DONE && args_nth(w->args, "delete", i); i++) {
		sqlite3_bind_int64(w->unset, 1, id);
		sqlite3_bind_text(w->unset, 2, args_nth(w->args, "delete", i), -1, SQLITE_STATIC);
		status = sqlite3_step(w->unset) == SQLITE_DONE ? EXIT_DONE : failed(w);
		sqlite3_reset(w->unset);
		w->changed += (uint64_t)sqlite3_changes(w->session.db);
	}
	int n = tagger_tags(w->tagger, path, &tags);
	if (n < 0)
		return EXIT_FAILED;
	for (int i = 0; status == EXIT_DONE && i < n; i++)
		status = set_tag(w, id, tags[i].key, strlen(tags[i].key), tags[i].value);
	for (unsigned i = 1; status == EXIT_DONE && i < w->args->npositional; i++)
		if (tag_split(w->args->positional[i], &key_len, &value))
			status = set_tag(w, id, w->args->positional[i], key_len, value);
	return status;
}

static int edit_all(struct work *w)
{
	struct session *s = &w->session;
	w->set = session_prepare(s, "INSERT INTO capture_tag VALUES (?1, ?2, ?3) ON CONFLICT (capture_id, "
				    "key) DO UPDATE SET value = "
				    "excluded.value WHERE value <> excluded.value");
	w->unset = session_prepare(s, "DELETE FROM capture_tag WHERE capture_id = ?1 AND key = ?2");
	sqlite3_stmt *path = session_prepare(s, "SELECT path FROM capture WHERE id = ?");
	int status = w->set && w->unset && path ? EXIT_DONE : EXIT_FAILED;
	for (unsigned i = 0; status == EXIT_DONE && i < s->ncaptures; i++) {
		sqlite3_bind_int64(path, 1, s->captures[i].id);
		const char *text =
			sqlite3_step(path) == SQLITE_ROW ? (const char *)sqlite3_column_text(path, 0) : NULL;
		status = edit_one(w, s->captures[i].id, text ? text : "");
		sqlite3_reset(path);
	}
	sqlite3_finalize(path);
	sqlite3_finalize(w->set);
	sqlite3_finalize(w->unset);
	if (status == EXIT_DONE && sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		status = failed(w);
	if (status != EXIT_DONE)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return status;
}

static int edit(struct work *w)
{
	struct session *s = &w->session;
	int status = session_open_for(s, w->args, ARCHIVE_WRITE);
	if (status != EXIT_DONE)
		return status;
	if (archive_wake(s->db) != SQLITE_OK ||
		sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return failed(w);
	if ((status = session_choose(s, w->args, 0)) == EXIT_DONE)
		status = edit_all(w);
	else
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	if (archive_rest(s->db) < 0)
		status = failed(w);
	if (status == EXIT_DONE && !args_has(w->args, "quiet")) {
		tagger_report(w->tagger);
		printf("%llu %s changed on %u %s\n", (unsigned long long)w->changed,
			w->changed == 1 ? "tag" : "tags", s->ncaptures,
			s->ncaptures == 1 ? "capture" : "captures");
	}
	return status;
}

/* ---- what there is ---- */

static int list(struct work *w)
{
	static const struct render_column columns[] = {
		{ "key", "Key", RENDER_FIXED },
		{ "value", "Value", RENDER_TEXT },
		{ "captures", "Captures", RENDER_NUMBER },
		{ "frames", "Frames", RENDER_NUMBER },
	};
	const char *format = args_value(w->args, "format", "table");
	if (!render_has(format))
		return complain(EXIT_USAGE, "--format is table, csv, json or jsonl, not %s", format);
	int status = session_open(&w->session, w->args), rc = SQLITE_DONE;
	if (status != EXIT_DONE)
		return status;
	sqlite3_stmt *st = session_prepare(&w->session,
		args_nth(w->args, "capture", 0) ? "SELECT t.key, t.value, count(*), sum(c.frames) FROM "
						  "capture_tag t JOIN capture c ON c.id = t.capture_id"
						  " WHERE c.id IN (SELECT id FROM temp.chosen) GROUP BY "
						  "t.key, t.value ORDER BY t.key, t.value"
						: "SELECT t.key, t.value, count(*), sum(c.frames) FROM "
						  "capture_tag t JOIN capture c ON c.id = t.capture_id"
						  " GROUP BY t.key, t.value ORDER BY t.key, t.value");
	struct render *r = st ? render_open(format, stdout, columns, 4) : NULL;
	while (r && (rc = sqlite3_step(st)) == SQLITE_ROW)
		render_row(r, (struct value[]) { value_text((const char *)sqlite3_column_text(st, 0)),
				      value_text((const char *)sqlite3_column_text(st, 1)),
				      value_int(sqlite3_column_int64(st, 2)),
				      value_int(sqlite3_column_int64(st, 3)) });
	if (!st || rc != SQLITE_DONE)
		status = failed(w);
	sqlite3_finalize(st);
	return render_close(r) < 0 ? complain(EXIT_FAILED, "out of memory") : status;
}

static int run(const struct args *args)
{
	struct work w = { .args = args };
	size_t key_len;
	const char *value;
	for (unsigned i = 1; i < args->npositional; i++)
		if (!tag_split(args->positional[i], &key_len, &value))
			return complain(EXIT_USAGE, "tag: KEY=VALUE, not %s", args->positional[i]);
	bool change = args->npositional > 1 || args_has(args, "delete") || args_has(args, "tag-from-path") ||
		      args_has(args, "manifest");
	if (change && args_has(args, "list"))
		return complain(EXIT_USAGE, "tag: --list changes nothing");
	int status = tagger_open(&w.tagger, args);
	if (status == EXIT_DONE)
		status = change ? edit(&w) : list(&w);
	tagger_close(w.tagger);
	session_close(&w.session);
	return status;
}

static const struct option_spec options[] = {
	OPTION_CAPTURE,
	{ "delete", 'd', "KEY", true, "take this tag away" },
	OPTION_TAG_FROM_PATH,
	OPTION_MANIFEST,
	{ "list", 'l', NULL, false,
		"the tags that there are, and of how many captures (also without any argument)" },
	OPTION_FORMAT,
	{ "quiet", 'q', NULL, false, "say nothing when all went well" },
	{ 0 },
};

const struct command cmd_tag = {
	.name = "tag",
	.summary = "Tag captures of an archive, or list their tags",
	.usage = "ARCHIVE [-c CAPTURE]... [KEY=VALUE]...",
	.details =
		"Sets tags of the captures that -c picks (without -c: of all), after taking away those of "
		"--delete. A tag that is\n"
		"there gets the new value. Values are text. --tag-from-path and --manifest work on the paths "
		"that "
		"the captures\n"
		"were indexed from, as `pcapdex help index` describes them.\n\n"
		"Tags are shown by `captures`, pick captures (-c KEY=VALUE), are fields of display filters "
		"(capture.tag.KEY), and\n"
		"make the groups of `compare --by KEY`.",
	.examples = "  pcapdex tag course.db -c 417 student=00417 lab=3\n"
		    "  pcapdex tag course.db --manifest students.csv\n"
		    "  pcapdex tag course.db -c lab=3 --delete draft\n"
		    "  pcapdex tag course.db --list",
	.min_args = 1,
	.options = options,
	.run = run,
};
