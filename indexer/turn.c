#include "indexer/turn.h"

void turn_init(struct turn *t)
{
	pthread_mutex_init(&t->lock, NULL);
	pthread_mutex_init(&t->store, NULL);
	pthread_cond_init(&t->passed, NULL);
	t->now = 0;
}

void turn_free(struct turn *t)
{
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->store);
	pthread_cond_destroy(&t->passed);
}

void turn_wait(struct turn *t, size_t place)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	while (t->now != place)
		pthread_cond_wait(&t->passed, &t->lock);
	pthread_mutex_unlock(&t->lock);
}

bool turn_is(struct turn *t, size_t place)
{
	pthread_mutex_lock(&t->lock);
	bool yes = t->now == place;
	pthread_mutex_unlock(&t->lock);
	return yes;
}

void turn_pass(struct turn *t)
{
	pthread_mutex_lock(&t->lock);
	t->now++;
	pthread_cond_broadcast(&t->passed);
	pthread_mutex_unlock(&t->lock);
}

void turn_lock(struct turn *t)
{
	if (t)
		pthread_mutex_lock(&t->store);
}

void turn_unlock(struct turn *t)
{
	if (t)
		pthread_mutex_unlock(&t->store);
}
