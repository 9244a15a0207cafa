/* Values as the tree shows them. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "query/detail.h"
#include "query/render/render.h"

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

/* Nov 14, 2023 22:13:20.000000000 UTC */
static void time_text(char *out, size_t size, int64_t ns)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
		"Oct", "Nov", "Dec" };
	struct tm tm;
	time_t seconds = ns / 1000000000 - (ns % 1000000000 < 0);
	gmtime_r(&seconds, &tm);
	snprintf(out, size, "%s %2d, %d %02d:%02d:%02d.%09" PRId64 " UTC", months[tm.tm_mon], tm.tm_mday,
		tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, ns - (int64_t)seconds * 1000000000);
}

static void bytes_text(char *out, size_t size, const struct detail_field *f)
{
	size_t used = 0;
	out[0] = '\0';
	if (f->base == BASE_TEXT) {
		snprintf(out, size, "%u bytes", f->nbytes);
		return;
	}
	for (uint32_t i = 0; f->bytes && i < f->nbytes; i++) {
		if (size - used < 8) {
			snprintf(out + used, size - used, "...");
			return;
		}
		used += (size_t)snprintf(out + used, size - used, "%02x", f->bytes[i]);
	}
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
		time_text(out, size, f->integer);
		break;
	case KIND_RELTIME:
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
	default:
		snprintf(out, size, "%s", f->text ? f->text : "");
	}
}
