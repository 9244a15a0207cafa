/* pcapdex index: captures into an archive. */
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/crew.h"
#include "indexer/registry.h"
#include "indexer/turn.h"
#include "query/command.h"
#include "query/progress.h"
#include "query/render/render.h"
#include "query/tags.h"
#include "query/walk.h"
#include "schema/archive.h"

/* What happened to the files. */
struct tally {
	uint64_t indexed, already;
	uint64_t frames, bytes;
	struct troubles {
		char **texts;
		size_t n;
	} damaged, failed;
};

#define JOBS_MAX 256

static atomic_int cancelled; /* lock-free: a signal handler may set it */

/* The first signal undoes the capture at work, a second one ends the program as usual; the archive is safe
 * either way. */
static void on_signal(int signal)
{
	(void)signal;
	cancelled = 1;
}

static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
		struct sigaction before;
		/* Under nohup SIGHUP is ignored, and stays so. */
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

static bool keep_waiting(const char *path, unsigned ms)
{
	return !cancelled && say_waiting(path, ms);
}

/* All that goes on while captures are indexed. */
struct indexing {
	const struct walk *walk;
	struct tagger *tagger;
	const char *bpf;
	struct progress progress;
	struct tally tally;
	size_t tried;
};

/* A capture on its way in. */
struct on_the_way {
	struct indexing *all;
	struct turn *turn; /* the one whose turn it is shows how far it is; others may be done before */
	size_t place;
	struct index_tag *tags; /* its own */
	int ntags;              /* -1: they could not be had */
};

static int on_progress(void *ctx, const char *path, uint64_t frames, uint64_t done, uint64_t total)
{
	struct on_the_way *w = ctx;
	(void)total;
	if (turn_is(w->turn, w->place))
		progress_show(&w->all->progress, path, done, frames);
	return cancelled;
}

/* Kept for the summary: where hundreds of files go by, the message of one is soon out of sight. */
static void keep(struct troubles *t, const char *text)
{
	char **texts = realloc(t->texts, (t->n + 1) * sizeof(char *));
	if (!texts)
		return;
	t->texts = texts;
	t->texts[t->n++] = strdup(text);
}

static void forget(struct troubles *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->texts[i]);
	free(t->texts);
}

static void tags_free(struct on_the_way *w)
{
	for (int i = 0; i < w->ntags; i++) {
		free((char *)(uintptr_t)w->tags[i].key);
		free((char *)(uintptr_t)w->tags[i].value);
	}
	free(w->tags);
}

/* The tags, for as long as the capture is on its way. */
static int tags_copy(struct on_the_way *w, const char *path)
{
	const struct index_tag *tags = NULL;
	int n = tagger_tags(w->all->tagger, path, &tags);
	if (n < 0 || !(w->tags = calloc((size_t)n + 1, sizeof(*w->tags))))
		return -1;
	for (; w->ntags < n; w->ntags++) {
		struct index_tag *t = &w->tags[w->ntags];
		*t = (struct index_tag) { strdup(tags[w->ntags].key), strdup(tags[w->ntags].value) };
		if (!t->key || !t->value)
			return -1;
	}
	return 0;
}

static bool next(void *ctx, size_t i, const char **path, struct index_options *options, void **own)
{
	struct indexing *all = ctx;
	struct on_the_way *w = cancelled ? NULL : calloc(1, sizeof(*w));
	if (!w)
		return false;
	*w = (struct on_the_way) { .all = all, .turn = options->turn, .place = i };
	*own = w;
	if (tags_copy(w, all->walk->files[i].path) < 0)
		return true; /* said already; done() keeps it */
	*path = all->walk->files[i].path;
	options->bpf = all->bpf;
	options->tags = w->tags;
	options->ntags = (unsigned)w->ntags;
	options->progress = on_progress;
	options->progress_ctx = w;
	return true;
}

static void done(void *ctx, size_t i, void *own, enum index_status status, const struct index_result *result)
{
	struct indexing *all = ctx;
	struct tally *t = &all->tally;
	const struct walk_file *f = &all->walk->files[i];
	progress_add(&all->progress, f->size, result->frames);
	progress_show(&all->progress, f->path, 0, 0);
	if (result->message[0]) {
		progress_clear(&all->progress);
		complain(0, "%s", result->message);
	}
	all->tried += status != INDEX_CANCELLED;
	switch (status) {
	case INDEX_DAMAGED:
		keep(&t->damaged, result->message);
		/* fall through */
	case INDEX_OK:
		t->indexed++;
		t->frames += result->frames;
		t->bytes += result->bytes;
		break;
	case INDEX_ALREADY:
		t->already++;
		break;
	case INDEX_CANCELLED:
		break;
	default:
		keep(&t->failed, result->message[0] ? result->message : f->path);
	}
	/* Nothing more fits into a full disk. */
	if (status == INDEX_ARCHIVE_FAILED)
		cancelled = cancelled ? cancelled : 2;
	tags_free(own);
	free(own);
}

static void say_count(uint64_t n, const char *what)
{
	if (n)
		printf(", %llu %s", (unsigned long long)n, what);
}

static void say_troubles(const char *what, char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		printf("  %s: ", what);
		render_visible_text(stdout, texts[i] ? texts[i] : "?");
		putchar('\n');
	}
}

static void say_summary(const struct tally *t, const struct walk *w, size_t left)
{
	printf("%llu %s indexed", (unsigned long long)t->indexed, t->indexed == 1 ? "capture" : "captures");
	if (t->indexed)
		printf(" (%llu frames, %.1f MB)", (unsigned long long)t->frames, (double)t->bytes / 1e6);
	say_count(t->damaged.n, "of them damaged");
	say_count(t->already, "already there");
	say_count(t->failed.n + w->nfailed, "failed");
	say_count(w->skipped, "other files passed over");
	say_count(left, "not tried");
	putchar('\n');
	if (w->n + w->nfailed < 2)
		return;
	say_troubles("failed", w->failed, w->nfailed);
	say_troubles("failed", t->failed.texts, t->failed.n);
	say_troubles("damaged", t->damaged.texts, t->damaged.n);
}

/* --jobs, or as many as there are processors. 0 after a message. */
static unsigned jobs_of(const struct args *args)
{
	const char *text = args_value(args, "jobs", NULL);
	char *end = NULL;
	long n = text ? strtol(text, &end, 10) : sysconf(_SC_NPROCESSORS_ONLN);
	if (text && (*end || end == text || n < 1 || n > JOBS_MAX)) {
		complain(0, "--jobs: %s is not a number from 1 to %d", text, JOBS_MAX);
		return 0;
	}
	return n < 1 ? 1 : n > JOBS_MAX ? JOBS_MAX : (unsigned)n;
}

static int index_all(const struct args *args, struct store *store, struct tagger *tagger, struct walk *w)
{
	struct indexing all = { .walk = w, .tagger = tagger, .bpf = args_value(args, "bpf", NULL) };
	struct tally *t = &all.tally;
	const struct crew_work work = { next, done, &all };
	char message[512];
	progress_begin(&all.progress, w->n, w->octets, args_has(args, "quiet"));
	catch_signals();
	crew_run(store, w->n, jobs_of(args), &work);
	progress_clear(&all.progress);
	if (cancelled == 1)
		complain(0, "cancelled; what was indexed before stays, the capture at work was undone");
	if (!args_has(args, "quiet"))
		say_summary(t, w, w->n - all.tried);
	tagger_report(tagger);
	bool good = !t->damaged.n && !t->failed.n && !w->nfailed && !cancelled;
	forget(&t->damaged);
	forget(&t->failed);
	if (store_finish(store, message) < 0)
		return complain(EXIT_FAILED, "%s", message);
	return good ? EXIT_DONE : EXIT_FAILED;
}

static int run(const struct args *args)
{
	char message[512];
	struct walk w = { 0 };
	struct tagger *tagger;
	struct store *store = NULL;
	if (!jobs_of(args))
		return EXIT_USAGE;
	const char *wrong = registry_init();
	archive_on_wait = keep_waiting;
	int status = tagger_open(&tagger, args);
	if (status == EXIT_DONE && wrong)
		status = complain(EXIT_FAILED, "%s", wrong);
	if (status == EXIT_DONE &&
		!(store = store_open(args->positional[0], protocols, protocols_count, message)))
		status = complain(EXIT_FAILED, "%s", message);
	for (unsigned i = 1; status == EXIT_DONE && i < args->npositional; i++)
		if (walk_add(&w, args->positional[i]) < 0)
			status = complain(EXIT_FAILED, "out of memory");
	if (status == EXIT_DONE)
		status = index_all(args, store, tagger, &w);
	store_close(store);
	walk_free(&w);
	tagger_close(tagger);
	return status;
}

static const struct option_spec options[] = {
	{ "tag", 't', "KEY=VALUE", true, "a tag for each capture; values are text, so 007 stays 007" },
	OPTION_TAG_FROM_PATH,
	OPTION_MANIFEST,
	{ "bpf", 0, "EXPR", false, "keep only frames that match this capture filter (libpcap's language)" },
	{ "jobs", 'j', "N", false,
		"captures that are read at a time (default: as many as there are processors); 1: no "
		"threads" },
	{ "quiet", 'q', NULL, false, "no progress and no summary; messages still come" },
	{ 0 },
};

const struct command cmd_index = {
	.name = "index",
	.summary = "Put captures into an archive",
	.usage = "ARCHIVE PATH...",
	.details =
		"PATH is a capture (pcap or pcapng; plain, gzip, zstd or lz4), a folder, or - for "
		"standard input. A folder is\n"
		"searched with all folders below it; what is a capture there is told by its content, not "
		"by its name, and other\n"
		"files are passed over. The archive is made, readable by its owner alone, if it does not "
		"exist.\n\n"
		"A capture comes in whole or not at all. Indexing the same bytes again does nothing, but "
		"that tags which the\n"
		"capture does not have yet are added. A capture that is damaged or cut short is indexed "
		"up to the damage, a message\n"
		"says at which offset and why, and the exit status is 1. Several indexers may work on one "
		"archive: they wait for\n"
		"each other, and readers go on working.\n\n"
		"Several captures are read at a time, each with a thread that compresses and one that "
		"writes; "
		"they enter the archive\n"
		"one after the other in the order given, so it is the same with any --jobs. What a capture "
		"needs of memory it\n"
		"needs for each.\n\n"
		"A run that was broken off goes on where it was when it is started again: a file whose path, "
		"size and time of change\n"
		"are those of a capture in the archive is not read, other files are told by their SHA-256. "
		"One bad file does not\n"
		"stop the rest; the summary names each that failed or is damaged, and why.\n\n"
		"--tag-from-path compares a pattern with each path, from one of its folders on: {KEY} takes "
		"what stands in its\n"
		"place within a folder's or file's name, * is anything within a name, ** anything at all. "
		"--manifest reads a CSV file\n"
		"whose first line names the columns: path (a file or a folder, as much of it as tells it "
		"from "
		"others) and a tag\n"
		"each. Where they give one key, the manifest goes before the path, and that before --tag.",
	.examples = "  pcapdex index week.db monday.pcapng tuesday.pcap.gz\n"
		    "  pcapdex index course.db --tag course=networks --tag student=00417 handed-in/417/\n"
		    "  pcapdex index course.db --tag-from-path 'labs/{lab}/{student}/*' labs\n"
		    "  tcpdump -w - -c 1000 | pcapdex index live.db -\n"
		    "  pcapdex index dns.db --bpf 'port 53' trace.pcap",
	.min_args = 2,
	.options = options,
	.run = run,
};
