/* What only one group of captures has. */
#include "query/course.h"
#include "schema/catalogue.h"

static const char *const name_fields[] = { "dns.qry.name", "http.host", "http2.headers.authority",
	"tls.handshake.extensions_server_name" };

static const char protocols_sql[] =
	"SELECT 'protocol' AS what, m.grp, p.value AS name, sum(t.frames) AS n\n"
	"FROM temp.course_member m JOIN total_stack t ON t.capture_id = "
	"m.capture_id JOIN t_stack k ON k.id = t.stack,\n"
	" (SELECT DISTINCT k.id, j.value FROM t_stack k, json_each('[\"' || "
	"replace(k.items, ':', '\",\"') || '\"]') j) p\n"
	"WHERE p.id = k.id AND p.value NOT IN ('pkt_comment', 'frame') GROUP BY m.grp, name";
static const char hosts_sql[] =
	"SELECT 'host', m.grp, a.text, count(*) FROM temp.course_member m JOIN t_conversation v ON "
	"v.capture_id = m.capture_id\n"
	" JOIN t_address a ON a.id IN (v.address_a, v.address_b) WHERE v.type IN (2, 3) GROUP BY m.grp, a.id";

/* Where the values of a field stand. */
static int add_field(struct question *q, sqlite3_str *sql, const char *name)
{
	const char *error = NULL;
	struct catalogue_field *f = catalogue_find(q->session.db, name, &error);
	if (!f)
		return error ? complain(-1, "%s: %s", q->session.path, error) : 0;
	for (unsigned i = 0; i < f->nsources; i++) {
		char *value = catalogue_value_sql(f, &f->sources[i], "c.id");
		sqlite3_str_appendf(sql,
			"\nUNION ALL SELECT 'name', m.grp, %s AS value, count(*) FROM temp.course_member m "
			"CROSS JOIN capture c"
			" ON c.id = m.capture_id\n CROSS JOIN \"%w\" t ON t.frame_id >= c.first_frame AND "
			"t.frame_id <"
			" c.first_frame + c.frames WHERE value IS NOT NULL GROUP BY m.grp, value",
			value, f->sources[i].table);
		sqlite3_free(value);
	}
	catalogue_field_free(f);
	return 0;
}

static int add_fields(struct question *q, sqlite3_str *sql)
{
	for (size_t i = 0; i < sizeof(name_fields) / sizeof(*name_fields); i++)
		if (add_field(q, sql, name_fields[i]) < 0)
			return -1;
	return 0;
}

int course_only(struct question *q, int (*take)(void *ctx, const struct course_only *only), void *ctx)
{
	sqlite3_str *s = sqlite3_str_new(q->session.db);
	sqlite3_str_appendf(
		s, "SELECT g.name, what, x.name, sum(n) FROM (\n%s\nUNION ALL %s", protocols_sql, hosts_sql);
	int rc = add_fields(q, s), step = SQLITE_DONE;
	sqlite3_str_appendall(s, ") x JOIN temp.course_group g ON g.grp = x.grp GROUP BY what, x.name HAVING "
				 "count(DISTINCT x.grp) = 1\n"
				 "ORDER BY x.grp, what DESC, sum(n) DESC, x.name");
	char *sql = sqlite3_str_finish(s);
	sqlite3_stmt *st = rc == 0 && sql ? question_prepare(q, "%s", sql) : NULL;
	sqlite3_free(sql);
	if (!st)
		return EXIT_FAILED;
	if (q->show_sql)
		question_print_sql(st);
	while (!q->show_sql && rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW)
		rc = take(ctx, &(struct course_only) { (const char *)sqlite3_column_text(st, 0),
				       (const char *)sqlite3_column_text(st, 1),
				       (const char *)sqlite3_column_text(st, 2),
				       (uint64_t)sqlite3_column_int64(st, 3) });
	int status = rc == 0 && step == SQLITE_DONE ? EXIT_DONE : rc == 0 ? question_failed(q) : EXIT_FAILED;
	sqlite3_finalize(st);
	return status;
}
