/* pcapdex report: one page on one capture or a whole course, in the order of a course report. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "query/output.h"
#include "query/report/page.h"

/* Only this script runs, whatever a capture managed to write into the page: its digest is in the policy. */
static int put_policy(struct report *r)
{
	unsigned char digest[EVP_MAX_MD_SIZE], text[4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1];
	unsigned n = 0;
	if (EVP_Digest(page_js, strlen(page_js), digest, &n, EVP_sha256(), NULL) != 1)
		return complain(EXIT_FAILED, "report: no SHA-256");
	EVP_EncodeBlock(text, digest, (int)n);
	fprintf(r->out,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
		"'unsafe-inline'; "
		"img-src data:; base-uri 'none'; form-action 'none'; script-src 'sha256-%s'\">\n",
		(char *)text);
	return EXIT_DONE;
}

static const struct {
	const char *id, *title;
	int (*write)(struct report *r);
} sections[] = {
	{ "properties", "Properties", report_properties },
	{ "composition", "Composition", report_composition },
	{ "names", "Names", report_names },
	{ "time", "Time", report_io },
	{ "tcp", "TCP", report_tcp },
	{ "troubles", "Troubles", report_troubles },
	{ "course", "Compared", report_course },
	{ "protocols", "Protocols", report_glossary },
};

static int put_head(struct report *r)
{
	const char *title = args_value(r->args, "title", NULL);
	if (!title)
		title = r->many ? r->shown : r->session.ncaptures ? r->session.captures[0].name : r->shown;
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", r->out);
	int status = put_policy(r);
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
	      "name=\"color-scheme\" "
	      "content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
		r->out);
	page_text(r, title);
	fputs("</title>\n<style>\n", r->out);
	fputs(page_css, r->out);
	chart_css(r->out, THEME_AUTO);
	fputs("\n</style>\n</head>\n<body>\n<header><p class=\"kicker\">Report on a packet capture</p><h1>",
		r->out);
	page_text(r, title);
	fputs("</h1></header>\n<nav aria-label=\"Sections\"><ul>", r->out);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (r->many || sections[i].write != report_course)
			fprintf(r->out, "<li><a href=\"#%s\">%s</a></li>", sections[i].id, sections[i].title);
	fputs("</ul></nav>\n<main>\n", r->out);
	return status;
}

static int put_page(struct report *r)
{
	int status = put_head(r);
	for (size_t i = 0; status == EXIT_DONE && i < sizeof(sections) / sizeof(sections[0]); i++)
		if (r->many || sections[i].write != report_course)
			status = sections[i].write(r);
	fprintf(r->out,
		"</main>\n<footer><p>Made by pcapdex %s. Under each figure stands the command that prints "
		"its numbers; "
		"with <code>--sql</code> it prints its query instead, with <code>--format csv</code> a file "
		"for a "
		"spreadsheet.</p></footer>\n<script>",
		PCAPDEX_VERSION);
	fputs(page_js, r->out);
	fputs("</script>\n</body>\n</html>\n", r->out);
	return status;
}

static int run(const struct args *args)
{
	struct report r = { .args = args, .archive = args->positional[0] };
	const char *path = args_value(args, "output", NULL), *slash = strrchr(r.archive, '/');
	struct output out = { 0 };
	int status = session_open(&r.session, args);
	if (status != EXIT_DONE)
		return status;
	/* What -c chose is known now; the questions choose for themselves, in the same archive. */
	session_drop_temporary(&r.session);
	r.shown = strdup(slash ? slash + 1 : r.archive);
	r.many = r.session.ncaptures > 1;
	if (!r.shown)
		status = complain(EXIT_FAILED, "out of memory");
	else if (!path)
		status = complain(EXIT_USAGE, "report: where to? -o FILE.html, or -o - for standard output");
	else if (output_open(&out, path, r.archive) < 0)
		status = EXIT_FAILED;
	if (status == EXIT_DONE) {
		r.out = out.file;
		status = put_page(&r);
	}
	if (output_close(&out, status == EXIT_DONE) < 0)
		status = EXIT_FAILED;
	free(r.shown);
	session_close(&r.session);
	return status;
}

static const struct option_spec options[] = {
	{ "output", 'o', "FILE", false, "the page: FILE.html, or - for standard output" },
	OPTION_CAPTURE,
	{ "by", 'b', "TAG", false,
		"compare groups of captures, one for each value of this tag (default: each capture)" },
	{ "title", 0, "TEXT", false, "the page's title (default: the capture's or the archive's name)" },
	{ 0 },
};

const struct command cmd_report = {
	.name = "report",
	.summary = "One HTML page on captures: figures, tables, verdicts",
	.usage = "ARCHIVE -o FILE.html [-c CAPTURE]...",
	.details =
		"Writes one page that needs no network and opens from disk, in the order of a course report: "
		"properties,\n"
		"composition (protocols, lengths, conversations, endpoints), names, change over time, TCP "
		"with "
		"the graphs of\n"
		"streams, troubles, captures compared (spread, protocol shares, who stands out, overlaps), "
		"and a "
		"sentence on\n"
		"each protocol. Tables sort, the I/O graph zooms; under each figure stands the command that "
		"prints its numbers.",
	.examples = "  pcapdex report a.db -o lab.html -c lab.pcap       on one capture\n"
		    "  pcapdex report course.db -o course.html           on all of them\n"
		    "  pcapdex report course.db -o course.html --by student",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
