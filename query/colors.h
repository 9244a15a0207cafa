/* Colours of the packet list: rules of a name, a display filter and two colours; the first that a frame
 * matches is its. They are those that Wireshark has by default. */
#ifndef PCAPDEX_QUERY_COLORS_H
#define PCAPDEX_QUERY_COLORS_H

#include <stdint.h>

#include "query/session.h"

struct color_rule {
	const char *name, *filter;
	uint32_t text, ground; /* 0xRRGGBB */
};

/* The rule of each of n frames, whose ids ascend; NULL for those that have none. A rule whose filter names
 * what the archive's catalogue does not have is left out. */
void colors_of(struct session *s, const int64_t *ids, const struct color_rule **out, unsigned n);

#endif
