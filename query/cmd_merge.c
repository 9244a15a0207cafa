/* pcapdex merge: the captures of other archives into one. */
#include <string.h>

#include "indexer/registry.h"
#include "indexer/store/merge.h"
#include "query/command.h"
#include "query/progress.h"

struct tally {
	uint64_t taken, already, frames, failed;
};

static int merge_one(struct store *store, const char *path, struct progress *progress, struct tally *t)
{
	char message[512];
	struct merge_capture c = { 0 };
	struct merge *m = merge_open(store, path, protocols, protocols_count, message);
	int rc = 0;
	if (!m) {
		progress_clear(progress);
		t->failed++;
		return complain(-1, "%s", message);
	}
	while ((rc = merge_next(m, &c)) > 0) {
		progress_show(progress, c.name, 0, 0);
		enum merge_status status = merge_take(m, &c);
		if (status == MERGE_FAILED)
			break;
		t->taken += status == MERGE_OK;
		t->frames += status == MERGE_OK ? (uint64_t)c.frames : 0;
		t->already += status == MERGE_ALREADY;
		progress_add(progress, (uint64_t)c.file_size, (uint64_t)c.frames);
	}
	progress_clear(progress);
	if (rc > 0)
		complain(0, "%s: capture %lld (%s) was not taken over: %s", path, (long long)c.id, c.name,
			merge_error(m));
	else if (rc < 0)
		complain(0, "%s: %s", path, merge_error(m));
	t->failed += rc != 0;
	merge_close(m);
	return rc == 0 ? 0 : -1;
}

static int run(const struct args *args)
{
	char message[512];
	struct progress progress;
	struct tally t = { 0 };
	const char *wrong = registry_init();
	bool quiet = args_has(args, "quiet");
	struct store *store =
		wrong ? NULL : store_open(args->positional[0], protocols, protocols_count, message);
	if (!store)
		return complain(EXIT_FAILED, "%s", wrong ? wrong : message);
	progress_begin(&progress, 0, 0, quiet);
	for (unsigned i = 1; i < args->npositional; i++)
		merge_one(store, args->positional[i], &progress, &t);
	if (!quiet) {
		printf("%llu %s taken over (%llu frames)", (unsigned long long)t.taken,
			t.taken == 1 ? "capture" : "captures", (unsigned long long)t.frames);
		if (t.already)
			printf(", %llu already there", (unsigned long long)t.already);
		if (t.failed)
			printf(", %llu %s failed", (unsigned long long)t.failed,
				t.failed == 1 ? "archive" : "archives");
		putchar('\n');
	}
	int status = t.failed ? EXIT_FAILED : EXIT_DONE;
	if (store_finish(store, message) < 0)
		status = complain(EXIT_FAILED, "%s", message);
	store_close(store);
	return status;
}

static const struct option_spec options[] = {
	{ "quiet", 'q', NULL, false, "no progress and no summary; messages still come" },
	{ 0 },
};

const struct command cmd_merge = {
	.name = "merge",
	.summary = "Bring the captures of other archives into one",
	.usage = "ARCHIVE OTHER...",
	.details = "Work may be split over machines: each indexes a part, and merge puts the archives "
		   "together, without "
		   "dissecting\n"
		   "anything again. ARCHIVE is made if it does not exist; the others stay as they are. "
		   "Captures and frames get "
		   "new ids.\n"
		   "A capture that is there already (the same octets, the same --bpf) is not taken twice; "
		   "tags that it does "
		   "not have\n"
		   "yet are added. A capture comes in whole or not at all; a run that was broken off goes on "
		   "where it was.\n\n"
		   "An archive that a pcapdex with other tables made is refused: `pcapdex reindex` brings it "
		   "up to date. Tables "
		   "of your\n"
		   "own are not taken along.",
	.examples = "  pcapdex merge course.db machine1.db machine2.db",
	.min_args = 2,
	.options = options,
	.run = run,
};
