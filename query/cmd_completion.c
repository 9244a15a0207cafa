/* pcapdex completion: what a shell needs to complete our command lines, made from the commands' own tables.
 */
#include <string.h>

#include "query/command.h"

/* Text inside '...' of a shell; in zsh's descriptions some letters mean something more. */
static void print_quoted(const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(special, *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

/* Call `print` for each option that the command takes. */
static void each_option(
	const struct command *c, void (*print)(const struct command *, const struct option_spec *))
{
	for (const struct option_spec *o = c->options; o && o->name; o++)
		print(c, o);
	for (const struct option_spec *o = query_options; c->query && o->name; o++) {
		bool own = false;
		for (const struct option_spec *k = c->options; k && k->name; k++)
			own |= strcmp(k->name, o->name) == 0;
		if (!own)
			print(c, o);
	}
	for (const struct option_spec *o = plot_options; c->plot && o->name; o++)
		print(c, o);
	print(c, &help_option);
}

/* ---- bash ---- */

static void bash_word(const struct command *c, const struct option_spec *o)
{
	(void)c;
	printf(" --%s", o->name);
	if (o->letter)
		printf(" -%c", o->letter);
}

static void bash_choices(const struct command *c, const struct option_spec *o)
{
	if (!o->choices)
		return;
	printf("\t%s:--%s", c->name, o->name);
	if (o->letter)
		printf("|%s:-%c", c->name, o->letter);
	printf(") COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return;;\n", o->choices);
}

static void print_bash(void)
{
	puts("_pcapdex() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
	     "command=${COMP_WORDS[1]} options=\n"
	     "\tCOMPREPLY=()\n\tif [ \"$COMP_CWORD\" -eq 1 ]; then");
	fputs("\t\tCOMPREPLY=($(compgen -W 'help --version", stdout);
	for (const struct command *const *c = commands; *c; c++)
		printf(" %s", (*c)->name);
	puts("' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase $command:$prev in");
	for (const struct command *const *c = commands; *c; c++)
		each_option(*c, bash_choices);
	puts("\tesac\n\tcase $command in");
	fputs("\thelp) options='", stdout);
	for (const struct command *const *c = commands; *c; c++)
		printf(" %s", (*c)->name);
	puts("'; COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return;;");
	for (const struct command *const *c = commands; *c; c++) {
		printf("\t%s) options='", (*c)->name);
		each_option(*c, bash_word);
		puts("';;");
	}
	puts("\tesac\n\tcase $cur in\n\t-*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"));;\n"
	     "\t*) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "
	     "\"$cur\"));;\n\tesac\n}\ncomplete -F _pcapdex pcapdex");
}

/* ---- zsh ---- */

static void zsh_option(const struct command *c, const struct option_spec *o)
{
	(void)c;
	for (int word = o->letter ? 0 : 1; word < 2; word++) {
		printf(" \\\n\t\t\t'%s", o->repeats ? "*" : "");
		if (word)
			printf("--%s%s", o->name, o->argument ? "=" : "");
		else
			printf("-%c%s", o->letter, o->argument ? "+" : "");
		putchar('[');
		print_quoted(o->help, "[]\\");
		putchar(']');
		if (o->argument) {
			putchar(':');
			print_quoted(o->argument, ":\\");
			if (o->choices)
				printf(":(%s)", o->choices);
			else
				fputs(strcmp(o->argument, "FILE") == 0 ? ":_files" : ": ", stdout);
		}
		putchar('\'');
	}
}

static void print_zsh(void)
{
	puts("#compdef pcapdex\n_pcapdex() {\n\tlocal -a commands\n\tcommands=(");
	for (const struct command *const *c = commands; *c; c++) {
		printf("\t\t'%s:", (*c)->name);
		print_quoted((*c)->summary, ":\\");
		puts("'");
	}
	puts("\t\t'help:Tell more about a command'\n\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe "
	     "command commands\n\t\treturn\n\tfi\n"
	     "\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in");
	puts("\thelp) _describe command commands ;;");
	for (const struct command *const *c = commands; *c; c++) {
		printf("\t%s)\n\t\t_arguments -s", (*c)->name);
		each_option(*c, zsh_option);
		puts(" \\\n\t\t\t'*:file:_files'\n\t\t;;");
	}
	puts("\tesac\n}\nif [ \"$funcstack[1]\" = _pcapdex ]; then\n\t_pcapdex \"$@\"\nelse\n\tcompdef "
	     "_pcapdex pcapdex\nfi");
}

/* ---- fish ---- */

static void fish_option(const struct command *c, const struct option_spec *o)
{
	printf("complete -c pcapdex -n '__fish_seen_subcommand_from %s' -l %s", c->name, o->name);
	if (o->letter)
		printf(" -s %c", o->letter);
	if (o->choices)
		printf(" -x -a '%s'", o->choices);
	else if (o->argument)
		fputs(strcmp(o->argument, "FILE") == 0 ? " -r" : " -x", stdout);
	fputs(" -d '", stdout);
	/* In fish a quote inside '...' is \'. */
	for (const char *p = o->help; *p; p++)
		printf(strchr("'\\", *p) ? "\\%c" : "%c", *p);
	puts("'");
}

static void print_fish(void)
{
	for (const struct command *const *c = commands; *c; c++) {
		printf("complete -c pcapdex -f -n __fish_use_subcommand -a %s -d '", (*c)->name);
		for (const char *p = (*c)->summary; *p; p++)
			printf(strchr("'\\", *p) ? "\\%c" : "%c", *p);
		puts("'");
		each_option(*c, fish_option);
	}
	puts("complete -c pcapdex -f -n __fish_use_subcommand -a help -d 'Tell more about a command'");
}

static int run(const struct args *args)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = { { "bash", print_bash }, { "zsh", print_zsh }, { "fish", print_fish } };
	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++) {
		if (strcmp(shells[i].name, args->positional[0]) == 0) {
			shells[i].print();
			return EXIT_DONE;
		}
	}
	return complain(EXIT_USAGE, "completion: bash, zsh or fish, not %s", args->positional[0]);
}

const struct command cmd_completion = {
	.name = "completion",
	.summary = "Print a shell's completion of these commands",
	.usage = "bash|zsh|fish",
	.examples = "  source <(pcapdex completion bash)\n"
		    "  pcapdex completion zsh > ~/.zfunc/_pcapdex\n"
		    "  pcapdex completion fish > ~/.config/fish/completions/pcapdex.fish",
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
