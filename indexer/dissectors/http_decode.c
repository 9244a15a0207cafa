/* Content codings (RFC 9110, section 8.4.1): gzip (RFC 1952), deflate (RFC 1950, or bare RFC 1951 as some
 * servers send it), br (RFC 7932). A body that ends early gives what could be decoded. The output is bounded
 * by DECODED_MAX; what would go beyond is left away and counted as CAP_SCRATCH. */
#include <string.h>
#include <zlib.h>
#if HAVE_BROTLI
#include <brotli/decode.h>
#endif

#include "indexer/dissectors/http.h"

#define DECODED_MAX (UINT32_C(16) << 20)

/* Room that grows. */
struct output {
	struct packet *pkt;
	uint8_t *at;
	size_t used, size;
};

/* False: no more room. */
static bool more_room(struct output *o)
{
	size_t size = o->size ? o->size * 4 : 4096;
	if (size > DECODED_MAX)
		size = DECODED_MAX;
	if (size == o->size) {
		o->pkt->dropped[CAP_SCRATCH]++;
		return false;
	}
	uint8_t *at = o->at ? pkt_scratch_resize(o->pkt, o->at, size) : pkt_scratch(o->pkt, size);
	if (!at)
		return false;
	o->at = at;
	o->size = size;
	return true;
}

/* The length of the header of a gzip member (RFC 1952, section 2.3); 0: not all there. */
static uint32_t gzip_header(const uint8_t *p, uint32_t n)
{
	enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16 };
	uint32_t at = 10;
	if (n < 10 || p[2] != Z_DEFLATED)
		return 0;
	if (p[3] & FEXTRA) {
		if (n - at < 2)
			return 0;
		uint32_t extra = 2 + le16(p + at);
		if (n - at < extra)
			return 0;
		at += extra;
	}
	for (unsigned flag = FNAME; flag <= FCOMMENT; flag *= 2) {
		if (!(p[3] & flag))
			continue;
		while (at < n && p[at])
			at++;
		at++;
	}
	if (p[3] & FHCRC)
		at += 2;
	return at <= n ? at : 0;
}

/* True: all of it, or as far as the octets went. */
static bool inflate_into(struct output *o, const uint8_t *p, uint32_t n, int window)
{
	z_stream z = { 0 };
	int rc;
	o->used = 0;
	if (inflateInit2(&z, window) != Z_OK)
		return false;
	z.next_in = (z_const Bytef *)p;
	z.avail_in = n;
	do {
		if (o->used == o->size && !more_room(o)) {
			rc = o->used ? Z_STREAM_END : Z_MEM_ERROR;
			break;
		}
		z.next_out = o->at + o->used;
		z.avail_out = (uInt)(o->size - o->used);
		rc = inflate(&z, Z_SYNC_FLUSH);
		o->used = o->size - z.avail_out;
	} while (rc == Z_OK && (z.avail_in || !z.avail_out));
	inflateEnd(&z);
	/* What is wrong further on: Wireshark has what came before it by the buffer-full only. */
	if (rc == Z_DATA_ERROR) {
		size_t buffer = (size_t)n * 2;
		buffer = buffer < 32768 ? 32768 : buffer > 10485760 ? 10485760 : buffer;
		o->used -= o->used % buffer;
	}
	return rc == Z_STREAM_END || o->used;
}

static bool unzip(struct output *o, const uint8_t *p, uint32_t n)
{
	if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b) {
		uint32_t header = gzip_header(p, n);
		return header && inflate_into(o, p + header, n - header, -MAX_WBITS);
	}
	return inflate_into(o, p, n, MAX_WBITS) || inflate_into(o, p, n, -MAX_WBITS);
}

#if HAVE_BROTLI
static bool unbrotli(struct output *o, const uint8_t *p, uint32_t n)
{
	BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	BrotliDecoderResult rc = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
	size_t left = n;
	while (state && rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
		if (o->used == o->size && !more_room(o))
			break;
		uint8_t *out = o->at + o->used;
		size_t room = o->size - o->used;
		rc = BrotliDecoderDecompressStream(state, &left, &p, &room, &out, NULL);
		o->used = o->size - room;
	}
	BrotliDecoderDestroyInstance(state);
	return state && rc != BROTLI_DECODER_RESULT_ERROR && (rc == BROTLI_DECODER_RESULT_SUCCESS || o->used);
}
#endif

bool http_decode(struct packet *pkt, struct http_span coding, struct cursor in, struct cursor *out)
{
	struct output o = { .pkt = pkt };
	bool good = false;
	if (http_is(coding, "gzip") || http_is(coding, "deflate") || http_is(coding, "x-gzip") ||
		http_is(coding, "x-deflate"))
		good = in.cap && unzip(&o, in.data, in.cap);
#if HAVE_BROTLI
	else if (http_is(coding, "br"))
		good = in.cap && unbrotli(&o, in.data, in.cap);
#endif
	if (good)
		*out = pkt_cursor(pkt, o.at ? o.at : in.data, o.used);
	return good;
}
