#include "query/hierarchy.h"

#include <stdlib.h>
#include <string.h>

static int add_node(struct hierarchy *h, const char *name, size_t len, int parent)
{
	if (h->n == h->size) {
		int size = h->size ? h->size * 2 : 64;
		struct hierarchy_node *nodes = realloc(h->nodes, (size_t)size * sizeof(*nodes));
		if (!nodes)
			return -1;
		h->nodes = nodes;
		h->size = size;
	}
	struct hierarchy_node *n = &h->nodes[h->n];
	*n = (struct hierarchy_node) {
		.name = strndup(name, len), .parent = parent, .child = -1, .next = -1, .last_child = -1
	};
	if (!n->name)
		return -1;
	if (parent >= 0) {
		struct hierarchy_node *p = &h->nodes[parent];
		if (p->last_child >= 0)
			h->nodes[p->last_child].next = h->n;
		else
			p->child = h->n;
		p->last_child = h->n;
	}
	return h->n++;
}

static int child_named(const struct hierarchy *h, int parent, const char *name, size_t len)
{
	int i = h->nodes[parent].child;
	while (i >= 0 && (strncmp(h->nodes[i].name, name, len) != 0 || h->nodes[i].name[len]))
		i = h->nodes[i].next;
	return i;
}

static int find(struct hierarchy *h, int at, const char *name, size_t len, bool paths)
{
	int found = child_named(h, at, name, len);
	for (int up = at; !paths && found < 0 && h->nodes[up].parent >= 0; up = h->nodes[up].parent)
		found = child_named(h, h->nodes[up].parent, name, len);
	return found >= 0 ? found : add_node(h, name, len, at);
}

static void count(struct hierarchy *h, int i, uint64_t frames, uint64_t bytes)
{
	struct hierarchy_node *n = &h->nodes[i];
	if (n->walk != h->walks)
		n->packets += frames;
	n->walk = h->walks;
	n->pdus += frames;
	n->bytes += bytes;
}

/* Above the frames that have comments, beside "frame". */
static int add_comments(struct hierarchy *h)
{
	int i = add_node(h, "pkt_comment", 11, -1);
	if (i > 0)
		h->nodes[0].next = h->comments = i;
	return i;
}

int hierarchy_add(struct hierarchy *h, const char *items, const uint64_t *lengths, unsigned nlengths,
	uint64_t frames, uint64_t bytes, bool paths)
{
	static const char commented[] = "pkt_comment:frame";
	const size_t n = sizeof(commented) - 1;
	uint64_t last = bytes;
	unsigned i = 0;
	int at = 0;
	if (!h->n && add_node(h, "frame", 5, -1) < 0)
		return -1;
	h->walks++;
	if (strncmp(items, commented, n) == 0 && (items[n] == ':' || !items[n])) {
		if (!h->comments && add_comments(h) < 0)
			return -1;
		count(h, h->comments, frames, paths ? bytes : 0);
		if (paths && (at = find(h, h->comments, "frame", 5, true)) < 0)
			return -1;
		items += n + (items[n] == ':');
		i = 2;
	}
	count(h, at, frames, bytes);
	for (const char *p = items; *p; i++) {
		size_t len = strcspn(p, ":");
		if (len) {
			at = find(h, at, p, len, paths);
			if (at < 0)
				return -1;
			last = paths ? bytes : lengths && i < nlengths ? lengths[i] : 0;
			count(h, at, frames, last);
		}
		p += len + (p[len] == ':');
	}
	h->nodes[at].end_packets += frames;
	h->nodes[at].end_bytes += last;
	return 0;
}

int hierarchy_next(const struct hierarchy *h, int i)
{
	if (h->nodes[i].child >= 0)
		return h->nodes[i].child;
	while (i >= 0 && h->nodes[i].next < 0)
		i = h->nodes[i].parent;
	return i < 0 ? -1 : h->nodes[i].next;
}

unsigned hierarchy_level(const struct hierarchy *h, int i)
{
	unsigned level = 0;
	for (i = h->nodes[i].parent; i >= 0; i = h->nodes[i].parent)
		level++;
	return level;
}

void hierarchy_free(struct hierarchy *h)
{
	for (int i = 0; i < h->n; i++)
		free(h->nodes[i].name);
	free(h->nodes);
	*h = (struct hierarchy) { 0 };
}
