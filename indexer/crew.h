/* Several captures at once: read and dissected side by side, written one after the other in their order. The
 * archive is the same whatever the number. */
#ifndef PCAPDEX_CREW_H
#define PCAPDEX_CREW_H

#include "indexer/index.h"

struct crew_work {
	/* Capture i is next (0, 1, ...; called in order, one call at a time): fill path and options; `own`
	 * goes to done(). A path of NULL is passed over. false: no more are begun. */
	bool (*next)(void *ctx, size_t i, const char **path, struct index_options *options, void **own);
	/* What became of it: in order, one call at a time, though by several threads. */
	void (*done)(
		void *ctx, size_t i, void *own, enum index_status status, const struct index_result *result);
	void *ctx;
};

/* Index n captures, `jobs` of them at a time; 1: one after the other, without any thread. A progress callback
 * of theirs is called by the thread of its capture. */
void crew_run(struct store *store, size_t n, unsigned jobs, const struct crew_work *work);

#endif
