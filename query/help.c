#include "query/help.h"

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

int help_command(const struct command *c)
{
	printf("pcapdex %s %s\n\n%s\n", c->name, c->usage, c->summary);
	if (c->details)
		printf("\n%s\n", c->details);
	printf("\nOptions:\n");
	print_options(c->options);
	if (c->query)
		print_options(query_options);
	if (c->plot)
		print_options(plot_options);
	printf("  -h, --help               this help\n");
	if (c->examples)
		printf("\nExamples:\n%s\n", c->examples);
	return EXIT_DONE;
}

int help_overview(FILE *out)
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

/* ---- man(7) ---- */

/* Text for roff: a backslash is \e, a minus \-, and no line may begin with a dot or a quote. */
static void roff(const char *text, bool line_begins)
{
	for (; *text; text++) {
		if (line_begins && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '`')
			fputs("\\(ga", stdout);
		else if (*text == '\'')
			fputs("\\(aq", stdout);
		else
			putchar(*text);
		line_begins = *text == '\n';
	}
}

static void roff_options(const struct option_spec *o)
{
	for (; o && o->name; o++) {
		fputs(".TP\n", stdout);
		if (o->letter)
			printf("\\fB\\-%c\\fR, ", o->letter);
		fputs("\\fB\\-\\-", stdout);
		roff(o->name, false);
		fputs("\\fR", stdout);
		if (o->argument) {
			fputs(" \\fI", stdout);
			roff(o->argument, false);
			fputs("\\fR", stdout);
		}
		putchar('\n');
		roff(o->help, true);
		puts(o->repeats ? " (may repeat)" : "");
	}
}

/* Lines as they are written. */
static void roff_lines(const char *text)
{
	fputs(".nf\n", stdout);
	roff(text, true);
	fputs("\n.fi\n", stdout);
}

static void roff_head(const char *name, const char *summary)
{
	printf(".TH \"PCAPDEX");
	for (const char *p = name; *p; p++)
		putchar(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	printf("\" 1 \"\" \"pcapdex %s\" \"User Commands\"\n.SH NAME\npcapdex%s \\- ", PCAPDEX_VERSION, name);
	roff(summary, false);
	fputs("\n.SH SYNOPSIS\n", stdout);
}

static const char exit_status[] = ".SH EXIT STATUS\n0 done, 1 some input failed, 2 wrong usage.\n";

static int man_overview(void)
{
	roff_head("", "index packet captures and ask about them");
	puts(".B pcapdex\n.I COMMAND ARCHIVE\n[\\fIARGUMENTS\\fR]\n.SH DESCRIPTION\n"
	     "Dissects packet captures once, into one SQLite file, the archive, and answers questions about\n"
	     "them from then on. Field names, statistics and display filters are those of Wireshark.\n"
	     ".SH COMMANDS");
	for (const struct command *const *c = commands; *c; c++) {
		printf(".TP\n\\fB%s\\fR\n", (*c)->name);
		roff((*c)->summary, true);
		putchar('\n');
	}
	fputs(".TP\n\\fBhelp\\fR [\\fICOMMAND\\fR]\ntells more about a command\n.TP\n\\fB\\-\\-version\\fR\n"
	      "what this program was built with\n",
		stdout);
	fputs(exit_status, stdout);
	puts(".SH SEE ALSO");
	for (const struct command *const *c = commands; *c; c++)
		printf(".BR pcapdex\\-%s (1)%s\n", (*c)->name, c[1] ? "," : "");
	return EXIT_DONE;
}

int help_man(const struct command *c)
{
	char name[64];
	if (!c)
		return man_overview();
	snprintf(name, sizeof(name), "-%s", c->name);
	roff_head(name, c->summary);
	printf(".B pcapdex %s\n[\\fIOPTIONS\\fR]\n", c->name);
	roff(c->usage, true);
	putchar('\n');
	if (c->details) {
		puts(".SH DESCRIPTION");
		roff_lines(c->details);
	}
	puts(".SH OPTIONS");
	roff_options(c->options);
	if (c->query)
		roff_options(query_options);
	if (c->plot)
		roff_options(plot_options);
	roff_options((const struct option_spec[]) { help_option, { 0 } });
	if (c->examples) {
		puts(".SH EXAMPLES");
		roff_lines(c->examples);
	}
	fputs(exit_status, stdout);
	puts(".SH SEE ALSO\n.BR pcapdex (1)");
	return EXIT_DONE;
}
