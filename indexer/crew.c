#include "indexer/crew.h"

#include <stdlib.h>

#include "indexer/turn.h"

struct crew {
	struct store *store;
	const struct crew_work *work;
	size_t n, next;
	unsigned jobs;
	pthread_mutex_t lock; /* of next */
	struct turn turn;
};

static bool take(struct crew *c, size_t *place, const char **path, struct index_options *options, void **own)
{
	pthread_mutex_lock(&c->lock);
	bool more = c->next < c->n && c->work->next(c->work->ctx, c->next, path, options, own);
	if (more)
		*place = c->next++;
	else
		c->n = c->next; /* nobody's turn comes behind one that was not taken */
	pthread_mutex_unlock(&c->lock);
	return more;
}

static void *work_all(void *arg)
{
	struct crew *c = arg;
	for (;;) {
		size_t place;
		const char *path = NULL;
		void *own = NULL;
		struct index_options options = { .jobs = c->jobs, .turn = &c->turn };
		struct index_result result = { 0 };
		enum index_status status = INDEX_UNREADABLE;
		if (!take(c, &place, &path, &options, &own))
			return NULL;
		options.place = place;
		if (path)
			status = index_capture(c->store, path, &options, &result);
		turn_wait(&c->turn, place);
		c->work->done(c->work->ctx, place, own, status, &result);
		turn_pass(&c->turn);
	}
}

void crew_run(struct store *store, size_t n, unsigned jobs, const struct crew_work *work)
{
	struct crew c = { .store = store, .work = work, .n = n, .jobs = jobs };
	unsigned others = jobs < 2 || n < 2 ? 0 : (jobs < n ? jobs : (unsigned)n) - 1, started = 0;
	pthread_t *threads = calloc(others + 1, sizeof(*threads));
	turn_init(&c.turn);
	pthread_mutex_init(&c.lock, NULL);
	/* With fewer threads than wanted it takes longer, and that is all. */
	while (threads && started < others && pthread_create(&threads[started], NULL, work_all, &c) == 0)
		started++;
	work_all(&c);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&c.lock);
	turn_free(&c.turn);
	free(threads);
}
