/* pcapdex filter: frames that match a display filter. */
#include <stdlib.h>

#include "query/question.h"

static int run(const struct args *args)
{
	/* The second argument is the filter: as if it were given with -Y, together with one that is. */
	const char *more = args_value(args, "filter", NULL);
	char *text = more ? sqlite3_mprintf("(%s) and (%s)", args->positional[1], more)
			  : sqlite3_mprintf("%s", args->positional[1]);
	static const struct option_spec filter = { "filter", 'Y', "FILTER", false, "" };
	struct args with = *args;
	with.npositional = 1;
	with.nvalues = args->nvalues + 1;
	with.values = calloc(with.nvalues, sizeof(*with.values));
	struct question q;
	struct answer_column columns[] = {
		{ { "capture_id", "Capture", RENDER_NUMBER } },
		{ { "number", "No.", RENDER_NUMBER } },
		{ { "frame_id", "Frame id", RENDER_NUMBER } },
	};
	if (!text || !with.values) {
		sqlite3_free(text);
		free(with.values);
		return complain(EXIT_FAILED, "out of memory");
	}
	for (unsigned i = 0; i < args->nvalues; i++)
		with.values[i] = args->values[i];
	with.values[args->nvalues].option = &filter;
	with.values[args->nvalues].value = text;
	int status = question_open(&q, &with);
	if (status == EXIT_DONE) {
		columns[0].hidden = q.table && q.session.ncaptures < 2;
		status = question_answer(&q,
			question_prepare(&q,
				"SELECT c.id AS capture_id, f.frame_id - c.first_frame + 1 AS number, "
				"f.frame_id FROM %s ORDER BY c.id, f.frame_id",
				q.frames),
			columns, sizeof(columns) / sizeof(*columns));
	}
	question_close(&q);
	sqlite3_free(text);
	free(with.values);
	return status;
}

static const struct option_spec options[] = {
	{ 0 },
};

const struct command cmd_filter = {
	.name = "filter",
	.summary = "Frames that match a Wireshark display filter, or the SQL that finds them",
	.usage = "ARCHIVE FILTER",
	.details = "Wireshark 4.0's display filters: == != > >= < <= contains matches in {..} and their "
		   "words, any and all, [slices],\n"
		   "#layers, functions, arithmetic, and, or, not. Every field of the catalogue (`pcapdex "
		   "fields`) and every protocol is\n"
		   "known; beside them capture.id, capture.name and capture.tag.KEY. --sql prints the query. "
		   "Every question takes the\n"
		   "same filters with -Y.",
	.examples = "  pcapdex filter a.db 'tcp.analysis.flags && ip.addr == 10.0.0.0/8'\n"
		    "  pcapdex filter a.db 'dns.qry.name matches \"\\\\.org$\"' --sql\n"
		    "  pcapdex filter course.db 'capture.tag.student == \"00417\" and http.request'",
	.min_args = 2,
	.max_args = 2,
	.query = true,
	.options = options,
	.run = run,
};
