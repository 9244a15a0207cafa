/* Verdicts over a capture's conversations: one pass over its segments. */
#include <stdlib.h>

#include "query/diagnose.h"

static int end_stream(const struct follow *f, struct life **l, uint32_t stream)
{
	struct diagnosis d;
	life_judge(*l, f->capture->time_last, &d);
	life_free(*l);
	*l = NULL;
	return f->take(f->ctx, stream, &d);
}

static int follow(const struct follow *f, struct segments *list, struct life **lives, const uint32_t *end)
{
	struct segment s;
	int rc;
	while ((rc = segments_next(list, &s)) > 0) {
		struct life **l = &lives[s.stream];
		if ((f->wanted && !f->wanted[s.stream]) || !f->all[s.stream].first_frame)
			continue;
		if (!*l && !(*l = life_new()))
			return complain(-1, "out of memory");
		life_take(*l, &s);
		if (s.number >= end[s.stream] && end_stream(f, l, s.stream) < 0)
			return -1;
	}
	for (uint32_t i = 0; rc == 0 && i < f->n; i++)
		if (lives[i])
			rc = end_stream(f, &lives[i], i);
	return rc;
}

int diagnose_follow(const struct follow *f, struct segments *list)
{
	struct life **lives = calloc(f->n + 1, sizeof(struct life *));
	uint32_t *end = calloc(f->n + 1, sizeof(*end));
	int rc = -1;
	if (lives && end) {
		segments_ends(list, end);
		rc = follow(f, list, lives, end);
	} else {
		complain(-1, "out of memory");
	}
	for (size_t i = 0; lives && i < f->n; i++)
		life_free(lives[i]);
	free(lives);
	free(end);
	return rc;
}

static int count(void *ctx, uint32_t stream, const struct diagnosis *d)
{
	uint64_t *counts = ctx;
	(void)stream;
	counts[d->verdict]++;
	return 0;
}

int diagnose_count(struct session *s, const struct selected_capture *capture, uint64_t counts[VERDICT_COUNT])
{
	struct tcp_conversation *all;
	size_t n;
	int rc = -1;
	if (tcp_conversations(s, capture, &all, &n) < 0)
		return -1;
	if (n) {
		struct segments *list = segments_open(s, capture, all, n, NULL);
		const struct follow f = {
			.capture = capture, .all = all, .n = n, .take = count, .ctx = counts
		};
		rc = list ? diagnose_follow(&f, list) : -1;
		segments_close(list);
	}
	free(all);
	return n ? rc : 0;
}
