/* A subcommand: its option table, from which --help, man page and completion come, and what it does. */
#ifndef PCAPDEX_QUERY_COMMAND_H
#define PCAPDEX_QUERY_COMMAND_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct option_spec {
	const char *name;     /* "interval": --interval */
	char letter;          /* 'i', or 0 */
	const char *argument; /* "T"; NULL: a switch */
	bool repeats;
	const char *help;
	const char *choices; /* words that the argument may be, for completion; NULL: anything */
};

struct args;
struct kept;
struct chart;

struct command {
	const char *name;
	const char *summary;         /* one line, for `pcapdex help` */
	const char *usage;           /* "ARCHIVE PATH..." */
	const char *details;         /* paragraphs of the help and man page; may be NULL */
	const char *examples;        /* lines, each "command   what it does"; may be NULL */
	unsigned min_args, max_args; /* positional arguments; max 0: any number */
	bool query;                  /* also takes the options of every question: -c -Y --format --sql */
	const struct option_spec *options;   /* ended by a NULL name */
	int (*run)(const struct args *args); /* exit status */
	/* A picture of its rows, for --plot (query/plot.h): an exit status. NULL: there is none. */
	int (*plot)(const struct args *args, const struct kept *rows, struct chart *chart);
	bool text_is_picture; /* its plain answer is what --plot - draws */
};

struct args {
	const struct command *command;
	unsigned npositional;
	char **positional;
	unsigned nvalues;
	struct {
		const struct option_spec *option;
		const char *value;
	} * values;        /* in the order given */
	struct kept *rows; /* the answer goes here; NULL: to standard output */
	sqlite3 *db;       /* the archive, opened already for reading; NULL: open it */
};

/* The last value of an option, or `fallback`. A switch that was given has the value "". */
const char *args_value(const struct args *args, const char *name, const char *fallback);
static inline bool args_has(const struct args *args, const char *name)
{
	return args_value(args, name, NULL) != NULL;
}
/* The nth (from 0) value of an option that repeats, or NULL. */
const char *args_nth(const struct args *args, const char *name, unsigned n);

/* Say on stderr "pcapdex: ..." and give the status back. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Where it goes instead, in this thread: what is called on behalf of other programs does not print. NULL:
 * stderr. */
extern __thread void (*complain_to)(const char *text);

/* Ask what `argv` ("hierarchy", "a.db", "-c", "7") would print. `db` is the archive, opened already. The rows
 * are kept, and drawn if `chart` is given; both are freed by the caller in any case. An exit status, after a
 * message unless it is 0. */
int command_ask(int argc, char **argv, sqlite3 *db, struct kept *rows, struct chart *chart);

/* For archive_on_wait: say after two seconds that another process has the archive. Gives true. */
bool say_waiting(const char *path, unsigned ms);

extern const struct command *const commands[];   /* ended by NULL */
extern const struct option_spec query_options[]; /* of every question; ended by a NULL name */
extern const struct option_spec plot_options[];  /* of those that can draw; ended by a NULL name */
extern const struct option_spec help_option;

/* For the options of a command that is no question and yet about certain captures. */
#define OPTION_CAPTURE                                                                                       \
	{                                                                                                    \
		"capture", 'c', "CAPTURE", true, "this capture: its id, name, a glob, or TAG=VALUE"          \
	}
#define OPTION_FILTER                                                                                        \
	{                                                                                                    \
		"filter", 'Y', "FILTER", false, "only frames that match this Wireshark display filter"       \
	}
#define OPTION_FORMAT                                                                                        \
	{                                                                                                    \
		"format", 'f', "FORMAT", false, "table, csv, json or jsonl (default: table)",                \
			"table csv json jsonl"                                                               \
	}

#endif
