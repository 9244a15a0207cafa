#include "tests/dissect_test.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/registry.h"
#include "indexer/store/names.h"
#include "schema/address.h"

static struct {
	struct rows *rows;
	struct dict *dict;
	struct dissection *dissection;
	uint32_t number;
} t;
static struct info info;
static char out[65536];
static size_t used;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	used += (size_t)vsnprintf(out + used, sizeof(out) - used, format, list);
	va_end(list);
	if (used >= sizeof(out))
		abort();
}

static void fresh(void)
{
	const char *wrong = registry_init();
	if (wrong) {
		fprintf(stderr, "%s\n", wrong);
		abort();
	}
	dissection_free(t.dissection);
	rows_free(t.rows);
	dict_free(t.dict);
	t.rows = rows_new(protocols, protocols_count);
	t.dict = dict_new();
	t.dissection = dissection_new(t.rows, t.dict, 1);
	t.number = 0;
}

static size_t octets_of(const char *hex, uint8_t *octets, size_t max)
{
	size_t n = 0;
	for (; *hex; hex++) {
		unsigned v;
		if (*hex == ' ' || *hex == '\n' || *hex == '\t')
			continue;
		if (n == max || sscanf(hex, "%2x", &v) != 1)
			abort();
		octets[n++] = (uint8_t)v;
		hex++;
	}
	return n;
}

static void say_octets(const uint8_t *p, uint32_t n)
{
	for (; n; n--)
		say("%02x", *p++);
}

static void say_value(const struct row *r, const struct field *f, int64_t v, const uint8_t *frame)
{
	char text[64];
	uint8_t kind;
	size_t len;
	switch (f->kind) {
	case KIND_ETHER:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_ADDRESS: {
		const void *octets = dict_get(t.dict, DICT_ADDRESS, (uint32_t)v, &kind, &len);
		address_text(text, kind, octets, len);
		say("%s", text);
		break;
	}
	case KIND_TEXT:
	case KIND_LIST:
		say("%s", (const char *)dict_get(t.dict, DICT_TEXT, (uint32_t)v, &kind, &len));
		break;
	case KIND_RELTIME:
	case KIND_TIME:
		say("%.9f", (double)v / 1e9);
		break;
	case KIND_DOUBLE: {
		double d;
		memcpy(&d, &v, sizeof(d));
		say("%.15g", d);
		break;
	}
	case KIND_BYTES: {
		uint32_t n;
		const uint8_t *p = rows_heap(t.rows, v, &n);
		say_octets(v & ROW_HEAP ? p : frame + SPAN_OFFSET(v), SPAN_LENGTH(v));
		break;
	}
	default:
		if (f->base == BASE_HEX || f->base == BASE_HEX_DEC)
			say("0x%0*" PRIx64, f->octets * 2, (uint64_t)v);
		else
			say("%" PRId64, v);
	}
	(void)r;
}

static void say_rows(const uint8_t *frame)
{
	for (size_t b = 0; b < t.rows->nbatches; b++) {
		const struct batch *batch = &t.rows->batches[b];
		for (size_t i = 0; i < batch->n; i++) {
			const struct row *r = batch_row(batch, i);
			if (strcmp(batch->protocol, "frame") == 0)
				continue;
			say("%s", batch->record->name);
			if (batch->record->shape == RECORD_LATE)
				say(" of %" PRId64, r->frame_id);
			for (unsigned f = 0; f < batch->record->nfields; f++) {
				const struct field *field = &batch->record->fields[f];
				const char *name = field->name;
				size_t n = strlen(batch->protocol);
				if (!row_has(r, f) || !field_is_stored(field))
					continue;
				if (strncmp(name, batch->protocol, n) == 0 && name[n] == '.')
					name += n + 1;
				say(" %s=", name);
				say_value(r, field, r->v[f], frame);
			}
			say("\n");
		}
	}
}

static void run(enum claim_table table, uint32_t key, const uint8_t *octets, uint32_t cap, uint32_t len)
{
	rows_clear(t.rows);
	struct dissect_input in = { .data = octets,
		.cap_len = cap,
		.len = len,
		.table = table,
		.key = key,
		.number = ++t.number,
		.time_ns = (int64_t)t.number * 1000000 };
	const struct packet *pkt = dissect_frame(t.dissection, &in);
	used = 0;
	say("stack: ");
	for (unsigned i = 0; i < pkt->ntokens; i++)
		say(i ? ":%s" : "%s", pkt->tokens[i]->name);
	say("\n");
	say_rows(octets);
}

const char *dissect_more(enum claim_table table, uint32_t key, const char *hex, uint32_t len)
{
	static uint8_t octets[65536];
	size_t n = octets_of(hex, octets, sizeof(octets));
	run(table, key, octets, (uint32_t)n, len ? len : (uint32_t)n);
	return out;
}

const char *dissect_hex(enum claim_table table, uint32_t key, const char *hex, uint32_t len)
{
	fresh();
	return dissect_more(table, key, hex, len);
}

const char *dissect_info(enum claim_table table, uint32_t key, const char *hex)
{
	static uint8_t octets[65536];
	size_t n = octets_of(hex, octets, sizeof(octets));
	fresh();
	dissection_set_info(t.dissection, &info);
	run(table, key, octets, (uint32_t)n, (uint32_t)n);
	return info.text;
}

void dissect_prefixes(enum claim_table table, uint32_t key, const char *hex)
{
	static uint8_t octets[65536];
	size_t n = octets_of(hex, octets, sizeof(octets));
	for (size_t cut = 0; cut <= n; cut++) {
		uint8_t *exact = malloc(cut ? cut : 1);
		if (cut)
			memcpy(exact, octets, cut);
		fresh();
		dissection_set_info(t.dissection, &info);
		run(table, key, exact, (uint32_t)cut, (uint32_t)n);
		run(table, key, exact, (uint32_t)cut, (uint32_t)cut);
		free(exact);
	}
}
