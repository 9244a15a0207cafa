/* Plain, gzip (RFC 1952), zstd (RFC 8878) and LZ4 frame input; which one is told by the first octets. */
#include "indexer/reader/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#if HAVE_ZSTD
#include <zstd.h>
#endif
#if HAVE_LZ4
#include <lz4frame.h>
#endif

enum {
	PACKED_SIZE = 256 * 1024,
	WINDOW_SIZE = 1024 * 1024, /* stays in the processor's second cache; larger was not faster */
	PATIENCE_MS = 100,         /* how long one may wait for a pipe before asking whether to go on */
};

__attribute__((format(printf, 2, 3))) static void fail(struct input *in, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(in->failure, sizeof(in->failure), format, args);
	va_end(args);
	in->failed = true;
	in->ended = true;
}

/* Wait until something comes; false when nobody wants it any more. A signal does not wake the one who waits:
 * it may come just before the waiting, or to another thread. */
static bool await(struct input *in)
{
	struct pollfd one = { .fd = in->fd, .events = POLLIN };

	if (in->total) /* a file is always ready */
		return true;
	while (poll(&one, 1, PATIENCE_MS) <= 0) {
		if (!in->on_interrupt || !in->on_interrupt(in->ctx))
			continue;
		in->stopped = true;
		fail(in, "interrupted");
		return false;
	}
	return true;
}

/* One read(2), told apart from an end only by in->failed. */
static size_t read_file(struct input *in, uint8_t *to, size_t room)
{
	ssize_t n;

	do {
		if (!await(in))
			return 0;
		n = read(in->fd, to, room);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n < 0) {
		fail(in, "cannot read: %s", strerror(errno));
		return 0;
	}
	in->done += (uint64_t)n;
	return (size_t)n;
}

/* Make sure the decompressor has something to eat; false at the end of the file. */
static bool refill_packed(struct input *in)
{
	if (in->packed_at < in->packed_end)
		return true;
	if (in->packed_ended)
		return false;
	in->packed_at = 0;
	in->packed_end = read_file(in, in->packed, PACKED_SIZE);
	in->packed_ended = in->packed_end == 0;
	return !in->packed_ended;
}

/* The end of a compressed file; it is damage in the middle of a member. */
static void end_packed(struct input *in)
{
	if (in->failed)
		return;
	in->ended = true;
	if (!in->between)
		fail(in, "the %s data end too early", input_compression_name(in));
}

static size_t unpack_gzip(struct input *in, uint8_t *to, size_t room)
{
	z_stream *z = in->decoder;

	z->next_out = to;
	z->avail_out = (uInt)room;
	while (z->avail_out == room && !in->ended) {
		int rc;

		if (!refill_packed(in)) {
			end_packed(in);
			break;
		}
		z->next_in = in->packed + in->packed_at;
		z->avail_in = (uInt)(in->packed_end - in->packed_at);
		rc = inflate(z, Z_NO_FLUSH);
		in->packed_at = in->packed_end - z->avail_in;
		in->between = false;
		if (rc == Z_STREAM_END) {
			/* RFC 1952, section 2.2: members follow each other. What follows the last and does
			 * not begin like one is padding (of tapes and block devices), which gzip(1) ignores
			 * too. */
			in->between = true;
			if (refill_packed(in) && in->packed[in->packed_at] != 0x1f)
				in->ended = true;
			inflateReset(z);
		} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
			fail(in, "the gzip data are damaged: %s", z->msg ? z->msg : zError(rc));
		}
	}
	return room - z->avail_out;
}

#if HAVE_ZSTD
static size_t unpack_zstd(struct input *in, uint8_t *to, size_t room)
{
	ZSTD_outBuffer out = { to, room, 0 };

	while (out.pos == 0 && !in->ended) {
		bool fed = refill_packed(in);
		ZSTD_inBuffer packed = { in->packed, in->packed_end, in->packed_at };
		size_t rc;

		if (!fed) {
			end_packed(in);
			break;
		}
		rc = ZSTD_decompressStream(in->decoder, &out, &packed);
		in->packed_at = packed.pos;
		in->between = rc == 0;
		if (ZSTD_isError(rc))
			fail(in, "the zstd data are damaged: %s", ZSTD_getErrorName(rc));
	}
	return out.pos;
}
#endif

#if HAVE_LZ4
static size_t unpack_lz4(struct input *in, uint8_t *to, size_t room)
{
	size_t got = 0;

	while (got == 0 && !in->ended) {
		size_t out = room, rc, used;

		if (!refill_packed(in)) {
			end_packed(in);
			break;
		}
		used = in->packed_end - in->packed_at;
		rc = LZ4F_decompress(in->decoder, to, &out, in->packed + in->packed_at, &used, NULL);
		if (LZ4F_isError(rc)) {
			fail(in, "the lz4 data are damaged: %s", LZ4F_getErrorName(rc));
			break;
		}
		in->packed_at += used;
		in->between = rc == 0;
		got = out;
	}
	return got;
}
#endif

static size_t read_some(struct input *in, uint8_t *to, size_t room)
{
	size_t n = 0;

	switch (in->compression) {
	case INPUT_PLAIN:
		n = read_file(in, to, room);
		if (n == 0)
			in->ended = true;
		break;
	case INPUT_GZIP:
		n = unpack_gzip(in, to, room);
		break;
	case INPUT_ZSTD:
#if HAVE_ZSTD
		n = unpack_zstd(in, to, room);
#endif
		break;
	case INPUT_LZ4:
#if HAVE_LZ4
		n = unpack_lz4(in, to, room);
#endif
		break;
	}
	return n;
}

/* New octets stand behind the window's end: count them in and pass them on. */
static void arrived(struct input *in, size_t n)
{
	const uint8_t *from = in->end;

	in->end += n;
	if (n && in->on_raw && in->on_raw(in->ctx, from, n) != 0)
		in->stopped = true;
}

static bool grow(struct input *in, size_t want)
{
	size_t have = input_available(in),
	       capacity = in->capacity < WINDOW_SIZE ? WINDOW_SIZE : in->capacity * 2;
	uint8_t *window;

	if (capacity > want && want > WINDOW_SIZE)
		capacity = want;
	window = realloc(in->window, capacity);
	if (!window) {
		fail(in, "out of memory for %zu octets", capacity);
		return false;
	}
	in->window = window;
	in->capacity = capacity;
	in->at = window;
	in->end = window + have;
	return true;
}

const uint8_t *input_fill(struct input *in, size_t n)
{
	size_t have = input_available(in);

	if (have >= n)
		return in->at;
	if (in->at != in->window && !in->ended && !in->stopped) {
		in->window_offset += (uint64_t)(in->at - in->window);
		memmove(in->window, in->at, have);
		in->at = in->window;
		in->end = in->window + have;
	}
	while ((have = input_available(in)) < n) {
		if (in->ended || in->stopped)
			return NULL;
		if (have == in->capacity && !grow(in, n))
			return NULL;
		arrived(in, read_some(in, in->window + have, in->capacity - have));
	}
	return in->stopped ? NULL : in->at;
}

int input_drain(struct input *in)
{
	in->stopped = false;
	while (!in->ended) {
		in->at = in->end; /* nobody looks at them any more */
		input_fill(in, 1);
		in->stopped = false;
	}
	return in->failed ? -1 : 0;
}

static enum input_compression sniff(const uint8_t *p, size_t n)
{
	if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b) /* RFC 1952, section 2.3.1 */
		return INPUT_GZIP;
	if (n >= 4 && p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f &&
		p[3] == 0xfd) /* RFC 8878, section 3.1.1 */
		return INPUT_ZSTD;
	/* RFC 8878, section 3.1.2: a skippable frame, as pzstd puts it first (LZ4 has the same, none writes
	 * it) */
	if (n >= 4 && (p[0] & 0xf0) == 0x50 && p[1] == 0x2a && p[2] == 0x4d && p[3] == 0x18)
		return INPUT_ZSTD;
	if (n >= 4 && p[0] == 0x04 && p[1] == 0x22 && p[2] == 0x4d &&
		p[3] == 0x18) /* LZ4 frame format, "Magic Number" */
		return INPUT_LZ4;
	return INPUT_PLAIN;
}

/* The decompressor, or NULL when it is not built in (reason says so) or memory is out. */
static void *decoder_new(enum input_compression compression, char *reason, size_t reason_size)
{
	void *decoder = NULL;

	snprintf(reason, reason_size, "out of memory");
	switch (compression) {
	case INPUT_PLAIN:
		break;
	case INPUT_GZIP:
		decoder = calloc(1, sizeof(z_stream));
		if (decoder && inflateInit2(decoder, 15 + 16) != Z_OK) {
			free(decoder);
			decoder = NULL;
		}
		break;
	case INPUT_ZSTD:
#if HAVE_ZSTD
		decoder = ZSTD_createDCtx();
#else
		snprintf(reason, reason_size, "compressed by zstd, which this pcapdex was built without");
#endif
		break;
	case INPUT_LZ4:
#if HAVE_LZ4
	{
		LZ4F_dctx *lz4 = NULL;

		if (!LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION)))
			decoder = lz4;
	}
#else
		snprintf(reason, reason_size, "compressed by lz4, which this pcapdex was built without");
#endif
	break;
	}
	return decoder;
}

static void decoder_free(struct input *in)
{
	if (!in->decoder)
		return;
	if (in->compression == INPUT_GZIP) {
		inflateEnd(in->decoder);
		free(in->decoder);
	}
#if HAVE_ZSTD
	if (in->compression == INPUT_ZSTD)
		ZSTD_freeDCtx(in->decoder);
#endif
#if HAVE_LZ4
	if (in->compression == INPUT_LZ4)
		LZ4F_freeDecompressionContext(in->decoder);
#endif
	in->decoder = NULL;
}

/* The first read: it tells the compression. Enough for every magic number, also from a pipe that trickles. */
static int input_begin(struct input *in, char *reason, size_t reason_size)
{
	size_t n = 0, more;

	while (n < 4 && (more = read_file(in, in->window + n, PACKED_SIZE - n)) > 0)
		n += more;
	if (in->failed) {
		snprintf(reason, reason_size, "%s", in->failure);
		return -1;
	}
	in->compression = sniff(in->window, n);
	if (in->compression == INPUT_PLAIN) {
		in->ended = n == 0;
		arrived(in, n);
		return 0;
	}
	in->decoder = decoder_new(in->compression, reason, reason_size);
	in->packed = malloc(PACKED_SIZE);
	if (!in->decoder || !in->packed)
		return -1;
	memcpy(in->packed, in->window, n);
	in->packed_end = n;
	return 0;
}

int input_open(struct input *in, const char *path, int (*on_raw)(void *ctx, const uint8_t *octets, size_t n),
	int (*on_interrupt)(void *ctx), void *ctx, char *reason, size_t reason_size)
{
	bool standard_input = strcmp(path, "-") == 0;
	struct stat st;

	*in = (struct input) {
		.on_raw = on_raw, .on_interrupt = on_interrupt, .ctx = ctx, .capacity = WINDOW_SIZE
	};
	in->fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (in->fd < 0) {
		snprintf(reason, reason_size, "cannot open: %s", strerror(errno));
		return -1;
	}
	in->close_fd = !standard_input;
	if (fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode)) {
		in->total = (uint64_t)st.st_size;
		posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	in->window = malloc(in->capacity);
	in->at = in->end = in->window;
	if (!in->window) {
		snprintf(reason, reason_size, "out of memory");
		return -1;
	}
	return input_begin(in, reason, reason_size);
}

void input_close(struct input *in)
{
	decoder_free(in);
	free(in->packed);
	free(in->window);
	if (in->close_fd)
		close(in->fd);
	*in = (struct input) { .fd = -1 };
}

const char *input_compression_name(const struct input *in)
{
	static const char *const names[] = {
		[INPUT_PLAIN] = "", [INPUT_GZIP] = "gzip", [INPUT_ZSTD] = "zstd", [INPUT_LZ4] = "lz4"
	};

	return names[in->compression];
}
