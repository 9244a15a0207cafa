/* pcapng (draft-ietf-opsawg-pcapng): options, and the blocks that describe packets: section, interface,
 * names, statistics, secrets. */
#include "indexer/reader/internal.h"

#include "indexer/reader/encap.h"

#include <byteswap.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	MAX_INTERFACES = 1 << 20, /* 64 MiB of them; no capture has a thousandth of it */
};

static uint16_t half(const struct reader *r, const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return r->ng.swapped ? bswap_16(v) : v;
}

static uint32_t word(const struct reader *r, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return r->ng.swapped ? bswap_32(v) : v;
}

static uint64_t word64(const struct reader *r, const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return r->ng.swapped ? bswap_64(v) : v;
}

/* Room for the texts of a block of n octets: each has a header of four octets, so its NUL is paid for. */
static bool text_room(struct reader *r, size_t n)
{
	struct pcapng *ng = &r->ng;
	char *text;

	if (n <= ng->text_room)
		return true;
	text = realloc(ng->text, n);
	if (!text)
		return false;
	ng->text = text;
	ng->text_room = n;
	return true;
}

const char *ng_text(struct reader *r, const uint8_t *value, size_t n)
{
	char *copy = r->ng.text + r->ng.text_used;

	memcpy(copy, value, n);
	copy[n] = '\0';
	r->ng.text_used += n + 1;
	return copy;
}

static bool add_comment(struct reader *r, const struct ng_option *o)
{
	struct pcapng *ng = &r->ng;

	if (ng->ncomments == ng->comments_room) {
		unsigned room = ng->comments_room ? ng->comments_room * 2 : 8;
		const char **comments = realloc(ng->comments, room * sizeof(*comments));

		if (!comments)
			return false;
		ng->comments = comments;
		ng->comments_room = room;
	}
	ng->comments[ng->ncomments++] = ng_text(r, o->value, o->length);
	return true;
}

/* Section 3.5: code, length, value padded to four octets; the list ends with code 0 or with the block. */
enum reader_status ng_options(struct reader *r, const uint8_t *b, size_t n, uint64_t offset,
	const char *(*take)(struct reader *r, void *ctx, const struct ng_option *o), void *ctx)
{
	if (!text_room(r, r->ng.text_used + n))
		return reader_damaged(r, offset, "out of memory for %zu octets of options", n);
	while (n > 0) {
		struct ng_option o;
		const char *wrong = NULL;
		size_t padded;

		if (n < 4)
			return reader_damaged(r, offset, "the block's options end in the middle of one");
		o = (struct ng_option) { half(r, b), half(r, b + 2), b + 4 };
		padded = ((size_t)o.length + 3) & ~(size_t)3;
		if (padded > n - 4)
			return reader_damaged(r, offset,
				"an option of %u octets where the block has %zu left", o.length, n - 4);
		b += 4 + padded;
		n -= 4 + padded;
		switch (o.code) {
		case OPTION_END:
			return READER_END;
		case OPTION_COMMENT:
			if (!add_comment(r, &o))
				wrong = "out of memory for comments";
			break;
		case 2988: /* custom options begin with an enterprise number: section 3.5.1 */
		case 2989:
		case 19372:
		case 19373:
			if (o.length < 4)
				wrong = "a custom option without an enterprise number";
			break;
		default:
			wrong = take(r, ctx, &o);
			break;
		}
		if (wrong)
			return reader_damaged(r, offset, "%s", wrong);
	}
	return READER_END;
}

static const char *section_option(struct reader *r, void *ctx, const struct ng_option *o)
{
	struct reader_section *s = ctx;
	const char **texts[] = { [2] = &s->hardware, [3] = &s->os, [4] = &s->application };

	if (o->code >= 2 && o->code <= 4 && !*texts[o->code])
		*texts[o->code] = ng_text(r, o->value, o->length);
	return NULL;
}

/* Section 4.1. The walk has set the byte order by this block's magic. */
enum reader_status ng_section(struct reader *r, const uint8_t *b, size_t n, uint64_t offset)
{
	struct reader_section s = { .number = r->ng.nsections, .offset = offset };
	enum reader_status status;

	if (n < 16)
		return reader_damaged(r, offset, "a section header of only %zu octets", n + 12);
	s.big_endian = b[0] == 0x1a;
	s.major = half(r, b + 4);
	s.minor = half(r, b + 6);
	/* 1.2 is written by some and means 1.0 (section 4.1). */
	if (s.major != 1 || (s.minor != 0 && s.minor != 2))
		return reader_damaged(r, offset,
			"a section of pcapng version %u.%u, which nobody has defined", s.major, s.minor);
	/* The section length (octets 8 to 15) is not needed: the blocks say where the next section begins. */
	status = ng_options(r, b + 16, n - 16, offset, section_option, &s);
	if (status != READER_END)
		return status;
	s.ncomments = r->ng.ncomments;
	s.comments = r->ng.comments;
	r->ng.nsections++;
	r->ng.first_interface = r->ng.ninterfaces;
	if (r->events.on_section && r->events.on_section(r->events.ctx, &s) != 0)
		return READER_STOPPED;
	return READER_END;
}

static const char *interface_option(struct reader *r, void *ctx, const struct ng_option *o)
{
	struct reader_interface *i = ctx;

	switch (o->code) { /* section 4.2, table 4; where one that may come once comes twice, the first counts
			    */
	case 2:            /* if_name */
		if (!i->name)
			i->name = ng_text(r, o->value, o->length);
		break;
	case 3: /* if_description */
		if (!i->description)
			i->description = ng_text(r, o->value, o->length);
		break;
	case 6: /* if_MACaddr */
		if (o->length == 6) {
			memcpy(i->mac, o->value, 6);
			i->has_mac = true;
		}
		break;
	case 8: /* if_speed */
		if (o->length == 8)
			i->speed = word64(r, o->value);
		break;
	case 9: /* if_tsresol */
		if (o->length == 1)
			i->tsresol = o->value[0];
		break;
	case 11: /* if_filter: 0 and libpcap's text, or 1 and BPF's code */
		if (o->length < 1)
			return "an interface's filter without a type";
		if (o->value[0] == 0 && !i->filter)
			i->filter = ng_text(r, o->value + 1, o->length - 1u);
		break;
	case 12: /* if_os */
		if (!i->os)
			i->os = ng_text(r, o->value, o->length);
		break;
	case 13: /* if_fcslen */
		if (o->length == 1) {
			i->fcs_len = o->value[0];
			i->has_fcs_len = true;
		}
		break;
	case 14: /* if_tsoffset */
		if (o->length == 8)
			i->offset_seconds = (int64_t)word64(r, o->value);
		break;
	case 15: /* if_hardware */
		if (!i->hardware)
			i->hardware = ng_text(r, o->value, o->length);
		break;
	default:
		break;
	}
	return NULL;
}

/* if_tsresol: a negative power of 10, or with the highest bit set of 2. 0 when it does not fit. */
static u128 resolution(uint8_t tsresol)
{
	unsigned exponent = tsresol & 0x7f;
	u128 units = 1;

	if (tsresol & 0x80)
		return units << exponent;
	if (exponent > 38)
		return 0;
	while (exponent-- > 0)
		units *= 10;
	return units;
}

int64_t ng_time(const struct ng_interface *i, uint64_t ticks)
{
	u128 units;
	int64_t seconds;

	if (i->ticks_per_second == 0) {
		/* Finer than 2^-64 s: less than two seconds in 64 bits of them, so this cannot overflow. */
		units = resolution(i->tsresol);
		return reader_time(
			i->offset_seconds, units ? (int64_t)((u128)ticks * 1000000000 / units) : 0);
	}
	units = i->ticks_per_second;
	seconds = (int64_t)(ticks / i->ticks_per_second);
	if (seconds < 0 || __builtin_add_overflow(seconds, i->offset_seconds, &seconds))
		return INT64_MAX;
	ticks %= i->ticks_per_second;
	if (i->ticks_per_second == 1000000)
		return reader_time(seconds, (int64_t)ticks * 1000);
	return reader_time(seconds, (int64_t)((u128)ticks * 1000000000 / units));
}

static bool room_for_interface(struct pcapng *ng)
{
	struct ng_interface *interfaces;
	unsigned room = ng->interfaces_room ? ng->interfaces_room * 2 : 8;

	if (ng->ninterfaces < ng->interfaces_room)
		return true;
	if (ng->ninterfaces >= MAX_INTERFACES)
		return false;
	interfaces = realloc(ng->interfaces, room * sizeof(*interfaces));
	if (!interfaces)
		return false;
	ng->interfaces = interfaces;
	ng->interfaces_room = room;
	return true;
}

/* Section 4.2 */
enum reader_status ng_interface(struct reader *r, const uint8_t *b, size_t n, uint64_t offset)
{
	struct pcapng *ng = &r->ng;
	struct reader_interface i = { .tsresol = 6 };
	enum reader_status status;
	u128 units;

	if (n < 8)
		return reader_damaged(r, offset, "an interface description of only %zu octets", n + 12);
	if (!room_for_interface(ng))
		return reader_damaged(r, offset, "more than %u interfaces", ng->ninterfaces);
	i.section = ng->nsections ? ng->nsections - 1 : 0;
	i.number = ng->ninterfaces;
	i.id = ng->ninterfaces - ng->first_interface;
	i.link_type = half(r, b);
	i.snaplen = word(r, b + 4);
	status = ng_options(r, b + 8, n - 8, offset, interface_option, &i);
	if (status != READER_END)
		return status;
	units = resolution(i.tsresol);
	i.ticks_per_second = units <= UINT64_MAX ? (uint64_t)units : 0;
	i.ncomments = ng->ncomments;
	i.comments = ng->comments;
	ng->interfaces[ng->ninterfaces++] = (struct ng_interface) {
		.link_type = i.link_type,
		.tsresol = i.tsresol,
		.snaplen = i.snaplen,
		.max_frame = encap_max_frame(i.link_type),
		.ticks_per_second = i.ticks_per_second,
		.offset_seconds = i.offset_seconds,
	};
	if (r->filter)
		filter_use(r->filter, i.link_type, encap_max_frame(i.link_type));
	if (r->events.on_interface && r->events.on_interface(r->events.ctx, &i) != 0)
		return READER_STOPPED;
	return READER_END;
}

struct statistics {
	struct reader_statistics s;
	const struct ng_interface *interface;
};

/* isb_starttime and isb_endtime have the two halves in the order of a packet's time, high first, each in the
 * section's byte order. */
static int64_t option_time(struct reader *r, const struct statistics *st, const struct ng_option *o)
{
	if (o->length != 8)
		return INT64_MIN;
	return ng_time(st->interface, (uint64_t)word(r, o->value) << 32 | word(r, o->value + 4));
}

static const char *statistics_option(struct reader *r, void *ctx, const struct ng_option *o)
{
	struct statistics *st = ctx;
	uint64_t *counts[] = { [4] = &st->s.received,
		[5] = &st->s.dropped,
		[6] = &st->s.filter_accepted,
		[7] = &st->s.os_dropped,
		[8] = &st->s.delivered };

	if (o->code == 2)
		st->s.start_ns = option_time(r, st, o);
	else if (o->code == 3)
		st->s.end_ns = option_time(r, st, o);
	else if (o->code >= 4 && o->code <= 8 && o->length == 8)
		*counts[o->code] = word64(r, o->value);
	return NULL;
}

/* Section 4.6 */
enum reader_status ng_statistics(struct reader *r, const uint8_t *b, size_t n, uint64_t offset)
{
	struct pcapng *ng = &r->ng;
	struct statistics st = { .s = { 0, INT64_MIN, INT64_MIN, INT64_MIN, UINT64_MAX, UINT64_MAX,
					 UINT64_MAX, UINT64_MAX, UINT64_MAX } };
	enum reader_status status;
	uint32_t id;

	if (n < 12)
		return reader_damaged(r, offset, "interface statistics of only %zu octets", n + 12);
	id = word(r, b);
	if (id >= ng->ninterfaces - ng->first_interface)
		return ng_other(r, 5, n, offset); /* of no interface: kept, but not understood */
	st.s.interface = ng->first_interface + id;
	st.interface = &ng->interfaces[st.s.interface];
	st.s.time_ns = ng_time(st.interface, (uint64_t)word(r, b + 4) << 32 | word(r, b + 8));
	status = ng_options(r, b + 12, n - 12, offset, statistics_option, &st);
	if (status != READER_END)
		return status;
	if (r->events.on_statistics && r->events.on_statistics(r->events.ctx, &st.s) != 0)
		return READER_STOPPED;
	return READER_END;
}

static const char *no_option(struct reader *r, void *ctx, const struct ng_option *o)
{
	(void)r;
	(void)ctx;
	(void)o;
	return NULL;
}

/* The names of one record: texts that end with NUL, up to the record's end. */
static enum reader_status names_of_record(
	struct reader *r, unsigned address_len, const uint8_t *value, size_t n, uint64_t offset)
{
	struct reader_name name = { .address_len = (uint8_t)address_len };

	if (n < address_len)
		return reader_damaged(r, offset, "a name record of %zu octets, less than its address", n);
	memcpy(name.address, value, address_len);
	for (value += address_len, n -= address_len; n > 0;) {
		const uint8_t *end = memchr(value, 0, n);

		if (!end)
			return reader_damaged(r, offset, "a name record whose name does not end");
		name.name = (const char *)value;
		if (*value && r->events.on_name && r->events.on_name(r->events.ctx, &name) != 0)
			return READER_STOPPED;
		n -= (size_t)(end - value) + 1;
		value = end + 1;
	}
	return READER_END;
}

/* Section 4.5: records like options, then options. */
enum reader_status ng_names(struct reader *r, const uint8_t *b, size_t n, uint64_t offset)
{
	static const uint8_t address_lens[] = { [1] = 4, [2] = 16, [3] = 6, [4] = 8 };

	while (n > 0) {
		enum reader_status status = READER_END;
		size_t length, padded;
		uint16_t type;

		if (n < 4)
			return reader_damaged(r, offset, "the block's name records end in the middle of one");
		type = half(r, b);
		length = half(r, b + 2);
		padded = (length + 3) & ~(size_t)3;
		if (padded > n - 4)
			return reader_damaged(r, offset,
				"a name record of %zu octets where the block has %zu left", length, n - 4);
		if (type < sizeof(address_lens) && address_lens[type])
			status = names_of_record(r, address_lens[type], b + 4, length, offset);
		if (status != READER_END)
			return status;
		b += 4 + padded;
		n -= 4 + padded;
		if (type == 0)
			return ng_options(r, b, n, offset, no_option, NULL);
	}
	return READER_END;
}

static enum reader_status tell_block(
	struct reader *r, uint32_t type, size_t n, uint64_t offset, uint32_t secrets_type)
{
	const struct reader_block block = { type, offset, (uint32_t)n + 12, secrets_type };

	if (r->events.on_block && r->events.on_block(r->events.ctx, &block) != 0)
		return READER_STOPPED;
	return READER_END;
}

/* Section 4.7 */
enum reader_status ng_secrets(struct reader *r, const uint8_t *b, size_t n, uint64_t offset)
{
	if (n < 8)
		return reader_damaged(r, offset, "decryption secrets of only %zu octets", n + 12);
	if (word(r, b + 4) > n - 8)
		return reader_damaged(r, offset, "%u octets of decryption secrets where the block has %zu",
			word(r, b + 4), n - 8);
	return tell_block(r, 10, n, offset, word(r, b));
}

enum reader_status ng_other(struct reader *r, uint32_t type, size_t n, uint64_t offset)
{
	return tell_block(r, type, n, offset, 0);
}
