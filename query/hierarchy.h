/* The tree of Wireshark's Protocol Hierarchy, out of the stacks of frames. */
#ifndef PCAPDEX_QUERY_HIERARCHY_H
#define PCAPDEX_QUERY_HIERARCHY_H

#include <stdbool.h>
#include <stdint.h>

struct hierarchy_node {
	char *name;              /* filter name */
	int parent, child, next; /* indexes; -1 none */
	int last_child;
	uint64_t packets, bytes, pdus;
	uint64_t end_packets, end_bytes;
	uint64_t walk; /* the last stack that came by: a frame counts once a node */
};

struct hierarchy {
	struct hierarchy_node *nodes; /* [0] is "frame", once anything was added */
	int n, size;
	int comments; /* "pkt_comment", beside it; 0 none */
	uint64_t walks;
};

/* Frames of one stack, in the order in which stacks first appeared: `items` are the tree's top-level items
 * ("eth:ip:tcp"; "pkt_comment:frame:eth:ip:tcp" where the frames have comments, which stand above them),
 * lengths the octets that each has in all these frames (NULL: none are known).
 *
 * The window's rule: an item is the node of its name among the children of the node before, else among the
 * siblings of that node or of one above it; only then a new child. So IP inside GRE is the IP that is there
 * already. `paths` is the rule of `tshark -z io,phs`: always a child, and each node counts whole frames. */
int hierarchy_add(struct hierarchy *h, const char *items, const uint64_t *lengths, unsigned nlengths,
	uint64_t frames, uint64_t bytes, bool paths);

/* The node after `i` in the order of the tree, -1 at the end. */
int hierarchy_next(const struct hierarchy *h, int i);
unsigned hierarchy_level(const struct hierarchy *h, int i); /* 0: frame */

void hierarchy_free(struct hierarchy *h);

#endif
