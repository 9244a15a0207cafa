/* Classic pcap (draft-ietf-opsawg-pcap; libpcap's pcap-savefile(5)) and its variants.
 *
 *	file header    magic, major.minor, two words unused, snaplen, link type with FCS bits      24 octets
 *	record header  seconds, fraction, captured length, length on the wire                     16 octets
 *
 * The records are walked here and not by pcap_next(), because libpcap
 * - cuts a packet at the header's snaplen, while the file has more and Wireshark shows it;
 * - turns the numbers in some link types' data (USB, NFLOG, CAN in cooked captures) into this machine's byte
 *order, so that what is dissected would not be the octets that are stored;
 * - refuses variants that Wireshark reads; and takes 0.1 microseconds a record where this takes 0.04.
 * Its own work, the link types and filters, is left to it: filter.c. */
#include "indexer/reader/internal.h"

#include "indexer/reader/encap.h"

#include <byteswap.h>
#include <stdio.h>
#include <string.h>

enum {
	FILE_HEADER = 24,
	LOOK_AHEAD = 4 * 1024 * 1024, /* octets of records looked at to tell variants apart */
};

#define MAGIC_MICRO     0xa1b2c3d4u /* too large for enumerators of C17 */
#define MAGIC_NANO      0xa1b23c4du
#define MAGIC_MODIFIED  0xa1b2cd34u /* Alexey Kuznetsov's patches to libpcap, 1999 */
#define MAGIC_IXIA_HARD 0x1c0001acu /* Ixia lcap, by hardware: four octets more of file header */
#define MAGIC_IXIA_SOFT 0x1c0001abu /* and by software */

/* Files before version 2.3 had the two lengths of a record in the other order; some of 2.3 have, some have
 * not. */
enum pcap_lengths { LENGTHS_NORMAL, LENGTHS_SWAPPED, LENGTHS_SORTED };

static const struct variant {
	const char *container;
	uint8_t record_header;
} standard_variants[] = {
	{ "pcap", 16 },
	{ "rh6_1pcap", 24 }, /* RedHat 6.1: the modified records under the plain magic */
	{ "nokiapcap", 20 },
}, modified_variants[] = {
	{ "modpcap", 24 },
	{ "suse6_3pcap", 28 },
};

static uint32_t word(const struct pcap *pcap, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return pcap->swapped ? bswap_32(v) : v;
}

static uint16_t half(const struct pcap *pcap, const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return pcap->swapped ? bswap_16(v) : v;
}

static bool known_magic(uint32_t magic)
{
	return magic == MAGIC_MICRO || magic == MAGIC_NANO || magic == MAGIC_MODIFIED ||
	       magic == MAGIC_IXIA_HARD || magic == MAGIC_IXIA_SOFT;
}

bool pcap_magic(const uint8_t octets[4])
{
	uint32_t magic;

	memcpy(&magic, octets, sizeof(magic));
	return known_magic(magic) || known_magic(bswap_32(magic));
}

/* Read the first three records as if the file were of this variant, and count what cannot be right in the
 * first that is wrong. The tests are those by which Wireshark 4.0 goes (found by trying), so that both take
 * the same file for the same variant; later ones look at the additional fields too. */
static unsigned doubts_of_variant(struct reader *r, const struct variant *v, size_t at)
{
	const struct pcap *pcap = &r->pcap;
	unsigned doubts = 0;

	for (int i = 0; i < 3 && doubts == 0 && at < LOOK_AHEAD; i++) {
		const uint8_t *p = input_need(&r->in, at + v->record_header);
		uint32_t cap_len, len;

		if (!p)
			return input_available(&r->in) > at; /* cut, or at an end */
		cap_len = word(pcap, p + at + 8);
		len = word(pcap, p + at + 12);
		doubts += word(pcap, p + at + 4) >= 1000000;
		doubts += cap_len > pcap->max_frame;
		doubts += cap_len > pcap->snaplen;
		doubts += len > 128 * 1024 * 1024;
		doubts += cap_len > len;
		at += v->record_header + (size_t)cap_len;
		if (doubts == 0 && at < LOOK_AHEAD && !input_need(&r->in, at))
			doubts++;
	}
	return doubts;
}

static void choose_variant(struct reader *r, const struct variant *variants, size_t n)
{
	const struct variant *best = &variants[0];
	unsigned least = doubts_of_variant(r, best, FILE_HEADER);

	for (size_t i = 1; i < n && least > 0; i++) {
		unsigned doubts = doubts_of_variant(r, &variants[i], FILE_HEADER);

		if (doubts < least) {
			least = doubts;
			best = &variants[i];
		}
	}
	r->container = best->container;
	r->pcap.record_header = best->record_header;
	if (best->record_header == 20 && r->pcap.link_type == 13)
		r->pcap.link_type = 123; /* not OpenBSD's ENC but ATM, as Wireshark reads it */
}

/* AIX writes plain pcap of version 2.2 with nanoseconds, and SNMP interface types (RFC 1213, ifType) for link
 * types. */
static bool is_aix(struct pcap *pcap, uint32_t network)
{
	static const uint16_t types[][2] = { { 6, 1 }, { 9, 6 }, { 15, 10 }, { 24, 0 } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i][0] == network) {
			pcap->link_type = types[i][1];
			pcap->frame_padding = network == 15 ? 3 : 0;
			return true;
		}
	return false;
}

static enum reader_status pcap_announce(struct reader *r)
{
	const struct pcap *pcap = &r->pcap;
	const struct reader_section section = {
		.big_endian = pcap->big_endian,
		.major = pcap->major,
		.minor = pcap->minor,
	};
	const struct reader_interface interface = {
		.link_type = pcap->link_type,
		.snaplen = pcap->snaplen,
		.ticks_per_second = pcap->nanoseconds ? 1000000000 : 1000000,
		.tsresol = pcap->nanoseconds ? 9 : 6,
		.fcs_len = pcap->fcs_len,
		.has_fcs_len = pcap->has_fcs_len,
	};

	if (r->events.on_section && r->events.on_section(r->events.ctx, &section) != 0)
		return READER_STOPPED;
	if (r->events.on_interface && r->events.on_interface(r->events.ctx, &interface) != 0)
		return READER_STOPPED;
	r->pcap.announced = true;
	return READER_FRAME;
}

/* ERF has its own time, a little-endian fixed-point number of seconds, and Wireshark shows that one. */
static int64_t erf_time(const uint8_t *record)
{
	uint64_t seconds = 0, fraction = 0;

	for (int i = 3; i >= 0; i--) {
		fraction = fraction << 8 | record[i];
		seconds = seconds << 8 | record[i + 4];
	}
	return reader_time((int64_t)seconds, (int64_t)((fraction * 1000000000 + (UINT64_C(1) << 31)) >> 32));
}

static enum reader_status pcap_next_frame(struct reader *r, struct frame *f)
{
	const struct pcap *pcap = &r->pcap;
	uint64_t offset = input_offset(&r->in);
	uint32_t seconds, cap_len, len, record;
	int32_t fraction;
	unsigned padding;
	const uint8_t *p;

	if (!pcap->announced && pcap_announce(r) != READER_FRAME)
		return READER_STOPPED;
	p = input_need(&r->in, pcap->record_header);
	if (!p)
		return reader_ran_out(r, offset, "packet's header", pcap->record_header);
	seconds = word(pcap, p);
	/* A fraction of more than a second is damage. Wireshark multiplies it within 32 bits and takes the
	 * result with its sign, and so do we, for the same instant. */
	fraction = (int32_t)(pcap->nanoseconds ? word(pcap, p + 4) : word(pcap, p + 4) * 1000);
	cap_len = word(pcap, p + 8);
	len = word(pcap, p + 12);
	if (pcap->lengths == LENGTHS_SWAPPED || (pcap->lengths == LENGTHS_SORTED && cap_len > len)) {
		uint32_t other = cap_len;

		cap_len = len;
		len = other;
	}
	if (cap_len > pcap->max_frame)
		return reader_damaged(r, offset, "a packet of %u octets, more than the largest possible (%u)",
			cap_len, pcap->max_frame);
	record = pcap->record_header + cap_len;
	p = input_need(&r->in, record);
	if (!p)
		return reader_ran_out(r, offset, "packet", record);
	padding = pcap->frame_padding <= cap_len ? pcap->frame_padding : cap_len;
	*f = (struct frame) {
		.time_ns = reader_time(seconds, fraction),
		.fraction = (uint32_t)fraction < 1000000000 ? 0 : fraction,
		.has_time = true,
		.offset = offset + pcap->record_header + padding,
		.record_end = offset + record,
		.data = p + pcap->record_header + padding,
		.link_type = pcap->link_type,
	};
	reader_finish_frame(f, cap_len - padding, len > padding ? len - padding : 0);
	if (pcap->link_type == 197 && f->pseudo_len) {
		f->time_ns = erf_time(f->data - f->pseudo_len);
		f->fraction = 0;
	}
	input_take(&r->in, record);
	return READER_FRAME;
}

/* The link type's word: FCS length in units of 16 bits, a flag that it is there, reserved bits, LINKTYPE_. */
static void read_link_type(struct pcap *pcap, uint32_t network)
{
	pcap->has_fcs_len = (network & 0x04000000) != 0;
	pcap->fcs_len = pcap->has_fcs_len ? (uint8_t)((network >> 28) * 2) : 0;
	/* The reserved bits were a class of link types once; LINKTYPE_ values are those of class 0. */
	pcap->link_type = network & 0x03ff0000 ? 0xffff : (uint16_t)network;
}

static int pcap_refuse(struct reader *r, const char *why)
{
	reader_damaged(r, 0, "%s", why);
	r->error->not_a_capture = true;
	return -1;
}

int pcap_begin(struct reader *r)
{
	struct pcap *pcap = &r->pcap;
	const uint8_t *p = input_need(&r->in, 4);
	size_t header = FILE_HEADER;
	uint32_t magic, network;

	if (!p || !pcap_magic(p))
		return 1;
	memcpy(&magic, p, sizeof(magic));
	pcap->swapped = !known_magic(magic);
	magic = pcap->swapped ? bswap_32(magic) : magic;
	pcap->big_endian = p[0] == magic >> 24;
	if (magic == MAGIC_IXIA_HARD || magic == MAGIC_IXIA_SOFT)
		header += 4;
	p = input_need(&r->in, header);
	if (!p)
		return pcap_refuse(
			r, r->in.failed ? r->in.failure : "cut short in the middle of the file header");
	pcap->major = half(pcap, p + 4);
	pcap->minor = half(pcap, p + 6);
	pcap->snaplen = word(pcap, p + 16);
	network = word(pcap, p + 20);
	if (pcap->major < 2)
		return pcap_refuse(r, "a pcap file of a version before 2.0");
	if (pcap->major == 543 || (pcap->major == 2 && pcap->minor < 3)) /* 543.0 is DG/UX's */
		pcap->lengths = LENGTHS_SWAPPED;
	else if (pcap->major == 2 && pcap->minor == 3)
		pcap->lengths = LENGTHS_SORTED;
	read_link_type(pcap, network);
	pcap->max_frame = encap_max_frame(pcap->link_type);
	/* Ixia's hardware is said to count nanoseconds; Wireshark 4.0 shows its files in microseconds, and so
	 * do we. */
	pcap->nanoseconds = magic == MAGIC_NANO;
	pcap->record_header = 16;
	r->container = pcap->nanoseconds ? "nsecpcap" : "pcap";
	if (magic == MAGIC_MODIFIED) {
		choose_variant(
			r, modified_variants, sizeof(modified_variants) / sizeof(modified_variants[0]));
	} else if (magic == MAGIC_MICRO && pcap->major == 2 && pcap->minor == 2 && is_aix(pcap, network)) {
		pcap->nanoseconds = true;
		pcap->max_frame = encap_max_frame(pcap->link_type);
		r->container = "aixpcap";
	} else if (magic == MAGIC_MICRO && pcap->lengths == LENGTHS_NORMAL) {
		choose_variant(
			r, standard_variants, sizeof(standard_variants) / sizeof(standard_variants[0]));
	}
	if (r->filter) {
		const char *why = filter_use(r->filter, pcap->link_type, pcap->max_frame);

		if (why) {
			reader_damaged(r, 0, "the filter cannot be used on this capture: %s", why);
			return -1;
		}
	}
	input_take(&r->in, header);
	r->next = pcap_next_frame;
	return 0;
}
