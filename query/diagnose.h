/* What went wrong in a TCP conversation: rules, their evidence and the verdict. docs/diagnose.md explains
 * them. */
#ifndef PCAPDEX_QUERY_DIAGNOSE_H
#define PCAPDEX_QUERY_DIAGNOSE_H

#include "query/segments.h"

enum trouble { TROUBLE_NONE, TROUBLE_SOME, TROUBLE_GRAVE };

enum verdict_number {
	VERDICT_PEER_VANISHED,
	VERDICT_PEER_REBOOTED,
	VERDICT_PATH_BROKEN,
	VERDICT_PATH_RESTORED,
	VERDICT_PATH_RESTORED_LATE,
	VERDICT_PROCESS_ENDED,
	VERDICT_CLOSED,
	VERDICT_PORT_CLOSED,
	VERDICT_RESET_ON_DATA,
	VERDICT_KEEP_ALIVE,
	VERDICT_KEEP_ALIVE_FAILED,
	VERDICT_REFUSED,
	VERDICT_NO_ANSWER,
	VERDICT_HALF_OPEN_SCAN,
	VERDICT_HALF_OPEN,
	VERDICT_ABORTED,
	VERDICT_ZERO_WINDOW,
	VERDICT_HANDSHAKE_ONLY,
	VERDICT_HALF_CLOSED,
	VERDICT_BEGAN_IN_MIDDLE,
	VERDICT_ENDED_IN_MIDDLE,
	VERDICT_BEGAN_AND_ENDED,
	VERDICT_COUNT
};

struct verdict {
	const char *name; /* "peer_vanished" */
	enum trouble trouble;
	const char *situation; /* in the words of a course: "peer host vanished" */
	const char *evidence;  /* what must be seen for it, in a sentence */
};

extern const struct verdict verdicts[VERDICT_COUNT];

/* "none", "some", "grave". */
const char *trouble_name(enum trouble t);

struct proof {
	uint32_t frame;
	const char *what; /* "retransmission" */
};

#define PROOFS_MAX 12

struct diagnosis {
	enum verdict_number verdict;
	unsigned nproofs;
	struct proof proofs[PROOFS_MAX]; /* in the order of the frames */
	char text[320];                  /* a sentence */
	char also[320];                  /* what else was seen, joined by "; " */
};

/* Bounded state of one conversation while its segments go by. */
struct life;

struct life *life_new(void);
void life_free(struct life *l);
void life_take(struct life *l, const struct segment *s);
/* The end of the conversation. `capture_end` is the time of the capture's last frame. */
void life_judge(const struct life *l, int64_t capture_end, struct diagnosis *out);

/* Conversations of a capture, and who takes their verdicts. */
struct follow {
	const struct selected_capture *capture;
	const struct tcp_conversation *all; /* of the capture, tcp_conversations() */
	size_t n;
	const uint8_t *wanted; /* by stream; NULL: all */
	/* Called for each at its last segment; not 0 ends it, with a message before. */
	int (*take)(void *ctx, uint32_t stream, const struct diagnosis *d);
	void *ctx;
};

/* One pass over the segments. 0, or -1 after a message. */
int diagnose_follow(const struct follow *f, struct segments *list);

/* Add the verdicts of a capture up. 0, or -1 after a message. */
int diagnose_count(struct session *s, const struct selected_capture *capture, uint64_t counts[VERDICT_COUNT]);

#endif
