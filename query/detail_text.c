/* Values as the tree shows them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/detail.h"
#include "query/render/render.h"
#include "query/time_text.h"

static void number_text(char *out, size_t size, const struct detail_field *f)
{
	uint64_t v = (uint64_t)f->integer;
	int digits = f->mask ? (__builtin_popcountll(f->mask) + 3) / 4 : f->octets * 2;
	switch (f->kind == KIND_UINT ? (enum base)f->base : BASE_DEC) {
	case BASE_HEX:
		snprintf(out, size, "0x%0*" PRIx64, digits, v);
		break;
	case BASE_OCT:
		snprintf(out, size, "0%" PRIo64, v);
		break;
	case BASE_DEC_HEX:
		snprintf(out, size, f->value_name ? "%" PRIu64 : "%" PRIu64 " (0x%0*" PRIx64 ")", v, digits,
			v);
		break;
	case BASE_HEX_DEC:
		snprintf(out, size, f->value_name ? "0x%0*" PRIx64 : "0x%0*" PRIx64 " (%" PRIu64 ")", digits,
			v, v);
		break;
	default:
		snprintf(out, size, f->kind == KIND_UINT ? "%" PRIu64 : "%" PRId64, f->integer);
	}
}

#define BYTES_SHOWN 36 /* octets; what is longer is cut, as Wireshark's tree does */

static void bytes_text(char *out, size_t size, const struct detail_field *f)
{
	size_t used = 0;
	out[0] = '\0';
	if (f->base == BASE_TEXT) {
		snprintf(out, size, "%u bytes", f->nbytes);
		return;
	}
	for (uint32_t i = 0; f->bytes && i < f->nbytes; i++) {
		if (i == BYTES_SHOWN || size - used < 8) {
			snprintf(out + used, size - used, "…");
			return;
		}
		used += (size_t)snprintf(out + used, size - used, "%02x", f->bytes[i]);
	}
}

/* A text that a packet says: what is no printable character as an escape. */
static void escaped_text(char *out, size_t size, const char *text)
{
	static const char from[] = "\a\b\f\n\r\t\v", to[] = "abfnrtv";
	size_t used = 0;
	for (const char *p = text; *p && size - used > 5; p++) {
		const char *named = strchr(from, *p);
		if (named)
			used += (size_t)snprintf(out + used, size - used, "\\%c", to[named - from]);
		else if ((unsigned char)*p < 0x20 || *p == 0x7f)
			used += (size_t)snprintf(out + used, size - used, "\\%03o", (unsigned char)*p);
		else
			out[used++] = *p;
	}
	out[used] = '\0';
}

/* Numbers of a list, by their base. */
static void list_text(char *out, size_t size, const struct detail_field *f)
{
	char *end;
	size_t used = 0;
	for (const char *p = f->text; *p && used + 1 < size; p = *end == ',' ? end + 1 : end) {
		unsigned long long v = strtoull(p, &end, 10);
		if (end == p)
			return;
		used += (size_t)(f->base == BASE_HEX
					 ? snprintf(out + used, size - used, "%s0x%0*llx", used ? "," : "",
						   f->octets * 2, v)
					 : snprintf(out + used, size - used, "%s%llu", used ? "," : "", v));
	}
}

unsigned detail_list_count(const struct detail_field *f)
{
	unsigned n = f->text && f->text[0];
	for (const char *p = f->text; p && *p; p++)
		n += *p == ',';
	return n;
}

bool detail_list_number(struct detail_field *one, const struct detail_field *f, unsigned index)
{
	const char *p = f->text;
	while (p && *p && index--)
		p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL;
	if (!p || !*p)
		return false;
	*one = *f;
	one->kind = KIND_UINT;
	one->integer = strtoll(p, NULL, 10);
	for (const struct value_name *v = f->names; v && v->name; v++)
		if (v->value == one->integer)
			one->value_name = v->name;
	if (f->names && !one->value_name)
		one->value_name = "Unknown";
	return true;
}

bool detail_list_item(char *out, size_t size, const struct detail_field *f, unsigned index)
{
	struct detail_field one;
	if (!detail_list_number(&one, f, index))
		return false;
	detail_value_text(out, size, &one);
	return true;
}

void detail_value_text(char *out, size_t size, const struct detail_field *f)
{
	char number[64];
	uint64_t ns = f->integer < 0 ? -(uint64_t)f->integer : (uint64_t)f->integer;
	out[0] = '\0';
	switch (f->kind) {
	case KIND_NONE:
		break;
	case KIND_BOOL:
		if (f->value_name)
			snprintf(out, size, "%s", f->value_name);
		else
			snprintf(out, size, "%s",
				f->mask      ? (f->integer ? "Set" : "Not set")
				: f->integer ? "True"
					     : "False");
		break;
	case KIND_TIME:
		if (f->text)
			snprintf(out, size, "%s", f->text);
		else
			time_text(out, size, f->integer);
		break;
	case KIND_RELTIME:
		if (f->text)
			snprintf(out, size, "%s seconds", f->text);
		else
			snprintf(out, size, "%s%" PRIu64 ".%09" PRIu64 " seconds", f->integer < 0 ? "-" : "",
				ns / 1000000000, ns % 1000000000);
		break;
	case KIND_DOUBLE:
		snprintf(out, size, "%.15g", f->real);
		break;
	case KIND_BYTES:
		bytes_text(out, size, f);
		break;
	case KIND_UINT:
	case KIND_INT:
	case KIND_FRAME:
	case KIND_STACK:
	case KIND_PROTOCOL:
		number_text(number, sizeof(number), f);
		snprintf(out, size, f->value_name ? "%s (%s)" : "%s%s", f->value_name ? f->value_name : "",
			number);
		break;
	case KIND_LIST:
		if (f->text)
			list_text(out, size, f);
		break;
	case KIND_TEXT:
		escaped_text(out, size, f->text ? f->text : "");
		break;
	default:
		snprintf(out, size, "%s", f->text ? f->text : "");
	}
}
