#include "query/body_decode.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>
#if HAVE_BROTLI
#include <brotli/decode.h>
#endif

#define OUT_SIZE 65536

struct body_decoder {
	z_stream z;
	bool zlib;    /* the zlib stream is open */
	bool deflate; /* the coding is deflate: with its header or without */
	bool done, wrong;
	uint8_t head[2]; /* the first octets of deflate */
	size_t nhead;
#if HAVE_BROTLI
	BrotliDecoderState *brotli;
#endif
	uint8_t out[OUT_SIZE];
};

struct body_decoder *body_decoder_open(const char *coding)
{
	struct body_decoder *d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	if (strcasecmp(coding, "gzip") == 0 || strcasecmp(coding, "x-gzip") == 0) {
		d->zlib = inflateInit2(&d->z, MAX_WBITS + 32) == Z_OK; /* gzip or zlib, by its header */
	} else if (strcasecmp(coding, "deflate") == 0) {
		d->deflate = true;
		d->zlib = inflateInit2(&d->z, MAX_WBITS + 32) == Z_OK;
#if HAVE_BROTLI
	} else if (strcasecmp(coding, "br") == 0) {
		d->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
		if (d->brotli)
			return d;
#endif
	}
	if (d->zlib)
		return d;
	free(d);
	return NULL;
}

void body_decoder_close(struct body_decoder *d)
{
	if (!d)
		return;
	if (d->zlib)
		inflateEnd(&d->z);
#if HAVE_BROTLI
	BrotliDecoderDestroyInstance(d->brotli);
#endif
	free(d);
}

static int inflate_piece(struct body_decoder *d, const uint8_t *p, size_t n, body_decoder_fn *take, void *ctx)
{
	d->z.next_in = (uint8_t *)(uintptr_t)p;
	d->z.avail_in = (uInt)n;
	for (;;) {
		d->z.next_out = d->out;
		d->z.avail_out = OUT_SIZE;
		int rc = inflate(&d->z, Z_NO_FLUSH);
		size_t came = OUT_SIZE - d->z.avail_out;
		int taken = came ? take(ctx, d->out, came) : 0;
		if (taken)
			return taken;
		if (rc == Z_STREAM_END) {
			d->done = true;
			return 0;
		}
		if (rc != Z_OK && rc != Z_BUF_ERROR)
			return BODY_WRONG;
		if (d->z.avail_out) /* all that there was has been taken */
			return 0;
	}
}

/* The header of zlib is two octets (RFC 1950, section 2.2): after them it is known whether there is one. */
static int inflate_deflate(
	struct body_decoder *d, const uint8_t *p, size_t n, body_decoder_fn *take, void *ctx)
{
	if (d->nhead == 2)
		return inflate_piece(d, p, n, take, ctx);
	while (n && d->nhead < 2) {
		d->head[d->nhead++] = *p++;
		n--;
	}
	if (d->nhead < 2)
		return 0;
	bool zlib = (d->head[0] & 15) == Z_DEFLATED && (d->head[0] << 8 | d->head[1]) % 31 == 0;
	bool gzip = d->head[0] == 0x1f && d->head[1] == 0x8b;
	if (!zlib && !gzip && inflateReset2(&d->z, -MAX_WBITS) != Z_OK)
		return BODY_WRONG;
	int rc = inflate_piece(d, d->head, 2, take, ctx);
	return rc || !n || d->done ? rc : inflate_piece(d, p, n, take, ctx);
}

#if HAVE_BROTLI
static int unbrotli_piece(
	struct body_decoder *d, const uint8_t *p, size_t n, body_decoder_fn *take, void *ctx)
{
	BrotliDecoderResult rc;
	do {
		uint8_t *out = d->out;
		size_t room = OUT_SIZE;
		rc = BrotliDecoderDecompressStream(d->brotli, &n, &p, &room, &out, NULL);
		int taken = room < OUT_SIZE ? take(ctx, d->out, OUT_SIZE - room) : 0;
		if (taken)
			return taken;
	} while (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
	d->done = rc == BROTLI_DECODER_RESULT_SUCCESS;
	return rc == BROTLI_DECODER_RESULT_ERROR ? BODY_WRONG : 0;
}
#endif

int body_decode(struct body_decoder *d, const uint8_t *p, size_t n, body_decoder_fn *take, void *ctx)
{
	int rc = 0;
	if (d->wrong)
		return BODY_WRONG;
	if (d->done || !n)
		return 0;
#if HAVE_BROTLI
	if (d->brotli)
		rc = unbrotli_piece(d, p, n, take, ctx);
#endif
	if (d->zlib)
		rc = (d->deflate ? inflate_deflate : inflate_piece)(d, p, n, take, ctx);
	d->wrong = rc == BODY_WRONG;
	return rc;
}
