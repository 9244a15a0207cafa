#include "query/render/format.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct render_format *const formats[] = { &render_table, &render_csv, &render_json,
	&render_jsonl };

static const struct render_format *find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

bool render_has(const char *format)
{
	return find(format) != NULL;
}

/* The program's own locale stays "C", so that numbers keep their points.
 */
bool render_utf8(void)
{
	locale_t l = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool yes = l && strcmp(nl_langinfo_l(CODESET, l), "UTF-8") == 0;
	if (l)
		freelocale(l);
	return yes;
}

unsigned render_terminal(FILE *out)
{
	struct winsize w;
	int fd = fileno(out);
	if (fd < 0 || !isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20 ? w.ws_col : 80;
}

struct render *render_open(const char *format, FILE *out, const struct render_column *columns, unsigned n)
{
	const struct render_format *f = find(format);
	struct render *r = f ? calloc(1, sizeof(*r)) : NULL;
	if (!r)
		return NULL;
	r->format = f;
	r->out = out;
	r->columns = columns;
	r->ncolumns = n;
	r->terminal = render_terminal(out);
	r->utf8 = r->terminal && render_utf8();
	return r;
}

void render_set_terminal(struct render *r, unsigned width, bool utf8)
{
	r->terminal = width;
	r->utf8 = utf8;
}

static void begin(struct render *r)
{
	if (!r->begun)
		r->format->begin(r);
	r->begun = true;
}

int render_row(struct render *r, const struct value *cells)
{
	begin(r);
	r->format->row(r, cells);
	r->nrows++;
	return r->text.failed ? -1 : 0;
}

void render_flush(struct render *r)
{
	fwrite(r->text.at ? r->text.at : "", 1, r->text.used, r->out);
	r->text.used = 0;
}

int render_close(struct render *r)
{
	if (!r)
		return -1;
	begin(r);
	r->format->end(r);
	int rc = r->text.failed ? -1 : 0;
	free(r->text.at);
	free(r->cells);
	free(r);
	return rc;
}
