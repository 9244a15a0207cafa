#include "indexer/pipeline.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/registry.h"
#include "indexer/store/chunk.h"

#define CHUNK_SIZE (256u << 10) /* a chunk ends at the first record border behind this ... */
#define RAW_MAX                                                                                              \
	(4u << 20) /* ... or here, when no border comes: a record this long, or octets behind a damage */
#define ROOM     (CHUNK_SIZE + (1u << 20)) /* of a buffer: a chunk, and what the reader reads ahead */
#define SPARES   8
#define ROW_SETS 3
#define QUEUE    24

enum step { STEP_ROWS, STEP_NOTES, STEP_RAW, STEP_CHUNK, STEP_END };

struct octets {
	uint8_t *at; /* malloc'ed */
	size_t room;
};

struct work {
	enum step step;
	struct rows *rows;
	struct dict_news news;
	struct notes notes;
	uint64_t offset;      /* STEP_RAW, STEP_CHUNK: in the file */
	struct octets octets; /* from octets_take() */
	size_t size, packed;  /* packed: length of octets when compressed, 0 plain */
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct work list[QUEUE];
	unsigned first, n;
};

struct pipeline {
	struct pipeline_use use;
	int64_t capture_id;
	struct notes kept;    /* until store_settle() */
	char error[512];      /* by the thread that writes, before: */
	bool threads, failed; /* failed: read and set atomically */
	pthread_t writer, compressor;
	struct queue to_writer, to_compressor, free_rows;
	struct rows *rows; /* being filled */
	struct rows *sets[ROW_SETS];
	uint32_t seen[DICT_SPACES]; /* entries of the dictionary that were handed over */
	/* raw octets not yet in a chunk: `used` of them from raw.at[first] on */
	struct octets raw;
	size_t first, used;
	uint64_t offset; /* in the file, of raw.at[first] */
	/* Buffers that were used: fresh ones would cost a page fault for every 4096 octets of a capture. */
	struct {
		pthread_mutex_t lock;
		struct octets list[SPARES];
		unsigned n;
	} spares;
};

static bool has_failed(struct pipeline *p)
{
	return __atomic_load_n(&p->failed, __ATOMIC_ACQUIRE);
}

static int fail(struct pipeline *p)
{
	__atomic_store_n(&p->failed, true, __ATOMIC_RELEASE);
	return -1;
}

/* ---- buffers ---- */

/* Room for n octets; at is NULL when out of memory. octets_give() it. */
static struct octets octets_take(struct pipeline *p, size_t n)
{
	struct octets o = { NULL, 0 };
	pthread_mutex_lock(&p->spares.lock);
	if (n <= ROOM && p->spares.n)
		o = p->spares.list[--p->spares.n];
	pthread_mutex_unlock(&p->spares.lock);
	if (!o.at && (o.at = malloc(n > ROOM ? n : ROOM)))
		o.room = n > ROOM ? n : ROOM;
	return o;
}

static void octets_give(struct pipeline *p, struct octets o)
{
	pthread_mutex_lock(&p->spares.lock);
	bool keep = o.room == ROOM && p->spares.n < SPARES;
	if (keep)
		p->spares.list[p->spares.n++] = o;
	pthread_mutex_unlock(&p->spares.lock);
	if (!keep)
		free(o.at);
}

/* ---- queues ---- */

static void push(struct queue *q, const struct work *w)
{
	pthread_mutex_lock(&q->lock);
	while (q->n == QUEUE)
		pthread_cond_wait(&q->changed, &q->lock);
	q->list[(q->first + q->n++) % QUEUE] = *w;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
}

static struct work pop(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	while (q->n == 0)
		pthread_cond_wait(&q->changed, &q->lock);
	struct work w = q->list[q->first];
	q->first = (q->first + 1) % QUEUE;
	q->n--;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
	return w;
}

/* ---- the steps ---- */

/* The archive failed; what it says is asked at once, before somebody else asks it for something. */
static void fail_to_write(struct pipeline *p)
{
	snprintf(p->error, sizeof(p->error), "%s", store_error(p->use.store));
	fail(p);
}

static void begin(struct pipeline *p)
{
	if ((p->capture_id = p->use.begin(p->use.ctx)) < 0)
		fail_to_write(p);
}

static int write_one(struct pipeline *p, struct work *w)
{
	switch (w->step) {
	case STEP_ROWS:
		return store_flush(p->use.store, w->rows, &w->news);
	case STEP_NOTES:
		return store_is_laying(p->use.store) ? notes_move(&p->kept, &w->notes)
						     : notes_write(&w->notes, p->use.store, p->capture_id);
	default:
		return store_chunk(
			p->use.store, w->offset, w->octets.at, w->packed ? w->packed : w->size, w->size);
	}
}

/* Into SQLite. After a failure work is only taken off the queue, so that nobody waits for ever. */
static void write_work(struct pipeline *p, struct work *w)
{
	if (!has_failed(p) && write_one(p, w) < 0)
		fail_to_write(p);
	if (w->step == STEP_ROWS) {
		rows_clear(w->rows);
		dict_news_free(&w->news);
	}
	notes_clear(&w->notes);
	octets_give(p, w->octets);
}

/* Hash and compress. The work becomes a chunk. */
static void compress_work(struct pipeline *p, struct work *w)
{
	w->step = STEP_CHUNK;
	if (has_failed(p))
		return;
	struct octets packed = octets_take(p, w->size);
	if (!packed.at || !EVP_DigestUpdate(p->use.sha, w->octets.at, w->size)) {
		octets_give(p, packed);
		fail(p);
		return;
	}
	w->packed = chunk_compress(w->octets.at, w->size, packed.at, w->size);
	octets_give(p, w->packed ? w->octets : packed);
	if (w->packed)
		w->octets = packed;
}

static void *write_all(void *arg)
{
	struct pipeline *p = arg;
	begin(p);
	for (;;) {
		struct work w = pop(&p->to_writer);
		if (w.step == STEP_END)
			return NULL;
		write_work(p, &w);
		if (w.step == STEP_ROWS)
			push(&p->free_rows, &w);
	}
}

static void *compress_all(void *arg)
{
	struct pipeline *p = arg;
	for (;;) {
		struct work w = pop(&p->to_compressor);
		if (w.step != STEP_END)
			compress_work(p, &w);
		push(&p->to_writer, &w);
		if (w.step == STEP_END)
			return NULL;
	}
}

/* ---- the caller's side ---- */

static void queue_init(struct queue *q)
{
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->changed, NULL);
}

static void queue_free(struct queue *q)
{
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->changed);
}

struct pipeline *pipeline_start(const struct pipeline_use *use, bool threads)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->use = *use;
	queue_init(&p->to_writer);
	queue_init(&p->to_compressor);
	queue_init(&p->free_rows);
	pthread_mutex_init(&p->spares.lock, NULL);
	for (int i = 0; i < (threads ? ROW_SETS : 1); i++) {
		if (!(p->sets[i] = rows_new(protocols, protocols_count))) {
			pipeline_stop(p);
			return NULL;
		}
		if (i)
			push(&p->free_rows, &(struct work) { .rows = p->sets[i] });
	}
	p->rows = p->sets[0];
	if (!threads || pthread_create(&p->writer, NULL, write_all, p) != 0) {
		begin(p);
	} else {
		p->threads = pthread_create(&p->compressor, NULL, compress_all, p) == 0;
		if (!p->threads) {
			push(&p->to_writer, &(struct work) { .step = STEP_END });
			pthread_join(p->writer, NULL);
		}
	}
	return p;
}

struct rows *pipeline_rows(struct pipeline *p)
{
	return p->rows;
}

int pipeline_notes(struct pipeline *p, struct notes *notes)
{
	struct work w = { .step = STEP_NOTES, .notes = *notes };
	*notes = (struct notes) { 0 };
	if (p->threads)
		push(&p->to_writer, &w);
	else
		write_work(p, &w);
	return has_failed(p) ? -1 : 0;
}

int pipeline_flush(struct pipeline *p)
{
	struct work w = { .step = STEP_ROWS, .rows = p->rows };
	if (dict_news_take(p->use.dict, p->seen, &w.news) < 0)
		return fail(p);
	if (!p->threads) {
		write_work(p, &w);
	} else {
		push(&p->to_writer, &w);
		p->rows = pop(&p->free_rows).rows;
	}
	return has_failed(p) ? -1 : 0;
}

/* The first `size` raw octets are a chunk: their buffer goes with them, and what is behind them into another.
 * Where more is behind them, they are copied instead. */
static struct octets detach(struct pipeline *p, size_t size)
{
	size_t rest = p->used - size;
	bool whole = p->first == 0 && rest <= size;
	struct octets other = octets_take(p, whole ? rest : size), chunk = whole ? p->raw : other;
	if (!other.at)
		return other;
	if (whole) {
		memcpy(other.at, p->raw.at + size, rest);
		p->raw = other;
	} else {
		memcpy(other.at, p->raw.at + p->first, size);
		p->first += size;
	}
	p->used = rest;
	return chunk;
}

static int cut(struct pipeline *p, size_t size)
{
	struct work w = { .step = STEP_RAW, .offset = p->offset, .octets = detach(p, size), .size = size };
	if (!w.octets.at)
		return fail(p);
	p->offset += size;
	if (p->threads) {
		push(&p->to_compressor, &w);
	} else {
		compress_work(p, &w);
		write_work(p, &w);
	}
	return has_failed(p) ? -1 : 0;
}

/* Room for n octets more behind the raw ones. 0 or -1. */
static int make_room(struct pipeline *p, size_t n)
{
	if (p->raw.room - p->first - p->used >= n)
		return 0;
	if (p->first)
		memmove(p->raw.at, p->raw.at + p->first, p->used);
	p->first = 0;
	if (p->raw.room - p->used >= n)
		return 0;
	size_t room = p->raw.room ? p->raw.room : ROOM;
	while (room - p->used < n)
		room *= 2;
	uint8_t *raw = realloc(p->raw.at, room);
	if (!raw)
		return -1;
	p->raw = (struct octets) { raw, room };
	return 0;
}

int pipeline_raw(struct pipeline *p, const uint8_t *octets, size_t n)
{
	if (make_room(p, n) < 0)
		return fail(p);
	memcpy(p->raw.at + p->first + p->used, octets, n);
	p->used += n;
	while (p->used >= RAW_MAX)
		if (cut(p, CHUNK_SIZE) < 0)
			return -1;
	return has_failed(p) ? -1 : 0;
}

int pipeline_border(struct pipeline *p, uint64_t offset)
{
	uint64_t size = offset - p->offset;
	return offset > p->offset && size >= CHUNK_SIZE && size <= p->used ? cut(p, (size_t)size) : 0;
}

static void join(struct pipeline *p)
{
	if (!p->threads)
		return;
	/* Through the compressor, so that the writer ends behind the last chunk. */
	push(&p->to_compressor, &(struct work) { .step = STEP_END });
	pthread_join(p->compressor, NULL);
	pthread_join(p->writer, NULL);
	p->threads = false;
}

int pipeline_finish(struct pipeline *p)
{
	int rc = pipeline_flush(p);
	while (rc == 0 && p->used)
		rc = cut(p, p->used < 2 * CHUNK_SIZE ? p->used : CHUNK_SIZE);
	join(p);
	if (rc == 0 && !has_failed(p) &&
		(p->use.settle(p->use.ctx) < 0 || notes_write(&p->kept, p->use.store, p->capture_id) < 0))
		fail_to_write(p);
	return has_failed(p) ? -1 : rc;
}

const char *pipeline_error(struct pipeline *p)
{
	if (p->threads)
		fail(p);
	join(p);
	return p->error;
}

void pipeline_stop(struct pipeline *p)
{
	if (!p)
		return;
	pipeline_error(p);
	for (int i = 0; i < ROW_SETS; i++)
		rows_free(p->sets[i]);
	queue_free(&p->to_writer);
	queue_free(&p->to_compressor);
	queue_free(&p->free_rows);
	notes_clear(&p->kept);
	free(p->raw.at);
	while (p->spares.n)
		free(p->spares.list[--p->spares.n].at);
	pthread_mutex_destroy(&p->spares.lock);
	free(p);
}
