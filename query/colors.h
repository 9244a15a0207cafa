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

struct colors;

/* NULL when out of memory. A rule whose filter names what the archive's catalogue does not have is left out.
 */
struct colors *colors_open(struct session *s);
void colors_close(struct colors *c); /* takes NULL; before the session is closed */

/* The rule of a frame, or NULL. */
const struct color_rule *colors_of(struct colors *c, int64_t capture_id, int64_t frame_id);

#endif
