/* A form's fields as a browser sends them (WHATWG URL, application/x-www-form-urlencoded): "a=b&c=d+e%20f".
 */
#include <string.h>

#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_urlencoded_form;

enum { FORM_KEY, FORM_VALUE, FORM_NFIELDS };
static const struct field form_fields[FORM_NFIELDS] = {
	[FORM_KEY] = { "urlencoded-form.key", "Key", KIND_TEXT },
	[FORM_VALUE] = { "urlencoded-form.value", "Value", KIND_TEXT },
};
static const struct record records[] = {
	{ "urlencoded_form", RECORD_LAYER, 0, NULL, NULL },
	{ "urlencoded_form_item", RECORD_CHILD, FORM_NFIELDS, form_fields, NULL },
};

static int hex(uint8_t c)
{
	return c >= '0' && c <= '9'                     ? c - '0'
	       : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
							: -1;
}

static void take_text(struct packet *pkt, struct row *row, unsigned field, const uint8_t *p, size_t n)
{
	uint8_t *out = pkt_scratch(pkt, n + 1);
	size_t used = 0;
	for (size_t i = 0; out && i < n; i++) {
		int high = p[i] == '%' && n - i > 2 ? hex(p[i + 1]) : -1, low = high < 0 ? -1 : hex(p[i + 2]);
		if (low >= 0) {
			out[used++] = (uint8_t)(high << 4 | low);
			i += 2;
		} else {
			out[used++] = p[i] == '+' ? ' ' : p[i];
		}
	}
	if (out)
		row_text(row, field, (const char *)out, strnlen((const char *)out, used), p, (uint32_t)n);
}

static enum verdict form_dissect(struct packet *pkt, struct cursor *c)
{
	const uint8_t *p = c->data, *end = p + c->cap;
	row_open(pkt, &proto_urlencoded_form, 0);
	info_media(pkt);
	while (p < end) {
		const uint8_t *stop = memchr(p, '&', (size_t)(end - p));
		if (!stop)
			stop = end;
		const uint8_t *equal = memchr(p, '=', (size_t)(stop - p));
		struct row *row = row_open(pkt, &proto_urlencoded_form, 1);
		take_text(pkt, row, FORM_KEY, p, (size_t)((equal ? equal : stop) - p));
		if (equal)
			take_text(pkt, row, FORM_VALUE, equal + 1, (size_t)(stop - equal - 1));
		p = stop + 1;
	}
	return MINE;
}

static const char *const types[] = { "application/x-www-form-urlencoded", NULL };

const struct protocol proto_urlencoded_form = {
	.name = "urlencoded-form",
	.title = "HTML Form URL Encoded",
	.spec = "WHATWG URL, section 5",
	.help = "What was typed into a form of a web page.",
	.id = PROTO_ID_urlencoded_form,
	.nrecords = 2,
	.records = records,
	.media_types = types,
	.dissect = form_dissect,
};
