#include "query/publish/foreign.h"

#if HAVE_PQ
#include <stdlib.h>
#include <string.h>

/* A hash of an id is the shard that has it: a hash partition is a shard then, whatever the planner makes of
 * it (pruning, joins partition by partition). Below 0 stand the shards themselves. The tables that say it are
 * read with their owner's rights. */
static const char hashes_sql[] =
	"CREATE FUNCTION pcapdex_capture_shard(bigint, bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY "
	"DEFINER SET search_path FROM CURRENT AS 'SELECT CASE WHEN $1 < 0 THEN -1 - $1 ELSE coalesce((SELECT "
	"shard FROM pcapdex_placement WHERE capture_id = $1), 0) END';"
	"CREATE FUNCTION pcapdex_frame_shard(bigint, bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY "
	"DEFINER SET search_path FROM CURRENT AS 'SELECT CASE WHEN $1 < 0 THEN -1 - $1 ELSE coalesce((SELECT "
	"shard FROM pcapdex_placement WHERE first_frame <= $1 AND frames > 0 ORDER BY first_frame DESC LIMIT "
	"1), "
	"0) END';"
	/* A number that somebody writes is an integer. */
	"CREATE FUNCTION pcapdex_capture_shard(integer, bigint) RETURNS bigint LANGUAGE sql STABLE SET "
	"search_path FROM CURRENT AS 'SELECT pcapdex_capture_shard($1::bigint, $2)';"
	"CREATE FUNCTION pcapdex_frame_shard(integer, bigint) RETURNS bigint LANGUAGE sql STABLE SET "
	"search_path FROM CURRENT AS 'SELECT pcapdex_frame_shard($1::bigint, $2)';"
	"CREATE OPERATOR CLASS pcapdex_capture_ops FOR TYPE bigint USING hash AS OPERATOR 1 =, FUNCTION 2 "
	"pcapdex_capture_shard(bigint, bigint);"
	"ALTER OPERATOR FAMILY pcapdex_capture_ops USING hash ADD OPERATOR 1 = (bigint, integer), FUNCTION 2 "
	"(integer, integer) pcapdex_capture_shard(integer, bigint);"
	"CREATE OPERATOR CLASS pcapdex_frame_ops FOR TYPE bigint USING hash AS OPERATOR 1 =, FUNCTION 2 "
	"pcapdex_frame_shard(bigint, bigint);"
	"ALTER OPERATOR FAMILY pcapdex_frame_ops USING hash ADD OPERATOR 1 = (bigint, integer), FUNCTION 2 "
	"(integer, integer) pcapdex_frame_shard(integer, bigint);"
	"DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET enable_partitionwise_join = on', "
	"current_database());"
	" EXECUTE format('ALTER DATABASE %I SET enable_partitionwise_aggregate = on', current_database()); "
	"END$$;";

/* ---- servers ---- */

/* What says how to connect, as OPTIONS have it: libpq's options of the URL, but for who logs in. */
static char *server_options(const struct loader *l, const char *url)
{
	static const char *const others[] = { "user", "password", "passfile", "host", "hostaddr", "port",
		"dbname", "client_encoding", "fallback_application_name", "application_name", "replication",
		"options" };
	sqlite3_str *s = sqlite3_str_new(NULL);
	/* A row over the network costs what PostgreSQL 17 says by itself: 15 thinks it next to nothing, and
	 * would rather have all rows than an aggregate of which it does not know how small it is. */
	sqlite3_str_appendf(s,
		"ADD host %Q, ADD port %Q, ADD dbname %Q, ADD fetch_size '10000', ADD fdw_tuple_cost '0.2', "
		"ADD async_capable "
		"'true', ADD updatable 'false'",
		pq.host(l->pg), pq.port(l->pg), pq.db(l->pg));
	PQconninfoOption *all = pq.conninfoParse(url, NULL);
	for (const PQconninfoOption *o = all; o && o->keyword; o++) {
		bool other = !o->val || !*o->val;
		for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
			other |= strcmp(o->keyword, others[i]) == 0;
		if (!other)
			sqlite3_str_appendf(s, ", ADD \"%w\" %Q", o->keyword, o->val);
	}
	pq.conninfoFree(all);
	return sqlite3_str_finish(s);
}

static int make_server(struct loader *coordinator, const struct loader *l, const char *url)
{
	char name[32];
	PGresult *r = NULL;
	snprintf(name, sizeof(name), "pcapdex_shard_%u", l->number);
	char *options = server_options(l, url);
	int rc = loader_run(coordinator, NULL,
		"CREATE SERVER IF NOT EXISTS %s FOREIGN DATA WRAPPER postgres_fdw; CREATE SCHEMA IF NOT "
		"EXISTS %s",
		name, name);
	/* A server may have moved since. */
	if (rc == 0)
		rc = loader_run(coordinator, &r,
			"SELECT coalesce(string_agg('DROP ' || quote_ident(o.option_name) || ', ', ''), '') "
			"FROM "
			"pg_foreign_server s, pg_options_to_table(s.srvoptions) o WHERE s.srvname = '%q'",
			name);
	if (rc == 0)
		rc = loader_run(coordinator, NULL, "ALTER SERVER %s OPTIONS (%s%s)", name,
			pq.getvalue(r, 0, 0), options);
	pq.clear(r);
	sqlite3_free(options);
	/* Who may read the coordinator's tables reads the shards' through them, by the login of the URL. */
	if (rc == 0)
		rc = loader_run(coordinator, NULL,
			"DROP USER MAPPING IF EXISTS FOR PUBLIC SERVER %s; CREATE USER MAPPING FOR PUBLIC "
			"SERVER %s "
			"OPTIONS (user %Q, %s %Q)",
			name, name, pq.user(l->pg),
			pq.connectionUsedPassword(l->pg) ? "password" : "password_required",
			pq.connectionUsedPassword(l->pg) ? pq.pass(l->pg) : "false");
	return rc;
}

int foreign_servers(struct cluster *c)
{
	struct loader *l = c->coordinator;
	int rc = loader_run(l, NULL, "CREATE EXTENSION IF NOT EXISTS postgres_fdw");
	if (rc == 0 &&
		!loader_number(
			l, "SELECT count(*) FROM pg_opclass WHERE opcname = 'pcapdex_frame_ops'", &rc) &&
		rc == 0)
		rc = loader_run(l, NULL, "%s", hashes_sql);
	for (unsigned i = 0; rc == 0 && i < c->n; i++)
		rc = make_server(l, c->shards[i], c->urls[i]);
	return rc;
}

/* ---- tables ---- */

/* Which remainder means which shard: what a hash becomes on its way is PostgreSQL's affair, so it is asked.
 */
static int ask_remainders(struct cluster *c, unsigned *remainders)
{
	PGresult *r = NULL;
	int rc = loader_run(c->coordinator, NULL,
		"CREATE TEMP TABLE pcapdex_probe (id bigint) PARTITION BY HASH (id pcapdex_capture_ops)");
	if (rc == 0)
		rc = loader_run(c->coordinator, &r,
			"SELECT k, r FROM generate_series(0, %u) k, generate_series(0, %u) r WHERE "
			"satisfies_hash_partition('pcapdex_probe'::regclass, %u, r, (-1 - k)::bigint) ORDER "
			"BY k",
			c->n - 1, c->n - 1, c->n);
	if (rc == 0 && pq.ntuples(r) != (int)c->n) {
		snprintf(c->coordinator->message, 512, "%s: its hash partitions are not as expected",
			c->coordinator->shown);
		rc = -1;
	}
	for (unsigned i = 0; rc == 0 && i < c->n; i++)
		remainders[i] = (unsigned)strtoul(pq.getvalue(r, (int)i, 1), NULL, 10);
	pq.clear(r);
	return rc < 0 ? rc : loader_run(c->coordinator, NULL, "DROP TABLE pcapdex_probe");
}

enum { NAME, COLUMNS, CAPTURES, EMPTY, STORAGE, MADE };

/* The packet list and events are of a capture; `frame` is what other layers are joined with. */
static const char relations_sql[] =
	"SELECT s.name, string_agg(quote_ident(a.attname) || ' ' || "
	"format_type(a.atttypid, a.atttypmod), ', ' ORDER "
	"BY a.attnum), bool_or(a.attname = 'capture_id') AND s.name <> 'frame', "
	"bool_or(a.attname IN ('capture_id', 'frame_id') AND a.atttypid <> 'bigint'::regtype), "
	"s.name LIKE 't\\_%%', md5(string_agg(quote_ident(a.attname) || ' ' || "
	"a.atttypid, ', ' ORDER BY a.attnum)) "
	"FROM pcapdex_schema s JOIN pg_attribute a ON a.attrelid = "
	"to_regclass(quote_ident(s.name)) AND a.attnum > 0 "
	"AND NOT a.attisdropped WHERE s.kind IN ('table', 'view') GROUP BY "
	"s.name HAVING s.name = 'capture' OR "
	"bool_or(a.attname IN ('capture_id', 'frame_id')) ORDER BY s.name";

static int make_parent(
	struct cluster *c, const PGresult *r, int i, const unsigned *remainders, const char *schema)
{
	const char *name = pq.getvalue(r, i, NAME);
	bool capture = strcmp(name, "capture") == 0, captures = *pq.getvalue(r, i, CAPTURES) == 't';
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_appendf(s, "DROP TABLE IF EXISTS \"%w\"; CREATE TABLE \"%w\" (%s)", name, name,
		pq.getvalue(r, i, COLUMNS));
	/* A view of what no capture has knows no types: it is an empty table until it does. */
	bool empty = *pq.getvalue(r, i, EMPTY) == 't';
	if (!empty)
		sqlite3_str_appendf(s, " PARTITION BY HASH (%s pcapdex_%s_ops)",
			capture    ? "id"
			: captures ? "capture_id"
				   : "frame_id",
			capture || captures ? "capture" : "frame");
	sqlite3_str_appendall(s, ";");
	for (unsigned k = 0; !empty && k < c->n; k++)
		sqlite3_str_appendf(s,
			"CREATE FOREIGN TABLE pcapdex_shard_%u.\"%w\" PARTITION OF \"%w\" FOR VALUES WITH "
			"(MODULUS %u, REMAINDER %u) SERVER pcapdex_shard_%u OPTIONS (schema_name %Q, "
			"table_name %Q%s);",
			k, name, name, c->n, remainders[k], k, schema, name,
			/* Our own questions read storage tables as they are; those of others are planned. */
			*pq.getvalue(r, i, STORAGE) == 't' ? "" : ", use_remote_estimate 'true'");
	sqlite3_str_appendf(s,
		"INSERT INTO pcapdex_parent VALUES ('%q', '%u/%s') ON CONFLICT (name) DO UPDATE SET made = "
		"excluded.made",
		name, c->n, pq.getvalue(r, i, MADE));
	char *sql = sqlite3_str_finish(s);
	int rc = sql ? loader_run(c->coordinator, NULL, "%s", sql) : -1;
	sqlite3_free(sql);
	return rc;
}

/* What the coordinator has already: name and signature. */
static bool is_made(const PGresult *made, const char *name, const char *signature, unsigned n)
{
	char whole[80];
	snprintf(whole, sizeof(whole), "%u/%s", n, signature);
	int low = 0, high = pq.ntuples(made);
	while (low < high) {
		int middle = (low + high) / 2, order = strcmp(pq.getvalue(made, middle, 0), name);
		if (order == 0)
			return strcmp(pq.getvalue(made, middle, 1), whole) == 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

int foreign_tables(struct cluster *c)
{
	struct loader *l = c->coordinator;
	unsigned *remainders = calloc(c->n, sizeof(*remainders)), some = 0;
	PGresult *relations = NULL, *made = NULL, *schema = NULL;
	int rc = remainders ? ask_remainders(c, remainders) : -1;
	if (rc == 0)
		rc = loader_run(c->shards[0], &relations, relations_sql);
	if (rc == 0)
		rc = loader_run(c->shards[0], &schema, "SELECT current_schema()");
	if (rc == 0)
		rc = loader_run(
			l, &made, "SELECT name, made FROM pcapdex_parent ORDER BY name COLLATE \"C\"");
	if (rc == 0)
		rc = loader_run(l, NULL, "BEGIN");
	for (int i = 0; rc == 0 && i < pq.ntuples(relations); i++) {
		if (is_made(made, pq.getvalue(relations, i, NAME), pq.getvalue(relations, i, MADE), c->n))
			continue;
		rc = make_parent(c, relations, i, remainders, pq.getvalue(schema, 0, 0));
		/* A transaction has a lock for each: not too many at once. */
		if (rc == 0 && ++some % 100 == 0)
			rc = loader_run(l, NULL, "COMMIT; BEGIN");
	}
	if (rc == 0)
		rc = loader_run(l, NULL, "COMMIT");
	else
		loader_rollback(l);
	pq.clear(relations);
	pq.clear(made);
	pq.clear(schema);
	free(remainders);
	return rc;
}

#endif
