/* The report page: pieces of HTML. Nothing of a capture reaches it but through page_text(), page_json() and
 * the charts. */
#ifndef PCAPDEX_QUERY_REPORT_PAGE_H
#define PCAPDEX_QUERY_REPORT_PAGE_H

#include "query/command.h"
#include "query/render/chart.h"
#include "query/render/kept.h"
#include "query/session.h"

extern const char page_css[], page_js[]; /* page.css, page.js */

/* Streams whose graphs are in the page. */
#define STREAMS_DRAWN 8
struct drawn {
	unsigned n;
	struct {
		int64_t capture;
		uint32_t stream;
	} at[STREAMS_DRAWN];
};

struct report {
	const struct args *args;
	struct session session;
	FILE *out;
	const char *archive; /* as given */
	char *shown;         /* its name without folders: for commands on the page */
	struct drawn drawn;
	unsigned ids; /* of elements, handed out */
	bool many;    /* more than one capture */
};

/* A question of the page: a command and its arguments, what it answered, and its picture. */
#define ASK_WORDS 64
struct ask {
	unsigned n;
	char *words[ASK_WORDS]; /* "conversations", the archive, "--type", ... */
	struct kept rows;
	struct chart chart;
};

/* Ask: the command's name, then its further arguments, ended by NULL; -c of the report is passed on. An exit
 * status; ask_free() in either case. With `draw`, the chart is made too. */
int ask(struct report *r, struct ask *a, bool draw, const char *command, ...) __attribute__((sentinel));
/* The same about one capture. */
int ask_capture(struct report *r, struct ask *a, bool draw, int64_t capture, const char *command, ...)
	__attribute__((sentinel));
void ask_free(struct ask *a);

/* Text of any origin, made harmless; usable in attributes in double quotes. */
void page_text(struct report *r, const char *text);
/* A value as the commands' tables print it. */
void page_value(struct report *r, const struct value *v);
/* A JSON text for a script element of type application/json: no "<" in it. */
void page_json_text(struct report *r, const char *text);

/* "pcapdex hierarchy lab.db": how to get the figure again. */
void page_command(struct report *r, const struct ask *a);

/* The question as a JSON list, for an attribute: the tests ask it again. */
void page_ask(struct report *r, const struct ask *a);

struct page_column {
	const char *key, *title; /* title NULL: the command's own */
	bool bar;                /* with a bar of its share of the greatest value */
};

struct page_table {
	const char *caption;
	const struct page_column
		*columns;   /* ended by a NULL key; those that the rows do not have are left out */
	size_t shown, most; /* rows seen at first; rows in the page at all. 0: all */
	bool sortable;
	/* Write what stands in a cell instead of its value, or give false. NULL: always the value. */
	bool (*cell)(struct report *r, const struct ask *a, size_t row, const char *key);
	const char *tree; /* column that is indented by column "level"; NULL none */
};
void page_table(struct report *r, const struct ask *a, const struct page_table *t);

/* A picture of this size in pixels; `titled`: with its own title. */
void page_chart(struct report *r, const struct chart *chart, unsigned width, unsigned height, bool titled);

/* ---- sections: an exit status each ---- */

int report_properties(struct report *r);
int report_composition(struct report *r);
int report_names(struct report *r);
int report_io(struct report *r);
int report_tcp(struct report *r);
int report_troubles(struct report *r);
int report_course(struct report *r);
int report_glossary(struct report *r);

#endif
