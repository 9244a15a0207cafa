/* The octets of a capture file, decompressed, as one growing window over a stream.
 *
 *	const uint8_t *p = input_need(in, 16); // NULL: the input ends (or fails, or was stopped) before that
 *	...
 *	input_take(in, 16);
 *
 * A pointer is good until the next input_need(). The window never holds more than what was asked for in one
 * piece plus one read, and grows only as octets really arrive, so a length that lies costs no memory. */
#ifndef PCAPDEX_READER_INPUT_H
#define PCAPDEX_READER_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum input_compression { INPUT_PLAIN, INPUT_GZIP, INPUT_ZSTD, INPUT_LZ4 };

struct input {
	const uint8_t *at, *end; /* what is read and not yet taken */
	uint8_t *window;         /* where at and end point into */
	size_t capacity;
	uint64_t window_offset; /* of window[0] in the decompressed file */
	int (*on_raw)(void *ctx, const uint8_t *octets, size_t n);
	int (*on_interrupt)(void *ctx); /* may be NULL: go on waiting */
	void *ctx;
	bool stopped; /* on_raw or on_interrupt asked for it */
	bool ended;   /* nothing more comes, for good or for bad */
	bool failed;  /* for bad: see failure */
	char failure[160];
	int fd;
	bool close_fd;
	enum input_compression compression;
	uint64_t done, total; /* octets of the file on disk: read, in all (0 unknown) */
	uint8_t *packed;      /* compressed octets read and not yet given to the decompressor */
	size_t packed_at, packed_end;
	bool packed_ended; /* the file on disk is at its end */
	bool between;      /* at the border of two gzip members or frames, where an end is no damage */
	void *decoder;     /* z_stream, ZSTD_DCtx or LZ4F_dctx */
};

/* 0, or -1 with a reason. on_raw may be called already. */
int input_open(struct input *in, const char *path, int (*on_raw)(void *ctx, const uint8_t *octets, size_t n),
	int (*on_interrupt)(void *ctx), void *ctx, char *reason, size_t reason_size);
void input_close(struct input *in);

/* Read until the window holds n octets; NULL when there are not as many. */
const uint8_t *input_fill(struct input *in, size_t n);

/* Read to the end of the file, for on_raw; 0, or -1 when the input failed. */
int input_drain(struct input *in);

const char *input_compression_name(const struct input *in);

static inline const uint8_t *input_need(struct input *in, size_t n)
{
	return n <= (size_t)(in->end - in->at) ? in->at : input_fill(in, n);
}

static inline void input_take(struct input *in, size_t n)
{
	in->at += n;
}

static inline size_t input_available(const struct input *in)
{
	return (size_t)(in->end - in->at);
}

static inline uint64_t input_offset(const struct input *in)
{
	return in->window_offset + (uint64_t)(in->at - in->window);
}

#endif
