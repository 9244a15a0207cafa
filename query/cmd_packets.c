/* pcapdex packets: frames, one a line. */
#include <stdlib.h>
#include <string.h>

#include "query/fields.h"

static int print_fields(struct session *s, const struct args *args)
{
	unsigned n = 0;
	const char *names[1024], *cells[1024];
	while (n < 1024 && args_nth(args, "field", n)) {
		names[n] = args_nth(args, "field", n);
		n++;
	}
	if (!n)
		return complain(EXIT_USAGE, "packets: -T fields needs at least one -e FIELD");
	struct field_reader *r = fields_open(s, names, n);
	if (!r)
		return EXIT_FAILED;
	int status = EXIT_DONE;
	bool missing = fields_missing(r) > 0;
	for (unsigned c = 0; status == EXIT_DONE && c < s->ncaptures; c++) {
		const struct selected_capture *capture = &s->captures[c];
		int64_t last = capture->first_frame + capture->frames - 1;
		if (fields_range(r, capture, capture->first_frame, last) < 0)
			status = EXIT_FAILED;
		for (int64_t id = capture->first_frame; status == EXIT_DONE && id <= last; id++) {
			if (fields_frame(r, id, cells) < 0)
				status = EXIT_FAILED;
			for (unsigned i = 0; status == EXIT_DONE && i < n; i++) {
				fputs(cells[i], stdout);
				putchar(i + 1 < n ? '\t' : '\n');
			}
		}
	}
	fields_close(r);
	return status == EXIT_DONE && missing ? EXIT_FAILED : status;
}

static int run(const struct args *args)
{
	struct session s;
	int status = session_open(&s, args);
	if (status != EXIT_DONE)
		return status;
	if (strcmp(args_value(args, "type", "text"), "fields") == 0)
		status = print_fields(&s, args);
	else
		status = complain(EXIT_USAGE, "packets: -T fields is needed");
	session_close(&s);
	return status;
}

static const struct option_spec options[] = {
	{ "type", 'T', "TYPE", false, "text or fields (default: text)" },
	{ "field", 'e', "FIELD", true, "a field to print with -T fields" },
	{ 0 },
};

const struct command cmd_packets = {
	.name = "packets",
	.summary = "List frames, or print fields of them",
	.usage = "ARCHIVE [-T fields -e FIELD...]",
	.min_args = 1,
	.max_args = 1,
	.query = true,
	.options = options,
	.run = run,
};
