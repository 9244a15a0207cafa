#include "query/course.h"

#include <math.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "query/course_internal.h"

/* Fewer samples than that are no ground to judge a group by: one of three segments sent again is 33 %. */
#define BASIS_MIN 20
/* Fewer groups than that have no middle that one could stand out of. */
#define GROUPS_MIN 5

static const struct fixed {
	const char *key, *title, *unit;
	uint8_t decimals;
	enum measure_kind kind;
} fixed[M_FIXED] = {
	[M_CAPTURES] = { "captures", "Captures", NULL, 0, MEASURE_TOTAL },
	[M_FRAMES] = { "frames", "Frames", NULL, 0, MEASURE_TOTAL },
	[M_BYTES] = { "bytes", "Bytes", NULL, 0, MEASURE_TOTAL },
	[M_SECONDS] = { "seconds", "Seconds", NULL, 3, MEASURE_TOTAL },
	[M_CONVERSATIONS] = { "tcp_conversations", "TCP conversations", NULL, 0, MEASURE_TOTAL },
	[M_LENGTH_MEAN] = { "length_mean", "Mean length", NULL, 1, MEASURE_LENGTH },
	[M_LENGTH_P5] = { "length_p5", "Length p5", NULL, 0, MEASURE_LENGTH },
	[M_LENGTH_P25] = { "length_p25", "Length p25", NULL, 0, MEASURE_LENGTH },
	[M_LENGTH_P50] = { "length_p50", "Length p50", NULL, 0, MEASURE_LENGTH },
	[M_LENGTH_P75] = { "length_p75", "Length p75", NULL, 0, MEASURE_LENGTH },
	[M_LENGTH_P95] = { "length_p95", "Length p95", NULL, 0, MEASURE_LENGTH },
	[M_RETRANSMISSION] = { "retransmission", "Retransmissions", "%", 2, MEASURE_RATE },
	[M_OUT_OF_ORDER] = { "out_of_order", "Out of order", "%", 2, MEASURE_RATE },
	[M_DUPLICATE_ACK] = { "duplicate_ack", "Duplicate ACKs", "%", 2, MEASURE_RATE },
	[M_TROUBLE] = { "trouble", "Trouble", "%", 1, MEASURE_RATE },
	[M_GRAVE] = { "grave", "Grave trouble", "%", 1, MEASURE_RATE },
	[M_RTT_P5] = { "rtt_p5", "RTT p5", "ms", 3, MEASURE_TIME },
	[M_RTT_P25] = { "rtt_p25", "RTT p25", "ms", 3, MEASURE_TIME },
	[M_RTT_P50] = { "rtt_p50", "RTT p50", "ms", 3, MEASURE_TIME },
	[M_RTT_P75] = { "rtt_p75", "RTT p75", "ms", 3, MEASURE_TIME },
	[M_RTT_P95] = { "rtt_p95", "RTT p95", "ms", 3, MEASURE_TIME },
	[M_DNS_P5] = { "dns_p5", "DNS p5", "ms", 3, MEASURE_TIME },
	[M_DNS_P25] = { "dns_p25", "DNS p25", "ms", 3, MEASURE_TIME },
	[M_DNS_P50] = { "dns_p50", "DNS p50", "ms", 3, MEASURE_TIME },
	[M_DNS_P75] = { "dns_p75", "DNS p75", "ms", 3, MEASURE_TIME },
	[M_DNS_P95] = { "dns_p95", "DNS p95", "ms", 3, MEASURE_TIME },
};

/* ---- groups ---- */

static int run_sql(struct question *q, const char *a, const char *b, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* One statement that gives no rows, with up to two texts bound. */
static int run_sql(struct question *q, const char *a, const char *b, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	char *sql = sqlite3_vmprintf(format, list);
	va_end(list);
	sqlite3_stmt *st = sql ? question_prepare(q, "%s", sql) : NULL;
	sqlite3_free(sql);
	if (!st)
		return EXIT_FAILED;
	const char *texts[] = { a, b };
	for (int i = 0; i < sqlite3_bind_parameter_count(st) && i < 2; i++)
		sqlite3_bind_text(st, i + 1, texts[i], -1, SQLITE_STATIC);
	if (q->show_sql)
		question_print_sql(st);
	int rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? EXIT_DONE : question_failed(q);
}

/* Groups of one capture are told by their id where two have one name. */
static const char by_capture_sql[] =
	"INSERT INTO temp.course_group SELECT row_number() OVER (ORDER BY c.name, c.id) - 1,\n"
	" CASE count(*) OVER (PARTITION BY c.name) WHEN 1 THEN c.name ELSE c.name || ' #' || c.id END, c.id\n"
	"FROM capture c WHERE %s";
static const char by_tag_sql[] = "INSERT INTO temp.course_group SELECT row_number() OVER (ORDER BY value IS "
				 "NULL, value) - 1, value, NULL\n"
				 "FROM (SELECT DISTINCT t.value FROM capture c LEFT JOIN capture_tag t ON "
				 "t.capture_id = c.id AND t.key = ?1 WHERE %s)";
static const char members_sql[] = "INSERT INTO temp.course_member SELECT g.grp, c.id FROM capture c LEFT "
				  "JOIN capture_tag t ON t.capture_id = c.id\n"
				  " AND t.key = ?1 JOIN temp.course_group g ON g.name IS t.value WHERE %s";

static int make_tables(struct question *q)
{
	int status = run_sql(q, NULL, NULL,
		"CREATE TEMP TABLE course_group (grp INTEGER PRIMARY KEY, name TEXT, capture_id INTEGER)");
	if (status == EXIT_DONE)
		status = run_sql(q, NULL, NULL,
			"CREATE TEMP TABLE course_member (grp INTEGER, capture_id INTEGER, PRIMARY KEY (grp, "
			"capture_id))"
			" WITHOUT ROWID");
	return status;
}

static int group_by_tag(struct question *q, const char *tag)
{
	int status = make_tables(q);
	if (status == EXIT_DONE && tag)
		status = run_sql(q, tag, NULL, by_tag_sql, q->chosen);
	if (status == EXIT_DONE && tag)
		return run_sql(q, tag, NULL, members_sql, q->chosen);
	if (status == EXIT_DONE)
		status = run_sql(q, NULL, NULL, by_capture_sql, q->chosen);
	if (status == EXIT_DONE)
		status = run_sql(q, NULL, NULL,
			"INSERT INTO temp.course_member SELECT grp, capture_id FROM temp.course_group");
	return status;
}

static int group_two(struct question *q, const char *a, const char *b)
{
	const char *both[] = { a, b };
	int status = make_tables(q);
	for (int i = 0; status == EXIT_DONE && i < 2; i++) {
		status = run_sql(q, both[i], NULL, "INSERT INTO temp.course_group VALUES (%d, ?1, NULL)", i);
		if (status == EXIT_DONE)
			status = run_sql(q, both[i], NULL,
				"INSERT INTO temp.course_member SELECT %d, id FROM (%s)", i,
				session_capture_sql);
		if (status == EXIT_DONE && sqlite3_changes(q->session.db) == 0)
			status = complain(EXIT_FAILED, "%s: no capture %s; `pcapdex captures %s` lists them",
				q->session.path, both[i], q->session.path);
	}
	return status;
}

static int read_groups(struct question *q, struct tallies *t)
{
	sqlite3_stmt *st = session_prepare(&q->session, "SELECT count(*) FROM temp.course_group");
	unsigned n = st && sqlite3_step(st) == SQLITE_ROW ? (unsigned)sqlite3_column_int(st, 0) : 0;
	sqlite3_finalize(st);
	t->names = calloc(n + 1, sizeof(*t->names));
	t->groups = calloc(n + 1, sizeof(*t->groups));
	if (!t->names || !t->groups)
		return complain(EXIT_FAILED, "out of memory");
	for (unsigned i = 0; i <= n; i++)
		for (int p = 0; p < PERCENTILES; p++)
			t->groups[i].lengths[p] = NAN;
	t->ngroups = n;
	st = session_prepare(&q->session, "SELECT grp, name FROM temp.course_group");
	while (st && sqlite3_step(st) == SQLITE_ROW)
		if (sqlite3_column_text(st, 1))
			t->names[sqlite3_column_int(st, 0)] =
				strdup((const char *)sqlite3_column_text(st, 1));
	sqlite3_finalize(st);
	return st ? EXIT_DONE : EXIT_FAILED;
}

static int count_verdicts(struct question *q, struct tallies *t)
{
	sqlite3_stmt *st = session_prepare(&q->session,
		"SELECT m.grp, c.id, c.first_frame, c.frames, c.time_zero, c.time_first, "
		"c.time_last\nFROM temp.course_member m JOIN capture c ON c.id = m.capture_id");
	int rc = st ? 0 : -1;
	if (q->show_sql)
		puts("-- verdicts: `pcapdex diagnose ARCHIVE --count --sql`");
	while (rc == 0 && !q->show_sql && sqlite3_step(st) == SQLITE_ROW) {
		const struct selected_capture capture = { sqlite3_column_int64(st, 1),
			sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 4),
			sqlite3_column_int64(st, 5), sqlite3_column_int64(st, 6), NULL };
		uint64_t counts[VERDICT_COUNT] = { 0 };
		rc = diagnose_count(&q->session, &capture, counts);
		for (int i = 0; i < VERDICT_COUNT; i++) {
			t->groups[sqlite3_column_int(st, 0)].verdicts[i] += counts[i];
			t->groups[t->ngroups].verdicts[i] += counts[i];
		}
	}
	sqlite3_finalize(st);
	return rc == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* ---- measures ---- */

static struct cell percent(uint64_t count, uint64_t basis)
{
	return (struct cell) { basis ? 100.0 * (double)count / (double)basis : NAN, count, basis, NAN };
}

static struct cell number(double value, uint64_t basis)
{
	return (struct cell) { value, 0, basis, NAN };
}

static void fill_fixed(struct cell *cells, struct tally *t)
{
	uint64_t trouble[3] = { 0 }, judged = 0;
	for (int i = 0; i < VERDICT_COUNT; i++) {
		trouble[verdicts[i].trouble] += t->verdicts[i];
		judged += t->verdicts[i];
	}
	cells[M_CAPTURES] = number((double)t->captures, t->captures);
	cells[M_FRAMES] = number((double)t->frames, t->captures);
	cells[M_BYTES] = number((double)t->bytes, t->captures);
	cells[M_SECONDS] = number(t->seconds, t->captures);
	cells[M_CONVERSATIONS] = number((double)t->conversations, t->captures);
	cells[M_LENGTH_MEAN] = number(t->frames ? (double)t->bytes / (double)t->frames : NAN, t->frames);
	cells[M_RETRANSMISSION] = percent(t->events[RATE_RETRANSMISSION], t->segments);
	cells[M_OUT_OF_ORDER] = percent(t->events[RATE_OUT_OF_ORDER], t->segments);
	cells[M_DUPLICATE_ACK] = percent(t->events[RATE_DUPLICATE_ACK], t->segments);
	cells[M_TROUBLE] = percent(trouble[TROUBLE_SOME] + trouble[TROUBLE_GRAVE], judged);
	cells[M_GRAVE] = percent(trouble[TROUBLE_GRAVE], judged);
	for (int i = 0; i < PERCENTILES; i++) {
		cells[M_LENGTH_P5 + i] = number(t->lengths[i], t->frames);
		cells[M_RTT_P5 + i] = number(samples_percentile(&t->rtt, course_percentiles[i]), t->rtt.n);
		cells[M_DNS_P5 + i] = number(samples_percentile(&t->dns, course_percentiles[i]), t->dns.n);
	}
}

static void fill_group(struct cell *cells, struct tallies *t, unsigned group)
{
	struct tally *of = &t->groups[group];
	unsigned m = M_FIXED;
	uint64_t judged = 0;
	fill_fixed(cells, of);
	for (int i = 0; i < VERDICT_COUNT; i++)
		judged += of->verdicts[i];
	for (unsigned i = 0; i < t->protocols.n; i++)
		cells[m++] = percent(t->protocols.list[i].frames[group], of->frames);
	for (unsigned i = 0; i < t->services.n; i++)
		cells[m++] = percent(t->services.list[i].frames[group], of->frames);
	for (int i = 0; i < VERDICT_COUNT; i++)
		cells[m++] = percent(of->verdicts[i], judged);
}

static int set_measure(
	struct measure *m, enum measure_kind kind, const char *prefix, const char *name, const char *title)
{
	m->kind = kind;
	m->unit = "%";
	m->decimals = 1;
	m->title = strdup(title);
	if (asprintf(&m->key, "%s:%s", prefix, name) < 0)
		m->key = NULL;
	m->name = m->key ? m->key + strlen(prefix) + 1 : NULL;
	return m->key && m->title ? 0 : -1;
}

static int name_protocol(struct question *q, struct measure *m, const char *name)
{
	sqlite3_stmt *st = session_prepare(&q->session, "SELECT title FROM protocol WHERE name = ?");
	const char *title = name;
	if (!st)
		return -1;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
		title = (const char *)sqlite3_column_text(st, 0);
	int rc = set_measure(m, MEASURE_PROTOCOL, "protocol", name, title);
	sqlite3_finalize(st);
	return rc;
}

/* "https 443/tcp" where the system knows the port. */
static int name_service(struct measure *m, const char *name)
{
	char title[96];
	unsigned port = (unsigned)strtoul(name, NULL, 10);
	const struct servent *s = getservbyport((int)((port & 0xff) << 8 | port >> 8), strchr(name, '/') + 1);
	snprintf(title, sizeof(title), "%s%s%s", s ? s->s_name : "", s ? " " : "", name);
	return set_measure(m, MEASURE_SERVICE, "service", name, title);
}

static int name_measures(struct course *c, struct question *q, const struct tallies *t)
{
	unsigned n = 0;
	int rc = 0;
	for (; rc == 0 && n < M_FIXED; n++) {
		const struct fixed *f = &fixed[n];
		struct measure *m = &c->measures[n];
		*m = (struct measure) { strdup(f->key), strdup(f->title), NULL, f->unit, f->decimals,
			f->kind };
		m->name = m->key;
		rc = m->key && m->title ? 0 : -1;
	}
	for (unsigned i = 0; rc == 0 && i < t->protocols.n; i++)
		rc = name_protocol(q, &c->measures[n++], t->protocols.list[i].name);
	for (unsigned i = 0; rc == 0 && i < t->services.n; i++)
		rc = name_service(&c->measures[n++], t->services.list[i].name);
	for (int i = 0; rc == 0 && i < VERDICT_COUNT; i++)
		rc = set_measure(
			&c->measures[n++], MEASURE_VERDICT, "verdict", verdicts[i].name, verdicts[i].name);
	return rc;
}

/* ---- who stands out ---- */

/* Totals, lengths and times range over powers of ten: of them the logarithm is judged. */
static bool by_logarithm(enum measure_kind kind)
{
	return kind == MEASURE_TOTAL || kind == MEASURE_LENGTH || kind == MEASURE_TIME;
}

/* The least unit of z: a quarter more or less, one percent of the frames. */
static double least_unit(enum measure_kind kind)
{
	return by_logarithm(kind) ? 0.1 : 1;
}

static bool is_judged(const struct measure *m, const struct course_group *g, const struct cell *c)
{
	if (!g->name || isnan(c->value) || (m->kind != MEASURE_TOTAL && c->basis < BASIS_MIN))
		return false;
	return !by_logarithm(m->kind) || c->value > 0;
}

static int judge(struct course *c, unsigned m)
{
	const struct measure *of = &c->measures[m];
	struct samples shown = { 0 }, judged = { 0 };
	struct spread spread;
	int rc = 0;
	for (unsigned i = 0; rc == 0 && i < c->ngroups; i++) {
		const struct cell *x = &c->groups[i].cells[m];
		if (c->groups[i].name && !isnan(x->value))
			rc = samples_add(&shown, x->value);
		if (rc == 0 && is_judged(of, &c->groups[i], x))
			rc = samples_add(&judged, by_logarithm(of->kind) ? log10(x->value) : x->value);
	}
	spread_of(&shown, &c->spreads[m]);
	spread_of(&judged, &spread);
	for (unsigned i = 0; i < c->ngroups && spread.n >= GROUPS_MIN; i++) {
		struct cell *x = &c->groups[i].cells[m];
		if (is_judged(of, &c->groups[i], x))
			x->z = spread_z(&spread, by_logarithm(of->kind) ? log10(x->value) : x->value,
				least_unit(of->kind));
	}
	samples_free(&shown);
	samples_free(&judged);
	return rc;
}

static int by_z(const void *a, const void *b)
{
	const struct outlier *x = a, *y = b;
	if (x->greatest != y->greatest)
		return x->greatest < y->greatest ? 1 : -1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (fabs(x->z) != fabs(y->z))
		return fabs(x->z) < fabs(y->z) ? 1 : -1;
	return x->measure < y->measure ? -1 : x->measure > y->measure;
}

int course_outliers(const struct course *c, double z, struct outlier **out, unsigned *n)
{
	size_t size = 0;
	*out = NULL;
	*n = 0;
	for (unsigned g = 0; g < c->ngroups; g++) {
		double greatest = 0;
		for (unsigned m = 0; m < c->nmeasures; m++)
			if (fabs(c->groups[g].cells[m].z) > greatest)
				greatest = fabs(c->groups[g].cells[m].z);
		for (unsigned m = 0; m < c->nmeasures; m++) {
			double of = c->groups[g].cells[m].z;
			if (!(fabs(of) >= z))
				continue;
			if (*n == size) {
				struct outlier *more =
					realloc(*out, (size = size ? size * 2 : 64) * sizeof(*more));
				if (!more)
					return complain(-1, "out of memory");
				*out = more;
			}
			(*out)[(*n)++] = (struct outlier) { g, m, of, greatest };
		}
	}
	if (*n)
		qsort(*out, *n, sizeof(**out), by_z);
	return 0;
}

unsigned course_top(const struct course *c, const struct course_group *g, enum measure_kind kind,
	unsigned *measures, unsigned max)
{
	unsigned n = 0;
	for (unsigned m = 0; m < c->nmeasures; m++) {
		if (c->measures[m].kind != kind || !(g->cells[m].value > 0))
			continue;
		unsigned at = n < max ? n++ : max;
		for (; at > 0 && g->cells[measures[at - 1]].value < g->cells[m].value; at--)
			if (at < max)
				measures[at] = measures[at - 1];
		if (at < max)
			measures[at] = m;
	}
	return n;
}

/* ---- all of it ---- */

static int make(struct course *c, struct question *q, struct tallies *t)
{
	c->nmeasures = M_FIXED + t->protocols.n + t->services.n + VERDICT_COUNT;
	c->measures = calloc(c->nmeasures, sizeof(*c->measures));
	c->spreads = calloc(c->nmeasures, sizeof(*c->spreads));
	c->groups = calloc(t->ngroups + 1, sizeof(*c->groups));
	if (!c->measures || !c->spreads || !c->groups || name_measures(c, q, t) < 0)
		return -1;
	for (unsigned g = 0; g <= t->ngroups; g++) {
		struct cell *cells = calloc(c->nmeasures, sizeof(*cells));
		if (!cells)
			return -1;
		fill_group(cells, t, g);
		if (g == t->ngroups)
			c->whole.cells = cells;
		else
			c->groups[c->ngroups++] = (struct course_group) { t->names[g], cells };
		if (g < t->ngroups)
			t->names[g] = NULL;
	}
	for (unsigned m = 0; m < c->nmeasures; m++)
		if (judge(c, m) < 0)
			return -1;
	return 0;
}

static int build(struct course *c, struct question *q, int status)
{
	struct tallies t = { 0 };
	if (status == EXIT_DONE)
		status = read_groups(q, &t);
	if (status == EXIT_DONE)
		status = course_collect(q, &t);
	if (status == EXIT_DONE)
		status = count_verdicts(q, &t);
	if (status == EXIT_DONE && !q->show_sql && make(c, q, &t) < 0)
		status = complain(EXIT_FAILED, "out of memory");
	tallies_free(&t);
	return status;
}

int course_of_tag(struct course *c, struct question *q, const char *tag)
{
	*c = (struct course) { 0 };
	if (q->filter)
		return complain(EXIT_USAGE, "%s: takes no -Y: it compares whole captures (-c)",
			q->args->command->name);
	return build(c, q, group_by_tag(q, tag));
}

int course_of_two(struct course *c, struct question *q, const char *a, const char *b)
{
	*c = (struct course) { 0 };
	if (q->filter)
		return complain(
			EXIT_USAGE, "%s: takes no -Y: it compares whole captures", q->args->command->name);
	return build(c, q, group_two(q, a, b));
}

void course_free(struct course *c)
{
	for (unsigned i = 0; c->measures && i < c->nmeasures; i++) {
		free(c->measures[i].key);
		free(c->measures[i].title);
	}
	for (unsigned i = 0; c->groups && i < c->ngroups; i++) {
		free(c->groups[i].name);
		free(c->groups[i].cells);
	}
	free(c->whole.cells);
	free(c->groups);
	free(c->measures);
	free(c->spreads);
	*c = (struct course) { 0 };
}
