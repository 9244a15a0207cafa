/* QUIC's transport parameters as Wireshark's tree shows them below the extension of TLS that carries them.
 * Numbers: IANA's registry "QUIC Transport Parameters"; those of drafts and of Google by their drafts. */
#include <inttypes.h>
#include <stdio.h>

#include "indexer/dissectors/tls_tree.h"

enum shape { OCTETS, INTEGER, FLAG, VERSION }; /* FLAG: there or not */

static const struct parameter {
	uint32_t id;
	enum shape shape;
	const char *name, *label, *unit; /* label NULL: the name */
} parameters[] = {
	{ 0x00, OCTETS, "original_destination_connection_id", "original_destination_connection_id", "" },
	{ 0x01, INTEGER, "max_idle_timeout", NULL, " ms" },
	{ 0x02, OCTETS, "stateless_reset_token", "stateless_reset_token", "" },
	{ 0x03, INTEGER, "max_udp_payload_size", NULL, "" },
	{ 0x04, INTEGER, "initial_max_data", NULL, "" },
	{ 0x05, INTEGER, "initial_max_stream_data_bidi_local", NULL, "" },
	{ 0x06, INTEGER, "initial_max_stream_data_bidi_remote", NULL, "" },
	{ 0x07, INTEGER, "initial_max_stream_data_uni", NULL, "" },
	{ 0x08, INTEGER, "initial_max_streams_bidi", NULL, "" },
	{ 0x09, INTEGER, "initial_max_streams_uni", NULL, "" },
	{ 0x0a, INTEGER, "ack_delay_exponent", NULL, "" },
	{ 0x0b, INTEGER, "max_ack_delay", NULL, "" },
	{ 0x0c, FLAG, "disable_active_migration", NULL, "" },
	{ 0x0e, INTEGER, "active_connection_id_limit", "Active Connection ID Limit", "" },
	{ 0x0f, OCTETS, "initial_source_connection_id", "Initial Source Connection ID", "" },
	{ 0x10, OCTETS, "retry_source_connection_id", "Retry Source Connection ID", "" },
	{ 0x20, INTEGER, "max_datagram_frame_size", NULL, "" },
	{ 0x1057, INTEGER, "loss_bits", NULL, "" },
	{ 0x2ab2, FLAG, "grease_quic_bit", NULL, "" },
	{ 0x3127, INTEGER, "google_initial_rtt", "Google Initial RTT", " us" },
	{ 0x3128, OCTETS, "google_connection_options", "Google Connection options", "" },
	{ 0x4752, VERSION, "google_quic_version", "Google QUIC version", "" },
	{ 0xde1a, INTEGER, "min_ack_delay", NULL, "" },
};

static const struct parameter *parameter_of(uint64_t id)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(*parameters); i++)
		if (parameters[i].id == id)
			return &parameters[i];
	return NULL;
}

/* RFC 9000, section 16. False when it is not there. */
static bool number(const uint8_t **p, const uint8_t *end, uint64_t *v)
{
	if (*p == end || end - *p < 1 << (**p >> 6))
		return false;
	unsigned n = 1u << (**p >> 6);
	*v = **p & 0x3f;
	for (unsigned i = 1; i < n; i++)
		*v = *v << 8 | (*p)[i];
	*p += n;
	return true;
}

static void say_parameter(const struct layout_lines *l, uint64_t id, const uint8_t *p, uint32_t n)
{
	const struct parameter *k = parameter_of(id);
	const uint8_t *at = p;
	uint64_t v = 0;
	/* RFC 9000, section 18.1: numbers for parameters that nobody knows */
	bool grease = !k && id % 31 == 27, whole = k && k->shape == INTEGER && number(&at, p + n, &v);
	if (whole)
		layout_say(l, 0, "Parameter: %s (len=%" PRIu32 ") %" PRIu64 "%s", k->name, n, v, k->unit);
	else if (k || grease)
		layout_say(l, 0, "Parameter: %s (len=%" PRIu32 ")", k ? k->name : "GREASE", n);
	else
		layout_say(l, 0, "Parameter: Unknown 0x%04" PRIx64 " (len=%" PRIu32 ")", id, n);
	layout_say(l, 1, "Type: %s (0x%02" PRIx64 ")", k ? k->name : grease ? "GREASE" : "Unknown", id);
	layout_say(l, 1, "Length: %" PRIu32, n);
	layout_say_octets(l, 1, "Value", p, n);
	if (whole)
		layout_say(l, 1, "%s: %" PRIu64, k->label ? k->label : k->name, v);
	else if (k && k->shape == OCTETS)
		layout_say_octets(l, 1, k->label, p, n);
	else if (k && k->shape == VERSION && n == 4) {
		v = (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
		layout_say(l, 1, "%s: %" PRIu64 " (0x%08" PRIx64 ")", k->label, v, v);
	}
}

void quic_parameter_lines(const struct layout_octets *octets, layout_add *add, void *to)
{
	const struct layout_lines l = { add, to };
	const uint8_t *p = octets->data, *end = p + octets->n;
	uint64_t id, n;
	while (number(&p, end, &id) && number(&p, end, &n) && n <= (uint64_t)(end - p)) {
		say_parameter(&l, id, p, (uint32_t)n);
		p += n;
	}
}
