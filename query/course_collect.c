/* The counts behind a course: one statement over all captures for each, from stored totals where they have
 * it. */
#include <stdlib.h>
#include <string.h>

#include "query/course_internal.h"
#include "schema/tcp_event.h"

const double course_percentiles[PERCENTILES] = { 5, 25, 50, 75, 95 };

/* A service that has less of the frames of every group is none that a group is known by; a port scan has
 * thousands. */
#define SERVICE_PERCENT 1

struct collect {
	struct question *q;
	struct tallies *t;
	/* lengths of one group, or of all, in ascending order */
	uint64_t below; /* frames that came by */
	int64_t group;
	int choosing; /* services: first which, then how many */
};

/* Run a statement over all captures; or print it. An exit status. */
static int each(struct collect *k, int (*take)(struct collect *, sqlite3_stmt *), const char *sql)
{
	sqlite3_stmt *st = question_prepare(k->q, "%s", sql);
	int rc = SQLITE_DONE, status = EXIT_DONE;
	if (!st)
		return EXIT_FAILED;
	if (k->q->show_sql)
		question_print_sql(st);
	while (!k->q->show_sql && status == EXIT_DONE && (rc = sqlite3_step(st)) == SQLITE_ROW)
		if (take(k, st) < 0)
			status = complain(EXIT_FAILED, "out of memory");
	if (status == EXIT_DONE && rc != SQLITE_DONE)
		status = question_failed(k->q);
	sqlite3_finalize(st);
	return status;
}

static uint64_t count_at(sqlite3_stmt *st, int i)
{
	return (uint64_t)sqlite3_column_int64(st, i);
}

/* The group of a row (its first column), and the whole. */
static struct tally *group_of(struct collect *k, sqlite3_stmt *st, struct tally **whole)
{
	*whole = &k->t->groups[k->t->ngroups];
	return &k->t->groups[sqlite3_column_int64(st, 0)];
}

static int take_totals(struct collect *k, sqlite3_stmt *st)
{
	struct tally *whole, *both[] = { group_of(k, st, &whole), NULL };
	both[1] = whole;
	for (int i = 0; i < 2; i++) {
		both[i]->captures += count_at(st, 1);
		both[i]->frames += count_at(st, 2);
		both[i]->bytes += count_at(st, 3);
		both[i]->seconds += sqlite3_column_double(st, 4);
	}
	return 0;
}

/* Lengths of a group ascend: a percentile is between the frames of two ranks. */
static void pass_length(struct collect *k, struct tally *t, double length, uint64_t frames)
{
	for (int i = 0; i < PERCENTILES; i++) {
		double at = (double)(t->frames - 1) * course_percentiles[i] / 100;
		uint64_t low = (uint64_t)at, high = low + 1 < t->frames ? low + 1 : low;
		if (low >= k->below && low < k->below + frames)
			t->lengths[i] = length;
		if (high > low && high >= k->below && high < k->below + frames)
			t->lengths[i] += (at - (double)low) * (length - t->lengths[i]);
	}
	k->below += frames;
}

static int take_group_length(struct collect *k, sqlite3_stmt *st)
{
	struct tally *whole, *t = group_of(k, st, &whole);
	if (k->group != sqlite3_column_int64(st, 0))
		k->below = 0;
	k->group = sqlite3_column_int64(st, 0);
	pass_length(k, t, sqlite3_column_double(st, 1), count_at(st, 2));
	return 0;
}

static int take_length(struct collect *k, sqlite3_stmt *st)
{
	pass_length(k, &k->t->groups[k->t->ngroups], sqlite3_column_double(st, 0), count_at(st, 1));
	return 0;
}

static int add_named(
	struct collect *k, struct named_list *l, const char *name, size_t len, int64_t group, uint64_t frames)
{
	struct named *n = named_add(l, name, len, k->t->ngroups);
	if (!n)
		return -1;
	n->frames[group] += frames;
	n->frames[k->t->ngroups] += frames;
	return 0;
}

/* "eth:ip:tcp:ip": a frame has a protocol once, however often it stands in its stack. */
static int take_stack(struct collect *k, sqlite3_stmt *st)
{
	static const char commented[] = "pkt_comment:frame:"; /* not spoken by anybody */
	const char *items = (const char *)sqlite3_column_text(st, 1);
	if (items && strncmp(items, commented, sizeof(commented) - 1) == 0)
		items += sizeof(commented) - 1;
	for (const char *p = items ? items : ""; *p;) {
		size_t len = strcspn(p, ":");
		bool before = false;
		for (const char *b = items; b < p && !before; b += strcspn(b, ":") + 1)
			before = strcspn(b, ":") == len && memcmp(b, p, len) == 0;
		if (len && !before &&
			add_named(k, &k->t->protocols, p, len, sqlite3_column_int64(st, 0), count_at(st, 2)) <
				0)
			return -1;
		p += len + (p[len] == ':');
	}
	return 0;
}

static int take_segments(struct collect *k, sqlite3_stmt *st)
{
	struct tally *whole, *t = group_of(k, st, &whole);
	t->conversations += count_at(st, 1);
	whole->conversations += count_at(st, 1);
	t->segments += count_at(st, 2);
	whole->segments += count_at(st, 2);
	return 0;
}

static int take_service(struct collect *k, sqlite3_stmt *st)
{
	static const char *const transports[] = { "tcp", "udp", "sctp" };
	char name[32];
	int64_t group = sqlite3_column_int64(st, 0);
	uint64_t frames = count_at(st, 3);
	int n = snprintf(name, sizeof(name), "%lld/%s", (long long)sqlite3_column_int64(st, 2),
		transports[(unsigned)(sqlite3_column_int(st, 1) - 4) % 3]);
	if (k->choosing)
		return frames * 100 < k->t->groups[group].frames * SERVICE_PERCENT ||
				       named_add(&k->t->services, name, (size_t)n, k->t->ngroups)
			       ? 0
			       : -1;
	struct named *s = named_find(&k->t->services, name, (size_t)n);
	if (s) {
		s->frames[group] += frames;
		s->frames[k->t->ngroups] += frames;
	}
	return 0;
}

static int take_event(struct collect *k, sqlite3_stmt *st)
{
	struct tally *whole, *t = group_of(k, st, &whole);
	int kind = sqlite3_column_int(st, 1);
	int rate = kind == EVENT_RETRANSMISSION ? RATE_RETRANSMISSION
		   : kind == EVENT_OUT_OF_ORDER ? RATE_OUT_OF_ORDER
						: RATE_DUPLICATE_ACK;
	t->events[rate] += count_at(st, 2);
	whole->events[rate] += count_at(st, 2);
	return 0;
}

static int take_rtt(struct collect *k, sqlite3_stmt *st)
{
	struct tally *whole, *t = group_of(k, st, &whole);
	double ms = sqlite3_column_double(st, 1) * 1000;
	return samples_add(&t->rtt, ms) < 0 || samples_add(&whole->rtt, ms) < 0 ? -1 : 0;
}

static int take_dns(struct collect *k, sqlite3_stmt *st)
{
	struct tally *whole, *t = group_of(k, st, &whole);
	double ms = sqlite3_column_double(st, 1) * 1000;
	return samples_add(&t->dns, ms) < 0 || samples_add(&whole->dns, ms) < 0 ? -1 : 0;
}

#define MEMBERS       "FROM temp.course_member m CROSS JOIN capture c ON c.id = m.capture_id"
#define FRAMES(t)     t ".frame_id >= c.first_frame AND " t ".frame_id < c.first_frame + c.frames"
#define LENGTHS       "FROM temp.course_member m JOIN total_length t ON t.capture_id = m.capture_id GROUP BY "
#define CONVERSATIONS "FROM temp.course_member m JOIN t_conversation v ON v.capture_id = m.capture_id\nWHERE "
/* Who serves: the side that a SYN was sent to, or that sent the SYN-ACK (bits 0 and 1 of tcp.completeness);
 * else the lower port, for servers are found by a fixed one and clients take theirs from above. */
#define SERVICE_PORT                                                                                         \
	"CASE WHEN v.type = 4 AND v.first_completeness & 1 THEN v.port_b WHEN v.type = 4 AND "               \
	"v.first_completeness & 2"                                                                           \
	"\n  THEN v.port_a ELSE min(v.port_a, v.port_b) END"

static const char service_sql[] =
	"SELECT m.grp, v.type, " SERVICE_PORT " AS port, sum(v.frames_ab + v.frames_ba)\n" CONVERSATIONS
	"v.type IN (4, 5, 6) GROUP BY m.grp, v.type, port";

int course_collect(struct question *q, struct tallies *t)
{
	static const struct step {
		int (*take)(struct collect *, sqlite3_stmt *);
		const char *sql;
	} steps[] = {
		/* Damaged times make spans of centuries, whose sum is beyond an integer. */
		{ take_totals, "SELECT m.grp, count(*), sum(c.frames), sum(c.bytes), sum(CASE WHEN c.frames "
			       "THEN (c.time_last -"
			       " c.time_first) / 1e9 END)\n" MEMBERS " GROUP BY m.grp" },
		{ take_group_length,
			"SELECT m.grp, t.length, sum(t.frames) " LENGTHS "m.grp, t.length ORDER BY 1, 2" },
		{ take_length, "SELECT t.length, sum(t.frames) " LENGTHS "t.length ORDER BY 1" },
		{ take_stack, "SELECT m.grp, k.items, sum(t.frames)\nFROM temp.course_member m JOIN "
			      "total_stack t ON t.capture_id ="
			      " m.capture_id JOIN t_stack k ON k.id = t.stack\nGROUP BY m.grp, t.stack" },
		{ take_segments, "SELECT m.grp, count(*), sum(v.frames_ab + v.frames_ba)\n" CONVERSATIONS
				 "v.type = 4 AND v.frames_ab + v.frames_ba > 0 GROUP BY m.grp" },
		{ take_event, "SELECT m.grp, e.kind, sum(e.events)\nFROM temp.course_member m JOIN "
			      "total_event e ON e.capture_id ="
			      " m.capture_id\nWHERE e.kind IN (1, 4, 11) GROUP BY m.grp, e.kind" },
		{ take_rtt, "SELECT m.grp, a.analysis_ack_rtt\n" MEMBERS
			    "\n CROSS JOIN tcp_analysis a ON " FRAMES(
				    "a") "\nWHERE a.analysis_ack_rtt IS NOT NULL" },
		{ take_dns, "SELECT m.grp, d.time\n" MEMBERS
			    "\n CROSS JOIN dns d ON " FRAMES("d") "\nWHERE d.time IS NOT NULL" },
		{ take_service, service_sql },
		{ take_service, service_sql },
	};
	struct collect k = { .q = q, .t = t, .group = -1, .choosing = 2 };
	int status = EXIT_DONE;
	for (size_t i = 0; status == EXIT_DONE && i < sizeof(steps) / sizeof(*steps); i++) {
		k.below = 0;
		if (steps[i].sql == service_sql)
			k.choosing--;
		if (!q->show_sql || !k.choosing || steps[i].sql != service_sql)
			status = each(&k, steps[i].take, steps[i].sql);
	}
	return status;
}

void tallies_free(struct tallies *t)
{
	struct named_list *lists[] = { &t->protocols, &t->services };
	for (unsigned i = 0; t->names && i < t->ngroups; i++)
		free(t->names[i]);
	for (unsigned i = 0; t->groups && i <= t->ngroups; i++) {
		samples_free(&t->groups[i].rtt);
		samples_free(&t->groups[i].dns);
	}
	for (int i = 0; i < 2; i++) {
		for (unsigned k = 0; k < lists[i]->n; k++) {
			free(lists[i]->list[k].name);
			free(lists[i]->list[k].frames);
		}
		free(lists[i]->list);
	}
	free(t->names);
	free(t->groups);
	*t = (struct tallies) { 0 };
}

/* ---- names ---- */

static int compare(const struct named *n, const char *name, size_t len)
{
	int order = strncmp(n->name, name, len);
	return order ? order : n->name[len] != '\0';
}

/* Where the name stands, or would. */
static unsigned place(const struct named_list *l, const char *name, size_t len)
{
	unsigned low = 0, high = l->n;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (compare(&l->list[middle], name, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct named *named_find(const struct named_list *l, const char *name, size_t len)
{
	unsigned i = place(l, name, len);
	return i < l->n && compare(&l->list[i], name, len) == 0 ? &l->list[i] : NULL;
}

struct named *named_add(struct named_list *l, const char *name, size_t len, unsigned ngroups)
{
	struct named *there = named_find(l, name, len), one = { 0 };
	if (there)
		return there;
	if (l->n == l->size) {
		unsigned size = l->size ? l->size * 2 : 64;
		struct named *list = realloc(l->list, size * sizeof(*list));
		if (!list)
			return NULL;
		l->list = list;
		l->size = size;
	}
	one.name = strndup(name, len);
	one.frames = calloc(ngroups + 1, sizeof(*one.frames));
	if (!one.name || !one.frames) {
		free(one.name);
		free(one.frames);
		return NULL;
	}
	unsigned at = place(l, name, len);
	memmove(&l->list[at + 1], &l->list[at], (l->n - at) * sizeof(*l->list));
	l->list[at] = one;
	l->n++;
	return &l->list[at];
}
