/* Which hardware address ARP said an IPv4 address has: to notice when two stations claim one. */
#ifndef PCAPDEX_TRACK_BINDING_H
#define PCAPDEX_TRACK_BINDING_H

#include <stdint.h>

struct bindings;

struct binding_clash {
	uint32_t frame; /* where the other station was last seen with the address; 0 no clash */
	int64_t time_ns;
};

struct bindings *bindings_new(void);
void bindings_free(struct bindings *all);

/* `mac` was said to have `ip` in this frame. The first station seen keeps the address. When the cap of known
 * addresses is reached, new ones are not remembered; *dropped counts them. */
struct binding_clash bindings_take(struct bindings *all, uint32_t ip, const uint8_t mac[6], uint32_t frame,
	int64_t time_ns, uint64_t *dropped);

#endif
