#include "query/csv_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/command.h"

#define CSV_MAX (64u << 20)

static int read_all(struct csv *c, FILE *f, const char *path)
{
	size_t used = 0, size = 0, n;
	do {
		if (used + 1 >= size) {
			size = size ? size * 2 : 1u << 16;
			char *text = realloc(c->text, size);
			if (!text || size > 2 * CSV_MAX)
				return complain(-1, "%s: too large for a manifest", path);
			c->text = text;
		}
		n = fread(c->text + used, 1, size - used - 1, f);
		used += n;
	} while (n);
	c->text[used] = '\0';
	if (ferror(f))
		return complain(-1, "%s: %s", path, strerror(errno));
	return strlen(c->text) == used ? 0 : complain(-1, "%s: is no CSV: it has a NUL octet", path);
}

static unsigned count_in_line(const char *p, char which)
{
	unsigned n = 0;
	for (; *p && *p != '\n'; p++)
		n += *p == which;
	return n;
}

int csv_open(struct csv *c, const char *path)
{
	*c = (struct csv) { 0 };
	FILE *f = fopen(path, "rbe");
	if (!f)
		return complain(-1, "%s: %s", path, strerror(errno));
	int rc = read_all(c, f, path);
	fclose(f);
	if (rc < 0)
		return -1;
	c->at = strncmp(c->text, "\xef\xbb\xbf", 3) == 0 ? c->text + 3 : c->text;
	c->separator = ',';
	for (const char *other = ";\t"; *other; other++)
		if (count_in_line(c->at, *other) > count_in_line(c->at, c->separator))
			c->separator = *other;
	return 0;
}

static int add_cell(struct csv *c, char *cell)
{
	if (c->ncells == c->size) {
		unsigned size = c->size ? c->size * 2 : 16;
		char **cells = realloc(c->cells, size * sizeof(char *));
		if (!cells)
			return complain(-1, "out of memory");
		c->cells = cells;
		c->size = size;
	}
	c->cells[c->ncells++] = cell;
	return 0;
}

/* The text of a quoted cell, behind its first quote; "" is a quote. NULL: it does not end. */
static char *unquote(struct csv *c, char *p)
{
	for (char *out = p;; p++) {
		if (!*p)
			return NULL;
		if (*p == '"' && p[1] != '"') {
			*out = '\0';
			return p + 1;
		}
		p += *p == '"';
		c->line += *p == '\n';
		*out++ = *p;
	}
}

int csv_next(struct csv *c, const char *path)
{
	char *p = c->at, end;
	for (c->line++; *p == '\n' || (*p == '\r' && p[1] == '\n'); c->line++)
		p += *p == '\r' ? 2 : 1;
	c->ncells = 0;
	if (!*p)
		return 0;
	unsigned line = c->line;
	do {
		char *cell = p;
		if (*p == '"') {
			p = unquote(c, ++cell);
			if (!p)
				return complain(-1, "%s: line %u: a quote without its end", path, line);
			if (*p == '\r' && p[1] == '\n')
				p++;
			if (*p && *p != c->separator && *p != '\n')
				return complain(-1, "%s: line %u: text behind a quoted cell", path, line);
		} else {
			while (*p && *p != c->separator && *p != '\n')
				p++;
		}
		end = *p;
		if (p > cell && *p != c->separator && p[-1] == '\r')
			p[-1] = '\0';
		*p = '\0';
		p += end != '\0';
		if (add_cell(c, cell) < 0)
			return -1;
	} while (end == c->separator);
	c->at = p;
	return 1;
}

void csv_close(struct csv *c)
{
	free(c->text);
	free(c->cells);
	*c = (struct csv) { 0 };
}
