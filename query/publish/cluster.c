#include "query/publish/cluster.h"

#if HAVE_PQ
#include <stdlib.h>
#include <string.h>

#include "query/publish/foreign.h"
#include "schema/archive.h"

static const char notes_sql[] =
	"CREATE TABLE IF NOT EXISTS pcapdex_shard (n integer PRIMARY KEY, server text NOT NULL);"
	"CREATE TABLE IF NOT EXISTS pcapdex_placement (capture_id bigint PRIMARY KEY, sha256 text NOT NULL, "
	"bpf "
	"text NOT NULL, shard integer NOT NULL, first_frame bigint NOT NULL, frames bigint NOT NULL, "
	"first_chunk "
	"bigint NOT NULL, chunks bigint NOT NULL, UNIQUE (sha256, bpf));"
	"CREATE INDEX IF NOT EXISTS pcapdex_placement_frame ON pcapdex_placement (first_frame) WHERE frames "
	"> 0;"
	"CREATE TABLE IF NOT EXISTS pcapdex_parent (name text PRIMARY KEY, made text NOT NULL);";

/* Of those that set a coordinator up; a loader's own is another one. */
enum { COORDINATOR_LOCK = ARCHIVE_APPLICATION_ID + 1 };

int cluster_none(struct loader *l)
{
	int rc = 0;
	int64_t part = loader_number(l,
		"SELECT CASE WHEN cluster IS NULL THEN 0 WHEN shard IS NULL THEN 1 ELSE 2 END FROM "
		"pcapdex_info",
		&rc);
	if (rc < 0 || !part)
		return rc;
	snprintf(l->message, 512, "%s: is %s: name it and its shards with publish --shards URL,URL,...",
		l->shown, part == 1 ? "the coordinator of shards" : "a shard of a coordinator");
	return -1;
}

/* ---- who belongs to whom ---- */

static int name_cluster(struct loader *l)
{
	int rc = 0;
	const char *wrong = NULL;
	if (loader_number(l, "SELECT shard + 1 FROM pcapdex_info", &rc))
		wrong = "is a shard of another coordinator";
	else if (loader_number(l,
			 "SELECT count(*) FROM pg_class WHERE oid = to_regclass('capture') AND relkind = 'r'",
			 &rc))
		wrong = "has captures of its own: a coordinator needs an empty database";
	if (rc == 0 && wrong) {
		snprintf(l->message, 512, "%s: %s", l->shown, wrong);
		return -1;
	}
	return rc < 0 ? rc
		      : loader_run(l, NULL,
				"%s UPDATE pcapdex_info SET cluster = gen_random_uuid()::text WHERE cluster "
				"IS NULL",
				notes_sql);
}

/* The number that a server has as a shard of the cluster; -1: it is new. */
static int number_of(struct loader *l, const char *cluster, int64_t *number)
{
	PGresult *r = NULL;
	int rc = loader_run(l, &r,
		"SELECT cluster IS NULL AND to_regclass('capture') IS NULL, cluster = '%q', shard FROM "
		"pcapdex_info",
		cluster);
	*number = -1;
	if (rc < 0)
		return rc;
	bool fresh = *pq.getvalue(r, 0, 0) == 't', ours = *pq.getvalue(r, 0, 1) == 't',
	     known = !pq.getisnull(r, 0, 2);
	if (ours && known)
		*number = strtoll(pq.getvalue(r, 0, 2), NULL, 10);
	else if (!fresh)
		rc = -1;
	if (rc < 0)
		snprintf(l->message, 512, "%s: %s", l->shown,
			ours ? "is the coordinator itself: a shard needs a database of its own"
			     : "has captures that this coordinator did not put there: a shard needs an empty "
			       "database");
	pq.clear(r);
	return rc;
}

/* A new shard writes down what it is before the coordinator counts on it. */
static int add_shard(struct cluster *c, const char *cluster, struct loader *l, int64_t number)
{
	int rc = loader_run(
		l, NULL, "UPDATE pcapdex_info SET cluster = '%q', shard = %lld", cluster, (long long)number);
	l->number = (unsigned)number;
	return rc < 0 ? rc
		      : loader_run(c->coordinator, NULL,
				"INSERT INTO pcapdex_shard VALUES (%lld, '%q') ON CONFLICT (n) DO UPDATE SET "
				"server "
				"= excluded.server",
				(long long)number, l->shown);
}

/* All that have captures have to be there: else some would be loaded twice. */
static int nobody_missing(struct cluster *c)
{
	struct loader *l = c->coordinator;
	PGresult *r = NULL;
	int rc = loader_run(l, &r,
		"SELECT count(*) = %u AND max(n) = %u, string_agg(server, ', ' ORDER BY n) FROM "
		"pcapdex_shard",
		c->n, c->n - 1);
	if (rc == 0 && *pq.getvalue(r, 0, 0) != 't') {
		snprintf(l->message, 512, "%s: its shards are %s: --shards names each of them, once",
			l->shown, pq.getvalue(r, 0, 1));
		rc = -1;
	}
	pq.clear(r);
	return rc;
}

static int connect_all(struct cluster *c, const char *const *urls, unsigned n)
{
	struct loader *l = c->coordinator;
	struct loader **met = calloc(n, sizeof(*met));
	char cluster[64] = "";
	PGresult *r = NULL;
	int rc = met ? loader_run(l, &r, "SELECT cluster FROM pcapdex_info") : -1;
	if (rc == 0)
		snprintf(cluster, sizeof(cluster), "%s", pq.getvalue(r, 0, 0));
	pq.clear(r);
	for (unsigned i = 0; rc == 0 && i < n; i++)
		rc = (met[i] = loader_open(urls[i], LOADER_SHARD, l->message)) ? 0 : -1;
	int64_t next = loader_number(l, "SELECT max(n) + 1 FROM pcapdex_shard", &rc), number;
	/* Those that are known first: a new one gets a number that none of them has. */
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; rc == 0 && i < n; i++) {
			if ((rc = number_of(met[i], cluster, &number)) < 0 || (number < 0) != (pass == 1))
				continue;
			rc = add_shard(c, cluster, met[i], number < 0 ? next : number);
			next = next > met[i]->number ? next : (int64_t)met[i]->number + 1;
		}
	}
	c->n = n;
	if (rc == 0)
		rc = nobody_missing(c);
	for (unsigned i = 0; met && i < n; i++) {
		if (rc == 0 && met[i]->number < n && !c->shards[met[i]->number]) {
			c->shards[met[i]->number] = met[i];
			c->urls[met[i]->number] = strdup(urls[i]);
		} else {
			loader_close(met[i]);
		}
	}
	free(met);
	return rc;
}

int cluster_open(struct cluster *c, struct loader *coordinator, const char *const *urls, unsigned n)
{
	c->coordinator = coordinator;
	c->shards = calloc(n, sizeof(*c->shards));
	c->urls = calloc(n, sizeof(*c->urls));
	if (!c->shards || !c->urls) {
		snprintf(coordinator->message, 512, "out of memory");
		return -1;
	}
	/* A shard that is the coordinator itself finds the name there. */
	int rc = loader_run(coordinator, NULL, "BEGIN; SELECT pg_advisory_xact_lock(%d)", COORDINATOR_LOCK);
	if (rc == 0)
		rc = name_cluster(coordinator);
	if (rc == 0)
		rc = loader_run(coordinator, NULL, "COMMIT; BEGIN; SELECT pg_advisory_xact_lock(%d)",
			COORDINATOR_LOCK);
	if (rc == 0)
		rc = connect_all(c, urls, n);
	for (unsigned i = 0; rc == 0 && i < n; i++)
		if (!c->shards[i] || !c->urls[i]) {
			snprintf(coordinator->message, 512, "%s: --shards names a server twice",
				coordinator->shown);
			rc = -1;
		}
	if (rc == 0)
		rc = foreign_servers(c);
	if (rc == 0)
		rc = loader_run(coordinator, NULL, "COMMIT");
	if (rc < 0) {
		char kept[512];
		memcpy(kept, coordinator->message, sizeof(kept));
		loader_rollback(coordinator);
		memcpy(coordinator->message, kept, sizeof(kept));
	}
	return rc;
}

void cluster_close(struct cluster *c)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (c->shards)
			loader_close(c->shards[i]);
		if (c->urls)
			free(c->urls[i]);
	}
	free(c->shards);
	free(c->urls);
	memset(c, 0, sizeof(*c));
}

/* ---- tables ---- */

/* An empty archive with all the tables and views that any archive had: what a new shard has to have too. */
static int open_union(struct loader *l, sqlite3 **db)
{
	PGresult *r = NULL;
	int rc =
		loader_run(l, &r, "SELECT sql FROM pcapdex_schema ORDER BY kind = 'view', kind = 'index', n");
	if (rc == 0 && sqlite3_open(":memory:", db) != SQLITE_OK)
		rc = -1;
	for (int i = 0; rc == 0 && i < pq.ntuples(r); i++)
		if (sqlite3_exec(*db, pq.getvalue(r, i, 0), NULL, NULL, NULL) != SQLITE_OK) {
			snprintf(l->message, 512, "%s: %s", l->shown, sqlite3_errmsg(*db));
			rc = -1;
		}
	pq.clear(r);
	return rc;
}

int cluster_make_tables(struct cluster *c)
{
	sqlite3 *db = NULL;
	int rc = open_union(c->coordinator, &db);
	for (unsigned i = 0; rc == 0 && i < c->n; i++) {
		struct loader *l = c->shards[i];
		sqlite3 *archive = l->db;
		l->db = db;
		rc = loader_make_tables(l);
		l->db = archive;
	}
	sqlite3_close(db);
	return rc < 0 ? rc : foreign_tables(c);
}

/* ---- captures ---- */

static int read_place(
	struct cluster *c, const struct placed *capture, struct place *out, bool *found, bool *fits)
{
	PGresult *r = NULL;
	int rc = loader_run(c->coordinator, &r,
		"SELECT shard, capture_id, first_frame, first_chunk, frames = %lld AND chunks = %lld FROM "
		"pcapdex_placement WHERE sha256 = '%q' AND bpf = '%q'",
		(long long)capture->frames, (long long)capture->chunks, capture->sha256, capture->bpf);
	*found = rc == 0 && pq.ntuples(r) > 0;
	if (*found) {
		out->shard = (unsigned)strtoul(pq.getvalue(r, 0, 0), NULL, 10);
		out->capture_id = strtoll(pq.getvalue(r, 0, 1), NULL, 10);
		out->first_frame = strtoll(pq.getvalue(r, 0, 2), NULL, 10);
		out->first_chunk = strtoll(pq.getvalue(r, 0, 3), NULL, 10);
		*fits = *pq.getvalue(r, 0, 4) == 't';
	}
	pq.clear(r);
	return rc;
}

/* The shard follows from the octets of the capture. Ids are the archive's where they are free. */
static int new_place(struct cluster *c, const struct placed *k)
{
	char head[9] = "";
	strncpy(head, k->sha256, 8);
	return loader_run(c->coordinator, NULL,
		"INSERT INTO pcapdex_placement SELECT CASE WHEN %lld > id THEN %lld ELSE id + 1 END, '%q', "
		"'%q', "
		"%lu, greatest(%lld, frame), %lld, greatest(%lld, chunk), %lld FROM (SELECT "
		"coalesce(max(capture_id), "
		"0) AS id, coalesce(max(first_frame + frames), 0) AS frame, coalesce(max(first_chunk + "
		"chunks), 0) AS "
		"chunk FROM pcapdex_placement) m",
		(long long)k->id, (long long)k->id, k->sha256, k->bpf, strtoul(head, NULL, 16) % c->n,
		(long long)k->first_frame, (long long)k->frames, (long long)k->first_chunk,
		(long long)k->chunks);
}

int cluster_place(struct cluster *c, const struct placed *capture, struct place *out)
{
	struct loader *l = c->coordinator;
	bool found = false, fits = true;
	int rc = loader_run(l, NULL, "BEGIN; LOCK TABLE pcapdex_placement IN SHARE ROW EXCLUSIVE MODE");
	if (rc == 0)
		rc = read_place(c, capture, out, &found, &fits);
	/* A place of a load that broke, of an archive that had other numbers of frames or chunks. */
	if (rc == 0 && found && !fits) {
		char sql[80];
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM capture WHERE id = %lld",
			(long long)out->capture_id);
		found = loader_number(c->shards[out->shard], sql, &rc) > 0;
		if (rc == 0 && !found)
			rc = loader_run(l, NULL, "DELETE FROM pcapdex_placement WHERE capture_id = %lld",
				(long long)out->capture_id);
	}
	if (rc == 0 && !found && (rc = new_place(c, capture)) == 0)
		rc = read_place(c, capture, out, &found, &fits);
	if (rc == 0)
		rc = loader_run(l, NULL, "COMMIT");
	if (rc < 0)
		loader_rollback(l);
	return rc;
}

int cluster_count(struct cluster *c)
{
	int rc = loader_run(
		c->coordinator, NULL, "BEGIN; LOCK TABLE pcapdex_rows IN SHARE ROW EXCLUSIVE MODE");
	for (unsigned i = 0; rc == 0 && i < c->n; i++) {
		PGresult *r = NULL;
		sqlite3_str *s = sqlite3_str_new(NULL);
		rc = loader_run(c->shards[i], &r, "SELECT tbl, rows FROM pcapdex_rows");
		for (int k = 0; rc == 0 && k < pq.ntuples(r); k++)
			sqlite3_str_appendf(
				s, "%s('%q', %s)", k ? ", " : "", pq.getvalue(r, k, 0), pq.getvalue(r, k, 1));
		char *values = sqlite3_str_finish(s);
		if (rc == 0 && values)
			rc = loader_run(c->coordinator, NULL,
				"INSERT INTO pcapdex_rows SELECT v.* FROM (VALUES %s) v (tbl, rows) JOIN "
				"pcapdex_parent p "
				"ON p.name = v.tbl ON CONFLICT (tbl) DO UPDATE SET rows = excluded.rows + %s",
				values, i ? "pcapdex_rows.rows" : "0");
		sqlite3_free(values);
		pq.clear(r);
	}
	if (rc == 0)
		rc = loader_run(c->coordinator, NULL, "COMMIT");
	else
		loader_rollback(c->coordinator);
	return rc;
}

#endif
