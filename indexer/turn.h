/* Captures are read several at a time and enter the archive one after the other, in their order: whose turn
 * it is. */
#ifndef PCAPDEX_TURN_H
#define PCAPDEX_TURN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct turn {
	pthread_mutex_t lock;
	pthread_cond_t passed;
	size_t now; /* the place whose turn it is; they count from 0 */
	pthread_mutex_t
		store; /* looks into the archive, and the transactions of whose turn it is: one at a time */
};

void turn_init(struct turn *t);
void turn_free(struct turn *t);

/* Wait until it is this place's turn; at once where it is, or where there is only one (t is NULL). */
void turn_wait(struct turn *t, size_t place);
bool turn_is(struct turn *t, size_t place);
/* The next place's. Only by whose turn it is. */
void turn_pass(struct turn *t);

void turn_lock(struct turn *t); /* takes NULL */
void turn_unlock(struct turn *t);

#endif
