/* pcapdex: the command line. Each subcommand is a file cmd_NAME.c; their option tables print the help. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "query/command.h"
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
	if (!o && (letter ? letter == 'h' : n == 4 && strncmp(name, "help", 4) == 0))
		o = &help_option;
	return o;
}

static void print_options(const struct option_spec *o)
{
	for (; o && o->name; o++) {
		char left[64];
		int n = o->letter ? snprintf(left, sizeof(left), "  -%c, --%s", o->letter, o->name)
				  : snprintf(left, sizeof(left), "      --%s", o->name);
		if (o->argument)
			snprintf(left + n, sizeof(left) - (size_t)n, " %s", o->argument);
		printf("%-26s %s%s\n", left, o->help, o->repeats ? " (may repeat)" : "");
	}
}

static int print_help(const struct command *c)
{
	printf("pcapdex %s %s\n\n%s\n", c->name, c->usage, c->summary);
	if (c->details)
		printf("\n%s\n", c->details);
	printf("\nOptions:\n");
	print_options(c->options);
	if (c->query)
		print_options(query_options);
	printf("  -h, --help               this help\n");
	if (c->examples)
		printf("\nExamples:\n%s\n", c->examples);
	return EXIT_DONE;
}

static int print_overview(FILE *out)
{
	fputs("pcapdex COMMAND ARCHIVE [ARGUMENTS]\n\nIndexes packet captures into one SQLite file and "
	      "answers questions about them.\n\n"
	      "Commands:\n",
		out);
	for (const struct command *const *c = commands; *c; c++)
		fprintf(out, "  %-14s %s\n", (*c)->name, (*c)->summary);
	fputs("\n`pcapdex help COMMAND` tells more; `pcapdex --version` what this one was built with.\n",
		out);
	return out == stdout ? EXIT_DONE : EXIT_USAGE;
}

static int print_version(void)
{
	printf("pcapdex %s\nSQLite %s\n", PCAPDEX_VERSION, sqlite3_libversion());
	printf("zstd input: %s\nlz4 input: %s\nISA-L compression: %s\nPCRE2 (matches in filters): %s\n"
	       "brotli (bodies of HTTP): %s\n",
		HAVE_ZSTD ? "yes" : "no", HAVE_LZ4 ? "yes" : "no", HAVE_ISAL ? "yes" : "no, zlib (slower)",
		HAVE_PCRE2 ? "yes" : "no", HAVE_BROTLI ? "yes" : "no");
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

static int run_command(const struct command *c, int argc, char **argv)
{
	struct args args = { .command = c };
	int status = EXIT_DONE;
	bool only_positional = false;
	args.positional = calloc((size_t)argc + 1, sizeof(*args.positional));
	args.values = calloc((size_t)argc + 1, sizeof(*args.values));
	if (!args.positional || !args.values)
		status = complain(EXIT_FAILED, "out of memory");
	for (int i = 0; status == EXIT_DONE && i < argc; i++) {
		if (!only_positional && strcmp(argv[i], "--") == 0)
			only_positional = true;
		else if (!only_positional && argv[i][0] == '-' && argv[i][1])
			status = take_option(c, &args, argc, argv, &i);
		else
			args.positional[args.npositional++] = argv[i];
	}
	if (status == EXIT_DONE) {
		if (args_has(&args, "help"))
			status = print_help(c);
		else if (args.npositional < c->min_args || (c->max_args && args.npositional > c->max_args))
			status = complain(EXIT_USAGE, "usage: pcapdex %s %s; `pcapdex help %s` tells more",
				c->name, c->usage, c->name);
		else
			status = c->run(&args);
	}
	free(args.positional);
	free(args.values);
	/* An answer that could not be written is no answer (a full disk behind `>`). */
	if (fflush(stdout) != 0 && status == EXIT_DONE)
		status = complain(EXIT_FAILED, "standard output could not be written");
	return status;
}

int main(int argc, char **argv)
{
	archive_on_wait = say_waiting;
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
	if (argc < 2)
		return print_overview(stderr);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return print_version();
	bool help =
		strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
	if (help && argc < 3)
		return print_overview(stdout);
	const struct command *c = find_command(argv[help ? 2 : 1]);
	if (!c)
		return complain(EXIT_USAGE, "no command %s; `pcapdex help` lists them", argv[help ? 2 : 1]);
	return help ? print_help(c) : run_command(c, argc - 2, argv + 2);
}
