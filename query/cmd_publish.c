/* pcapdex publish: captures into PostgreSQL. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "query/publish/publish.h"
#include "query/render/render.h"
#include "query/server.h"

#if HAVE_PQ
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int signal_number)
{
	(void)signal_number;
	stop = 1;
}

struct showing {
	const char *name;
	bool terminal;
};

static int show_rows(void *ctx, uint64_t rows)
{
	const struct showing *s = ctx;
	if (s->terminal) {
		fputs("\r\033[K", stderr);
		render_visible(stderr, s->name, strlen(s->name));
		fprintf(stderr, ": %llu rows", (unsigned long long)rows);
	}
	return stop;
}

struct counts {
	unsigned loaded, already;
};

static int publish_one(struct publish *p, const struct args *args, const char *path, struct counts *counts)
{
	char message[512], *one[] = { (char *)path };
	struct args as = *args;
	struct session archive;
	as.positional = one;
	as.npositional = 1;
	if (server_is_url(path))
		return complain(EXIT_USAGE, "publish: archives come first, then one server's URL");
	int status = session_open(&archive, &as);
	if (status != EXIT_DONE)
		return status;
	if (publish_archive(p, &archive, message) < 0)
		status = complain(EXIT_FAILED, "%s", message);
	for (unsigned i = 0; status == EXIT_DONE && i < archive.ncaptures; i++) {
		struct showing s = { archive.captures[i].name, isatty(STDERR_FILENO) };
		enum publish_result result = publish_capture(
			p, &archive.captures[i], !args_has(args, "no-raw"), show_rows, &s, message);
		if (s.terminal)
			fputs("\r\033[K", stderr);
		counts->loaded += result == PUBLISH_DONE;
		counts->already += result == PUBLISH_ALREADY;
		if (result == PUBLISH_FAILED)
			status = complain(EXIT_FAILED,
				"%s: %s; captures before it are loaded, nothing of it is",
				archive.captures[i].name, message);
	}
	/* What is there is counted, also where a load ended early. */
	if (publish_finish(p, message) < 0 && status == EXIT_DONE)
		status = complain(EXIT_FAILED, "%s", message);
	publish_leave(p);
	session_close(&archive);
	return status;
}

enum { SHARDS_MAX = 1000 };

/* The URLs of --shards, cut out of `list`. */
static int split(char *list, const char *urls[SHARDS_MAX], unsigned *n)
{
	for (char *at = list, *next; at; at = next) {
		if ((next = strchr(at, ',')))
			*next++ = '\0';
		if (!server_is_url(at))
			return complain(
				EXIT_USAGE, "publish: --shards takes URL,URL,..., each postgresql://...");
		if (*n == SHARDS_MAX)
			return complain(EXIT_USAGE, "publish: more than %d shards", SHARDS_MAX);
		urls[(*n)++] = at;
	}
	return EXIT_DONE;
}

static struct publish *open_servers(const struct args *args, const char *url, int *status)
{
	char message[512], *list = strdup(args_value(args, "shards", ""));
	const char *shards[SHARDS_MAX];
	unsigned n = 0;
	struct publish *p = NULL;
	*status = list ? EXIT_DONE : EXIT_FAILED;
	if (list && args_has(args, "shards"))
		*status = split(list, shards, &n);
	if (*status == EXIT_DONE && !(p = publish_open(url, shards, n, message)))
		*status = complain(EXIT_FAILED, "%s", message);
	free(list);
	return p;
}

static int run(const struct args *args)
{
	const char *url = args->positional[args->npositional - 1];
	struct counts counts = { 0 };
	if (!server_is_url(url))
		return complain(
			EXIT_USAGE, "publish: the last argument is the server's URL, postgresql://...");
	int status;
	struct publish *p = open_servers(args, url, &status);
	if (!p)
		return status;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	for (unsigned i = 0; status == EXIT_DONE && i + 1 < args->npositional; i++)
		status = publish_one(p, args, args->positional[i], &counts);
	publish_close(p);
	if (counts.loaded || counts.already || status == EXIT_DONE)
		printf("%u captures loaded, %u there already\n", counts.loaded, counts.already);
	return status;
}
#else
static int run(const struct args *args)
{
	(void)args;
	return complain(EXIT_FAILED, "publish: this pcapdex was built without libpq, which PostgreSQL needs");
}
#endif

static const struct option_spec options[] = {
	OPTION_CAPTURE,
	{ "shards", 0, "URL,URL,...", false,
		"spread captures over these servers; the last argument is the coordinator, which shows them "
		"as one" },
	{ "no-raw", 0, NULL, false,
		"leave the octets of the files out: no show, export, Info column from there" },
	{ 0 },
};

const struct command cmd_publish = {
	.name = "publish",
	.summary = "Load captures into PostgreSQL, and ask them there",
	.usage = "ARCHIVE... URL",
	.details = "URL is libpq's: postgresql://USER@HOST:PORT/DATABASE; a password belongs into ~/.pgpass. "
		   "Tables have the names\n"
		   "that they have in the archive, in the schema that comes first in search_path. A capture "
		   "is loaded in one\n"
		   "transaction and skipped where it is already (by its SHA-256), so a load that broke is "
		   "repeated as it was.\n"
		   "Every command that reads takes the same URL in place of an archive, and gives the same "
		   "answers.\n"
		   "With --shards each capture goes to one of several servers, by its SHA-256, and the "
		   "coordinator "
		   "reads them through\n"
		   "postgres_fdw: it has to reach them by the same URLs. Setting that up takes a superuser "
		   "of the "
		   "coordinator. More\n"
		   "shards may be named later: captures stay where they are.",
	.examples = "  pcapdex publish week1.db week2.db postgresql://lab@db.example/captures\n"
		    "  pcapdex conversations postgresql://lab@db.example/captures -Y 'tcp.analysis.flags'\n"
		    "  pcapdex publish lab.db --shards postgresql://lab@db1/lab,postgresql://lab@db2/lab "
		    "postgresql://postgres@db0/lab",
	.min_args = 2,
	.options = options,
	.run = run,
};
