#include "query/overlap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/spread.h"

/* A packet that one capture has oftener is repeated there, and proves nothing. */
#define REPEATED 16
/* A packet that more captures have is looked at no further: pairs of them would be half a million. */
#define CAPTURES_MAX 1000
#define STEADY_NS    1000000000
#define MOST         90 /* percent that make "most" */

const char *const overlap_kinds[] = { "copy", "traffic", "replayed", "alike", "file" };

/* Fingerprints of one hash and one capture: [at, at + n). */
struct bunch {
	size_t at, n;
	uint32_t capture;
};

/* Pairs of captures, in a table with open addresses that is half empty. */
struct pair {
	uint32_t a, b;
	uint64_t shared, telling;
	bool used;
};

struct search {
	const struct session *session;
	const struct overlap_options *options;
	struct fingerprint *all;
	size_t n;
	struct bunch *bunches; /* of the hash at work */
	uint64_t *telling;     /* by capture: frames that are no chatter */
	struct pair *pairs;
	size_t npairs, size;
	struct overlaps *out;
	uint32_t *slots; /* by place in pairs: 1 + index in out->list, 0 none */
	bool failed;
};

static int by_hash(const void *a, const void *b)
{
	const struct fingerprint *x = a, *y = b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->capture != y->capture)
		return x->capture < y->capture ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static size_t place(const struct search *s, uint32_t a, uint32_t b)
{
	uint64_t h = ((uint64_t)a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(h >> 32) & (s->size - 1);
	while (s->pairs[i].used && (s->pairs[i].a != a || s->pairs[i].b != b))
		i = (i + 1) & (s->size - 1);
	return i;
}

static struct pair *pair_of(struct search *s, uint32_t a, uint32_t b)
{
	if (2 * (s->npairs + 1) > s->size) {
		struct pair *old = s->pairs;
		size_t n = s->size;
		s->size = n ? 2 * n : 1024;
		if (!(s->pairs = calloc(s->size, sizeof(*s->pairs)))) {
			s->pairs = old;
			s->size = n;
			s->failed = true;
			return NULL;
		}
		for (size_t i = 0; i < n; i++)
			if (old[i].used)
				s->pairs[place(s, old[i].a, old[i].b)] = old[i];
		free(old);
	}
	struct pair *p = &s->pairs[place(s, a, b)];
	if (!p->used) {
		*p = (struct pair) { .a = a, .b = b, .used = true };
		s->npairs++;
	}
	return p;
}

static bool is_telling(const struct search *s, const struct bunch *a, const struct bunch *b)
{
	return !s->all[a->at].chatter && a->n <= REPEATED && b->n <= REPEATED;
}

static void count_pair(struct search *s, const struct bunch *a, const struct bunch *b)
{
	struct pair *p = pair_of(s, a->capture, b->capture);
	size_t n = a->n < b->n ? a->n : b->n;
	if (!p)
		return;
	p->shared += n;
	p->telling += is_telling(s, a, b) ? n : 0;
}

static void match_pair(struct search *s, const struct bunch *a, const struct bunch *b)
{
	uint32_t slot = s->slots[place(s, a->capture, b->capture)];
	size_t n = a->n < b->n ? a->n : b->n;
	for (size_t i = 0; slot && i < n; i++) {
		struct overlap *o = &s->out->list[slot - 1];
		const struct fingerprint *x = &s->all[a->at + i], *y = &s->all[b->at + i];
		o->matches[o->nmatches++] = (struct overlap_match) { x->number, y->number,
			y->time_ns - x->time_ns, is_telling(s, a, b), x->link == y->link };
	}
}

static bool is_apart(const struct search *s, uint32_t a, uint32_t b)
{
	const int *group = s->options->group;
	return !group || !group[a] || group[a] != group[b];
}

/* Call `take` for each two captures that have a hash in common. */
static void each_pair(
	struct search *s, void (*take)(struct search *, const struct bunch *, const struct bunch *))
{
	for (size_t at = 0, next; at < s->n && !s->failed; at = next) {
		unsigned n = 0;
		bool skip = false;
		for (next = at; next < s->n && s->all[next].hash == s->all[at].hash; next++) {
			uint32_t capture = s->all[next].capture;
			if (!n || s->bunches[n - 1].capture != capture)
				s->bunches[n++] = (struct bunch) { next, 0, capture };
			s->bunches[n - 1].n++;
			skip |= s->options->except && s->options->except[capture];
		}
		for (unsigned i = 0; !skip && n <= CAPTURES_MAX && i < n; i++)
			for (unsigned k = i + 1; k < n; k++)
				if (is_apart(s, s->bunches[i].capture, s->bunches[k].capture))
					take(s, &s->bunches[i], &s->bunches[k]);
	}
}

/* ---- which pairs ---- */

static bool is_overlap(const struct search *s, const struct pair *p)
{
	uint64_t least = s->options->least ? s->options->least : OVERLAP_LEAST;
	uint64_t smaller = s->telling[p->a] < s->telling[p->b] ? s->telling[p->a] : s->telling[p->b];
	return p->used && (p->telling >= least || (!s->options->least && p->telling >= OVERLAP_SMALL &&
							  p->telling == smaller));
}

static int choose(struct search *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->size; i++)
		n += is_overlap(s, &s->pairs[i]);
	s->out->list = calloc(n + 1, sizeof(*s->out->list));
	s->slots = calloc(s->size + 1, sizeof(*s->slots));
	if (!s->out->list || !s->slots)
		return -1;
	for (size_t i = 0; i < s->size; i++) {
		const struct pair *p = &s->pairs[i];
		if (!is_overlap(s, p))
			continue;
		struct overlap *o = &s->out->list[s->out->n++];
		*o = (struct overlap) { .a = p->a, .b = p->b, .shared = p->shared, .telling = p->telling };
		o->percent_a = 100.0 * (double)p->shared / (double)s->session->captures[p->a].frames;
		o->percent_b = 100.0 * (double)p->shared / (double)s->session->captures[p->b].frames;
		if (!(o->matches = calloc(p->shared, sizeof(*o->matches))))
			return -1;
		s->slots[i] = (uint32_t)s->out->n;
	}
	return 0;
}

/* ---- what they are ---- */

size_t longest_ascent(uint32_t *values, size_t n)
{
	/* values[i] becomes the least last value of an ascending series of i + 1 of those seen so far. */
	size_t longest = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t value = values[i];
		size_t low = 0, high = longest;
		while (low < high) {
			size_t middle = (low + high) / 2;
			if (values[middle] < value)
				low = middle + 1;
			else
				high = middle;
		}
		values[low] = value;
		if (low == longest)
			longest++;
	}
	return longest;
}

static int by_frame(const void *a, const void *b)
{
	const struct overlap_match *x = a, *y = b;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

static double percent(size_t n, size_t of)
{
	return of ? 100.0 * (double)n / (double)of : 0;
}

static int describe(struct overlap *o)
{
	struct samples shifts = { 0 };
	uint32_t *order = calloc(o->nmatches + 1, sizeof(*order));
	size_t n = 0, steady = 0, same_link = 0;
	int rc = order ? 0 : -1;
	qsort(o->matches, o->nmatches, sizeof(*o->matches), by_frame);
	for (size_t i = 0; rc == 0 && i < o->nmatches; i++) {
		const struct overlap_match *m = &o->matches[i];
		same_link += m->same_link;
		if (!m->telling)
			continue;
		order[n++] = m->b;
		rc = samples_add(&shifts, (double)m->shift_ns);
	}
	double middle = samples_percentile(&shifts, 50);
	size_t same_link_telling = 0;
	for (size_t i = 0; rc == 0 && i < o->nmatches; i++) {
		const struct overlap_match *m = &o->matches[i];
		steady += m->telling && fabs((double)m->shift_ns - middle) <= STEADY_NS;
		same_link_telling += m->telling && m->same_link;
	}
	o->shift = middle / 1e9;
	o->steady = percent(steady, n);
	o->ordered = rc == 0 ? percent(longest_ascent(order, n), n) : 0;
	o->same_link = same_link;
	o->kind = o->ordered < MOST                      ? OVERLAP_ALIKE
		  : o->steady < MOST                     ? OVERLAP_REPLAYED
		  : percent(same_link_telling, n) < MOST ? OVERLAP_TRAFFIC
							 : OVERLAP_COPY;
	samples_free(&shifts);
	free(order);
	return rc;
}

static int by_telling(const void *a, const void *b)
{
	const struct overlap *x = a, *y = b;
	if (x->telling != y->telling)
		return x->telling < y->telling ? 1 : -1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

static int search(struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->telling[s->all[i].capture] += !s->all[i].chatter;
	qsort(s->all, s->n, sizeof(*s->all), by_hash);
	each_pair(s, count_pair);
	if (s->failed || choose(s) < 0)
		return -1;
	if (s->out->n)
		each_pair(s, match_pair);
	for (size_t i = 0; i < s->out->n; i++)
		if (describe(&s->out->list[i]) < 0)
			return -1;
	if (s->out->n)
		qsort(s->out->list, s->out->n, sizeof(*s->out->list), by_telling);
	return 0;
}

/* ---- the same file twice ---- */

static int add_copy(struct overlaps *o, uint32_t capture, const char *path, const char *group)
{
	struct overlap_copy *copies = realloc(o->copies, (o->ncopies + 1) * sizeof(*copies));
	if (!copies)
		return -1;
	o->copies = copies;
	copies[o->ncopies++] = (struct overlap_copy) { capture, strdup(path), group ? strdup(group) : NULL };
	return 0;
}

static int find_copies(struct overlaps *o, struct session *s, const struct overlap_options *options)
{
	int rc = SQLITE_DONE;
	if (sqlite3_table_column_metadata(
		    s->db, "main", "capture_copy", NULL, NULL, NULL, NULL, NULL, NULL) != SQLITE_OK)
		return 0;
	sqlite3_stmt *st = session_prepare(s, "SELECT path, (SELECT value FROM json_each(tags) WHERE key = "
					      "?2) FROM capture_copy WHERE capture_id = ?1");
	for (uint32_t i = 0; st && rc == SQLITE_DONE && i < s->ncaptures; i++) {
		if (options->except && options->except[i])
			continue;
		sqlite3_bind_int64(st, 1, s->captures[i].id);
		sqlite3_bind_text(st, 2, options->by, -1, SQLITE_STATIC);
		while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
			const char *group = (const char *)sqlite3_column_text(st, 1);
			const char *own = options->groups ? options->groups[i] : NULL;
			if (group && own && strcmp(group, own) == 0)
				continue;
			if (add_copy(o, i, (const char *)sqlite3_column_text(st, 0), group) < 0)
				break;
		}
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return st && rc == SQLITE_DONE ? 0 : -1;
}

int overlaps_find(struct overlaps *o, struct session *session, const struct overlap_options *options)
{
	struct search s = { .session = session, .options = options, .out = o };
	*o = (struct overlaps) { 0 };
	if (!(s.all = fingerprints_read(session, options->threads, &s.n)))
		return -1;
	o->frames = s.n;
	s.bunches = calloc(session->ncaptures + 1, sizeof(*s.bunches));
	s.telling = calloc(session->ncaptures + 1, sizeof(*s.telling));
	int rc = s.bunches && s.telling ? search(&s) : -1;
	if (rc < 0)
		complain(0, "out of memory");
	free(s.all);
	free(s.bunches);
	free(s.telling);
	free(s.pairs);
	free(s.slots);
	return rc < 0 ? rc : find_copies(o, session, options);
}

void overlaps_free(struct overlaps *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->list[i].matches);
	for (size_t i = 0; i < o->ncopies; i++) {
		free(o->copies[i].path);
		free(o->copies[i].group);
	}
	free(o->copies);
	free(o->list);
	*o = (struct overlaps) { 0 };
}

bool overlap_run(const struct overlap *o, size_t *at, struct overlap_run *out)
{
	if (*at >= o->nmatches)
		return false;
	const struct overlap_match *m = &o->matches[*at];
	*out = (struct overlap_run) { m->a, m->a, m->b, m->b, m->shift_ns, m->telling };
	for (++*at; *at < o->nmatches; ++*at) {
		m = &o->matches[*at];
		if (m->a != out->last_a + 1 || m->b != out->last_b + 1)
			break;
		out->last_a = m->a;
		out->last_b = m->b;
		out->telling += m->telling;
	}
	return true;
}
