/* Writing pcapng (draft-ietf-opsawg-pcapng): section header, interfaces, packets; little-endian, nanoseconds.
 */
#ifndef PCAPDEX_QUERY_PCAPNG_WRITE_H
#define PCAPDEX_QUERY_PCAPNG_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct pcapng_writer {
	FILE *out;
	uint8_t *block; /* the one that is being put together */
	size_t used, size;
	bool failed; /* out of memory */
	uint32_t interfaces;
};

struct pcapng_section_info {
	const char *hardware, *os, *application, *comment; /* NULL: none, as below */
};

struct pcapng_interface_info {
	uint16_t link_type;
	uint32_t snaplen;
	const char *name, *description, *filter, *os, *hardware, *comment;
	const char *mac;        /* 02:00:00:00:00:01 */
	uint64_t speed;         /* bit/s, 0 unknown */
	int fcs_len;            /* octets, -1 unknown */
	int64_t offset_seconds; /* what times of its packets count from */
};

struct pcapng_packet_info {
	uint32_t interface;
	uint64_t time_ns; /* from the interface's offset_seconds */
	uint32_t cap_len, len;
	const uint8_t *data;
	unsigned ncomments;
	const char *const *comments;
	bool has_flags, has_packet_id;
	uint32_t flags;
	uint64_t packet_id;
};

void pcapng_begin_section(struct pcapng_writer *w, const struct pcapng_section_info *s);
/* Gives the interface's id. */
uint32_t pcapng_add_interface(struct pcapng_writer *w, const struct pcapng_interface_info *i);
/* Keys to decrypt packets that follow. */
void pcapng_add_secrets(struct pcapng_writer *w, uint32_t type, const uint8_t *secrets, uint32_t length);
void pcapng_add_packet(struct pcapng_writer *w, const struct pcapng_packet_info *p);

/* Free; 0, or -1 when memory ran out or the file could not be written. */
int pcapng_finish(struct pcapng_writer *w);

#endif
