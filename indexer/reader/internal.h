/* What the files of this room share: the reader with the state of the format it reads. */
#ifndef PCAPDEX_READER_INTERNAL_H
#define PCAPDEX_READER_INTERNAL_H

#include "indexer/reader/input.h"
#include "indexer/reader/reader.h"

struct filter;

/* State of a classic pcap file; pcap.c. */
struct pcap {
	uint8_t record_header; /* octets: 16, or 20 to 28 in variants */
	uint8_t frame_padding; /* octets before each frame's data, counted in its lengths (AIX, FDDI) */
	uint8_t lengths;       /* enum pcap_lengths */
	bool swapped;          /* of the other byte order than this machine's */
	bool nanoseconds;
	bool announced; /* on_section and on_interface have been called */
	uint16_t link_type, major, minor;
	uint32_t snaplen, max_frame;
	uint8_t fcs_len;
	bool has_fcs_len;
	bool big_endian;
};

/* What the packets of an interface need to be read; the rest of it is told to the owner and forgotten. */
struct ng_interface {
	uint16_t link_type;
	uint8_t tsresol;
	uint32_t snaplen, max_frame;
	uint64_t ticks_per_second;
	int64_t offset_seconds;
};

/* State of a pcapng file; pcapng.c. */
struct pcapng {
	bool swapped; /* this section's byte order is not this machine's */
	unsigned nsections;
	unsigned first_interface; /* of this section, in interfaces[] */
	struct ng_interface *interfaces;
	unsigned ninterfaces, interfaces_room;
	char *text; /* NUL-terminated copies of a block's texts */
	size_t text_used, text_room;
	const char **comments;
	unsigned ncomments, comments_room;
	int64_t last_time; /* of the record before */
};

struct reader {
	struct input in;
	struct reader_events events;
	struct reader_error *error;
	struct filter *filter; /* NULL: every frame */
	enum reader_status (*next)(struct reader *r, struct frame *f);
	enum reader_status last; /* other than READER_FRAME: it is the answer from now on */
	const char *container;
	struct pcap pcap;
	struct pcapng ng;
};

/* Note where and why; gives READER_DAMAGED. */
__attribute__((format(printf, 3, 4))) enum reader_status reader_damaged(
	struct reader *r, uint64_t offset, const char *format, ...);

/* The input had not the `wanted` octets of a record that begins at `offset`: an end, a stop, or damage. */
enum reader_status reader_ran_out(struct reader *r, uint64_t offset, const char *record, uint64_t wanted);

/* Take away the link type's pseudo-header, and what else Wireshark takes away. */
void reader_finish_frame(struct frame *f, uint32_t cap_len, uint32_t len);

/* Seconds and nanoseconds as time_ns; held at the ends of the range. */
int64_t reader_time(int64_t seconds, int64_t nanoseconds);

/* 0 when the input begins as a classic pcap file (then r->next reads it), 1 when not, -1 when it does but
 * cannot be read (error is filled). */
int pcap_begin(struct reader *r);
bool pcap_magic(const uint8_t magic[4]);

int pcapng_begin(struct reader *r);
bool pcapng_magic(const uint8_t head[12]);
void pcapng_end(struct reader *r);

/* Blocks other than packets; pcapng_blocks.c. `b` is the body, the block without its type and both lengths.
 */
enum reader_status ng_section(struct reader *r, const uint8_t *b, size_t n, uint64_t offset);
enum reader_status ng_interface(struct reader *r, const uint8_t *b, size_t n, uint64_t offset);
enum reader_status ng_statistics(struct reader *r, const uint8_t *b, size_t n, uint64_t offset);
enum reader_status ng_names(struct reader *r, const uint8_t *b, size_t n, uint64_t offset);
enum reader_status ng_secrets(struct reader *r, const uint8_t *b, size_t n, uint64_t offset);
enum reader_status ng_other(struct reader *r, uint32_t type, size_t n, uint64_t offset);

/* An option's value in a block; the walk calls `take` for each. */
struct ng_option {
	uint16_t code, length;
	const uint8_t *value;
};
/* READER_END when all were taken, else what went wrong. Comments are collected in r->ng.comments. */
enum reader_status ng_options(struct reader *r, const uint8_t *b, size_t n, uint64_t offset,
	const char *(*take)(struct reader *r, void *ctx, const struct ng_option *o), void *ctx);
const char *ng_text(struct reader *r, const uint8_t *value, size_t n);
int64_t ng_time(const struct ng_interface *i, uint64_t ticks);

/* A --bpf expression; filter.c. */
int filter_new(struct filter **out, const char *expression, char *reason, size_t reason_size);
/* Compile for a link type, or find it compiled; NULL, or why the expression cannot hold on it. */
const char *filter_use(struct filter *filter, uint16_t link_type, uint32_t snaplen);
bool filter_match(struct filter *filter, const struct frame *f);
/* NULL, or why the expression could not hold on any link type it met. */
const char *filter_useless(const struct filter *filter);
void filter_free(struct filter *filter);

#endif
