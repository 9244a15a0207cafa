/* HTTP/1.x, SSDP and what they carry. Messages are written here from the RFCs, their wanted rows by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "indexer/dissectors/base64.h"
#include "indexer/registry.h"
#include "tests/dissect_test.h"

/* An IPv4 packet with a TCP segment between 192.0.2.1:1024 (client) and 192.0.2.2:80, in hexadecimal. */
static uint32_t seq[2];

static const char *segment(unsigned side, const void *octets, size_t n)
{
	static char hex[20000];
	const uint8_t *p = octets;
	int used = sprintf(hex,
		"4500%04x 00010000 40060000 c00002%02x c00002%02x %04x%04x %08x%08x 5018ffff 00000000",
		(unsigned)(40 + n), side + 1, 2 - side, side ? 80 : 1024, side ? 1024 : 80, seq[side],
		seq[!side]);
	for (size_t i = 0; i < n; i++)
		used += sprintf(hex + used, "%02x", p[i]);
	seq[side] += (uint32_t)n;
	return hex;
}

enum { IPV4 = 0x0800 };

/* The first segment of a new connection. */
static const char *first(unsigned side, const char *text)
{
	seq[0] = 1000;
	seq[1] = 5000;
	return dissect_hex(CLAIM_ETHERTYPE, IPV4, segment(side, text, strlen(text)), 0);
}

static const char *then(unsigned side, const char *text)
{
	return dissect_more(CLAIM_ETHERTYPE, IPV4, segment(side, text, strlen(text)), 0);
}

static const char *then_octets(unsigned side, const void *octets, size_t n)
{
	return dissect_more(CLAIM_ETHERTYPE, IPV4, segment(side, octets, n), 0);
}

static void has(const char *rows, const char *want)
{
	if (!strstr(rows, want))
		fail_msg("no \"%s\" in\n%s", want, rows);
}

static void has_not(const char *rows, const char *unwanted)
{
	if (strstr(rows, unwanted))
		fail_msg("\"%s\" in\n%s", unwanted, rows);
}

static void stack_is(const char *rows, const char *want)
{
	char line[300];
	snprintf(line, sizeof(line), "stack: ethertype:ip:tcp%s\n", want);
	assert_memory_equal(rows, line, strlen(line));
}

#define GET         "GET /a?b=c&d HTTP/1.1\r\nHost: example.com\r\nCookie: x=1; y=2\r\n\r\n"
#define OK(headers) "HTTP/1.1 200 OK\r\n" headers "\r\n"

/* RFC 9112, sections 3 to 5. */
static void request_and_response(void **state)
{
	(void)state;
	const char *rows = first(0, GET);
	stack_is(rows, ":http");
	has(rows,
		"http type=1 version=HTTP/1.1 request.method=GET request.uri=/a?b=c&d "
		"full_uri=http://example.com/a?b=c&d number=1 request.uri.path=/a request.uri.query=b=c&d\n");
	has(rows, "http_header code=267 line=Host: example.com\r\n at=7\n"); /* 1 << 8 | HEADER_HOST */
	has(rows, "http_parameter request.uri.query.parameter=b=c\n");
	has(rows, "http_parameter request.uri.query.parameter=d\n");
	has(rows, "http_cookie cookie_pair=x=1\n");
	has(rows, "http_cookie cookie_pair=y=2\n");
	rows = then(1, OK("Content-Type: text/plain\r\nContent-Length: 3\r\n") "abc");
	stack_is(rows, ":http:data-text-lines");
	has(rows, "http type=2 version=HTTP/1.1 full_uri=http://example.com/a?b=c&d response.code=200 "
		  "response.phrase=OK number=1 request_in=1 time=0.001000000 file_data=616263\n");
	has(rows, "content_length=3\n");
	has(rows, "http_response_in of 1 response_in=2\n");
	rows = then(0, "GET / HTTP/1.1\r\n\r\n");
	has(rows, "number=2 prev_request_in=1\n");
	has(rows, "http_next_request of 1 next_request_in=3\n");
	has(rows, "http_next_request of 2 next_request_in=3\n");
}

/* A segment that brings octets of the message once more, the same or others: by tshark, which takes the first
 * ones and puts a segment of others into tcp.segment.error. */
static void segments_overlap(void **state)
{
	(void)state;
	first(0, GET);
	then(1, OK("Content-Length: 4\r\n") "ab");
	seq[1]--;
	const char *rows = then(1, "bcd");
	has(rows, "file_data=61626364\n");
	has(rows, "tcp_segment segment=2\n");
	has(rows, "tcp_segment segment=3 segment.overlap=1\n");
	first(0, GET);
	then(1, OK("Content-Length: 4\r\n") "ab");
	seq[1]--;
	rows = then(1, "xcd");
	has(rows, "file_data=61626364\n");
	has(rows, "tcp_segment segment=2\n");
	has(rows, "tcp_segment segment.error=3 segment.overlap=1\n");
}

/* RFC 9112, section 6: who tells where the body ends. */
static void framing(void **state)
{
	(void)state;
	first(0, GET);
	stack_is(then(1, "HTTP/1.1 200 OK\r\nContent-"), "");
	stack_is(then(1, "Length: 4\r\n\r\nab"), "");
	const char *rows = then(1, "cd");
	stack_is(rows, ":http:data");
	has(rows, "file_data=61626364\n");
	rows = then(1, "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n");
	stack_is(rows, ":http");
	then(0, "HEAD / HTTP/1.1\r\n\r\n");
	stack_is(then(1, OK("Content-Length: 9\r\n")), ":http");
	/* Two requests at once are two rows and one token. */
	rows = then(0, "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
	stack_is(rows, ":http");
	has(rows, "request.uri=/1");
	has(rows, "request.uri=/2");
}

/* RFC 9112, section 7.1. */
static void chunks(void **state)
{
	(void)state;
	first(0, GET);
	const char *rows = then(1,
		OK("Transfer-Encoding: chunked\r\n") "5;x=y\r\nhello\r\n3\r\n wo\r\n0\r\nTrailer: t\r\n\r\n");
	stack_is(rows, ":http:data");
	has(rows, "file_data=68656c6c6f20776f chunked_trailer_part=Trailer: t\r\n\n");
	has(rows, "http_chunk chunk_size=5\nhttp_chunk chunk_size=3\nhttp_chunk chunk_size=0\n");
	/* The last chunk is missing. */
	stack_is(then(1, OK("Transfer-Encoding: chunked\r\n") "5\r\nhello\r\n"), "");
	stack_is(then(1, "0\r\n\r\n"), ":http:data");
}

/* Made with gzip (RFC 1952): "hello". */
static const uint8_t gzipped[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0,
	0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0 };

static void codings(void **state)
{
	char text[200];
	int n = sprintf(text,
		OK("Content-Encoding: gzip\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n"),
		sizeof(gzipped));
	(void)state;
	memcpy(text + n, gzipped, sizeof(gzipped));
	first(0, GET);
	const char *rows = then_octets(1, text, (size_t)n + sizeof(gzipped));
	stack_is(rows, ":http:data-text-lines");
	has(rows, "file_data=68656c6c6f\n");
	/* What is none is shown as it is. */
	rows = then(
		1, OK("Content-Encoding: gzip\r\nContent-Type: text/html\r\nContent-Length: 3\r\n") "abc");
	stack_is(rows, ":http:data");
	has_not(rows, "file_data");
	uint8_t out[8];
	assert_int_equal(base64_decode(out, (const uint8_t *)"dXNlcg==", 8), 4); /* RFC 4648 */
	assert_memory_equal(out, "user", 4);
}

static void bodies(void **state)
{
	(void)state;
	const char *rows = first(0, "POST / HTTP/1.1\r\nContent-Type: "
				    "application/x-www-form-urlencoded\r\nContent-Length: 13\r\n\r\n"
				    "a=b+c&d=%41&e");
	stack_is(rows, ":http:urlencoded-form");
	has(rows, "urlencoded_form_item key=a value=b c\n");
	has(rows, "urlencoded_form_item key=d value=A\n");
	has(rows, "urlencoded_form_item key=e\n");
	first(0, GET);
	rows = then(1,
		OK("Content-Type: application/JSON; x=y\r\nContent-Length: 17\r\n") "{\"a\":[1,{\"b\":2}]}");
	stack_is(rows, ":http:json");
	has(rows, "json_node kind=4 path_text=/a/[] name=[] value=1\n");
	has(rows, "json_node kind=4 path_text=/a/[]/b name=b value=2\n");
	stack_is(then(1, OK("Content-Type: application/json\r\nContent-Length: 9\r\n") "{\"a\":1}no"),
		":http:json:data-text-lines");
	stack_is(then(1, OK("Content-Type: image/x-none\r\nContent-Length: 1\r\n") "x"), ":http:media");
	stack_is(then(1, OK("Content-Length: 1\r\n") "x"), ":http:data");
	rows = then(1,
		OK("Content-Type: multipart/mixed; boundary=\"=\"\r\nContent-Length: 59\r\n") "--="
											      "\r\n\r\nraw"
											      "\r\n--="
											      "\r\nContent"
											      "-Type: "
											      "text/"
											      "plain\r\n\r"
											      "\nlines\r\n"
											      "--=--\r\n");
	stack_is(rows, ":http:mime_multipart:data:data-text-lines");
	/* As tshark shows it: a header in one line, nothing beside its signs; and it takes a part whose end
	 * has no line of its own. */
	rows = then(1,
		OK("Content-Type: multipart/mixed; boundary=B\r\nContent-Length: 116\r\n") "pre\r\n--"
											   "B\r\nContent-"
											   "Description:  A  "
											   "b ,\r\n\tc = \"d "
											   "; e\"\r\n"
											   "Content-Type: "
											   "application/"
											   "octet-"
											   "stream\r\n\r\nab-"
											   "-B--\r\nbehind "
											   "it\r\n");
	stack_is(rows, ":http:mime_multipart:data");
	has(rows, "mime_multipart_header code=12 value=--B\r\n\n");
	has(rows, "mime_multipart_header code=1 value=A b,c=\"d ; e\"\n");
	has(rows, "mime_multipart_header code=13 value=--B--\r\n\n");
	rows = then(1, OK("Content-Type: text/xml\r\nContent-Length: 14\r\n") "<a b=\"c\">d</a>");
	stack_is(rows, ":http:xml");
	has(rows, "xml_node tag=<a b=\"c\">\nxml_node attribute=b=\"c\"\nxml_node cdata=d\n");
}

/* RFC 9110, section 9.3.6, and RFC 6455, section 5.7 (the examples there). */
static void other_protocols(void **state)
{
	(void)state;
	static const uint8_t masked[] = { 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58 };
	first(0, "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
	then(1, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
	const char *rows = then_octets(0, masked, sizeof(masked));
	stack_is(rows, ":http:websocket:data-text-lines");
	has(rows, "websocket first=129 length=5 second=133 masking_key=37fa213d\n");
	stack_is(then(1, "\x01\x03Hel"), ":http:websocket"); /* a message in two frames */
	stack_is(then(1, "\x80\x02lo"), ":http:websocket:data-text-lines");
	stack_is(then(1, "\x81\x05Hel"), "");
	stack_is(then(1, "lo"), ":http:websocket:data-text-lines");
	first(0, "CONNECT example.com:9 HTTP/1.1\r\n\r\n");
	then(1, "HTTP/1.1 200 Connection established\r\n\r\n");
	rows = then_octets(0, "\0\1\2", 3);
	stack_is(rows, ":http:data");
	has(rows, "http proxy_connect_host=example.com proxy_connect_port=9\n");
}

/* RFC 9113, section 3.4; RFC 7541, appendix C.4.1 (with Huffman codes) and C.4.2 (from the dynamic table). */
static void http2(void **state)
{
	static const uint8_t one[] = { 0, 0, 17, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 0x8c, 0xf1, 0xe3,
		0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff };
	static const uint8_t two[] = { 0, 0, 12, 1, 5, 0, 0, 0, 3, 0x82, 0x86, 0x84, 0xbe, 0x58, 0x86, 0xa8,
		0xeb, 0x10, 0x64, 0x9c, 0xbf };
	(void)state;
	const char *rows = first(0, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
	stack_is(rows, ":http:http2");
	rows = then_octets(0, one, sizeof(one));
	stack_is(rows, ":http:http2");
	has(rows, "http2 length=17 type=1 flags=0x05 word=1 ");
	has(rows, "request.full_uri=http://www.example.com/");
	has(rows, "http2_header header.name=:authority header.value=www.example.com repr=1 header.index=1 "
		  "header.name.length=10 header.value.length=15\n");
	rows = then_octets(0, two, sizeof(two));
	has(rows, "header.name=:authority header.value=www.example.com repr=0 header.index=62");
	has(rows, "header.name=cache-control header.value=no-cache");
}

static void not_http(void **state)
{
	(void)state;
	stack_is(first(0, "\1\2\3"), "");
	stack_is(first(0, "nothing of the kind\r\n"), "");
	first(0, GET);
	const char *rows = then(1, "no start line\r\n");
	stack_is(rows, ":http:data");
	/* Of one of its media types HTTP is sure. */
	assert_ptr_equal(registry_media("TEXT/html; charset=x", 20), registry_media("text/plain", 10));
	assert_null(registry_media("text/", 5));
}

static void cut_and_short(void **state)
{
	(void)state;
	seq[0] = seq[1] = 1;
	static char hex[20000];
	strcpy(hex, segment(0, GET, strlen(GET)));
	dissect_prefixes(CLAIM_ETHERTYPE, IPV4, hex);
	static const char chunked[] =
		OK("Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n") "7\r\n{\"a\":1}"
										       "\r\n0\r\n\r\n";
	strcpy(hex, segment(1, chunked, strlen(chunked)));
	dissect_prefixes(CLAIM_ETHERTYPE, IPV4, hex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_and_response),
		cmocka_unit_test(segments_overlap),
		cmocka_unit_test(framing),
		cmocka_unit_test(chunks),
		cmocka_unit_test(codings),
		cmocka_unit_test(bodies),
		cmocka_unit_test(other_protocols),
		cmocka_unit_test(http2),
		cmocka_unit_test(not_http),
		cmocka_unit_test(cut_and_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
