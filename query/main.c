/* pcapdex: the command line. Each subcommand is a file cmd_NAME.c; their option tables print the help. */
#include <openssl/crypto.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "query/command.h"
#include "query/help.h"
#include "query/libpq.h"
#include "query/plot.h"
#include "query/render/chart.h"
#include "schema/archive.h"

bool say_waiting(const char *path, unsigned ms)
{
	static bool said;
	if (!said && ms >= 2000) {
		complain(0, "%s: waiting for another process that writes it", path);
		said = true;
	}
	return true;
}

/* Options that every question takes. */
const struct option_spec query_options[] = {
	{ "capture", 'c', "CAPTURE", true,
		"only this capture: its id, name, a glob, or TAG=VALUE (default: all)" },
	{ "filter", 'Y', "FILTER", false, "only frames that match this Wireshark display filter" },
	{ "format", 'f', "FORMAT", false, "table, csv, json or jsonl (default: table)",
		"table csv json jsonl" },
	{ "sql", 0, NULL, false, "print the SQL instead of running it" },
	{ 0 },
};
const struct option_spec help_option = { "help", 'h', NULL, false, "this help" };

static const struct option_spec *search(
	const struct option_spec *list, const char *name, size_t n, char letter)
{
	for (; list && list->name; list++)
		if (letter ? list->letter == letter
			   : strlen(list->name) == n && strncmp(list->name, name, n) == 0)
			return list;
	return NULL;
}

static const struct option_spec *find_option(const struct command *c, const char *name, size_t n, char letter)
{
	const struct option_spec *o = search(c->options, name, n, letter);
	if (!o && c->query)
		o = search(query_options, name, n, letter);
	if (!o && c->plot)
		o = search(plot_options, name, n, letter);
	if (!o && (letter ? letter == 'h' : n == 4 && strncmp(name, "help", 4) == 0))
		o = &help_option;
	return o;
}

static bool libpq_there(void)
{
#if HAVE_PQ
	char message[512];
	return libpq_load(message);
#else
	return false;
#endif
}

/* What this binary was built with, and what is lost without the rest. Two are looked for when they are
 * needed. */
static int print_version(void)
{
	const struct {
		const char *what, *without;
		bool built, there;
	} parts[] = {
		{ "zstd", "captures compressed with zstd are refused", HAVE_ZSTD, true },
		{ "lz4", "captures compressed with lz4 are refused", HAVE_LZ4, true },
		{ "ISA-L", "raw octets are compressed by zlib, which is slower", HAVE_ISAL, true },
		{ "PCRE2", "`matches` in display filters is refused", HAVE_PCRE2, true },
		{ "brotli", "bodies of HTTP that are encoded with it stay encoded", HAVE_BROTLI, true },
		{ "Cairo and Pango", "no pictures as PNG: --plot writes SVG, or draws in the terminal",
			HAVE_CAIRO, chart_can(CHART_PNG) },
		{ "libpq", "no PostgreSQL: publish, and postgresql:// in place of an archive", HAVE_PQ,
			libpq_there() },
	};
	printf("pcapdex %s\nSQLite %s\n%s\nzlib %s\n%s\n", PCAPDEX_VERSION, sqlite3_libversion(),
		pcap_lib_version(), zlibVersion(), OpenSSL_version(OPENSSL_VERSION));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		printf("%s: %s%s\n", parts[i].what,
			!parts[i].built  ? "no: "
			: parts[i].there ? "yes"
					 : "not installed: ",
			parts[i].built && parts[i].there ? "" : parts[i].without);
	return EXIT_DONE;
}

static const struct command *find_command(const char *name)
{
	for (const struct command *const *c = commands; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

/* Take one option at argv[*i]. */
static int take_option(const struct command *c, struct args *args, int argc, char **argv, int *i)
{
	char *arg = argv[*i], *value = NULL;
	bool word = arg[1] == '-';
	size_t n = word ? strcspn(arg + 2, "=") : 0;
	const struct option_spec *o = word ? find_option(c, arg + 2, n, 0) : find_option(c, NULL, 0, arg[1]);
	if (!o)
		return complain(
			EXIT_USAGE, "%s: no option %s; `pcapdex help %s` lists them", c->name, arg, c->name);
	if (word && arg[2 + n] == '=')
		value = arg + 3 + n;
	else if (!word && arg[2])
		value = arg + 2;
	if (!o->argument && value)
		return complain(EXIT_USAGE, "%s: --%s takes no value", c->name, o->name);
	if (o->argument && !value) {
		if (*i + 1 >= argc)
			return complain(EXIT_USAGE, "%s: --%s needs %s", c->name, o->name, o->argument);
		value = argv[++*i];
	}
	args->values[args->nvalues].option = o;
	args->values[args->nvalues++].value = o->argument ? value : "";
	return EXIT_DONE;
}

/* What was typed, understood. args_free() in either case. */
static int parse(const struct command *c, int argc, char **argv, struct args *args)
{
	int status = EXIT_DONE;
	bool only_positional = false;
	*args = (struct args) { .command = c };
	args->positional = calloc((size_t)argc + 1, sizeof(*args->positional));
	args->values = calloc((size_t)argc + 1, sizeof(*args->values));
	if (!args->positional || !args->values)
		status = complain(EXIT_FAILED, "out of memory");
	for (int i = 0; status == EXIT_DONE && i < argc; i++) {
		if (!only_positional && strcmp(argv[i], "--") == 0)
			only_positional = true;
		else if (!only_positional && argv[i][0] == '-' && argv[i][1])
			status = take_option(c, args, argc, argv, &i);
		else
			args->positional[args->npositional++] = argv[i];
	}
	bool help = args_has(args, "help");
	if (status == EXIT_DONE && !help &&
		(args->npositional < c->min_args || (c->max_args && args->npositional > c->max_args)))
		status = complain(EXIT_USAGE, "usage: pcapdex %s %s; `pcapdex help %s` tells more", c->name,
			c->usage, c->name);
	return status;
}

static void args_free(struct args *args)
{
	free(args->positional);
	free(args->values);
}

static int run_command(const struct command *c, int argc, char **argv)
{
	struct args args;
	int status = parse(c, argc, argv, &args);
	if (status == EXIT_DONE)
		status = args_has(&args, "help")   ? help_command(c)
			 : args_has(&args, "plot") ? plot_answer(&args)
						   : c->run(&args);
	args_free(&args);
	/* An answer that could not be written is no answer (a full disk behind `>`). */
	if (fflush(stdout) != 0 && status == EXIT_DONE)
		status = complain(EXIT_FAILED, "standard output could not be written");
	return status;
}

int command_ask(int argc, char **argv, sqlite3 *db, struct kept *rows, struct chart *chart)
{
	const struct command *c = find_command(argv[0]);
	struct args args;
	int status = parse(c, argc - 1, argv + 1, &args);
	args.rows = rows;
	args.db = db;
	if (status == EXIT_DONE)
		status = c->run(&args);
	if (status == EXIT_DONE && chart && c->plot) {
		chart_name(chart, NULL, rows->about);
		status = c->plot(&args, rows, chart);
	}
	args_free(&args);
	return status;
}

int main(int argc, char **argv)
{
	archive_on_wait = say_waiting;
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* nobody asks, and each allocation would take a lock */
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
	if (argc < 2)
		return help_overview(stderr);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return print_version();
	bool help =
		strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
	bool man = help && argc > 2 && strcmp(argv[2], "--man") == 0; /* for the build: pages of the manual */
	if (man && argc < 4)
		return help_man(NULL);
	if (help && argc < 3)
		return help_overview(stdout);
	const char *name = argv[man ? 3 : help ? 2 : 1];
	const struct command *c = find_command(name);
	if (!c)
		return complain(EXIT_USAGE, "no command %s; `pcapdex help` lists them", name);
	return man ? help_man(c) : help ? help_command(c) : run_command(c, argc - 2, argv + 2);
}
