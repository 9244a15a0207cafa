/* Content codings in pieces of every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "query/body_decode.h"

static char text[20000];

struct out {
	uint8_t data[sizeof(text) + 1];
	size_t n;
};

static int take(void *ctx, const uint8_t *p, size_t n)
{
	struct out *o = ctx;
	if (n > sizeof(o->data) - o->n)
		return 1;
	memcpy(o->data + o->n, p, n);
	o->n += n;
	return 0;
}

/* What zlib packs with these window bits comes out again. */
static void round_trip(const char *coding, int bits)
{
	static uint8_t packed[sizeof(text) + 100];
	z_stream z = { .next_in = (uint8_t *)text,
		.avail_in = sizeof(text),
		.next_out = packed,
		.avail_out = sizeof(packed) };
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	size_t n = z.total_out;
	deflateEnd(&z);
	const size_t sizes[] = { 1, 2, 3, 7, n };
	for (unsigned i = 0; i < 5; i++) {
		static struct out o;
		o.n = 0;
		struct body_decoder *d = body_decoder_open(coding);
		assert_non_null(d);
		for (size_t at = 0; at < n; at += sizes[i])
			assert_int_equal(
				body_decode(d, packed + at, n - at < sizes[i] ? n - at : sizes[i], take, &o),
				0);
		assert_int_equal(o.n, sizeof(text));
		assert_memory_equal(o.data, text, sizeof(text));
		assert_int_equal(body_decode(d, packed, n, take, &o), 0); /* behind the end: nothing */
		assert_int_equal(o.n, sizeof(text));
		body_decoder_close(d);
	}
}

static void gzip(void **state)
{
	(void)state;
	round_trip("gzip", MAX_WBITS + 16);
	round_trip("X-GZIP", MAX_WBITS + 16);
}

static void deflate_with_header(void **state)
{
	(void)state;
	round_trip("deflate", MAX_WBITS);
}

static void deflate_bare(void **state)
{
	(void)state;
	round_trip("deflate", -MAX_WBITS);
}

static void wrong(void **state)
{
	(void)state;
	static struct out o;
	struct body_decoder *d = body_decoder_open("gzip");
	assert_int_equal(body_decode(d, (const uint8_t *)"this is no gzip", 15, take, &o), BODY_WRONG);
	assert_int_equal(body_decode(d, (const uint8_t *)"nor this", 8, take, &o), BODY_WRONG);
	body_decoder_close(d);
	assert_null(body_decoder_open("identity"));
}

#if HAVE_BROTLI
/* A stored meta-block and the last, empty one: RFC 7932, section 9.2. WBITS 16 (bit 0), ISLAST 0, MNIBBLES 4
 * (00), MLEN - 1 = 4 (16 bits), ISUNCOMPRESSED 1, then the octets at a byte border; ISLAST 1, ISLASTEMPTY 1.
 */
static void brotli(void **state)
{
	(void)state;
	static struct out o;
	static const uint8_t packed[] = { 0x40, 0x00, 0x10, 'h', 'e', 'l', 'l', 'o', 0x03 };
	struct body_decoder *d = body_decoder_open("br");
	assert_non_null(d);
	for (size_t i = 0; i < sizeof(packed); i++)
		assert_int_equal(body_decode(d, packed + i, 1, take, &o), 0);
	assert_int_equal(o.n, 5);
	assert_memory_equal(o.data, "hello", 5);
	body_decoder_close(d);
}
#endif

int main(void)
{
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i / 7 % 26);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip),
		cmocka_unit_test(deflate_with_header),
		cmocka_unit_test(deflate_bare),
		cmocka_unit_test(wrong),
#if HAVE_BROTLI
		cmocka_unit_test(brotli)
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
