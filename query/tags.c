#include "query/tags.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "query/csv_read.h"

/* A line of a manifest: a path, and its tags. */
struct line {
	const char *manifest;
	unsigned number;
	char *path;
	char **keys, **values;
	unsigned n;
	bool used;
};

struct tagger {
	const struct args *args;
	struct line *lines;
	unsigned nlines, lines_size;
	unsigned asked, unmatched; /* paths that no pattern agreed with */
	char *first_unmatched;
	struct index_tag tags[TAGS_MAX];
	char *texts[2 * TAGS_MAX]; /* what tags point to */
	unsigned n;
};

bool tag_split(const char *text, size_t *key_len, const char **value)
{
	const char *equals = strchr(text, '=');
	if (!equals || equals == text)
		return false;
	*key_len = (size_t)(equals - text);
	*value = equals + 1;
	return true;
}

/* ---- patterns ---- */

/* Matches all of the path; what {KEY} stands for is as short as the rest allows. */
static int match(const char *p, const char *path, struct path_tag *out, unsigned n, unsigned max)
{
	const char *close = *p == '{' ? strchr(p, '}') : NULL;
	bool across = *p == '*' && p[1] == '*';
	if (!*p)
		return *path ? -1 : (int)n;
	if (close) {
		for (size_t len = 1; path[len - 1] && path[len - 1] != '/'; len++) {
			int rc = match(close + 1, path + len, out, n + 1, max);
			if (rc < 0)
				continue;
			if (n < max)
				out[n] = (struct path_tag) { p + 1, path, (size_t)(close - p - 1), len };
			return rc;
		}
		return -1;
	}
	if (*p == '*') {
		for (;; path++) {
			int rc = match(p + (across ? 2 : 1), path, out, n, max);
			if (rc >= 0 || !*path || (*path == '/' && !across))
				return rc;
		}
	}
	if (!*path || (*p == '?' ? *path == '/' : *p != *path))
		return -1;
	return match(p + 1, path + 1, out, n, max);
}

int path_match(const char *pattern, const char *path, struct path_tag *out, unsigned max)
{
	if (*pattern == '/')
		return match(pattern, path, out, 0, max);
	for (const char *from = path; from; from = strchr(from, '/')) {
		from += *from == '/';
		int rc = match(pattern, from, out, 0, max);
		if (rc >= 0)
			return rc;
	}
	return -1;
}

/* EXIT_DONE, or EXIT_USAGE after a message. */
static int check_pattern(const char *pattern)
{
	unsigned n = 0;
	for (const char *p = pattern; (p = strchr(p, '{')); n++) {
		const char *close = strchr(p, '}');
		if (!close || close == p + 1 || memchr(p + 1, '{', (size_t)(close - p - 1)) ||
			memchr(p, '/', (size_t)(close - p)))
			return complain(EXIT_USAGE, "--tag-from-path %s: {KEY} is a name in braces", pattern);
		p = close;
	}
	return n && n < TAGS_MAX ? EXIT_DONE
				 : complain(EXIT_USAGE, "--tag-from-path %s: has no {KEY}", pattern);
}

/* ---- manifests ---- */

static struct line *add_line(struct tagger *t)
{
	if (t->nlines == t->lines_size) {
		unsigned size = t->lines_size ? t->lines_size * 2 : 64;
		struct line *lines = realloc(t->lines, size * sizeof(*lines));
		if (!lines)
			return NULL;
		t->lines = lines;
		t->lines_size = size;
	}
	t->lines[t->nlines] = (struct line) { 0 };
	return &t->lines[t->nlines++];
}

static int take_row(struct tagger *t, const struct csv *c, char **keys, unsigned nkeys, unsigned path_column,
	const char *manifest)
{
	const char *path = path_column < c->ncells ? c->cells[path_column] : "";
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	size_t len = strlen(path);
	while (len && path[len - 1] == '/')
		len--;
	if (!len)
		return complain(-1, "%s: line %u: no path", manifest, c->line);
	for (unsigned i = nkeys; i < c->ncells; i++) /* spreadsheets may end lines with empty cells */
		if (c->cells[i][0])
			return complain(
				-1, "%s: line %u: %u cells, but %u columns", manifest, c->line, i + 1, nkeys);
	struct line *l = add_line(t);
	if (!l || !(l->path = strndup(path, len)) || !(l->keys = calloc(2 * (size_t)nkeys, sizeof(char *))))
		return complain(-1, "out of memory");
	l->manifest = manifest;
	l->number = c->line;
	l->values = l->keys + nkeys;
	for (unsigned i = 0; i < c->ncells && i < nkeys; i++) {
		if (i == path_column || !keys[i][0] || !c->cells[i][0])
			continue;
		l->keys[l->n] = strdup(keys[i]);
		l->values[l->n] = strdup(c->cells[i]);
		l->n++;
		if (!l->keys[l->n - 1] || !l->values[l->n - 1])
			return complain(-1, "out of memory");
	}
	return 0;
}

static int read_manifest(struct tagger *t, const char *manifest)
{
	struct csv c;
	char **keys = NULL;
	unsigned nkeys = 0, path_column = UINT_MAX;
	int rc = csv_open(&c, manifest);
	int row = rc == 0 ? csv_next(&c, manifest) : -1;
	if (row > 0 && !(keys = calloc(c.ncells, sizeof(char *))))
		row = complain(-1, "out of memory");
	for (; row > 0 && nkeys < c.ncells; nkeys++) {
		keys[nkeys] = c.cells[nkeys]; /* stays in the text */
		if (strcmp(keys[nkeys], "path") == 0)
			path_column = nkeys;
	}
	if (row >= 0 && path_column == UINT_MAX)
		row = complain(-1, "%s: its first line has no column `path`", manifest);
	if (row > 0 && nkeys > TAGS_MAX)
		row = complain(-1, "%s: more than %d columns", manifest, TAGS_MAX);
	while (row > 0 && (row = csv_next(&c, manifest)) > 0)
		if (take_row(t, &c, keys, nkeys, path_column, manifest) < 0)
			row = -1;
	free(keys);
	csv_close(&c);
	return row < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* Is it the file, or a folder above it? Relative ones from any folder of the path on. */
static bool names_path(const char *named, const char *path)
{
	size_t len = strlen(named);
	for (const char *from = path; from; from = *named == '/' ? NULL : strchr(from, '/')) {
		from += *from == '/' && *named != '/';
		if (strncmp(from, named, len) == 0 && (!from[len] || from[len] == '/'))
			return true;
	}
	return false;
}

/* The line that says most about the path. */
static struct line *find_line(struct tagger *t, const char *path)
{
	struct line *best = NULL;
	for (unsigned i = 0; i < t->nlines; i++)
		if (names_path(t->lines[i].path, path)) {
			t->lines[i].used = true;
			if (!best || strlen(t->lines[i].path) >= strlen(best->path))
				best = &t->lines[i];
		}
	return best;
}

/* ---- all of them ---- */

int tagger_open(struct tagger **t, const struct args *args)
{
	struct tagger *new = calloc(1, sizeof(*new));
	size_t key_len;
	const char *value;
	int status = EXIT_DONE;
	*t = new;
	if (!new)
		return complain(EXIT_FAILED, "out of memory");
	new->args = args;
	for (unsigned i = 0; args_nth(args, "tag", i); i++)
		if (!tag_split(args_nth(args, "tag", i), &key_len, &value))
			return complain(EXIT_USAGE, "%s: --tag needs KEY=VALUE, not %s", args->command->name,
				args_nth(args, "tag", i));
	for (unsigned i = 0; status == EXIT_DONE && args_nth(args, "tag-from-path", i); i++)
		status = check_pattern(args_nth(args, "tag-from-path", i));
	for (unsigned i = 0; status == EXIT_DONE && args_nth(args, "manifest", i); i++)
		status = read_manifest(new, args_nth(args, "manifest", i));
	return status;
}

static void forget(struct tagger *t)
{
	for (unsigned i = 0; i < 2 * t->n; i++)
		free(t->texts[i]);
	t->n = 0;
}

/* A key that comes again has its last value. */
static int put(struct tagger *t, const char *key, size_t key_len, const char *value, size_t value_len)
{
	char *text = strndup(value, value_len);
	unsigned k = 0;
	while (k < t->n && (strlen(t->tags[k].key) != key_len || memcmp(t->tags[k].key, key, key_len) != 0))
		k++;
	if (k == TAGS_MAX || !text) {
		free(text);
		return complain(-1, text ? "more than %d tags" : "out of memory", TAGS_MAX);
	}
	if (k == t->n) {
		if (!(t->texts[2 * k] = strndup(key, key_len))) {
			free(text);
			return complain(-1, "out of memory");
		}
		t->n++;
	} else {
		free(t->texts[2 * k + 1]);
	}
	t->texts[2 * k + 1] = text;
	t->tags[k] = (struct index_tag) { t->texts[2 * k], text };
	return 0;
}

static int put_from_path(struct tagger *t, const char *path)
{
	struct path_tag found[TAGS_MAX];
	bool some = false;
	for (unsigned i = 0; args_nth(t->args, "tag-from-path", i); i++) {
		int n = path_match(args_nth(t->args, "tag-from-path", i), path, found, TAGS_MAX);
		some |= n >= 0;
		for (int k = 0; k < n; k++)
			if (put(t, found[k].key, found[k].key_len, found[k].value, found[k].value_len) < 0)
				return -1;
	}
	t->asked++;
	if (!some && t->unmatched++ == 0)
		t->first_unmatched = strdup(path);
	return 0;
}

int tagger_tags(struct tagger *t, const char *path, const struct index_tag **out)
{
	char absolute[PATH_MAX];
	size_t key_len;
	const char *value;
	if (strcmp(path, "-") != 0 && realpath(path, absolute))
		path = absolute;
	forget(t);
	*out = t->tags;
	for (unsigned i = 0; args_nth(t->args, "tag", i); i++) {
		const char *tag = args_nth(t->args, "tag", i);
		if (tag_split(tag, &key_len, &value) && put(t, tag, key_len, value, strlen(value)) < 0)
			return -1;
	}
	if (put_from_path(t, path) < 0)
		return -1;
	const struct line *l = find_line(t, path);
	for (unsigned i = 0; l && i < l->n; i++)
		if (put(t, l->keys[i], strlen(l->keys[i]), l->values[i], strlen(l->values[i])) < 0)
			return -1;
	return (int)t->n;
}

void tagger_report(const struct tagger *t)
{
	if (args_nth(t->args, "tag-from-path", 0) && t->unmatched)
		complain(0, "%u of %u paths match no --tag-from-path, the first of them: %s", t->unmatched,
			t->asked, t->first_unmatched ? t->first_unmatched : "?");
	unsigned n = 0, first = 0;
	for (unsigned i = t->nlines; i; i--)
		if (!t->lines[i - 1].used) {
			n++;
			first = i - 1;
		}
	if (n)
		complain(0,
			"%s: %u of %u paths are those of no capture here, the first of them on line %u: %s",
			t->lines[first].manifest, n, t->nlines, t->lines[first].number, t->lines[first].path);
}

void tagger_close(struct tagger *t)
{
	if (!t)
		return;
	forget(t);
	for (unsigned i = 0; i < t->nlines; i++) {
		for (unsigned k = 0; k < t->lines[i].n; k++) {
			free(t->lines[i].keys[k]);
			free(t->lines[i].values[k]);
		}
		free(t->lines[i].keys);
		free(t->lines[i].path);
	}
	free(t->lines);
	free(t->first_unmatched);
	free(t);
}
