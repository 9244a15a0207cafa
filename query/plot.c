#include "query/plot.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "query/output.h"

const struct option_spec plot_options[] = {
	{ "plot", 0, "FILE", false, "draw the answer: FILE.svg, FILE.png, or - for the terminal" },
	{ "theme", 0, "THEME", false,
		"of the picture: light, dark or auto (default: SVG follows its reader, PNG is light)",
		"light dark auto" },
	{ "size", 0, "WxH", false,
		"of the picture, in pixels, or letters of the terminal (default: 960x540)" },
	{ 0 },
};

struct target {
	const char *path;
	enum chart_output output;
	struct chart_look look;
};

static bool ends_in(const char *path, const char *suffix)
{
	size_t n = strlen(path), k = strlen(suffix);
	return n > k && strcasecmp(path + n - k, suffix) == 0;
}

static int read_output(const struct args *args, struct target *t)
{
	t->path = args_value(args, "plot", "-");
	if (strcmp(t->path, "-") == 0)
		t->output = CHART_TERMINAL;
	else if (ends_in(t->path, ".svg"))
		t->output = CHART_SVG;
	else if (ends_in(t->path, ".png"))
		t->output = CHART_PNG;
	else
		return complain(EXIT_USAGE, "--plot takes FILE.svg, FILE.png or -, not %s", t->path);
	if (!chart_can(t->output))
		return complain(EXIT_USAGE,
			"--plot %s: this pcapdex was built without Cairo; FILE.svg can be drawn", t->path);
	return EXIT_DONE;
}

static int read_target(const struct args *args, struct target *t)
{
	const char *theme = args_value(args, "theme", "auto"), *size = args_value(args, "size", NULL);
	unsigned w, h;
	char rest;
	int status = read_output(args, t);
	if (status != EXIT_DONE)
		return status;
	if (strcmp(theme, "light") == 0)
		t->look.theme = THEME_LIGHT;
	else if (strcmp(theme, "dark") == 0)
		t->look.theme = THEME_DARK;
	else if (strcmp(theme, "auto") != 0)
		return complain(EXIT_USAGE, "--theme is light, dark or auto, not %s", theme);
	bool terminal = t->output == CHART_TERMINAL;
	unsigned columns = terminal ? render_terminal(stdout) : 0;
	t->look.colour = columns && !getenv("NO_COLOR");
	t->look.utf8 = render_utf8();
	t->look.width = terminal ? (columns ? columns : 80) : 960;
	t->look.height = terminal ? 16 : 540;
	if (!size)
		return EXIT_DONE;
	if (sscanf(size, "%ux%u%c", &w, &h, &rest) != 2 || w < (terminal ? 40 : 240) ||
		h < (terminal ? 4 : 160) || w > 10000 || h > 10000)
		return complain(EXIT_USAGE, "--size takes WIDTHxHEIGHT (at least %s), not %s",
			terminal ? "40x4" : "240x160", size);
	t->look.width = w;
	t->look.height = h;
	return EXIT_DONE;
}

/* A picture without a size of its own grows with its rows. */
static void fit_height(const struct args *args, const struct chart *chart, struct target *t)
{
	if (args_has(args, "size") || t->output == CHART_TERMINAL)
		return;
	if (chart->kind == CHART_ROWS)
		t->look.height = 150 + 24 * (unsigned)(chart->nlabels > 400 ? 400 : chart->nlabels);
	else if (chart->kind == CHART_LADDER)
		ladder_size(chart, &t->look.width, &t->look.height);
	else if (chart->kind == CHART_SUNBURST)
		t->look.height = 760;
}

static int draw(const struct args *args, const struct chart *chart, const struct target *t)
{
	struct output out;
	if (t->output == CHART_TERMINAL)
		return chart_draw(chart, t->output, stdout, &t->look) < 0
			       ? complain(EXIT_FAILED, "the picture could not be drawn: out of memory")
			       : EXIT_DONE;
	if (output_open(&out, t->path, args->positional[0]) < 0)
		return EXIT_FAILED;
	int rc = chart_draw(chart, t->output, out.file, &t->look);
	if (rc < 0)
		complain(EXIT_FAILED, "%s: the picture could not be drawn", t->path);
	return output_close(&out, rc == 0) < 0 || rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

int plot_answer(const struct args *args)
{
	struct target target = { 0 };
	struct kept rows = { 0 };
	struct chart chart = { 0 };
	struct args asked = *args;
	asked.rows = &rows;
	int status = read_target(args, &target);
	if (status != EXIT_DONE)
		return status;
	if (args_has(args, "sql") || (target.output == CHART_TERMINAL && args->command->text_is_picture))
		return args->command->run(args);
	status = args->command->run(&asked);
	if (status == EXIT_DONE && !rows.columns)
		status = complain(EXIT_USAGE, "%s: this answer cannot be drawn", args->command->name);
	if (status == EXIT_DONE && rows.failed)
		status = complain(EXIT_FAILED, "out of memory");
	chart_name(&chart, NULL, rows.about);
	if (status == EXIT_DONE)
		status = args->command->plot(args, &rows, &chart);
	if (status == EXIT_DONE) {
		fit_height(args, &chart, &target);
		status = draw(args, &chart, &target);
	}
	chart_free(&chart);
	kept_free(&rows);
	return status;
}
