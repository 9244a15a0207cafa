#include "query/walk.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/reader/reader.h"
#include "query/command.h"
#include "schema/list.h"

static int add(struct walk *w, const char *path, uint64_t size)
{
	struct walk_file *files = list_room(w->files, &w->size, w->n, sizeof(*files));
	if (!files)
		return -1;
	w->files = files;
	char *copy = strdup(path);
	if (!copy)
		return -1;
	w->files[w->n++] = (struct walk_file) { copy, size };
	w->octets += size;
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void unreadable(struct walk *w, const char *path, int error)
{
	char *text = NULL, **failed = realloc(w->failed, (w->nfailed + 1) * sizeof(char *));
	if (failed)
		w->failed = failed;
	if (failed && asprintf(&text, "%s: %s", path, strerror(error)) >= 0)
		w->failed[w->nfailed++] = text;
	complain(0, "%s: %s", path, strerror(error));
}

/* 0, or -1 when out of memory. */
static int take(struct walk *w, const FTSENT *e)
{
	switch (e->fts_info) {
	case FTS_F:
		switch (reader_probe(e->fts_accpath)) {
		case 1:
			return add(w, e->fts_path, (uint64_t)e->fts_statp->st_size);
		case 0:
			w->skipped++;
			return 0;
		default:
			unreadable(w, e->fts_path, errno);
			return 0;
		}
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		unreadable(w, e->fts_path, e->fts_errno);
		return 0;
	case FTS_DEFAULT: /* pipes, devices, sockets: opening one might wait for ever */
	case FTS_SLNONE:
		w->skipped++;
		return 0;
	default: /* folders before and after; FTS_DC, a link that leads back up */
		return 0;
	}
}

static int add_folder(struct walk *w, const char *path)
{
	char *const roots[] = { (char *)(uintptr_t)path, NULL };
	FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	int rc = 0;
	if (!fts) {
		unreadable(w, path, errno);
		return 0;
	}
	for (FTSENT *e; rc == 0 && (errno = 0, e = fts_read(fts));)
		rc = take(w, e);
	if (rc == 0 && errno)
		unreadable(w, path, errno);
	fts_close(fts);
	return rc;
}

int walk_add(struct walk *w, const char *path)
{
	struct stat sb;
	if (strcmp(path, "-") == 0)
		return add(w, path, 0);
	if (stat(path, &sb) < 0) {
		unreadable(w, path, errno);
		return 0;
	}
	if (S_ISDIR(sb.st_mode))
		return add_folder(w, path);
	return add(w, path, S_ISREG(sb.st_mode) ? (uint64_t)sb.st_size : 0);
}

void walk_free(struct walk *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->files[i].path);
	for (size_t i = 0; i < w->nfailed; i++)
		free(w->failed[i]);
	free(w->files);
	free(w->failed);
}
